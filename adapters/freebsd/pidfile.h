/* The daemon's pidfile. While the daemon runs, it holds a lock on the file. */
#ifndef VFJ_FREEBSD_PIDFILE_H
#define VFJ_FREEBSD_PIDFILE_H

#include <stdbool.h>
#include <sys/types.h>

/* Makes the file, locks it with flock(2) and empties it. The kernel releases the lock when its
 * owner ends for any reason. The mode is 0600, since a process that can open a file can lock it.
 * Returns the descriptor, which must stay open while the daemon runs, or -1 with errno:
 * EWOULDBLOCK when another process holds the lock. A child of this process shares the lock. */
int vfj_pidfile_open(const char *path);

/* Writes the daemon's pid into the file. The caller calls this function after the last fork.
 * Returns false, with errno, on failure. */
bool vfj_pidfile_write(int fd, pid_t pid);

/* Removes the file and releases the lock. Does nothing for -1. */
void vfj_pidfile_close(const char *path, int fd);

/* Returns the pid in the file when a process holds the lock, otherwise 0. Does not wait. */
pid_t vfj_pidfile_owner(const char *path);

#endif
