/* The act lock: a daemon in act mode holds it. devd's VF rules do nothing while it is held. */
#ifndef VFJ_FREEBSD_ACT_LOCK_H
#define VFJ_FREEBSD_ACT_LOCK_H

#include <sys/types.h>

/* Makes the file, and its directory when only that is missing. Locks the file and writes the
 * daemon's pid into it. Returns the descriptor, or -1 with errno: EWOULDBLOCK when another daemon
 * acts. The caller takes the lock when only a signal or a system failure can still end the daemon,
 * and before the first observation. FreeBSD's scripts handle earlier events, and the first
 * observation sees the result. vfjournal-devd, which devd's rules run, holds this lock for an
 * instant; this function waits up to a second for the lock. */
int vfj_act_lock_take(const char *path, pid_t daemon);

/* Releases the lock. Does nothing for -1. The file stays: if this function removed the file, it
 * could remove the lock of the next daemon. */
void vfj_act_lock_drop(int fd);

#endif
