/* Detects that a line from devd and a line from nlsysevent(4) report the same event. The event
 * then has two times of arrival. */
#ifndef VFJ_FREEBSD_DEVD_ARRIVALS_H
#define VFJ_FREEBSD_DEVD_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

enum {
    /* largest number of lines that wait for the same line of the other source */
    VFJ_ARRIVALS_MAX = 1024,
    /* longest time that a line waits; it is long, since devd runs the actions of one line before
     * it reads the next line */
    VFJ_ARRIVALS_WITHIN_US = 600 * 1000000,
};

enum vfj_source { VFJ_SOURCE_DEVD, VFJ_SOURCE_SYSEVENT };

struct vfj_arrival {
    uint64_t digest; /* digest of the line */
    int64_t mono_us;
    uint8_t source; /* enum vfj_source */
    bool is_told;   /* the line has arrived from both sources */
};

/* A ring of the newest lines. The caller sets it to zero before its first use. */
struct vfj_arrivals {
    unsigned first, count;
    struct vfj_arrival list[VFJ_ARRIVALS_MAX];
};

/* Records a line that arrived from a source at `mono_us`. Returns true when the line reports a new
 * event. Returns false when the same line arrived from the other source before; *apart_us is then
 * the time between the two arrivals. When several equal lines of the other source wait, this line
 * belongs to the oldest of them, since both sources send the events in the same order. */
bool vfj_arrivals_take(struct vfj_arrivals *arrivals, enum vfj_source source, struct vfj_span line,
                       int64_t mono_us, int64_t *apart_us);

/* Forgets all lines. Called after a source was interrupted: that source may never send lines that
 * the other source has sent already. */
void vfj_arrivals_forget(struct vfj_arrivals *arrivals);

#endif
