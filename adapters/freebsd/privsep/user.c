/* The unprivileged user, and the files that belong to that user. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares setresuid() and setgroups() only with this macro */
#endif
#include "adapters/freebsd/privsep/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/guest/process.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/environment.h"
#include "adapters/freebsd/privsep/owner.h"
#include "adapters/freebsd/privsep/passwd.h"

bool vfj_user_find(const char *name, struct vfj_user *user)
{
    struct vfj_passwd entry;
    if (!vfj_span_copy(user->name, sizeof user->name, vfj_span_of(name))
        || !vfj_passwd_by_name(name, &entry))
        return false;
    user->uid = entry.uid;
    user->gid = entry.gid;
    return true;
}

static bool complain(struct vfj_text *complaint, const char *path, const char *why,
                     const char *what)
{
    vfj_text_format(complaint, "%s%s%s", path, why, what);
    return false;
}

/* Returns true when the file belongs to the user or does not exist. The result is used for a
 * message only, since the user can change the file later. */
static bool is_users(const struct vfj_user *user, const char *path)
{
    struct stat status;
    return lstat(path, &status) != 0 || status.st_uid == user->uid;
}

static bool check_files(const struct vfj_user *user, const char *journal,
                        struct vfj_text *complaint)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", "-snapshot", ".lock"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[VFJ_PATHNAME_SIZE + 16];
        struct vfj_text text = vfj_text_begin(path, sizeof path);
        vfj_text_format(&text, "%s%s", journal, suffixes[i]);
        if (!is_users(user, path))
            return complain(complaint, path, " does not belong to user ", user->name);
    }
    return true;
}

/* Changes the owner of the new directory to the user, by a descriptor. Only root can change the
 * directory above it. */
static bool give_directory(const struct vfj_user *user, const char *directory,
                           struct vfj_text *complaint)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool given = fd >= 0 && fchown(fd, user->uid, user->gid) == 0;
    if (!given)
        complain(complaint, directory, ": ", strerror(errno));
    if (fd >= 0)
        close(fd);
    return given;
}

bool vfj_user_own_journal(const struct vfj_user *user, const char *journal,
                          struct vfj_text *complaint)
{
    char directory[VFJ_PATHNAME_SIZE];
    struct vfj_user owner;
    bool fits = vfj_span_copy(directory, sizeof directory, vfj_span_of(journal));
    char *slash = fits ? strrchr(directory, '/') : NULL;
    if (slash == NULL || slash == directory || slash[1] == '\0')
        return complain(complaint, journal, ": ", "not in a directory of its own");
    *slash = '\0';
    if (!vfj_owner_find(journal, VFJ_OWNER_USES, &owner, complaint))
        return false;
    /* A name is set only when the path has no single owner. The directory is refused then, even
     * if the user is nobody. */
    bool is_nobodys = owner.name[0] != '\0';
    if (is_nobodys || (owner.uid != 0 && owner.uid != user->uid))
        return false;
    *complaint = vfj_text_begin(complaint->bytes, complaint->size);
    if (owner.uid == user->uid)
        return check_files(user, journal, complaint);
    if (mkdir(directory, 0700) == 0)
        return give_directory(user, directory, complaint);
    if (errno == EEXIST)
        return complain(complaint, directory, " does not belong to user ", user->name);
    return complain(complaint, directory, ": ", strerror(errno));
}

static bool become(const struct vfj_user *user)
{
    if (setresgid(user->gid, user->gid, user->gid) != 0
        || setresuid(user->uid, user->uid, user->uid) != 0)
        return false;
    vfj_process_forgo_rights();
    vfj_environment_clean();
    return setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 && getuid() == user->uid
        && geteuid() == user->uid && getgid() == user->gid && getegid() == user->gid;
}

bool vfj_user_become(const struct vfj_user *user)
{
    return user->uid != 0 && user->gid != 0 && initgroups(user->name, user->gid) == 0
        && become(user);
}

bool vfj_user_become_alone(const struct vfj_user *user)
{
    return user->uid != 0 && user->gid != 0 && setgroups(1, &user->gid) == 0 && become(user);
}
