/* The user that the daemon is when it need not be root, and what belongs to it. */
#ifndef VFJ_FREEBSD_PRIVSEP_USER_H
#define VFJ_FREEBSD_PRIVSEP_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/text/text.h"

#define VFJ_USER_DEFAULT "_vfjournal"

struct vfj_user {
    char name[64];
    uid_t uid;
    gid_t gid;
};

/* Look it up in passwd(5); false when there is none of that name. */
bool vfj_user_find(const char *name, struct vfj_user *user);

/* As root: make sure that the journal's directory is the user's. A missing directory is made, mode
 * 0700, and given to the user, when only root can change the directory above. Nothing else is given
 * away: what was there before may be a file of others by another name. Fails, with the path in
 * *complaint, when the directory or one of the journal's files belongs to somebody else, or others
 * than root and the user can change a component of the path. */
bool vfj_user_own_journal(const struct vfj_user *user, const char *journal,
                          struct vfj_text *complaint);

/* Be that user, with its groups, and never root again. Fails for root and root's group, and when
 * root could be had back: then the process must end. */
bool vfj_user_become(const struct vfj_user *user);

/* Likewise, with the group user->gid only. passwd(5) need not know the user. */
bool vfj_user_become_alone(const struct vfj_user *user);

#endif
