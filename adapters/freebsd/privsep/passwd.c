/* Finds entries of passwd(5). */
#include "adapters/freebsd/privsep/passwd.h"

#include <pwd.h>
#include <stddef.h>

#include "adapters/freebsd/privsep/apart.h"

/* A request for the entry of passwd(5) with that name, or, when the name is NULL, with that user
 * id. */
struct question {
    const char *name;
    uid_t uid;
};

static bool ask(void *context, void *result)
{
    const struct question *question = context;
    struct vfj_passwd *entry = result;
    const struct passwd *found
        = question->name != NULL ? getpwnam(question->name) : getpwuid(question->uid);
    if (found == NULL)
        return false;
    entry->uid = found->pw_uid;
    entry->gid = found->pw_gid;
    return true;
}

bool vfj_passwd_by_name(const char *name, struct vfj_passwd *entry)
{
    struct question question = {.name = name};
    return vfj_apart_run(ask, &question, entry, sizeof *entry);
}

bool vfj_passwd_by_uid(uid_t uid, struct vfj_passwd *entry)
{
    struct question question = {.uid = uid};
    return vfj_apart_run(ask, &question, entry, sizeof *entry);
}
