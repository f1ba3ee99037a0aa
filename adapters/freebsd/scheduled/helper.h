/* The helper: the process that reads Azure Scheduled Events. Only the helper opens connections
 * to the network. */
#ifndef VFJ_FREEBSD_SCHEDULED_HELPER_H
#define VFJ_FREEBSD_SCHEDULED_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/user.h"
#include "adapters/freebsd/scheduled/watch.h"

struct vfj_helper_settings {
    struct vfj_url url;
    uint32_t unit_ms; /* as in struct vfj_watch_settings */
    /* reads a document, as in struct vfj_watch_settings; only the helper process calls it */
    vfj_watch_read_fn *read;
    /* A helper that root starts becomes this user, and its root directory becomes `empty_dir`. The
     * user is not that of the daemon: a compromised helper can neither signal nor trace the daemon.
     * A helper of another user than root ignores both members. */
    struct vfj_user user;
    char empty_dir[VFJ_PATHNAME_SIZE];
};

/* Forks the helper. The caller has started no thread and opened no database. Besides /dev/null,
 * the helper has only one descriptor, its end of a socket pair. The helper cannot write a file
 * or start a process. When root started it, it cannot open any file. The helper ends when the
 * caller's end is closed. Returns the caller's end, which does not block, or -1 with errno. */
int vfj_helper_start(const struct vfj_helper_settings *settings, pid_t *pid);

/* Closes the caller's end, which may be -1, and waits at most two seconds for the helper's end.
 * Returns false when the helper still runs then. */
bool vfj_helper_end(int socket, pid_t pid);

#endif
