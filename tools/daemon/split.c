/* Privilege separation: an unprivileged process reads, decides and writes the journal, and a
 * small process, the monitor, keeps root's rights. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares pipe2 only with this */
#endif
#include "tools/daemon/split.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/capability.h"
#include "adapters/freebsd/privsep/owner.h"
#include "adapters/freebsd/privsep/user.h"
#include "tools/daemon/log.h"

static char description[384];

static struct vfj_monitor_settings settings_of(const struct vfj_daemon_options *options)
{
    struct vfj_monitor_settings settings = {
        .paths = options->guest_io.paths,
        .acts = options->mode == VFJ_MODE_ACT,
        .detached = options->daemonise,
        .log = vfj_daemon_log_line,
    };
    if (options->pidfile_descriptor >= 0)
        settings.pidfile_descriptor = options->pidfile_descriptor;
    memcpy(settings.pidfile, options->pidfile, sizeof settings.pidfile);
    return settings;
}

/* Decides whether the daemon runs as two processes, and as which user. If it does not, appends the
 * reason to `why`. */
static void decide_split(const struct vfj_daemon_options *options, struct vfj_user *user,
                         struct vfj_text *why)
{
    const char *name = options->user != NULL ? options->user : VFJ_USER_DEFAULT;
    if (options->one_process) {
        vfj_text_add(why, "by --one-process");
    } else if (geteuid() != 0) {
        vfj_text_add(why, "not root");
    } else if (!vfj_user_find(name, user)) {
        vfj_text_format(why, "no user %s", name);
    } else if (user->uid == 0) {
        vfj_text_add(why, "root is the user");
    } else {
        (void)vfj_user_own_journal(user, options->journal, why);
    }
}

/* Closes all descriptors that root passed to this process, because an unprivileged process could
 * misuse them: it could truncate a file, send keystrokes to a terminal (TIOCSTI), read from a
 * socket or a FIFO, or change the flags of a pipe for all other processes that write to it.
 * Standard input becomes /dev/null, and both outputs become `output`, a pipe to the monitor. */
static bool close_files(struct vfj_daemon_options *options, int output)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool done = null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0
        && dup2(output, STDERR_FILENO) >= 0;
    close(null);
    close(output);
    if (options->pidfile_descriptor >= 0)
        close(options->pidfile_descriptor);
    options->pidfile_descriptor = -1;
    vfj_capability_limit(STDIN_FILENO, VFJ_CAPABILITY_READ);
    vfj_capability_limit(STDOUT_FILENO, VFJ_CAPABILITY_WORK);
    vfj_capability_limit(STDERR_FILENO, VFJ_CAPABILITY_WORK);
    return done;
}

static bool start_monitor(struct vfj_daemon_options *options)
{
    struct vfj_monitor_settings settings = settings_of(options);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    settings.output = ends[0];
    options->guest_io.monitor = vfj_monitor_start(&settings);
    close(ends[0]);
    return options->guest_io.monitor != NULL && close_files(options, ends[1]);
}

static bool split(struct vfj_daemon_options *options, const struct vfj_user *user)
{
    struct vfj_text text = vfj_text_begin(description, sizeof description);
    if (!start_monitor(options)) {
        vfj_daemon_log("monitor", "can't be started: %s", strerror(errno));
        vfj_monitor_end(options->guest_io.monitor);
        return false;
    }
    if (!vfj_user_become(user)) {
        vfj_daemon_log("daemon", "can't become user %s", user->name);
        vfj_monitor_end(options->guest_io.monitor);
        return false;
    }
    /* the connection may be one to /var/run/logpriv, FreeBSD's syslogd socket for root only */
    vfj_daemon_log_disconnect();
    vfj_text_format(&text, ", user %s, monitor %ld", user->name,
                    (long)vfj_monitor_pid(options->guest_io.monitor));
    return true;
}

/* Returns true when only root can replace the journal. A daemon that stays root opens no other
 * journal. */
static bool is_roots(const struct vfj_daemon_options *options)
{
    char bytes[VFJ_PATHNAME_SIZE + 64];
    struct vfj_user owner;
    struct vfj_text why = vfj_text_begin(bytes, sizeof bytes);
    if (geteuid() != 0
        || (vfj_owner_find(options->journal, VFJ_OWNER_OPENS, &owner, &why) && owner.uid == 0))
        return true;
    vfj_daemon_log("journal", "root as one process does not open it: %s", bytes);
    return false;
}

bool vfj_daemon_split(struct vfj_daemon_options *options)
{
    char why[VFJ_PATHNAME_SIZE + 256];
    struct vfj_user user = {.uid = 0};
    struct vfj_text text = vfj_text_begin(why, sizeof why);
    decide_split(options, &user, &text);
    if (text.length == 0)
        return split(options, &user);
    if (options->user != NULL) {
        vfj_daemon_log("daemon", "can't run as another user: %s", why);
        return false;
    }
    if (!is_roots(options))
        return false;
    text = vfj_text_begin(description, sizeof description);
    vfj_text_format(&text, ", one process: %s", why);
    return true;
}

const char *vfj_daemon_split_description(void)
{
    return description;
}

void vfj_daemon_enter_capability_mode(const struct vfj_daemon_options *options)
{
    if (!options->capsicum)
        return;
    if (options->guest_io.monitor == NULL) {
        vfj_daemon_log("capsicum", "not in capability mode: one process does it all");
        return;
    }
    vfj_daemon_log_connect();
    if (vfj_capability_enter())
        vfj_daemon_log("capsicum", "in capability mode");
    else
        vfj_daemon_log("capsicum", "not in capability mode: %s", strerror(errno));
}
