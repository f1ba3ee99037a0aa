/* Capability mode, and limits of descriptors: capsicum(4). */
#ifndef VFJ_FREEBSD_PRIVSEP_CAPABILITY_H
#define VFJ_FREEBSD_PRIVSEP_CAPABILITY_H

#include <stdbool.h>

/* Enters capability mode for good. The process can then use open descriptors, with the rights that
 * vfj_capability_limit() left, and files below open directories. Returns false, with errno: ENOSYS
 * where the system has no such mode. On Linux seccomp(2) makes the same names unreachable, for
 * tests. There an open directory permits "..", and descriptors keep all rights. */
bool vfj_capability_enter(void);

/* The remaining rights of a descriptor. */
enum vfj_capability_use {
    VFJ_CAPABILITY_READ, /* to read, to wait, and to change its flags */
    /* and to write; to sync, truncate, lock and map a file; to make, rename and remove files in a
     * directory; to use a kqueue(2) */
    VFJ_CAPABILITY_WORK,
};

/* Limits the rights of a descriptor, also in other processes that get it. Owner, mode and options
 * cannot be changed by it any more, nor can it connect or listen. Does nothing where the system has
 * no such limits. */
void vfj_capability_limit(int fd, enum vfj_capability_use use);

#endif
