/* vfjournal daemon: records devd's lines in the journal and, in act mode, runs the commands that
 * they make necessary. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares closefrom only with this */
#endif
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/daemonise.h"
#include "adapters/freebsd/guest/kernel.h"
#include "adapters/freebsd/pidfile.h"
#include "adapters/freebsd/privsep/owner.h"
#include "adapters/freebsd/privsep/session.h"
#include "core/machine/step.h"
#include "tools/bus_error.h"
#include "tools/daemon/log.h"
#include "tools/daemon/loop.h"
#include "tools/daemon/options.h"
#include "tools/daemon/scheduled.h"
#include "tools/daemon/split.h"
#include "tools/guest_names.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { DESCRIPTORS = 1024 }; /* twice VFJ_PROGRAMS_MAX */

/* Raises the limit of open files. Observing the guest runs several programs for each slot, each
 * with a pipe, and the inherited limit may be too low for this. Only root, or a user with a higher
 * hard limit, can raise the limit. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
        return;
    const rlim_t before = limit.rlim_max;
    limit.rlim_cur = DESCRIPTORS;
    if (limit.rlim_max < DESCRIPTORS)
        limit.rlim_max = DESCRIPTORS;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return;
    limit.rlim_cur = limit.rlim_max = before;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Opens descriptors 0 to 2 if they are closed, and closes all others. A file that the daemon opens
 * then never becomes a standard stream, and no descriptor of the parent process is passed to the
 * programs that the daemon runs. */
static bool open_standard_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    closefrom(STDERR_FILENO + 1);
    allow_descriptors();
    return fd >= 0;
}

static void make_directory_of(const char *journal)
{
    char directory[VFJ_PATHNAME_SIZE];
    vfj_span_copy(directory, sizeof directory, vfj_span_of(journal));
    char *slash = strrchr(directory, '/');
    if (slash == NULL || slash == directory)
        return;
    *slash = '\0';
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        vfj_daemon_log("journal", "its directory can't be made: %s", strerror(errno));
}

/* Logs why the journal cannot be opened. Returns the exit status. */
static int refuse_journal(const char *path, enum vfj_status status, const struct vfj_ledger *ledger)
{
    const char *detail = ledger != NULL ? vfj_ledger_detail(ledger) : "";
    vfj_daemon_log("journal", "%s: %s%s%s", path, vfj_status_text(status),
                   detail[0] != '\0' ? ": " : "", detail);
    return vfj_exit_status_of(status);
}

static void log_start(const struct vfj_daemon_options *options, const struct vfj_daemon_loop *loop)
{
    bool by_kernel = options->guest_io.probe_way == VFJ_PROBE_WAY_KERNEL;
    vfj_daemon_log(
        "daemon", "version " VFJ_VERSION ", mode %s, policy %s, probes by %s%s, journal %s",
        vfj_mode_name(options->mode), vfj_policy_name(options->policy),
        by_kernel ? "kernel" : "programs", vfj_daemon_split_description(), options->journal);
    if (vfj_ledger_rules_changed(loop->ledger))
        vfj_daemon_log("journal",
                       "part of it was written under other rules, which decide otherwise now");
}

/* Tells guest_io which events of Azure Scheduled Events the journal contains without an end, so
 * that they are not recorded a second time as new. */
static void know_scheduled(const struct vfj_daemon_options *options, struct vfj_daemon_loop *loop)
{
    struct vfj_scheduled_list open;
    if (!options->asks_scheduled)
        return;
    enum vfj_status status = vfj_ledger_read_scheduled(loop->ledger, &open);
    if (status != VFJ_OK)
        vfj_daemon_log("scheduled", "the open events can't be read: %s", vfj_status_text(status));
    vfj_guest_io_set_scheduled(loop->guest_io, &open);
}

/* Takes the act lock and runs the loop. While the lock is held, devd's stock rules that join VFs do
 * nothing. The daemon therefore takes the lock last, when everything else of its start has
 * succeeded. */
static int run_on_journal(const struct vfj_daemon_options *options, struct vfj_daemon_loop *loop)
{
    if (options->mode == VFJ_MODE_ACT && !vfj_guest_io_take_act_lock(loop->guest_io)) {
        vfj_daemon_log("act lock", "%s: %s",
                       errno == EWOULDBLOCK ? "another daemon acts" : "can't be made",
                       options->guest_io.paths.act_lock);
        return VFJ_EXIT_SYSTEM;
    }
    vfj_daemonise_ready();
    log_start(options, loop);
    know_scheduled(options, loop);
    vfj_daemon_enter_capability_mode(options);
    vfj_daemon_loop_run(loop);
    bool is_broken = loop->failed || loop->ends_for_moved || vfj_guest_io_is_lost(loop->guest_io);
    return is_broken ? VFJ_EXIT_SYSTEM : VFJ_EXIT_OK;
}

/* Opens the journal and runs the daemon on it. All processes that the daemon needs were forked
 * earlier, so that none of them has a descriptor of SQLite. */
static int run_on_guest(const struct vfj_daemon_options *options, struct vfj_daemon_loop *loop)
{
    loop->started.rules = VFJ_RULES;
    loop->started.mode = (uint8_t)options->mode;
    loop->started.policy = (uint8_t)options->policy;
    loop->maintenance.rule = options->rule;
    loop->maintenance.min_free = options->min_free;
    vfj_guest_io_boot_id(loop->guest_io, loop->started.boot_id);
    if (vfj_kernel_sysctl("kern.hostuuid", loop->host, sizeof loop->host) != 0
        || !vfj_uuid_is(vfj_span_of(loop->host)))
        loop->host[0] = '\0';
    make_directory_of(options->journal);
    int exit_status = VFJ_EXIT_OK;
    enum vfj_status status = (options->no_snapshot ? vfj_ledger_open : vfj_ledger_open_cached)(
        &loop->ledger, options->journal, options->on_error);
    if (status != VFJ_OK) {
        exit_status = refuse_journal(options->journal, status, loop->ledger);
    } else {
        exit_status = run_on_journal(options, loop);
    }
    vfj_ledger_close(loop->ledger);
    return exit_status;
}

static int run(const struct vfj_daemon_options *options)
{
    static struct vfj_daemon_loop loop; /* too big for a stack */
    struct vfj_guest_io_listener listener = vfj_daemon_loop_listener(&loop);
    if (vfj_guest_io_open(&loop.guest_io, &options->guest_io, &listener) != VFJ_OK) {
        vfj_daemon_log("daemon", "can't start: %s", strerror(errno));
        return VFJ_EXIT_SYSTEM;
    }
    int exit_status = run_on_guest(options, &loop);
    vfj_guest_io_close(loop.guest_io);
    return exit_status;
}

/* Splits the daemon into two processes if possible, and runs it until it ends. */
static int run_split(struct vfj_daemon_options *options)
{
    vfj_daemon_start_scheduled(options);
    int exit_status = VFJ_EXIT_SYSTEM;
    bool is_split = vfj_daemon_split(options);
    if (is_split)
        exit_status = run(options);
    /* the monitor prints the log and therefore ends after the helper */
    vfj_daemon_end_scheduled(options);
    if (is_split)
        vfj_monitor_end(options->guest_io.monitor);
    return exit_status;
}

/* Leaves the terminal. A process that gives up root's rights must not be able to send keystrokes to
 * root's terminal. Also changes the current directory to /, which is possible because all paths in
 * the options are absolute. */
static bool leave_terminal(const struct vfj_daemon_options *options)
{
    if (geteuid() != 0 || options->one_process)
        return true;
    return vfj_session_leave_terminal() && chdir("/") == 0;
}

/* Goes to the background, leaves the terminal, writes the pid of the remaining process to the
 * pidfile, and runs the daemon. */
static int run_in_background(struct vfj_daemon_options *options)
{
    if (options->daemonise && !vfj_daemonise()) {
        vfj_daemon_log("daemon", "can't go to the background: %s", strerror(errno));
        return VFJ_EXIT_SYSTEM;
    }
    if (!leave_terminal(options)) {
        vfj_daemon_log("daemon", "can't leave the terminal: %s", strerror(errno));
        return VFJ_EXIT_SYSTEM;
    }
    if (options->pidfile_descriptor >= 0
        && !vfj_pidfile_write(options->pidfile_descriptor, getpid())) {
        vfj_daemon_log("pidfile", "can't be written: %s", strerror(errno));
        return VFJ_EXIT_SYSTEM;
    }
    return run_split(options);
}

/* Returns true when only root can change the path of this lock file, which root creates, locks and
 * removes. */
static bool is_lock_roots(const char *subsystem, const char *path)
{
    char why[VFJ_PATHNAME_SIZE + 64];
    struct vfj_text text = vfj_text_begin(why, sizeof why);
    struct vfj_user owner;
    if (geteuid() != 0 || path[0] == '\0'
        || (vfj_owner_find(path, VFJ_OWNER_OPENS, &owner, &text) && owner.uid == 0))
        return true;
    vfj_daemon_log(subsystem, "root does not make it: %s", why);
    return false;
}

/* Returns true when root may run the programs at the guest's paths, because only root can change
 * them. Before this check, the daemon must not have run a program or made a file. */
static bool is_guest_roots(const struct vfj_daemon_options *options)
{
    char why[VFJ_PATHNAME_SIZE + 64];
    struct vfj_text text = vfj_text_begin(why, sizeof why);
    bool is_roots = vfj_paths_are_roots(&options->guest_io.paths, &text);
    if (!is_roots)
        vfj_daemon_log("guest", "root runs nothing of it: %s", why);
    return is_roots;
}

static void say_named(void *context, const char *file, unsigned line)
{
    const struct vfj_name *hn = context;
    vfj_daemon_log("guest", "%s:%u names %s: once that is joined, its packets are on its lagg",
                   file, line, hn->text);
}

/* Logs every place in the guest's files that names an hn, such as a firewall rule. The files are
 * read before this process gives up root's rights. */
static void say_files(const struct vfj_daemon_options *options)
{
    for (unsigned i = 0; i < VFJ_UNITS_MAX && options->mode == VFJ_MODE_ACT; i++) {
        struct vfj_name hn = {{0}};
        struct vfj_text text = vfj_text_begin(hn.text, sizeof hn.text);
        vfj_text_format(&text, "hn%u", i);
        vfj_guest_find_names(&options->guest_io.paths, hn, say_named, &hn);
    }
}

static int run_with_pidfile(struct vfj_daemon_options *options)
{
    if (!is_guest_roots(options) || !is_lock_roots("pidfile", options->pidfile)
        || !is_lock_roots("act lock", options->guest_io.paths.act_lock))
        return VFJ_EXIT_UNUSABLE;
    say_files(options);
    options->pidfile_descriptor = -1;
    if (options->pidfile[0] != '\0') {
        options->pidfile_descriptor = vfj_pidfile_open(options->pidfile);
        if (options->pidfile_descriptor < 0) {
            vfj_daemon_log("pidfile", "%s: %s",
                           errno == EWOULDBLOCK ? "another daemon runs" : "can't be made",
                           options->pidfile);
            return VFJ_EXIT_SYSTEM;
        }
    }
    int exit_status = run_in_background(options);
    vfj_pidfile_close(options->pidfile, options->pidfile_descriptor);
    return exit_status;
}

int vfj_verb_daemon(int argc, char **argv)
{
    struct vfj_daemon_options options;
    if (!open_standard_descriptors())
        return VFJ_EXIT_SYSTEM;
    switch (vfj_daemon_options_read(argc, argv, &options)) {
    case VFJ_PARSED_HELP:
        return VFJ_EXIT_OK;
    case VFJ_PARSED_WRONG:
        return VFJ_EXIT_UNUSABLE;
    case VFJ_PARSED_RUN:
        break;
    }
    umask(077);
    if (options.syslog)
        vfj_daemon_log_to_syslog();
    vfj_bus_error_catch(vfj_daemon_log_line);
    return run_with_pidfile(&options);
}
