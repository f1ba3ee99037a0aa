/* Children under way: their output, their time limit, their end. */
#ifndef VFJ_FREEBSD_CHILD_H
#define VFJ_FREEBSD_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "adapters/freebsd/errand.h"
#include "adapters/freebsd/spawn.h"
#include "core/event.h"
#include "core/text.h"

struct event_base;
struct vfj_child;
struct vfj_children;
struct vfj_warden;

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
    const struct vfj_errand *errand; /* all that a warden is told of it */
    const char *path;                /* where there is no warden: absolute, or NULL when the errand says it all */
    const char *const *argv; /* with path: ended by NULL; as errand and path, used only during vfj_child_start() */
    enum vfj_stderr errors;  /* with path */
    uint32_t limit_ms;       /* then SIGTERM to its process group, then SIGKILL */
    size_t output_max;       /* bytes of output handed over; what comes after is dropped, slowly */
    void (*output)(void *context, struct vfj_span bytes);
    void (*ended)(void *context, const struct vfj_child_end *end);
    void *context;
};

/* One per event base. With a warden that is the one who starts the programs, and ends them in time: here their output
 * is read. Without (NULL), SIGCHLD is caught and only our own children are waited for. `paths` and the warden must
 * outlive it. NULL when libevent can't. */
struct vfj_children *vfj_children_open(struct event_base *base, const struct vfj_paths *paths,
                                       struct vfj_warden *warden);

/* Children under way go on by themselves; nothing more is heard of them. */
void vfj_children_close(struct vfj_children *children);

/* Start a program. One that may not be run (vfj_errand_prepare()) ends as one that can't be, with the complaint as its
 * output. It has ended when it was reaped and its output ended; a daemon it leaves behind may hold the pipe open, so
 * that after reaping its output is waited for VFJ_CHILD_LINGER_MS only. The child is valid until `ended`. */
struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_request *request);

/* The descriptor of its output, the caller's from now on; its end is then told when it is reaped. -1 when it was not
 * started. Only right after vfj_child_start(), and without a warden. */
int vfj_child_take_output(struct vfj_child *child);

/* Leave its output in the pipe, and take it up again. It does not end in between. */
void vfj_child_pause(struct vfj_child *child);
void vfj_child_resume(struct vfj_child *child);

#endif
