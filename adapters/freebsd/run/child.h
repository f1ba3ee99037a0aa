/* Runs child programs: reads their output, and reports their end. The dispatch decides which
 * process starts them. */
#ifndef VFJ_FREEBSD_RUN_CHILD_H
#define VFJ_FREEBSD_RUN_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "adapters/freebsd/guest/dispatch.h"
#include "core/text/text.h"

struct event_base;
struct vfj_child;
struct vfj_children;

enum {
    /* longest wait for output of a program that the child left behind, after the child was
     * reaped */
    VFJ_CHILD_LINGER_MS = 50,
    VFJ_CHILD_DROP_MS = 100, /* pause between two reads of output that is dropped */
};

/* What to run, and the callbacks, which are never called from inside vfj_child_start(). `ended`
 * is called once, as the last one. */
struct vfj_child_spec {
    /* a request that runs a program; NULL: `path` and `argv` give the program */
    const struct vfj_request *request;
    const char *path; /* absolute path; used only without a request and without a monitor */
    /* ends with NULL; like request and path, only used during vfj_child_start() */
    const char *const *argv;
    uint32_t limit_ms; /* after this time the child's process group gets SIGTERM, then SIGKILL */
    /* number of bytes of output that are passed on; further output is read slowly and dropped */
    size_t output_max;
    void (*output)(void *context, struct vfj_span bytes);
    void (*ended)(void *context, const struct vfj_program_end *end);
    void *context;
};

/* Makes a list of children. `base` and `dispatch` must outlive it. Returns NULL when memory runs
 * out. */
struct vfj_children *vfj_children_open(struct event_base *base, struct vfj_dispatch *dispatch);

/* Closes the list of children. Programs that run continue. No callback is called any more. The
 * caller must close the dispatch first. */
void vfj_children_close(struct vfj_children *children);

struct event_base *vfj_children_base(const struct vfj_children *children);

/* Starts a program. When vfj_request_prepare() refuses the program, its end is reported as
 * ABSENT, with the complaint as its output. A program has ended when it was reaped and its
 * output has ended. A daemon that the program leaves behind may hold the pipe open. After
 * reaping, the wait for more output lasts VFJ_CHILD_LINGER_MS at most. The child is valid until
 * `ended` is called. */
struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_spec *spec);

/* vfj_child_pause() leaves further output in the pipe, until vfj_child_resume() is called. While
 * paused, the child's end is not reported. */
void vfj_child_pause(struct vfj_child *child);
void vfj_child_resume(struct vfj_child *child);

#endif
