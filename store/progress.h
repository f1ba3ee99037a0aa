/* The progress of long work. The function that works sets the count. A signal handler may read
 * it at any time. */
#ifndef VFJ_STORE_PROGRESS_H
#define VFJ_STORE_PROGRESS_H

#include <stdint.h>

struct vfj_progress {
    unsigned phase;       /* number of the present phase, from 1; 0: none has begun */
    const char *what;     /* what is done, such as "checking records" */
    const char *unit;     /* what is counted, such as "records" */
    uint64_t done, total; /* total 0: unknown */
};

/* Begins a phase of the work. `what` and `unit` are string constants. */
void vfj_progress_begin(const char *what, const char *unit, uint64_t total);

/* Sets how much of the phase is done. */
void vfj_progress_set(uint64_t done);

/* Sets the total of the phase, when it is known only later. */
void vfj_progress_size(uint64_t total);

struct vfj_progress vfj_progress_get(void);

#endif
