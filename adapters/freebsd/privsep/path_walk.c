/* A walk along a path, from / down, component by component. */
#include "adapters/freebsd/privsep/path_walk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/text/text.h"

enum { LINKS_MAX = 32 }; /* FreeBSD's MAXSYMLINKS */

bool vfj_path_walk_begin(struct vfj_path_walk *walk, const char *path)
{
    memset(walk, 0, sizeof *walk);
    walk->error = path[0] != '/' ? EINVAL : ENAMETOOLONG;
    return path[0] == '/' && vfj_span_copy(walk->rest, sizeof walk->rest, vfj_span_of(path));
}

static enum vfj_path_step fail(struct vfj_path_walk *walk, int error)
{
    walk->error = error;
    return VFJ_PATH_FAILED;
}

static enum vfj_path_step reach(struct vfj_path_walk *walk)
{
    if (lstat(vfj_path_walk_name(walk), &walk->status) != 0)
        return fail(walk, errno);
    walk->at_link = S_ISLNK(walk->status.st_mode);
    return VFJ_PATH_COMPONENT;
}

static void leave(struct vfj_path_walk *walk)
{
    char *slash = strrchr(walk->walked, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* Replaces the symbolic link in the walk by its target, which is put before the remaining names. */
static bool follow(struct vfj_path_walk *walk)
{
    char joined[VFJ_PATHNAME_SIZE], target[VFJ_PATHNAME_SIZE];
    ssize_t length = readlink(walk->walked, target, sizeof target - 1);
    walk->at_link = false;
    walk->error = length < 0 ? errno : ELOOP;
    if (length < 0 || ++walk->links > LINKS_MAX)
        return false;
    target[length] = '\0';
    walk->error = ENAMETOOLONG;
    if (!vfj_paths_join(joined, target, walk->rest, "", ""))
        return false;
    memcpy(walk->rest, joined, sizeof joined);
    if (target[0] == '/')
        walk->walked[0] = '\0';
    else
        leave(walk);
    return true;
}

/* Reads the next name of the rest of the path, and removes it there. */
static struct vfj_span take_name(struct vfj_path_walk *walk, char name[VFJ_PATHNAME_SIZE])
{
    size_t length = strcspn(walk->rest, "/");
    size_t skip = walk->rest[length] == '/' ? length + 1 : length;
    memcpy(name, walk->rest, length);
    memmove(walk->rest, walk->rest + skip, strlen(walk->rest + skip) + 1);
    return (struct vfj_span){name, length};
}

static enum vfj_path_step enter(struct vfj_path_walk *walk, struct vfj_span name)
{
    struct vfj_text text
        = {.bytes = walk->walked, .size = sizeof walk->walked, .length = strlen(walk->walked)};
    vfj_text_add_char(&text, '/');
    vfj_text_add_span(&text, name);
    return text.overflow ? fail(walk, ENAMETOOLONG) : reach(walk);
}

enum vfj_path_step vfj_path_walk_next(struct vfj_path_walk *walk)
{
    char bytes[VFJ_PATHNAME_SIZE];
    if (!walk->started) {
        walk->started = true;
        return reach(walk);
    }
    if (walk->at_link && !follow(walk))
        return VFJ_PATH_FAILED;
    while (walk->rest[0] != '\0') {
        struct vfj_span name = take_name(walk, bytes);
        if (vfj_span_is(name, ".."))
            leave(walk);
        else if (!vfj_span_is(name, "") && !vfj_span_is(name, "."))
            return enter(walk, name);
    }
    return VFJ_PATH_END;
}

bool vfj_path_walk_is_last(const struct vfj_path_walk *walk)
{
    return walk->rest[strspn(walk->rest, "/")] == '\0';
}

const char *vfj_path_walk_name(const struct vfj_path_walk *walk)
{
    return walk->walked[0] != '\0' ? walk->walked : "/";
}
