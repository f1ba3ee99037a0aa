/* Starts programs, enforces their time limits and reports their ends. The caller reads their
 * output. */
#ifndef VFJ_FREEBSD_RUN_PROGRAMS_H
#define VFJ_FREEBSD_RUN_PROGRAMS_H

#include <stdint.h>

#include "adapters/freebsd/run/spawn.h"
#include "core/data/event.h"

struct event_base;
struct vfj_programs;

enum {
    /* number of programs that may run at the same time; starting another one fails with EAGAIN */
    VFJ_PROGRAMS_MAX = 512,
    /* time between SIGTERM, which is sent at the time limit, and SIGKILL */
    VFJ_PROGRAM_TERM_GRACE_MS = 2000,
};

/* The end of a program. `status` has the meaning that it has in struct vfj_outcome. */
struct vfj_program_end {
    enum vfj_outcome_kind kind; /* EXITED, SIGNALED, TIMEOUT or ABSENT */
    int32_t status;
    int64_t duration_us;
};

struct vfj_program_spec {
    const char *path;        /* absolute */
    const char *const *argv; /* ends with NULL; like path, only used during the call */
    enum vfj_stderr errors;
    uint32_t limit_ms; /* after this time the program's process group gets SIGTERM, then SIGKILL */
    uint64_t number;   /* chosen by the caller, and passed to `ended` */
    /* called once, from the event loop, when the program has ended */
    void (*ended)(void *context, uint64_t number, const struct vfj_program_end *end);
    void *context;
};

/* Makes a list of programs. Catches SIGCHLD, but reaps only its own children. An event base has
 * at most one list. Returns NULL when libevent fails. */
struct vfj_programs *vfj_programs_open(struct event_base *base);

/* Closes the list. Programs that run continue. No callback is called any more. */
void vfj_programs_close(struct vfj_programs *programs);

/* Starts a program. Returns 0, and sets *output to the reading end of its output, which the caller
 * closes. Returns an errno on failure. */
int vfj_programs_start(struct vfj_programs *programs, const struct vfj_program_spec *spec,
                       int *output);

#endif
