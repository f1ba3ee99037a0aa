/* Enters capability mode, and limits the rights of descriptors: capsicum(4). */
#ifndef VFJ_FREEBSD_PRIVSEP_CAPABILITY_H
#define VFJ_FREEBSD_PRIVSEP_CAPABILITY_H

#include <stdbool.h>

/* Enters capability mode for good. The process can then use open descriptors, with the rights
 * that vfj_capability_limit() left, and files below open directories. Returns false, with errno,
 * on failure: ENOSYS where the system has no such mode. On Linux, for tests, seccomp(2) makes
 * path names unreachable in the same way, but ".." works in an open directory, and descriptors
 * keep all rights. */
bool vfj_capability_enter(void);

/* The rights that a descriptor keeps. */
enum vfj_capability_use {
    /* the rights to read, to wait for input, and to change the descriptor's flags */
    VFJ_CAPABILITY_READ,
    /* the rights of READ; to write; to sync, truncate, lock and map a file; to make, rename and
     * remove files in a directory; to use a kqueue(2) */
    VFJ_CAPABILITY_WORK,
};

/* Limits the rights of a descriptor, also for other processes that receive it. Nobody can then
 * change owner, mode or socket options by the descriptor, or connect or listen by it. Does
 * nothing where the system has no such limits. */
void vfj_capability_limit(int fd, enum vfj_capability_use use);

#endif
