/* One writer per journal. */
#ifndef VFJ_STORE_LOCK_H
#define VFJ_STORE_LOCK_H

#include "core/status.h"
#include "core/text.h"

/* Take flock(2) on the file PATH.lock, made with mode 0600, and write our pid into it, for people. VFJ_OK:
 * *fd is to be given to vfj_lock_release. JOURNAL_BUSY: another process has it, and it is not just a child that its
 * killed owner was starting, which is waited for; JOURNAL_IO: it can't be made.
 * *detail says more. */
enum vfj_status vfj_lock_take(const char *path, int *fd, struct vfj_text *detail);

/* Whether a process holds that lock, without waiting and without taking it from anyone: its pid, 0 when nobody does,
 * -1 when it can't be told (*detail says why). */
long vfj_lock_holder(const char *path, struct vfj_text *detail);

/* Remove PATH.lock and let go of it; fd -1 is nothing. */
void vfj_lock_release(const char *path, int fd);

#endif
