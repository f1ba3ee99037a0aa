/* Checks that only root can change a path and the file that it leads to. */
#include "adapters/freebsd/privsep/safe_path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/acl.h"
#include "adapters/freebsd/privsep/path_walk.h"

static bool refuse(const struct vfj_path_walk *walk, struct vfj_text *complaint, const char *why)
{
    vfj_text_format(complaint, "%s: %s", vfj_path_walk_name(walk), why);
    return false;
}

static bool refuse_owner(const struct vfj_path_walk *walk, struct vfj_text *complaint)
{
    refuse(walk, complaint, "belongs to user ");
    vfj_text_add_u64(complaint, walk->status.st_uid);
    return false;
}

/* Returns true when only root and this process's user can replace what the component leads to.
 * Others may write to a directory that has the sticky bit, since they cannot rename or remove our
 * files there. The mode of a symbolic link has no effect. Otherwise writes the reason to
 * `complaint`. */
static bool is_ours(const struct vfj_path_walk *walk, struct vfj_text *complaint)
{
    mode_t mode = walk->status.st_mode;
    bool is_shared = S_ISDIR(mode) && (mode & S_ISVTX) != 0;
    if (walk->status.st_uid != 0 && walk->status.st_uid != geteuid())
        return refuse_owner(walk, complaint);
    if (S_ISLNK(mode) || is_shared)
        return true;
    if ((mode & S_IWOTH) != 0)
        return refuse(walk, complaint, "others can write to it");
    if ((mode & S_IWGRP) != 0)
        return refuse(walk, complaint, "its group can write to it");
    if (vfj_acl_lets_others_change(vfj_path_walk_name(walk), mode))
        return refuse(walk, complaint, "its access control list lets others change it");
    return true;
}

/* Checks the last component. Reads its status again, since the last name may be "..", so that
 * the path leads to a directory above. */
static bool is_program(struct vfj_path_walk *walk, struct vfj_text *complaint)
{
    if (lstat(vfj_path_walk_name(walk), &walk->status) != 0)
        return refuse(walk, complaint, strerror(errno));
    if (!is_ours(walk, complaint))
        return false;
    if (!S_ISREG(walk->status.st_mode))
        return refuse(walk, complaint, "not a regular file");
    if ((walk->status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        return refuse(walk, complaint, "not executable");
    return true;
}

bool vfj_safe_path_check(const char *path, struct vfj_text *complaint)
{
    struct vfj_path_walk walk;
    enum vfj_path_step step;
    if (!vfj_path_walk_begin(&walk, path))
        return refuse(&walk, complaint, strerror(walk.error));
    while ((step = vfj_path_walk_next(&walk)) == VFJ_PATH_COMPONENT) {
        if (!is_ours(&walk, complaint))
            return false;
    }
    if (step == VFJ_PATH_FAILED)
        return refuse(&walk, complaint, strerror(walk.error));
    return is_program(&walk, complaint);
}

bool vfj_safe_path_check_file(const char *path, struct vfj_text *complaint)
{
    struct vfj_path_walk walk;
    enum vfj_path_step step;
    bool is_shared = false;
    if (!vfj_path_walk_begin(&walk, path))
        return refuse(&walk, complaint, strerror(walk.error));
    while ((step = vfj_path_walk_next(&walk)) == VFJ_PATH_COMPONENT) {
        if (!is_ours(&walk, complaint))
            return false;
        is_shared
            = S_ISDIR(walk.status.st_mode) && (walk.status.st_mode & (S_IWOTH | S_IWGRP)) != 0;
    }
    if (step == VFJ_PATH_FAILED && (walk.error != ENOENT || is_shared))
        return refuse(&walk, complaint, strerror(walk.error));
    return true;
}
