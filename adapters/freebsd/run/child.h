/* Programs that this process waits for, whoever runs them: their output and their end. */
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
    VFJ_CHILD_LINGER_MS = 50, /* how long a grandchild that holds the pipe is waited for */
    VFJ_CHILD_SIP_MS = 100,   /* past its cap, output is read and dropped only so often */
};

/* The callbacks are never called from inside vfj_child_start(); `ended` is called once, and last.
 */
struct vfj_child_spec {
    const struct vfj_request *request; /* one that runs a program; NULL: path and argv say it all */
    const char *path;                  /* without a request, and without a monitor: absolute */
    /* ended by NULL; as request and path, used only during vfj_child_start() */
    const char *const *argv;
    uint32_t limit_ms; /* then SIGTERM to its process group, then SIGKILL */
    /* bytes of output handed over; what comes after is dropped, slowly */
    size_t output_max;
    void (*output)(void *context, struct vfj_span bytes);
    void (*ended)(void *context, const struct vfj_program_end *end);
    void *context;
};

/* `base` and `dispatch` must outlive it. NULL when memory is short. */
struct vfj_children *vfj_children_open(struct event_base *base, struct vfj_dispatch *dispatch);

/* Programs under way go on by themselves; nothing more is heard of them. To be closed after the
 * dispatch. */
void vfj_children_close(struct vfj_children *children);

struct event_base *vfj_children_base(const struct vfj_children *children);

/* Start a program. One that may not be run (vfj_request_prepare()) ends as one that can't be, with
 * the complaint as its output. It has ended when it was reaped and its output ended; a daemon it
 * leaves behind may hold the pipe open, so that after reaping its output is waited for
 * VFJ_CHILD_LINGER_MS only. The child is valid until `ended`. */
struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_spec *spec);

/* Leave its output in the pipe, and take it up again. It does not end in between. */
void vfj_child_pause(struct vfj_child *child);
void vfj_child_resume(struct vfj_child *child);

#endif
