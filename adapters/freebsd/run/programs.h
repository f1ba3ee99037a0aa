/* Programs under way: their start, their time limit, their end. Their output is the caller's. */
#ifndef VFJ_FREEBSD_RUN_PROGRAMS_H
#define VFJ_FREEBSD_RUN_PROGRAMS_H

#include <stdint.h>

#include "adapters/freebsd/run/spawn.h"
#include "core/data/event.h"

struct event_base;
struct vfj_programs;

enum {
    VFJ_PROGRAMS_MAX = 512,           /* at once; one more is not started (EAGAIN) */
    VFJ_PROGRAM_TERM_GRACE_MS = 2000, /* from SIGTERM at the time limit to SIGKILL */
};

/* How a program ended. `status` as in struct vfj_outcome. */
struct vfj_program_end {
    enum vfj_outcome_kind kind; /* EXITED, SIGNALED, TIMEOUT or ABSENT */
    int32_t status;
    int64_t duration_us;
};

struct vfj_program_spec {
    const char *path;        /* absolute */
    const char *const *argv; /* ended by NULL; as path, used only during the call */
    enum vfj_stderr errors;
    uint32_t limit_ms; /* then SIGTERM to its process group, then SIGKILL */
    uint64_t number;   /* for the caller */
    /* called once, from the loop */
    void (*ended)(void *context, uint64_t number, const struct vfj_program_end *end);
    void *context;
};

/* Catches SIGCHLD, and waits for its own children only: one per event base. NULL when libevent
 * can't. */
struct vfj_programs *vfj_programs_open(struct event_base *base);

/* Programs under way go on by themselves; nothing more is heard of them. */
void vfj_programs_close(struct vfj_programs *programs);

/* Start a program. Returns 0 and the descriptor of its output in *output, the caller's from now on;
 * or an errno. */
int vfj_programs_start(struct vfj_programs *programs, const struct vfj_program_spec *spec,
                       int *output);

#endif
