/* The user that the daemon is when it need not be root, and what belongs to it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* setresuid, initgroups: glibc hides them without */
#endif
#include "adapters/freebsd/user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/process.h"

bool vfj_user_find(const char *name, struct vfj_user *user)
{
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL || !vfj_span_copy(user->name, sizeof user->name, vfj_span_of(name)))
        return false;
    user->uid = entry->pw_uid;
    user->gid = entry->pw_gid;
    return true;
}

static bool complain(struct vfj_text *complaint, const char *path, const char *why, const char *what)
{
    vfj_text_add(complaint, path);
    vfj_text_add(complaint, why);
    vfj_text_add(complaint, what);
    return false;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_journals(const char *directory, const char *file)
{
    const struct dirent *entry;
    bool all = true;
    DIR *listing = opendir(directory);
    while (listing != NULL && all && (entry = readdir(listing)) != NULL)
        all = is_dots(entry->d_name) || vfj_span_starts(vfj_span_of(entry->d_name), file);
    if (listing != NULL)
        closedir(listing);
    return listing != NULL && all;
}

/* By its descriptor, and only what has no other name: the user may write to the directory already, and root shall give
 * away no file of others that was linked there. */
static void give_file(const struct vfj_user *user, int directory, const char *name)
{
    struct stat status;
    int fd = openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_uid == 0)
        (void)!fchown(fd, user->uid, user->gid);
    close(fd);
}

static void give_files(const struct vfj_user *user, int directory, const char *file)
{
    const struct dirent *entry;
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (vfj_span_starts(vfj_span_of(entry->d_name), file))
            give_file(user, directory, entry->d_name);
    }
    if (listing != NULL)
        closedir(listing);
    else if (fd >= 0)
        close(fd);
}

static bool own_directory(const struct vfj_user *user, const char *directory, const char *file,
                          struct vfj_text *complaint)
{
    struct stat status;
    bool made = mkdir(directory, 0700) == 0;
    if (!made && errno != EEXIST)
        return complain(complaint, directory, ": ", strerror(errno));
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        complain(complaint, directory, ": ", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool is_private = status.st_uid == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (made || (is_private && is_journals(directory, file)))
        status.st_uid = fchown(fd, user->uid, user->gid) == 0 ? user->uid : status.st_uid;
    bool owned = status.st_uid == user->uid;
    if (owned)
        give_files(user, fd, file);
    else
        complain(complaint, directory, " does not belong to user ", user->name);
    close(fd);
    return owned;
}

bool vfj_user_own_journal(const struct vfj_user *user, const char *journal, struct vfj_text *complaint)
{
    char directory[VFJ_PATHNAME_SIZE];
    char *slash = vfj_span_copy(directory, sizeof directory, vfj_span_of(journal)) ? strrchr(directory, '/') : NULL;
    if (slash == NULL || slash == directory || slash[1] == '\0')
        return complain(complaint, journal, ": ", "not in a directory of its own");
    *slash = '\0';
    return own_directory(user, directory, slash + 1, complaint);
}

bool vfj_user_become(const struct vfj_user *user)
{
    if (user->uid == 0 || initgroups(user->name, user->gid) != 0 || setresgid(user->gid, user->gid, user->gid) != 0
        || setresuid(user->uid, user->uid, user->uid) != 0)
        return false;
    vfj_process_forgo_rights();
    return setuid(0) != 0 && seteuid(0) != 0 && getuid() == user->uid && geteuid() == user->uid;
}
