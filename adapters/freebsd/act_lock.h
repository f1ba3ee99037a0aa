/* The act lock: a file lock that a daemon in act mode holds. devd's rules for VFs do nothing
 * while a daemon holds it. */
#ifndef VFJ_FREEBSD_ACT_LOCK_H
#define VFJ_FREEBSD_ACT_LOCK_H

#include <sys/types.h>

/* Makes the file, and its directory when only the directory is missing. Locks the file and writes
 * the daemon's pid into it. Returns the descriptor, or -1 with errno: EWOULDBLOCK when another
 * daemon acts. The caller takes the lock late: afterwards only a signal or a system failure can end
 * the daemon. The caller takes it before the first observation. FreeBSD's scripts handle the events
 * until then, and the first observation sees what they did. vfjournal-devd, which devd's rules run,
 * holds this lock for an instant; this function waits up to a second for the lock. */
int vfj_act_lock_take(const char *path, pid_t daemon);

/* Releases the lock. Does nothing for -1. The file stays: if it were removed, a new daemon could
 * already have locked it, and would lose its lock. */
void vfj_act_lock_drop(int fd);

#endif
