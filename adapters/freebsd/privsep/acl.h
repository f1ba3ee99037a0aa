/* Access control lists of files. */
#ifndef VFJ_FREEBSD_PRIVSEP_ACL_H
#define VFJ_FREEBSD_PRIVSEP_ACL_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns true when the NFSv4 access control list of a file or directory lets others than root and
 * the owner change or replace it, beyond what its mode permits. Also returns true when the list
 * cannot be read. `mode` is the mode of the file. POSIX.1e lists are not read: with such a list,
 * the group bits of the mode are the list's mask, an upper limit of the rights that it grants. Does
 * not follow a symbolic link. */
bool vfj_acl_lets_others_change(const char *path, mode_t mode);

#endif
