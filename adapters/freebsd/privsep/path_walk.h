/* A walk along a path, from / down, component by component. */
#ifndef VFJ_FREEBSD_PRIVSEP_PATH_WALK_H
#define VFJ_FREEBSD_PRIVSEP_PATH_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "adapters/freebsd/paths.h"

/* The walked part contains no symbolic links, so ".." names the directory above. */
struct vfj_path_walk {
    char walked[VFJ_PATHNAME_SIZE]; /* the part of the path that was walked; empty: / */
    char rest[VFJ_PATHNAME_SIZE];   /* the names that are left to walk */
    struct stat status;             /* status of the current component */
    unsigned links;
    int error;    /* errno of the step that failed */
    bool started; /* the walk has reached / or a component below it */
    bool at_link; /* the current component is a symbolic link, which the next step follows */
};

enum vfj_path_step {
    /* `walked` and `status` describe a component: a directory, a symbolic link, or the last file */
    VFJ_PATH_COMPONENT,
    VFJ_PATH_END,    /* no component is left */
    VFJ_PATH_FAILED, /* `error` is the cause; `walked` is the component that could not be reached */
};

/* Begins a walk along `path`. Returns false, and sets walk->error, when the path is not absolute or
 * too long. */
bool vfj_path_walk_begin(struct vfj_path_walk *walk, const char *path);

/* Goes to the next component of the path. A symbolic link is a component. The components of its
 * target follow. */
enum vfj_path_step vfj_path_walk_next(struct vfj_path_walk *walk);

/* Returns true when no name is left. The current component is then the last one, unless it is a
 * symbolic link. */
bool vfj_path_walk_is_last(const struct vfj_path_walk *walk);

/* Returns the path of the current component, for messages. */
const char *vfj_path_walk_name(const struct vfj_path_walk *walk);

#endif
