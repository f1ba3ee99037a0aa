/* The user that the daemon is when it need not be root, and what belongs to it. */
#ifndef VFJ_FREEBSD_USER_H
#define VFJ_FREEBSD_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/text.h"

#define VFJ_USER_DEFAULT "_vfjournal"

struct vfj_user {
    char name[64];
    uid_t uid;
    gid_t gid;
};

/* Look it up in passwd(5); false when there is none of that name. */
bool vfj_user_find(const char *name, struct vfj_user *user);

/* As root: make sure that the journal's directory is the user's. It is made when only it is missing, mode 0700. One
 * that is root's becomes the user's when it can be told to be the journal's own: nobody else can look into it, and
 * there is nothing in it but files named as the journal or longer. Of those, regular files with one name that are
 * root's become the user's, too. False, and why in *complaint, when the directory is not the user's in the end. */
bool vfj_user_own_journal(const struct vfj_user *user, const char *journal, struct vfj_text *complaint);

/* Be that user, with its groups, and never root again. False when that fails, or when root could be had back: then the
 * process must end. */
bool vfj_user_become(const struct vfj_user *user);

#endif
