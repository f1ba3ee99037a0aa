/* The lock of a journal, which allows only one writer at a time. */
#ifndef VFJ_STORE_LOCK_H
#define VFJ_STORE_LOCK_H

#include "core/status.h"
#include "core/text/text.h"

/* Makes the file PATH.lock with mode 0600, locks it with flock(2), and writes this process's pid
 * into it. *fd is for vfj_lock_release(). Waits up to 2 s when only a child of a killed owner
 * holds the lock. Fails with JOURNAL_BUSY when another process holds the lock, and with
 * JOURNAL_ACCESS or JOURNAL_IO when the file cannot be made or locked. `detail` gets the cause. */
enum vfj_status vfj_lock_take(const char *path, int *fd, struct vfj_text *detail);

/* Returns the pid of the process that holds the lock, or 0 when there is none. Returns -1, with the
 * cause in `detail`, when the holder cannot be determined. Does not wait, and does not keep another
 * process from taking the lock. */
long vfj_lock_holder(const char *path, struct vfj_text *detail);

/* Publishes, in the locked file, how many events wait in memory while the journal cannot be
 * written. Needs no free space on the disk: vfj_lock_take() has reserved the bytes. Does nothing
 * when `fd` is -1. */
void vfj_lock_set_waiting(int fd, uint64_t events);

/* Returns the number of waiting events that the holder of the lock has published. Returns 0 when no
 * event waits or no process holds the lock. */
uint64_t vfj_lock_waiting(const char *path);

/* Writes the inode of the journal that this process writes into the lock file, whose descriptor is
 * `fd`. */
void vfj_lock_name_file(int fd, uint64_t inode);

/* Returns true when a process holds the lock, but has another file open than the one that `path`
 * names now: the journal was moved, removed or replaced while that process had it open. */
bool vfj_lock_is_of_other_file(const char *path);

/* Removes PATH.lock and releases the lock. Does nothing when `fd` is -1. When PATH.lock names
 * another file than `fd`, does not remove that file. */
void vfj_lock_release(const char *path, int fd);

#endif
