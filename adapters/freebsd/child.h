/* Children under way: their output, their time limit, their end. */
#ifndef VFJ_FREEBSD_CHILD_H
#define VFJ_FREEBSD_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "adapters/freebsd/spawn.h"
#include "core/event.h"
#include "core/text.h"

struct event_base;
struct vfj_child;
struct vfj_children;

enum {
    VFJ_CHILDREN_MAX = 512,         /* at once; one more is not started (EAGAIN) */
    VFJ_CHILD_TERM_GRACE_MS = 2000, /* from SIGTERM at the time limit to SIGKILL */
    VFJ_CHILD_LINGER_MS = 50,       /* how long a grandchild that holds the pipe is waited for */
    VFJ_CHILD_SIP_MS = 100,         /* past its cap, output is read and dropped only so often */
};

/* How a child ended. `status` as in struct vfj_outcome. */
struct vfj_child_end {
    enum vfj_outcome_kind kind; /* EXITED, SIGNALED, TIMEOUT or ABSENT */
    int32_t status;
    int64_t duration_us;
};

/* The callbacks are never called from inside vfj_child_start(); `ended` is called once, and last. */
struct vfj_child_request {
    const char *path;        /* absolute */
    const char *const *argv; /* ended by NULL; as path, used only during vfj_child_start() */
    enum vfj_stderr errors;
    uint32_t limit_ms; /* then SIGTERM to its process group, then SIGKILL */
    size_t output_max; /* bytes of output handed over; what comes after is dropped, slowly */
    void (*output)(void *context, struct vfj_span bytes);
    void (*ended)(void *context, const struct vfj_child_end *end);
    void *context;
};

/* One per event base: it catches SIGCHLD and waits only for its own children. NULL when libevent can't. */
struct vfj_children *vfj_children_open(struct event_base *base);

/* Children under way go on by themselves; nothing more is heard of them. */
void vfj_children_close(struct vfj_children *children);

/* Start a program. It has ended when it was reaped and its output ended; a daemon it leaves behind may hold
 * the pipe open, so that after reaping its output is waited for VFJ_CHILD_LINGER_MS only. The child is valid
 * until `ended`. */
struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_request *request);

/* Leave its output in the pipe, and take it up again. It does not end in between. */
void vfj_child_pause(struct vfj_child *child);
void vfj_child_resume(struct vfj_child *child);

#endif
