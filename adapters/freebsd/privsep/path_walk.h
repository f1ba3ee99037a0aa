/* A walk along a path, from / down, component by component. */
#ifndef VFJ_FREEBSD_PRIVSEP_PATH_WALK_H
#define VFJ_FREEBSD_PRIVSEP_PATH_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "adapters/freebsd/paths.h"

/* The walked part contains no symbolic links, so ".." names the directory before. */
struct vfj_path_walk {
    char walked[VFJ_PATHNAME_SIZE]; /* "" is / */
    char ahead[VFJ_PATHNAME_SIZE];  /* names that are still to be walked */
    struct stat status;             /* of the component that was reached */
    unsigned links;
    int error;    /* errno of the step that failed */
    bool started; /* / was reached */
    bool at_link; /* the component is a symbolic link, to be followed by the next step */
};

enum vfj_path_step {
    /* `walked` and `status` describe a component: a directory, a symbolic link, or the last one */
    VFJ_PATH_COMPONENT,
    VFJ_PATH_END,    /* all components were reached */
    VFJ_PATH_FAILED, /* `error` says why; `walked` is the component that could not be reached */
};

/* Begins a walk along `path`. False, with `error`, when it is not absolute or too long. */
bool vfj_path_walk_begin(struct vfj_path_walk *walk, const char *path);

/* Reaches the next component. A symbolic link is a component, and so is each component of its
 * target. */
enum vfj_path_step vfj_path_walk_next(struct vfj_path_walk *walk);

/* Whether nothing is ahead: the component is the last one, unless it is a symbolic link. */
bool vfj_path_walk_is_last(const struct vfj_path_walk *walk);

/* The name of the component, for people. */
const char *vfj_path_walk_name(const struct vfj_path_walk *walk);

#endif
