/* Finds entries of passwd(5). */
#ifndef VFJ_FREEBSD_PRIVSEP_PASSWD_H
#define VFJ_FREEBSD_PRIVSEP_PASSWD_H

#include <stdbool.h>
#include <sys/types.h>

struct vfj_passwd {
    uid_t uid;
    gid_t gid;
};

/* Find an entry of passwd(5) by its name or its user id. Both return false when there is no such
 * entry. For root, getpwnam(3) of FreeBSD reads spwd.db, which has all password hashes
 * (lib/libc/gen/getpwent.c). A child process therefore calls getpwnam(3). */
bool vfj_passwd_by_name(const char *name, struct vfj_passwd *entry);
bool vfj_passwd_by_uid(uid_t uid, struct vfj_passwd *entry);

#endif
