/* Lines that two sources tell: each is one event with two times of arrival. */
#ifndef VFJ_FREEBSD_DEVD_ARRIVALS_H
#define VFJ_FREEBSD_DEVD_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

enum {
    VFJ_ARRIVALS_MAX = 1024,                /* lines that wait for the other source */
    VFJ_ARRIVALS_WITHIN_US = 600 * 1000000, /* devd runs its actions before it reads on */
};

enum vfj_source { VFJ_SOURCE_DEVD, VFJ_SOURCE_SYSEVENT };

struct vfj_arrival {
    uint64_t digest; /* of the line */
    int64_t mono_us;
    uint8_t source; /* enum vfj_source */
    bool is_told;   /* by both sources, or the source has lost lines since */
};

/* A ring of the newest lines. Zeroed at the beginning. */
struct vfj_arrivals {
    unsigned first, count;
    struct vfj_arrival list[VFJ_ARRIVALS_MAX];
};

/* Takes a line of a source. Returns true for a new event. Returns false when the other source told
 * it before: *apart_us is then the time since. Of several equal lines the oldest is taken, since
 * each source keeps the order. */
bool vfj_arrivals_take(struct vfj_arrivals *arrivals, enum vfj_source source, struct vfj_span line,
                       int64_t mono_us, int64_t *apart_us);

/* The source began anew: it will not tell what the other told before. */
void vfj_arrivals_forget(struct vfj_arrivals *arrivals);

#endif
