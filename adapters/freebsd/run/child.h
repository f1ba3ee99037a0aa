/* Child programs: their output and their end. The dispatch decides which process starts them. */
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
    /* longest wait for output of a grandchild, after the child was reaped */
    VFJ_CHILD_LINGER_MS = 50,
    VFJ_CHILD_DROP_MS = 100, /* pause between two reads that drop output past the cap */
};

/* Callbacks are never called from inside vfj_child_start(). `ended` is called once, as the last
 * one. */
struct vfj_child_spec {
    const struct vfj_request *request; /* a request that runs a program; NULL: use path and argv */
    const char *path;                  /* absolute; only without a request and without a monitor */
    /* ended by NULL; like request and path, used only during vfj_child_start() */
    const char *const *argv;
    uint32_t limit_ms; /* after this time the process group gets SIGTERM, then SIGKILL */
    /* bytes of output that are passed on; the rest is read at a bounded rate and dropped */
    size_t output_max;
    void (*output)(void *context, struct vfj_span bytes);
    void (*ended)(void *context, const struct vfj_program_end *end);
    void *context;
};

/* `base` and `dispatch` must outlive the result. Returns NULL when memory runs out. */
struct vfj_children *vfj_children_open(struct event_base *base, struct vfj_dispatch *dispatch);

/* Closes the list of children. Programs that run continue. No callback is called any more. The
 * caller has closed the dispatch. */
void vfj_children_close(struct vfj_children *children);

struct event_base *vfj_children_base(const struct vfj_children *children);

/* Starts a program. A program that vfj_request_prepare() refuses ends like one that could not be
 * started, with the complaint as its output. A program has ended when it was reaped and its
 * output has ended. A daemon that the program leaves behind may hold the pipe open. After
 * reaping, the wait for more output lasts VFJ_CHILD_LINGER_MS at most. The child is valid until
 * `ended` is called. */
struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_spec *spec);

/* The first function leaves the output in the pipe until the second one is called. The child does
 * not end in between. */
void vfj_child_pause(struct vfj_child *child);
void vfj_child_resume(struct vfj_child *child);

#endif
