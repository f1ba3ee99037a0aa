/* The unprivileged user, and the files that belong to that user. */
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

/* Finds the user in passwd(5). Returns false when passwd(5) has no user `name`. */
bool vfj_user_find(const char *name, struct vfj_user *user);

/* Ensures, as root, that the journal's directory belongs to the user. When the directory is missing
 * and only root can change the directory above, makes it with mode 0700 and gives it to the user.
 * Changes the owner of nothing else, since an existing file may have been put there by others.
 * Returns false, with the path in *complaint, when the directory or a file of the journal belongs
 * to another user, or when others than root and the user can change a component of the path. */
bool vfj_user_own_journal(const struct vfj_user *user, const char *journal,
                          struct vfj_text *complaint);

/* Makes this process run as the user, with the user's groups and a clean environment
 * (environment.h), for good. Returns false when the user is root or in root's group, or when the
 * process could become root again. After a failure the process must end. */
bool vfj_user_become(const struct vfj_user *user);

/* Does the same as vfj_user_become(), but the process has only the group user->gid. passwd(5)
 * need not have the user. */
bool vfj_user_become_alone(const struct vfj_user *user);

#endif
