/* Requests to the process that has root's rights. The kinds are a closed list. Each request is
 * checked, and none is a command line. */
#include "adapters/freebsd/privsep/request.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "adapters/freebsd/privsep/safe_path.h"
#include "core/check.h"

#define ORIGIN_HELPER "vfjournal-rcorigin"

/* number of programs of a PROBE_SLOT and of a PROBE_SNAPSHOT */
enum { SLOT_PROGRAMS = 5, SNAPSHOT_PROGRAMS = 2 };

struct vfj_request vfj_request_of(enum vfj_request_kind kind, const struct vfj_command *command,
                                  unsigned index)
{
    struct vfj_request request = {.kind = (uint32_t)kind, .index = index};
    vfj_command_bare(command, &request.command);
    request.command.limit_ms = 0;
    return request;
}

/* Returns true when the name is empty or valid, and all bytes after it are zero. */
static bool is_name_or_none(const struct vfj_name *name)
{
    struct vfj_name parsed;
    size_t length = strnlen(name->text, sizeof name->text);
    if (length > 0 && !vfj_name_parse((struct vfj_span){name->text, length}, &parsed))
        return false;
    for (size_t i = length; i < sizeof name->text; i++) {
        if (name->text[i] != '\0')
            return false;
    }
    return true;
}

/* Returns true when the text ends within its array, has no control characters, and all bytes after
 * it are zero. Bytes that are not ASCII are permitted, since rc.conf may have them. */
static bool is_text(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    }
    for (size_t i = length; i < size; i++) {
        if (text[i] != '\0')
            return false;
    }
    return length < size;
}

static bool is_same(const struct vfj_command *one, const struct vfj_command *other)
{
    return one->id == other->id && one->kind == other->kind && one->is_extra == other->is_extra
        && one->is_optional == other->is_optional && vfj_name_equal(one->hn, other->hn)
        && vfj_name_equal(one->a, other->a) && vfj_name_equal(one->b, other->b)
        && vfj_name_equal(one->c, other->c) && strcmp(one->text, other->text) == 0;
}

/* Returns true when only the members that the command's kind uses are set. The time limit is not
 * compared. */
static bool is_bare(const struct vfj_command *command)
{
    struct vfj_command bare;
    vfj_command_bare(command, &bare);
    return is_same(command, &bare);
}

static bool is_none(const struct vfj_command *command)
{
    static const struct vfj_command none;
    return is_same(command, &none);
}

static bool is_readable(const struct vfj_command *command)
{
    return command->kind == VFJ_COMMAND_PROBE_SYSCTL || command->kind == VFJ_COMMAND_PROBE_IFCONFIG
        || command->kind == VFJ_COMMAND_PROBE_MAP || command->kind == VFJ_COMMAND_PROBE_SLOT
        || command->kind == VFJ_COMMAND_PROBE_SNAPSHOT;
}

static bool has_files(const struct vfj_command *command)
{
    return command->kind == VFJ_COMMAND_PROBE_FILE || command->kind == VFJ_COMMAND_PROBE_SLOT
        || command->kind == VFJ_COMMAND_PROBE_SNAPSHOT;
}

static bool check_command(const struct vfj_request *request)
{
    const struct vfj_command *command = &request->command;
    unsigned programs = command->kind == VFJ_COMMAND_PROBE_SLOT ? (unsigned)SLOT_PROGRAMS
        : command->kind == VFJ_COMMAND_PROBE_SNAPSHOT           ? (unsigned)SNAPSHOT_PROGRAMS
                                                                : 1;
    return request->index < programs && is_bare(command) && vfj_command_is_well_formed(command);
}

/* Returns true when the time limit is right: a request that runs a program has a valid one, and
 * any other request has none. */
static bool check_limit(const struct vfj_request *request)
{
    uint32_t limit_ms = request->command.limit_ms;
    if (request->kind > VFJ_REQUEST_BOOT_TIME)
        return limit_ms == 0;
    uint32_t most_ms = request->kind == VFJ_REQUEST_COMMAND
        ? vfj_command_limit_ms((enum vfj_command_kind)request->command.kind)
        : VFJ_REQUEST_LIMIT_MAX_MS;
    return limit_ms > 0 && limit_ms <= most_ms;
}

bool vfj_request_check(const struct vfj_request *request)
{
    const struct vfj_command *command = &request->command;
    if (request->kind >= VFJ_REQUEST_COUNT || command->kind >= VFJ_COMMAND_COUNT
        || !check_limit(request) || !is_name_or_none(&command->hn) || !is_name_or_none(&command->a)
        || !is_name_or_none(&command->b) || !is_name_or_none(&command->c)
        || !is_text(command->text, sizeof command->text))
        return false;
    switch ((enum vfj_request_kind)request->kind) {
    case VFJ_REQUEST_COMMAND:
        return command->kind != VFJ_COMMAND_PROBE_FILE && check_command(request);
    case VFJ_REQUEST_READ:
        return request->index == 0 && is_readable(command) && check_command(request);
    case VFJ_REQUEST_FILES:
        return request->index == 0 && has_files(command) && check_command(request);
    case VFJ_REQUEST_DEVD:
        return request->index <= VFJ_DEVD_STREAM_ONLY && is_none(command);
    case VFJ_REQUEST_RC:
    case VFJ_REQUEST_RC_ORIGIN:
    case VFJ_REQUEST_RC_STAMP:
    case VFJ_REQUEST_BOOT_ID:
    case VFJ_REQUEST_BOOT_TIME:
    case VFJ_REQUEST_ACT_LOCK:
    case VFJ_REQUEST_END:
        return request->index == 0 && is_none(command);
    case VFJ_REQUEST_COUNT:
        break;
    }
    return false;
}

/* Sets the program's path and its words. The words `first` and `second` are not copied: they
 * must live as long as the paths. */
static void set_words(struct vfj_request_program *program, const char *path, const char *first,
                      const char *second)
{
    struct vfj_argv *argv = &program->argv;
    vfj_span_copy(program->path, sizeof program->path, vfj_span_of(path));
    argv->words[0] = program->path;
    argv->words[1] = first;
    argv->words[2] = second;
    argv->words[3] = NULL;
    argv->count = 3;
}

static int complain(struct vfj_request_program *program, int error, const char *what,
                    uint64_t number)
{
    struct vfj_text text = vfj_text_begin(program->complaint, sizeof program->complaint);
    vfj_text_format(&text, "process %" PRIu64 ": %s", number, what);
    return error;
}

/* Checks a kill command. Each process must be a dhclient, and its pidfile must name it at this
 * time. */
static int prepare_kill(const struct vfj_request *request, const struct vfj_paths *paths,
                        struct vfj_request_program *program)
{
    struct vfj_span rest = vfj_span_of(request->command.text), word;
    uint64_t pid = 0;
    while (vfj_span_word(&rest, &word)) {
        VFJ_CHECK(vfj_span_to_u64(word, &pid) && pid <= INT_MAX);
        if (vfj_guest_has_dhclient(paths, pid))
            continue;
        if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            return complain(program, ESRCH, "No such process", pid);
        return complain(program, EPERM, "not the dhclient of an interface", pid);
    }
    return 0;
}

/* Checks the administrator's script once more before it runs, since the file may have changed
 * since the observation. */
static int prepare_script(struct vfj_request_program *program)
{
    struct vfj_text complaint = vfj_text_begin(program->complaint, sizeof program->complaint);
    if (!vfj_guest_file_exists(program->path))
        return ENOENT;
    return vfj_safe_path_check(program->path, &complaint) ? 0 : EPERM;
}

/* Inserts -n: ifconfig(8) must not load a kernel module for an interface that does not exist. Only
 * the command that creates laggN may load one, if_lagg(4). */
static void forbid_modules(struct vfj_argv *argv)
{
    VFJ_CHECK(argv->count < VFJ_WORDS_MAX);
    memmove(&argv->words[2], &argv->words[1], argv->count * sizeof argv->words[0]);
    argv->words[1] = "-n";
    argv->count++;
}

/* Creates the directory of dhclient's pidfiles, as rc.d/dhclient does: /var/run may be a tmpfs.
 * dhclient(8) also runs without its pidfile, but no observation finds such a dhclient. */
static void create_dhclient_run_dir(const struct vfj_paths *paths)
{
    mode_t mask = umask(022);
    (void)mkdir(paths->dhclient_run_dir, 0755);
    umask(mask);
}

static int prepare_command(const struct vfj_request *request, const struct vfj_paths *paths,
                           struct vfj_request_program *program)
{
    const struct vfj_command *command = &request->command;
    struct vfj_argv *argv = &program->argv;
    program->errors = vfj_command_reads(command) ? VFJ_STDERR_DROPPED : VFJ_STDERR_WITH_STDOUT;
    VFJ_CHECK(vfj_command_argv(command, request->index, argv));
    if (!vfj_paths_of_program(paths, argv, program->path))
        return ENOENT;
    argv->words[0] = program->path;
    if (argv->program == VFJ_PROGRAM_IFCONFIG && command->kind != VFJ_COMMAND_CREATE)
        forbid_modules(argv);
    if (argv->program == VFJ_PROGRAM_LEASE) {
        VFJ_CHECK(argv->count < VFJ_WORDS_MAX);
        argv->words[argv->count++] = paths->lease_dir;
        argv->words[argv->count] = NULL;
    }
    if (argv->program == VFJ_PROGRAM_DHCLIENT)
        create_dhclient_run_dir(paths);
    if (argv->program == VFJ_PROGRAM_KILL)
        return prepare_kill(request, paths, program);
    return argv->program == VFJ_PROGRAM_SCRIPT ? prepare_script(program) : 0;
}

/* Prepares a run of vfjournal-rcorigin, which is in the same directory as vfjournal-rcconf and
 * gets the same words. */
static int prepare_rc_origin(const struct vfj_paths *paths, struct vfj_request_program *program)
{
    program->errors = VFJ_STDERR_WITH_STDOUT;
    set_words(program, paths->rc_helper, paths->rc_conf, paths->root);
    char *slash = strrchr(program->path, '/');
    size_t room = slash != NULL ? sizeof program->path - (size_t)(slash + 1 - program->path) : 0;
    return slash != NULL && vfj_span_copy(slash + 1, room, vfj_span_of(ORIGIN_HELPER)) ? 0 : ENOENT;
}

int vfj_request_prepare(const struct vfj_request *request, const struct vfj_paths *paths,
                        struct vfj_request_program *program)
{
    program->complaint[0] = '\0';
    program->errors = VFJ_STDERR_DROPPED;
    switch ((enum vfj_request_kind)request->kind) {
    case VFJ_REQUEST_COMMAND:
        return prepare_command(request, paths, program);
    case VFJ_REQUEST_RC:
        program->errors = VFJ_STDERR_WITH_STDOUT;
        set_words(program, paths->rc_helper, paths->rc_conf, paths->root);
        return 0;
    case VFJ_REQUEST_RC_ORIGIN:
        return prepare_rc_origin(paths, program);
    case VFJ_REQUEST_BOOT_ID:
        set_words(program, paths->sysctl, "-n", "kern.boot_id");
        return 0;
    case VFJ_REQUEST_BOOT_TIME:
        set_words(program, paths->sysctl, "-n", "kern.boottime");
        return 0;
    case VFJ_REQUEST_RC_STAMP:
    case VFJ_REQUEST_READ:
    case VFJ_REQUEST_FILES:
    case VFJ_REQUEST_DEVD:
    case VFJ_REQUEST_ACT_LOCK:
    case VFJ_REQUEST_END:
    case VFJ_REQUEST_COUNT:
        break;
    }
    VFJ_CHECK(false);
    return EINVAL;
}
