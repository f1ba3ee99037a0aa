/* Access control lists of files. */
#ifndef VFJ_FREEBSD_PRIVSEP_ACL_H
#define VFJ_FREEBSD_PRIVSEP_ACL_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns whether a list of NFSv4 lets others than root and the owner change or replace the file or
 * directory, though its mode does not show that. A list that can't be read counts as one that does.
 * The group bits of the mode show the rights of a list of POSIX.1e (its mask), so these lists are
 * not read. Does not follow a symbolic link. */
bool vfj_acl_lets_others_change(const char *path, mode_t mode);

#endif
