/* The daemon's pidfile: who has it locked runs. */
#ifndef VFJ_FREEBSD_PIDFILE_H
#define VFJ_FREEBSD_PIDFILE_H

#include <stdbool.h>
#include <sys/types.h>

/* Make the file and lock it, as pidfile_open(3) does: flock(2), which a death of any kind undoes,
 * mode 0600, since who can open a file can lock it. What stood in it is gone. The descriptor, which
 * is to stay open as long as we run, or -1 and errno: EWOULDBLOCK when another process has it
 * locked. A fork shares the lock. */
int vfj_pidfile_open(const char *path);

/* Write the daemon's pid into it: after the last fork. */
bool vfj_pidfile_write(int fd, pid_t pid);

/* Remove it and give up the lock; nothing for -1. */
void vfj_pidfile_close(const char *path, int fd);

/* The pid in it if some process has it locked, else 0. Nothing is waited for. */
pid_t vfj_pidfile_owner(const char *path);

#endif
