/* Detects that a line from devd and a line from nlsysevent(4) report the same event. */
#include "adapters/freebsd/devd/arrivals.h"

#include "core/text/digest.h"

void vfj_arrivals_forget(struct vfj_arrivals *arrivals)
{
    arrivals->first = arrivals->count = 0;
}

static struct vfj_arrival *at(struct vfj_arrivals *arrivals, unsigned index)
{
    return &arrivals->list[(arrivals->first + index) % VFJ_ARRIVALS_MAX];
}

/* Drops the oldest lines: those that have arrived from both sources, those that have waited too
 * long, and one when the ring is full. */
static void drop_old(struct vfj_arrivals *arrivals, int64_t mono_us)
{
    while (arrivals->count > 0
           && (arrivals->count == VFJ_ARRIVALS_MAX || at(arrivals, 0)->is_told
               || mono_us - at(arrivals, 0)->mono_us > VFJ_ARRIVALS_WITHIN_US)) {
        arrivals->first = (arrivals->first + 1) % VFJ_ARRIVALS_MAX;
        arrivals->count--;
    }
}

bool vfj_arrivals_take(struct vfj_arrivals *arrivals, enum vfj_source source, struct vfj_span line,
                       int64_t mono_us, int64_t *apart_us)
{
    uint64_t digest = vfj_digest(line.text, line.length, 0);
    drop_old(arrivals, mono_us);
    for (unsigned i = 0; i < arrivals->count; i++) {
        struct vfj_arrival *arrival = at(arrivals, i);
        if (arrival->is_told || arrival->source == source || arrival->digest != digest)
            continue;
        arrival->is_told = true;
        *apart_us = mono_us - arrival->mono_us;
        return false;
    }
    *at(arrivals, arrivals->count++) = (struct vfj_arrival){
        .digest = digest, .mono_us = mono_us, .source = (uint8_t)source, .is_told = false};
    *apart_us = 0;
    return true;
}
