/* Tests the monitor through its socket: how it serves requests, and what an attacker who
 * controls the daemon could make it do. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/process.h"
#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/privsep/monitor_process.h"
#include "adapters/freebsd/privsep/request.h"
#include "adapters/freebsd/privsep/wire.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

struct bench {
    struct vfj_wire wire;
    uint64_t asked; /* number of requests so far */
    pid_t pid;
    struct vfj_monitor_settings settings;
};

static void be_silent(const char *line)
{
    (void)line;
}

/* Starts a monitor. With `acts`, it serves a daemon in act mode. `output` is the reading end of the
 * daemon's output (0: none), which the monitor copies to `to`. */
static struct bench *open_bench_to(bool acts, int output, int to)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct vfj_wire theirs;
    assert_non_null(bench);
    assert_int_equal(vfj_paths_init(&bench->settings.paths, kit_path("root")), VFJ_OK);
    vfj_paths_set(bench->settings.paths.ifconfig, kit_program("ifconfig", "printf '%s\\n' \"$*\""));
    vfj_paths_set(bench->settings.paths.sysctl, kit_program("sysctl", "echo \"$@\""));
    vfj_paths_set(bench->settings.paths.kill, kit_program("kill", "echo \"$@\""));
    vfj_paths_set(bench->settings.paths.dhclient, kit_program("dhclient", "echo \"$@\""));
    vfj_paths_set(bench->settings.paths.dhclient_run_dir, kit_path("pidfiles"));
    vfj_paths_set(bench->settings.paths.scripts_dir, kit_path("."));
    vfj_paths_set(bench->settings.paths.act_lock, kit_path("act.lock"));
    vfj_paths_set(bench->settings.paths.run_dir, kit_path("."));
    bench->settings.acts = acts;
    bench->settings.output = output;
    bench->settings.log = be_silent;
    vfj_paths_set(bench->settings.pidfile, kit_text("monitor.pid", "1\n"));
    assert_true(vfj_wire_open(&bench->wire, &theirs));
    bench->pid = fork();
    assert_true(bench->pid >= 0);
    if (bench->pid == 0) {
        if (output > 0)
            (void)dup2(to, STDERR_FILENO);
        vfj_monitor_process(theirs.socket, &bench->settings);
    }
    vfj_wire_close(&theirs);
    return bench;
}

static struct bench *open_bench(bool acts)
{
    return open_bench_to(acts, 0, -1);
}

/* Closes the connection, which ends the monitor. Returns the monitor's exit status. */
static int close_bench(struct bench *bench)
{
    int status = 0;
    vfj_wire_close(&bench->wire);
    assert_int_equal(waitpid(bench->pid, &status, 0), bench->pid);
    free(bench);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void send_request(struct bench *bench, const struct vfj_request *request)
{
    assert_int_equal(vfj_wire_send(&bench->wire, request, sizeof *request, -1, true),
                     VFJ_WIRE_DONE);
}

/* Sends a request and gives it the next number. */
static void ask(struct bench *bench, const struct vfj_request *request)
{
    struct vfj_request numbered = *request;
    if (request->kind != VFJ_REQUEST_END)
        numbered.number = ++bench->asked;
    send_request(bench, &numbered);
}

/* Waits up to ten seconds for a reply. Returns false when the monitor has ended. */
static bool hear(struct bench *bench, struct vfj_reply *reply, int *descriptor)
{
    const struct timespec pause = {0, 1000 * 1000};
    for (unsigned i = 0; i < 10000; i++) {
        enum vfj_wire_state state
            = vfj_wire_receive(&bench->wire, reply, sizeof *reply, descriptor);
        if (state != VFJ_WIRE_WAIT)
            return state == VFJ_WIRE_DONE;
        nanosleep(&pause, NULL);
    }
    fail();
    return false;
}

static struct vfj_request command(enum vfj_command_kind kind, const char *a, const char *text)
{
    struct vfj_request request = {.number = 7, .kind = VFJ_REQUEST_COMMAND};
    request.command.kind = (uint8_t)kind;
    request.command.limit_ms = vfj_command_limit_ms(kind);
    if (a[0] != '\0')
        request.command.a = vfj_name_of(a);
    vfj_span_copy(request.command.text, sizeof request.command.text, vfj_span_of(text));
    return request;
}

static void read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t count;
    (void)fcntl(fd, F_SETFL, 0);
    while (length < size - 1 && (count = read(fd, text + length, size - 1 - length)) > 0)
        length += (size_t)count;
    text[length] = '\0';
    close(fd);
}

static void test_run(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_request request = command(VFJ_COMMAND_UP, "mce0", "");
    struct vfj_reply reply;
    char output[256];
    int descriptor;
    (void)state;
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_STARTED);
    assert_int_equal(reply.number, 1);
    assert_true(descriptor >= 0);
    read_all(descriptor, output, sizeof output);
    assert_string_equal(output, "-n mce0 up\n");
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_ENDED);
    assert_int_equal((int)reply.as.ended.end.kind, VFJ_OUTCOME_EXITED);
    assert_int_equal(reply.as.ended.end.status, 0);
    assert_int_equal(descriptor, -1);
    assert_int_equal(close_bench(bench), 0);
}

/* The monitor ends a program that exceeds its time limit. */
static void test_limit(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_request request = command(VFJ_COMMAND_UP, "mce0", "");
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    kit_program("ifconfig", "exec sleep 100");
    request.command.limit_ms = 200;
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    close(descriptor);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal((int)reply.as.ended.end.kind, VFJ_OUTCOME_TIMEOUT);
    assert_int_equal(reply.as.ended.end.status, SIGTERM);
    assert_int_equal(close_bench(bench), 0);
}

/* When the monitor must not run a command, it replies that the command has ended, with the
 * reason. The monitor itself continues. */
static void test_refused(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_request request
        = command(VFJ_COMMAND_SCRIPT, "", "/usr/libexec/hyperv/hyperv_vfup.hn0");
    struct vfj_reply reply;
    char pid[24];
    int descriptor;
    (void)state;
    assert_int_equal(chmod(kit_program("hyperv_vfup.hn0", "echo bad"), 0777), 0);
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_ENDED);
    assert_int_equal((int)reply.as.ended.end.kind, VFJ_OUTCOME_ABSENT);
    assert_int_equal(reply.as.ended.end.status, EPERM);
    assert_non_null(strstr(reply.as.ended.complaint, "hyperv_vfup.hn0: others can write to it"));

    /* this process runs, but is not the dhclient of an interface */
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    request = command(VFJ_COMMAND_DHCLIENT_STOP, "", pid);
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal((int)reply.as.ended.end.kind, VFJ_OUTCOME_ABSENT);
    assert_int_equal(reply.as.ended.end.status, EPERM);
    assert_non_null(strstr(reply.as.ended.complaint, "not the dhclient of an interface"));

    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    waitpid(gone, NULL, 0);
    (void)snprintf(pid, sizeof pid, "%ld", (long)gone);
    request = command(VFJ_COMMAND_DHCLIENT_STOP, "", pid);
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal((int)reply.as.ended.end.kind, VFJ_OUTCOME_EXITED);
    assert_int_equal(reply.as.ended.end.status, 1);
    assert_non_null(strstr(reply.as.ended.complaint, "No such process"));
    assert_int_equal(close_bench(bench), 0);
}

/* The monitor ends a process when a locked pidfile names it and it is a dhclient. Any user may lock
 * a pidfile that is left over, so the monitor ends no other process. */
static void test_dhclient(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_reply reply;
    char text[64], output[256], expected[64];
    int descriptor;
    (void)state;
    (void)snprintf(text, sizeof text, "%ld\n", (long)getpid());
    int fd = open(kit_text("dhclient.hn0.pid", text), O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    text[strlen(text) - 1] = '\0';
    struct vfj_request request = command(VFJ_COMMAND_DHCLIENT_STOP, "", text);
    vfj_process_set_title("other");
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal((int)reply.as.ended.end.kind, VFJ_OUTCOME_ABSENT);
    assert_int_equal(reply.as.ended.end.status, EPERM);
    assert_non_null(strstr(reply.as.ended.complaint, "not the dhclient of an interface"));
    vfj_process_set_title("dhclient");
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_STARTED);
    read_all(descriptor, output, sizeof output);
    (void)snprintf(expected, sizeof expected, "-TERM %ld\n", (long)getpid());
    assert_string_equal(output, expected);
    close(fd);
    (void)unlink(kit_path("dhclient.hn0.pid"));
    assert_int_equal(close_bench(bench), 0);
}

/* A dhclient finds the directory of its pidfile: the monitor creates it when it is missing. */
static void test_dhclient_run_dir(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_request request = command(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", "");
    struct vfj_reply reply;
    struct stat status;
    char output[256];
    int descriptor;
    (void)state;
    for (unsigned run = 0; run < 2; run++) {
        ask(bench, &request);
        assert_true(hear(bench, &reply, &descriptor));
        assert_int_equal(reply.kind, VFJ_REPLY_STARTED);
        read_all(descriptor, output, sizeof output);
        assert_string_equal(output, "-b lagg0\n");
        assert_int_equal(stat(kit_path("pidfiles"), &status), 0);
        assert_int_equal(status.st_mode & (S_IFMT | 0777), S_IFDIR | 0755);
        assert_true(hear(bench, &reply, &descriptor));
        assert_int_equal(reply.kind, VFJ_REPLY_ENDED);
    }
    assert_int_equal(close_bench(bench), 0);
    (void)rmdir(kit_path("pidfiles"));
}

static void test_files(void **state)
{
    struct bench *bench = open_bench(false);
    struct vfj_request request
        = command(VFJ_COMMAND_PROBE_FILE, "", "/usr/libexec/hyperv/hyperv_vfup.hn3");
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    request.kind = VFJ_REQUEST_FILES;
    request.command.limit_ms = 0;
    kit_program("hyperv_vfup.hn3", "true");
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_FILES);
    assert_true(reply.as.files.ok && reply.as.files.as.file.exists);
    assert_string_equal(reply.as.files.as.file.text, "#!/bin/sh");
    request.command.kind = VFJ_COMMAND_PROBE_SLOT;
    request.command.a = vfj_name_of("hn3");
    memset(request.command.text, 0, sizeof request.command.text);
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.as.files.as.slot.script, VFJ_OWN_SCRIPT_BASE);
    assert_int_equal(close_bench(bench), 0);
}

/* The act lock's file has the daemon's pid. The monitor holds the lock until it ends, and sends
 * its descriptor to nobody. */
static void test_lock(void **state)
{
    struct bench *bench = open_bench(true);
    const struct vfj_request request = {.kind = VFJ_REQUEST_ACT_LOCK};
    struct vfj_reply reply;
    char text[24] = "", expected[24];
    int descriptor;
    (void)state;
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_LOCK);
    assert_int_equal(reply.status, 0);
    assert_int_equal(descriptor, -1);
    int other = open(kit_path("act.lock"), O_RDONLY);
    (void)snprintf(expected, sizeof expected, "%ld\n", (long)getpid());
    assert_true(read(other, text, sizeof text - 1) > 0);
    assert_string_equal(text, expected);
    assert_int_equal(flock(other, LOCK_SH | LOCK_NB), -1);
    assert_int_equal(close_bench(bench), 0);
    assert_int_equal(flock(other, LOCK_SH | LOCK_NB), 0);
    close(other);
}

/* A second request for the act lock ends the monitor. */
static void test_second_lock(void **state)
{
    struct bench *bench = open_bench(true);
    const struct vfj_request request = {.kind = VFJ_REQUEST_ACT_LOCK};
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    ask(bench, &request);
    assert_false(hear(bench, &reply, &descriptor));
    assert_int_equal(close_bench(bench), 4);
}

static void test_devd(void **state)
{
    struct bench *bench = open_bench(false);
    const struct vfj_request request = {.kind = VFJ_REQUEST_DEVD};
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_DEVD);
    assert_int_equal(descriptor, -1);
    assert_int_equal(reply.status, ENOENT);
    assert_int_equal(close_bench(bench), 0);
}

static void test_end(void **state)
{
    struct bench *bench = open_bench(true);
    const struct vfj_request request = {.kind = VFJ_REQUEST_END};
    (void)state;
    ask(bench, &request);
    assert_int_equal(close_bench(bench), 0);
    assert_false(kit_exists(kit_path("monitor.pid")));
}

/* When the daemon dies without an END request, the pidfile stays, since another daemon may own
 * it already. */
static void test_death(void **state)
{
    (void)state;
    assert_int_equal(close_bench(open_bench(true)), 0);
    assert_true(kit_exists(kit_path("monitor.pid")));
}

/* Starts a daemon in a child process, with a monitor of its own. The daemon ends when the pipe
 * `lives` is closed. */
static pid_t start_daemon(const struct vfj_monitor_settings *settings, int socket,
                          const int lives[2])
{
    pid_t daemon = fork();
    char byte;
    assert_true(daemon >= 0);
    if (daemon > 0)
        return daemon;
    (void)close(lives[1]);
    if (fork() == 0)
        vfj_monitor_process(socket, settings);
    (void)!read(lives[0], &byte, 1);
    _exit(0);
}

/* Sends requests until the socket is full. Nobody reads the replies, so the monitor waits while
 * it sends one. */
static void fill(struct bench *bench)
{
    struct vfj_request request = {.kind = VFJ_REQUEST_RC_STAMP};
    do {
        request.number = ++bench->asked;
    } while (vfj_wire_send(&bench->wire, &request, sizeof request, -1, false) == VFJ_WIRE_DONE);
}

static bool is_unlocked_soon(int fd)
{
    for (unsigned i = 0; i < 10000; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        usleep(1000);
    }
    return false;
}

/* The daemon ends, but its socket stays open in another process, here the test. The monitor must
 * still release the pidfile's lock, since the pid in the file may soon belong to any program. */
static void leave_to_heir(bool full)
{
    struct vfj_monitor_settings settings = {.acts = true, .log = be_silent};
    const struct vfj_request stamp = {.kind = VFJ_REQUEST_RC_STAMP};
    struct bench bench = {.asked = 0};
    struct vfj_wire theirs;
    struct vfj_reply reply;
    int lives[2], descriptor;
    assert_int_equal(vfj_paths_init(&settings.paths, kit_path("root")), VFJ_OK);
    settings.pidfile_descriptor = open(kit_text("held.pid", ""), O_RDWR | O_CLOEXEC);
    assert_true(settings.pidfile_descriptor >= 0 && vfj_wire_open(&bench.wire, &theirs));
    assert_int_equal(pipe(lives), 0);
    assert_int_equal(flock(settings.pidfile_descriptor, LOCK_EX), 0);
    pid_t daemon = start_daemon(&settings, theirs.socket, lives);
    (void)close(settings.pidfile_descriptor);
    vfj_wire_close(&theirs);
    ask(&bench, &stamp); /* the reply means that the monitor runs */
    assert_true(hear(&bench, &reply, &descriptor));
    if (full)
        fill(&bench);
    int other = open(kit_path("held.pid"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
    (void)close(lives[1]);
    assert_int_equal(waitpid(daemon, NULL, 0), daemon);
    assert_true(is_unlocked_soon(other));
    (void)close(other);
    (void)close(lives[0]);
    vfj_wire_close(&bench.wire);
}

static void test_heir(void **state)
{
    (void)state;
    leave_to_heir(false);
    leave_to_heir(true);
}

/* Sends bytes that are no valid request. Checks that the monitor runs nothing and ends. */
static void assert_ends(const void *bytes, size_t size, bool acts)
{
    struct bench *bench = open_bench(acts);
    struct vfj_reply reply;
    int descriptor;
    assert_int_equal(send(bench->wire.socket, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
    assert_false(hear(bench, &reply, &descriptor));
    assert_int_equal(close_bench(bench), 4);
}

/* Checks that the monitor ends when it gets this request, which is invalid although its number
 * is right. */
static void assert_is_none(const struct vfj_request *request)
{
    struct vfj_request numbered = *request;
    numbered.number = request->kind != VFJ_REQUEST_END;
    assert_ends(&numbered, sizeof numbered, true);
}

static void test_hostile_numbers(void **state)
{
    (void)state;
    struct vfj_request request = {.kind = VFJ_REQUEST_COUNT};
    assert_is_none(&request);
    request.kind = UINT32_MAX;
    assert_is_none(&request);
    request = command(VFJ_COMMAND_UP, "hn0", "");
    request.command.kind = VFJ_COMMAND_COUNT;
    assert_is_none(&request);
    request.command.kind = UINT8_MAX;
    assert_is_none(&request);
    request = (struct vfj_request){.kind = VFJ_REQUEST_DEVD, .index = VFJ_DEVD_STREAM_ONLY + 1};
    assert_is_none(&request);
    request = command(VFJ_COMMAND_UP, "hn0", "");
    request.index = 1;
    assert_is_none(&request);
    request = command(VFJ_COMMAND_PROBE_SLOT, "hn0", "0");
    request.index = 5;
    assert_is_none(&request);
    request = command(VFJ_COMMAND_UP, "hn0", "");
    request.command.limit_ms++;
    assert_is_none(&request);
}

static void test_hostile_names(void **state)
{
    static const char *const names[]
        = {"-a", "hn0;id", "../x", "hn 0", "$(id)", "0hn", "hn\n", "h\xff"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct vfj_request request = command(VFJ_COMMAND_UP, "", "");
        (void)strcpy(request.command.a.text, names[i]);
        assert_is_none(&request);
    }
    struct vfj_request request = command(VFJ_COMMAND_UP, "", "");
    assert_is_none(&request); /* the name that this command needs is missing */
    memset(request.command.a.text, 'a', sizeof request.command.a.text); /* no terminating NUL */
    assert_is_none(&request);
    request = command(VFJ_COMMAND_UP, "hn0", "");
    request.command.a.text[10] = 'x'; /* a byte after the terminating NUL */
    assert_is_none(&request);
    request = command(VFJ_COMMAND_UP, "hn0", "");
    /* a name in a member that the command does not use */
    (void)strcpy(request.command.c.text, "-x");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_CREATE, "bridge0", "");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_JOIN, "hn0", "");
    request.command.b = vfj_name_of("mce0");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_JOIN, "lagg0", "");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_RTSOL, "hn0", "");
    assert_is_none(&request);
}

static void test_hostile_texts(void **state)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *text;
    } texts[] = {
        {VFJ_COMMAND_PROBE_SYSCTL, "dev.hn.0.vf=1"},
        {VFJ_COMMAND_PROBE_SYSCTL, "kern.hostname"},
        {VFJ_COMMAND_PROBE_SYSCTL, "dev.hn.0.vf kern.hostname"},
        {VFJ_COMMAND_PROBE_SYSCTL, "-a"},
        {VFJ_COMMAND_PROBE_SYSCTL, ""},
        {VFJ_COMMAND_PROBE_SLOT, "0=1"},
        {VFJ_COMMAND_PROBE_SLOT, "0.vf kern"},
        {VFJ_COMMAND_ADDRESS_ADD, "10.0.0.4/24 -alias"},
        {VFJ_COMMAND_ADDRESS_ADD, "10.0.0.4/24;id"},
        {VFJ_COMMAND_ADDRESS_DELETE, ""},
        {VFJ_COMMAND_CONFIGURE, ""},
        {VFJ_COMMAND_CONFIGURE, "inet\n10.0.0.4"},
        {VFJ_COMMAND_ROUTE_ADD, ""},
        {VFJ_COMMAND_ROUTE_CHANGE, ""},
        {VFJ_COMMAND_ROUTE_CHANGE, "-inet6"},
        {VFJ_COMMAND_ROUTE_CHANGE, "default 10.0.0.1"},
        {VFJ_COMMAND_DHCLIENT_STOP, "1"},
        {VFJ_COMMAND_DHCLIENT_STOP, "-1"},
        {VFJ_COMMAND_DHCLIENT_STOP, "0"},
        {VFJ_COMMAND_DHCLIENT_STOP, "99999999999"},
        {VFJ_COMMAND_DHCLIENT_STOP, "412 -9"},
        {VFJ_COMMAND_SCRIPT, "/bin/sh"},
        {VFJ_COMMAND_SCRIPT, "/usr/libexec/hyperv/hyperv_vfup."},
        {VFJ_COMMAND_SCRIPT, "/usr/libexec/hyperv/hyperv_vfup.hn0/../../../bin/sh"},
        {VFJ_COMMAND_SCRIPT, "/usr/libexec/hyperv/hyperv_vfup.hn0 x"},
        {VFJ_COMMAND_PROBE_FILE, "/etc/master.passwd"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct vfj_request request = command(texts[i].kind, "hn0", texts[i].text);
        const struct vfj_command whole = request.command;
        vfj_command_bare(&whole, &request.command);
        assert_is_none(&request);
    }
    struct vfj_request request = command(VFJ_COMMAND_CONFIGURE, "hn0", "");
    memset(request.command.text, 'a', sizeof request.command.text); /* no terminating NUL */
    assert_is_none(&request);
    for (size_t i = 0; i < sizeof request.command.text - 1; i++)
        request.command.text[i] = i % 2 == 0 ? 'a' : ' '; /* more words than an argv can have */
    request.command.text[sizeof request.command.text - 1] = '\0';
    assert_is_none(&request);
    request = command(VFJ_COMMAND_PROBE_FILE, "", "/etc/master.passwd");
    request.kind = VFJ_REQUEST_FILES;
    request.command.limit_ms = 0;
    assert_is_none(&request);
    memset(request.command.text, 0, sizeof request.command.text);
    (void)strcpy(request.command.text, "/var/run/dhclient.hn0/../x.pid");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_UP, "hn0", "");
    request.kind = VFJ_REQUEST_FILES; /* a command that needs no files */
    request.command.limit_ms = 0;
    assert_is_none(&request);
    request.kind = VFJ_REQUEST_READ; /* a command that reads nothing */
    assert_is_none(&request);
    request = command(VFJ_COMMAND_PROBE_SYSCTL, "", "kern.hostname");
    request.kind = VFJ_REQUEST_READ;
    request.command.limit_ms = 0;
    assert_is_none(&request);
}

/* Members that a kind of request does not use must be zero. */
static void test_hostile_rest(void **state)
{
    const struct vfj_request up = command(VFJ_COMMAND_UP, "hn0", "");
    (void)state;
    assert_true(vfj_request_check(&up));
    struct vfj_request request = up;
    request.command.id = 1;
    assert_is_none(&request);
    request = up;
    request.command.is_extra = 1;
    assert_is_none(&request);
    request = up;
    request.command.is_optional = 1;
    assert_is_none(&request);
    request = up;
    request.command.hn = vfj_name_of("hn0");
    assert_is_none(&request);
    request = up;
    request.command.b = vfj_name_of("mce0");
    assert_is_none(&request);
    request = up;
    (void)strcpy(request.command.text, "down");
    assert_is_none(&request);
    request = up;
    request.command.text[100] = 'x';
    assert_is_none(&request);
    request = up;
    request.command.limit_ms = 0;
    assert_is_none(&request);
    request = command(VFJ_COMMAND_ROUTE_ADD, "hn0", "default 10.0.0.1");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_PROBE_SLOT, "hn0", "0");
    request.command.b = vfj_name_of("hn1");
    assert_is_none(&request);
    request = command(VFJ_COMMAND_PROBE_SLOT, "hn0", "0");
    request.kind = VFJ_REQUEST_READ; /* a READ has no time limit */
    assert_is_none(&request);
    request.command.limit_ms = 0;
    request.index = 1;
    assert_is_none(&request);
    request.kind = VFJ_REQUEST_FILES;
    assert_is_none(&request);
}

/* Sends each kind of request without a command, with a value in a member that this kind does not
 * use. */
static void test_hostile_rest_of_others(void **state)
{
    (void)state;
    for (uint32_t kind = VFJ_REQUEST_RC; kind < VFJ_REQUEST_COUNT; kind++) {
        if (kind == VFJ_REQUEST_READ || kind == VFJ_REQUEST_FILES)
            continue;
        bool is_program = kind <= VFJ_REQUEST_BOOT_TIME;
        const struct vfj_request plain = {
            .number = kind != VFJ_REQUEST_END,
            .kind = kind,
            .command.limit_ms = is_program ? 1000 : 0,
        };
        struct vfj_request request = plain;
        assert_true(vfj_request_check(&request));
        request.command.limit_ms = is_program ? 0 : 1000;
        assert_is_none(&request);
        request = plain;
        request.index = 2;
        assert_is_none(&request);
        request = plain;
        request.command.kind = VFJ_COMMAND_UP;
        assert_is_none(&request);
        request = plain;
        request.command.a = vfj_name_of("hn0");
        assert_is_none(&request);
        request = plain;
        request.command.text[0] = 'x';
        assert_is_none(&request);
    }
}

/* The number of each request must be higher than the last one. An END request has the number 0. */
static void test_hostile_order(void **state)
{
    static const uint64_t numbers[][2] = {{5, 5}, {5, 4}, {UINT64_MAX, 1}};
    struct vfj_request request = {.kind = VFJ_REQUEST_RC_STAMP};
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    assert_ends(&request, sizeof request, true); /* the first number must be at least 1 */
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct bench *bench = open_bench(true);
        request.number = numbers[i][0];
        send_request(bench, &request);
        assert_true(hear(bench, &reply, &descriptor));
        request.number = numbers[i][1];
        send_request(bench, &request);
        assert_false(hear(bench, &reply, &descriptor));
        assert_int_equal(close_bench(bench), 4);
    }
    request = (struct vfj_request){.number = 1, .kind = VFJ_REQUEST_END};
    assert_ends(&request, sizeof request, true);
}

/* Bytes of rc.conf that are not ASCII reach ifconfig(8) unchanged. */
static void test_other_bytes(void **state)
{
    struct bench *bench = open_bench(true);
    const struct vfj_request request
        = command(VFJ_COMMAND_CONFIGURE, "lagg0", "description B\xc3\xbcro\xff");
    struct vfj_reply reply;
    char output[64];
    int descriptor;
    (void)state;
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    read_all(descriptor, output, sizeof output);
    assert_string_equal(output, "-n lagg0 description B\xc3\xbcro\xff\n");
    assert_int_equal(close_bench(bench), 0);
}

/* The writing end of the daemon's output stays open in another process, which prints without
 * end. The monitor still ends. */
static void test_endless_output(void **state)
{
    static const char noise[4096];
    const struct vfj_request request = {.kind = VFJ_REQUEST_COUNT};
    struct vfj_reply reply;
    int ends[2], descriptor;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t printer = fork();
    if (printer == 0) {
        (void)close(ends[0]);
        while (write(ends[1], noise, sizeof noise) > 0)
            continue;
        _exit(0);
    }
    (void)close(ends[1]);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct bench *bench = open_bench_to(true, ends[0], null);
    (void)close(ends[0]);
    (void)close(null);
    send_request(bench, &request);
    assert_false(hear(bench, &reply, &descriptor));
    assert_int_equal(close_bench(bench), 4);
    assert_int_equal(waitpid(printer, NULL, 0), printer); /* SIGPIPE ended it */
}

static void fill_pipe(int fd)
{
    static const char noise[4096];
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while (write(fd, noise, sizeof noise) > 0)
        continue;
    assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
}

/* Nobody reads the monitor's copy of the daemon's output, and the daemon fills the pipe. The
 * monitor still serves requests. It copies the rest of the output when its own output can be
 * written again. */
static void test_full_output(void **state)
{
    const struct vfj_request request = command(VFJ_COMMAND_CONFIGURE, "lagg0", "mtu 1500");
    struct vfj_reply reply;
    char output[64], byte;
    int from_daemon[2], to_reader[2], descriptor;
    (void)state;
    assert_int_equal(pipe(from_daemon), 0);
    assert_int_equal(pipe(to_reader), 0);
    fill_pipe(to_reader[1]);
    fill_pipe(from_daemon[1]);
    struct bench *bench = open_bench_to(true, from_daemon[0], to_reader[1]);
    (void)close(from_daemon[0]);
    (void)close(to_reader[1]);
    ask(bench, &request);
    assert_true(hear(bench, &reply, &descriptor));
    read_all(descriptor, output, sizeof output);
    assert_string_equal(output, "-n lagg0 mtu 1500\n");
    (void)close(from_daemon[1]);
    do { /* skips the zeros that filled the reader's pipe; the zeros of the daemon arrive as '?' */
        assert_int_equal(read(to_reader[0], &byte, 1), 1);
    } while (byte == '\0');
    assert_int_equal(byte, '?');
    assert_int_equal(close_bench(bench), 0);
    (void)close(to_reader[0]);
}

static void test_hostile_mode(void **state)
{
    (void)state;
    struct vfj_request request = command(VFJ_COMMAND_UP, "hn0", "");
    assert_ends(&request, sizeof request, false); /* a monitor in observe mode refuses changes */
    request = (struct vfj_request){.kind = VFJ_REQUEST_ACT_LOCK};
    assert_ends(&request, sizeof request, false);
}

static void test_hostile_bytes(void **state)
{
    unsigned char noise[4096];
    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++) {
        srandom(seed);
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (unsigned char)(random() >> 8);
        assert_ends(noise, sizeof noise, true);
    }
}

/* A request with a descriptor is invalid. */
static void test_hostile_descriptor(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_request request = command(VFJ_COMMAND_UP, "mce0", "");
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    assert_int_equal(vfj_wire_send(&bench->wire, &request, sizeof request, STDIN_FILENO, true),
                     VFJ_WIRE_DONE);
    assert_false(hear(bench, &reply, &descriptor));
    assert_int_equal(close_bench(bench), 4);
}

enum { MANY = 200 }; /* a number below Linux's limit SCM_MAX_FD, which is 253 */

/* Sends bytes together with `count` descriptors. vfj_wire_send() never sends more than one. */
static void send_with(int socket, const void *bytes, size_t size, unsigned count)
{
    static union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(MANY * sizeof(int))];
    } control;
    struct iovec part = {(void *)(uintptr_t)bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
    memset(&control, 0, sizeof control);
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    for (unsigned i = 0; i < count; i++)
        memcpy(CMSG_DATA(header) + i * sizeof(int), &(int){STDIN_FILENO}, sizeof(int));
    assert_int_equal(sendmsg(socket, &message, MSG_NOSIGNAL), (ssize_t)size);
}

/* The monitor ends at a request with more than one descriptor, or with a descriptor after its
 * first byte. It does not wait for the rest of such a request. */
static void test_hostile_descriptors(void **state)
{
    static const unsigned counts[] = {2, 3, MANY};
    struct vfj_request request = command(VFJ_COMMAND_UP, "mce0", "");
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct bench *bench = open_bench(true);
        send_with(bench->wire.socket, &request, i == 0 ? sizeof request : 10, counts[i]);
        assert_false(hear(bench, &reply, &descriptor));
        assert_int_equal(close_bench(bench), 4);
    }
    struct bench *bench = open_bench(true);
    assert_int_equal(send(bench->wire.socket, &request, 10, MSG_NOSIGNAL), 10);
    send_with(bench->wire.socket, (const char *)&request + 10, sizeof request - 10, 1);
    assert_false(hear(bench, &reply, &descriptor));
    assert_int_equal(close_bench(bench), 4);
}

/* No received descriptor stays open at the end. */
static void test_no_descriptor_is_left(void **state)
{
    static const unsigned counts[] = {1, 2, MANY};
    const unsigned before = kit_open_descriptors();
    char frame[16] = "";
    int descriptor;
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct vfj_wire one, other;
        assert_true(vfj_wire_open(&one, &other));
        send_with(other.socket, frame, 8, counts[i]);
        enum vfj_wire_state received = vfj_wire_receive(&one, frame, sizeof frame, &descriptor);
        assert_int_equal(received, counts[i] == 1 ? VFJ_WIRE_WAIT : VFJ_WIRE_WRONG);
        assert_int_equal(kit_open_descriptors(), before + 3);
        if (counts[i] == 1) {
            send_with(other.socket, frame, 8, 1);
            assert_int_equal(vfj_wire_receive(&one, frame, sizeof frame, &descriptor),
                             VFJ_WIRE_WRONG);
        }
        vfj_wire_close(&one);
        vfj_wire_close(&other);
        assert_int_equal(kit_open_descriptors(), before);
    }
}

#ifdef __linux__
/* Control data of another type than descriptors makes a frame invalid. */
static void test_other_control_data(void **state)
{
    struct vfj_wire one, other;
    char frame[16] = "";
    int descriptor, on = 1;
    (void)state;
    assert_true(vfj_wire_open(&one, &other));
    assert_int_equal(setsockopt(one.socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
    assert_int_equal(send(other.socket, frame, sizeof frame, MSG_NOSIGNAL), (ssize_t)sizeof frame);
    assert_int_equal(vfj_wire_receive(&one, frame, sizeof frame, &descriptor), VFJ_WIRE_WRONG);
    vfj_wire_close(&one);
    vfj_wire_close(&other);
}
#endif

/* A request may arrive in pieces: the monitor serves it after the last piece. When the
 * connection ends in the middle of a request, the monitor serves nothing. */
static void test_pieces(void **state)
{
    struct bench *bench = open_bench(true);
    struct vfj_request request = command(VFJ_COMMAND_UP, "mce0", "");
    struct vfj_reply reply;
    int descriptor;
    (void)state;
    for (size_t i = 0; i < sizeof request; i++) {
        assert_int_equal(send(bench->wire.socket, (const char *)&request + i, 1, MSG_NOSIGNAL), 1);
        if (i % 100 == 0)
            usleep(1000);
    }
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(reply.kind, VFJ_REPLY_STARTED);
    close(descriptor);
    assert_true(hear(bench, &reply, &descriptor));
    assert_int_equal(send(bench->wire.socket, &request, 100, MSG_NOSIGNAL), 100);
    assert_int_equal(close_bench(bench), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_dhclient),
        cmocka_unit_test(test_dhclient_run_dir),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_lock),
        cmocka_unit_test(test_second_lock),
        cmocka_unit_test(test_devd),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_death),
        cmocka_unit_test(test_heir),
        cmocka_unit_test(test_hostile_numbers),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_hostile_texts),
        cmocka_unit_test(test_hostile_rest),
        cmocka_unit_test(test_hostile_rest_of_others),
        cmocka_unit_test(test_hostile_order),
        cmocka_unit_test(test_other_bytes),
        cmocka_unit_test(test_endless_output),
        cmocka_unit_test(test_full_output),
        cmocka_unit_test(test_hostile_mode),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_hostile_descriptor),
        cmocka_unit_test(test_hostile_descriptors),
        cmocka_unit_test(test_no_descriptor_is_left),
#ifdef __linux__
        cmocka_unit_test(test_other_control_data),
#endif
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
