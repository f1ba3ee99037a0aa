/* A new journal on the way to its place. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/handover.h"

static enum vfj_status say_errno(struct vfj_text *detail)
{
    vfj_text_add(detail, strerror(errno));
    return VFJ_JOURNAL_IO;
}

static bool join(char to[PATH_MAX], const char *first, const char *second)
{
    struct vfj_text text = vfj_text_begin(to, PATH_MAX);
    vfj_text_add(&text, first);
    vfj_text_add(&text, second);
    return !text.overflow;
}

/* Where another process publishes, this one need not be able to look at the place. */
static enum vfj_status begin_handover(struct vfj_place *place, const char *to, struct vfj_text *detail)
{
    place->directory[0] = '\0';
    if (!vfj_handover_begin())
        return say_errno(detail);
    enum vfj_status status = vfj_place_begin_passing(place, vfj_handover_prefix(), detail);
    place->to = to;
    return status;
}

enum vfj_status vfj_place_begin(struct vfj_place *place, const char *to, struct vfj_text *detail)
{
    struct stat facts;
    if (vfj_handover_prefix() != NULL)
        return begin_handover(place, to, detail);
    errno = 0;
    place->directory[0] = '\0';
    if (lstat(to, &facts) == 0)
        errno = EEXIST;
    if (errno != ENOENT)
        return say_errno(detail);
    return vfj_place_begin_passing(place, to, detail);
}

enum vfj_status vfj_place_begin_passing(struct vfj_place *place, const char *prefix, struct vfj_text *detail)
{
    char name[PATH_MAX];
    place->to = prefix;
    place->directory[0] = '\0';
    errno = ENAMETOOLONG;
    if (!join(name, prefix, ".XXXXXX") || mkdtemp(name) == NULL)
        return say_errno(detail);
    memcpy(place->directory, name, sizeof name);
    errno = ENAMETOOLONG;
    return join(place->path, name, "/journal.db") ? VFJ_OK : say_errno(detail);
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

/* link(2) never replaces a file. Where there are no hard links, the moment between a look and rename(2) has to do. */
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

bool vfj_place_publish(const char *from, const char *to)
{
    if (!sync_path(from, O_RDWR) || !move(from, to))
        return false;
    if (sync_directory_of(to))
        return true;
    /* Said to have failed, it is not to be there. */
    int error = errno;
    (void)unlink(to);
    errno = error;
    return false;
}

enum vfj_status vfj_place_put(struct vfj_place *place, struct vfj_text *detail)
{
    bool done
        = vfj_handover_prefix() != NULL ? vfj_handover_put(place->path) : vfj_place_publish(place->path, place->to);
    return done ? VFJ_OK : say_errno(detail);
}

void vfj_place_end(struct vfj_place *place)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock", ".new", ".new-journal", ".new-wal"};
    char name[PATH_MAX];
    if (place->directory[0] == '\0')
        return;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (join(name, place->path, suffixes[i]))
            (void)unlink(name);
    }
    (void)rmdir(place->directory);
    place->directory[0] = '\0';
}
