/* The lock that says: a daemon in act mode runs. While it is held, devd's VF rules leave the work
 * to us. */
#ifndef VFJ_FREEBSD_ACT_LOCK_H
#define VFJ_FREEBSD_ACT_LOCK_H

#include <sys/types.h>

/* Make the file, in a directory that is made when only it is missing, lock it and write the
 * daemon's pid into it. The descriptor, or -1 and errno: EWOULDBLOCK when another daemon acts. To
 * be taken when nothing but a signal or a failure of the system can end us any more, and before the
 * guest is first looked at: what happens before is done by FreeBSD's scripts and seen by that look,
 * what happens after is for us. vfjournal-devd, which devd's rules run, tries this lock for an
 * instant; that is waited out. */
int vfj_act_lock_take(const char *path, pid_t daemon);

/* Give it up; nothing for -1. The file stays: its lock is what counts, and who would remove it
 * could take it from under a successor. */
void vfj_act_lock_drop(int fd);

#endif
