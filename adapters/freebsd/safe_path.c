/* Whether what a path leads to is root's alone to change. */
#include "adapters/freebsd/safe_path.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/paths.h"

enum { LINKS_MAX = 32 }; /* FreeBSD's MAXSYMLINKS */

/* A walk from / down. What was walked has no symbolic links, so that its ".." is the directory before. */
struct walk {
    char walked[VFJ_PATHNAME_SIZE]; /* "" is / */
    char ahead[VFJ_PATHNAME_SIZE];
    struct stat status; /* of what was walked to */
    unsigned links;
    struct vfj_text *complaint;
};

static bool refuse(struct walk *walk, const char *why)
{
    vfj_text_add(walk->complaint, walk->walked[0] != '\0' ? walk->walked : "/");
    vfj_text_add(walk->complaint, ": ");
    vfj_text_add(walk->complaint, why);
    return false;
}

static bool refuse_owner(struct walk *walk)
{
    refuse(walk, "belongs to user ");
    vfj_text_add_u64(walk->complaint, walk->status.st_uid);
    return false;
}

/* A symbolic link's mode means nothing. */
static bool is_ours(struct walk *walk)
{
    mode_t mode = walk->status.st_mode;
    bool is_shared = S_ISDIR(mode) && (mode & S_ISVTX) != 0;
    if (walk->status.st_uid != 0 && walk->status.st_uid != geteuid())
        return refuse_owner(walk);
    if (S_ISLNK(mode) || is_shared)
        return true;
    if ((mode & S_IWOTH) != 0)
        return refuse(walk, "others can write to it");
    if ((mode & S_IWGRP) != 0)
        return refuse(walk, "its group can write to it");
    return true;
}

static bool look(struct walk *walk)
{
    if (lstat(walk->walked[0] != '\0' ? walk->walked : "/", &walk->status) != 0)
        return refuse(walk, strerror(errno));
    return is_ours(walk);
}

static void leave(struct walk *walk)
{
    char *slash = strrchr(walk->walked, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* What the link says stands for it, before what is still ahead. */
static bool follow(struct walk *walk)
{
    char joined[VFJ_PATHNAME_SIZE], target[VFJ_PATHNAME_SIZE];
    ssize_t length = readlink(walk->walked, target, sizeof target - 1);
    if (length < 0)
        return refuse(walk, strerror(errno));
    target[length] = '\0';
    if (++walk->links > LINKS_MAX)
        return refuse(walk, strerror(ELOOP));
    if (!vfj_paths_join(joined, target, walk->ahead, "", ""))
        return refuse(walk, strerror(ENAMETOOLONG));
    memcpy(walk->ahead, joined, sizeof joined);
    if (target[0] == '/')
        walk->walked[0] = '\0';
    else
        leave(walk);
    return true;
}

static bool enter(struct walk *walk, struct vfj_span name)
{
    struct vfj_text text = {.bytes = walk->walked, .size = sizeof walk->walked, .length = strlen(walk->walked)};
    vfj_text_add_char(&text, '/');
    vfj_text_add_span(&text, name);
    if (text.overflow)
        return refuse(walk, strerror(ENAMETOOLONG));
    return look(walk) && (!S_ISLNK(walk->status.st_mode) || follow(walk));
}

static bool step(struct walk *walk, struct vfj_span name)
{
    if (vfj_span_is(name, "") || vfj_span_is(name, "."))
        return true;
    if (!vfj_span_is(name, ".."))
        return enter(walk, name);
    leave(walk);
    return true;
}

/* The next name that is ahead, out of it. */
static struct vfj_span take_name(struct walk *walk, char name[VFJ_PATHNAME_SIZE])
{
    size_t length = strcspn(walk->ahead, "/");
    size_t skip = walk->ahead[length] == '/' ? length + 1 : length;
    memcpy(name, walk->ahead, length);
    memmove(walk->ahead, walk->ahead + skip, strlen(walk->ahead + skip) + 1);
    return (struct vfj_span){name, length};
}

static bool is_program(struct walk *walk)
{
    if (!look(walk)) /* again: the last step may have been to a directory above */
        return false;
    if (!S_ISREG(walk->status.st_mode))
        return refuse(walk, "not a regular file");
    if ((walk->status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        return refuse(walk, "not executable");
    return true;
}

bool vfj_safe_path_check(const char *path, struct vfj_text *complaint)
{
    struct walk walk = {.complaint = complaint};
    char name[VFJ_PATHNAME_SIZE];
    if (path[0] != '/' || !vfj_span_copy(walk.ahead, sizeof walk.ahead, vfj_span_of(path)))
        return refuse(&walk, strerror(path[0] != '/' ? EINVAL : ENAMETOOLONG));
    if (!look(&walk))
        return false;
    while (walk.ahead[0] != '\0') {
        if (!step(&walk, take_name(&walk, name)))
            return false;
    }
    return is_program(&walk);
}
