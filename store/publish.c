/* Makes a new file in a directory of its own, and publishes it complete or not at all. */
#include "store/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/handover.h"

/* The directories of new files that exist at present. A signal handler reads the list. */
enum { CURRENT_MAX = 4 };
static struct vfj_publish *volatile current[CURRENT_MAX];

static void replace_current(const struct vfj_publish *from, struct vfj_publish *to)
{
    for (size_t i = 0; i < CURRENT_MAX; i++) {
        if (current[i] == from) {
            current[i] = to;
            return;
        }
    }
}

static enum vfj_status fail_errno(struct vfj_text *detail)
{
    int error = errno;
    vfj_text_add(detail, strerror(error));
    return vfj_file_status_of(error);
}

static bool join(char to[PATH_MAX], const char *first, const char *second)
{
    struct vfj_text text = vfj_text_begin(to, PATH_MAX);
    vfj_text_format(&text, "%s%s", first, second);
    return !text.overflow;
}

/* Begins a file that another process, the publisher, will publish. First the publisher checks
 * `to`, since this process may have no right to look `to` up. */
static enum vfj_status begin_handover(struct vfj_publish *new_file, const char *to,
                                      struct vfj_text *detail)
{
    new_file->directory[0] = '\0';
    if (!vfj_handover_begin())
        return fail_errno(detail);
    enum vfj_status status = vfj_publish_begin_temporary(new_file, vfj_handover_prefix(), detail);
    new_file->to = to;
    if (status != VFJ_OK) {
        vfj_text_add(detail, " for a directory ");
        vfj_text_add(detail, vfj_handover_prefix());
        vfj_text_add(detail, ".XXXXXX");
    }
    return status;
}

enum vfj_status vfj_publish_begin(struct vfj_publish *new_file, const char *to,
                                  struct vfj_text *detail)
{
    struct stat facts;
    if (vfj_handover_prefix() != NULL)
        return begin_handover(new_file, to, detail);
    errno = 0;
    new_file->directory[0] = '\0';
    if (lstat(to, &facts) == 0)
        errno = EEXIST;
    if (errno != ENOENT)
        return fail_errno(detail);
    return vfj_publish_begin_temporary(new_file, to, detail);
}

/* Makes the directory and adds it to the list. Signals are blocked meanwhile, so that a signal
 * handler finds every existing directory in the list. */
static bool make_directory(struct vfj_publish *new_file, char name[PATH_MAX])
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    bool made = mkdtemp(name) != NULL;
    int error = errno;
    if (made) {
        memcpy(new_file->directory, name, PATH_MAX);
        replace_current(NULL, new_file);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return made;
}

enum vfj_status vfj_publish_begin_temporary(struct vfj_publish *new_file, const char *prefix,
                                            struct vfj_text *detail)
{
    char name[PATH_MAX];
    new_file->to = prefix;
    new_file->directory[0] = '\0';
    errno = ENAMETOOLONG;
    if (!join(name, prefix, ".XXXXXX") || !make_directory(new_file, name))
        return fail_errno(detail);
    errno = ENAMETOOLONG;
    return join(new_file->path, name, "/journal.db") ? VFJ_OK : fail_errno(detail);
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return false;
    int failed = fsync(fd);
    return close(fd) == 0 && failed == 0;
}

static bool sync_directory_of(const char *path)
{
    char name[PATH_MAX];
    if (!join(name, path, ""))
        return false;
    char *slash = strrchr(name, '/');
    if (slash == NULL)
        return sync_path(".", O_RDONLY | O_DIRECTORY);
    slash[slash == name ? 1 : 0] = '\0';
    return sync_path(name, O_RDONLY | O_DIRECTORY);
}

/* Renames the file, but never replaces a file. link(2) ensures that. A file system without hard
 * links needs rename(2), which would replace a file that was made after the lstat(2). */
static bool move(const char *from, const char *to)
{
    struct stat facts;
    if (link(from, to) == 0)
        return true;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
        return false;
    if (lstat(to, &facts) == 0) {
        errno = EEXIST;
        return false;
    }
    return errno == ENOENT && rename(from, to) == 0;
}

bool vfj_publish_file(const char *from, const char *to)
{
    if (!sync_path(from, O_RDWR) || !move(from, to))
        return false;
    if (sync_directory_of(to))
        return true;
    /* The caller will report a failure, so the published file is removed again. */
    int error = errno;
    (void)unlink(to);
    errno = error;
    return false;
}

enum vfj_status vfj_publish_finish(struct vfj_publish *new_file, struct vfj_text *detail)
{
    bool done = vfj_handover_prefix() != NULL ? vfj_handover_send(new_file->path)
                                              : vfj_publish_file(new_file->path, new_file->to);
    return done ? VFJ_OK : fail_errno(detail);
}

/* Removes the directory and its files. Calls only functions that a signal handler may call. */
static void remove_directory(const struct vfj_publish *new_file)
{
    static const char *const suffixes[]
        = {"", "-wal", "-shm", "-journal", ".lock", ".new", ".new-journal", ".new-wal"};
    char name[PATH_MAX];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        struct vfj_text text = vfj_text_begin(name, sizeof name);
        vfj_text_add(&text, new_file->directory);
        vfj_text_add(&text, "/journal.db");
        vfj_text_add(&text, suffixes[i]);
        if (!text.overflow)
            (void)unlink(name);
    }
    (void)rmdir(new_file->directory);
}

void vfj_publish_end(struct vfj_publish *new_file)
{
    if (new_file->directory[0] == '\0')
        return;
    remove_directory(new_file);
    replace_current(new_file, NULL);
    new_file->directory[0] = '\0';
}

void vfj_publish_abandon(void)
{
    for (size_t i = 0; i < CURRENT_MAX; i++) {
        if (current[i] != NULL)
            remove_directory(current[i]);
    }
}
