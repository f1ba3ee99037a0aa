/* Access control lists of files. */
#ifndef VFJ_FREEBSD_PRIVSEP_ACL_H
#define VFJ_FREEBSD_PRIVSEP_ACL_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns true when an NFSv4 access control list lets users other than root and the owner change
 * or replace the file or directory in a way that the file's mode does not show. Also returns
 * true when the list cannot be read. Lists of POSIX.1e are not read: the group bits of the mode
 * are the list's mask, and so show its rights. Does not follow a symbolic link. */
bool vfj_acl_lets_others_change(const char *path, mode_t mode);

#endif
