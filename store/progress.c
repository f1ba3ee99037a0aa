/* The progress of long work. */
#include "store/progress.h"

#include <stdatomic.h>

/* Only one thread sets these values. A signal handler, which interrupts that thread, reads them. */
static atomic_uint phase;
static const char *_Atomic what, *_Atomic unit;
static atomic_uint_fast64_t done, total;

static void set(atomic_uint_fast64_t *counter, uint64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}

void vfj_progress_begin(const char *new_what, const char *new_unit, uint64_t new_total)
{
    set(&done, 0);
    set(&total, new_total);
    atomic_store_explicit(&what, new_what, memory_order_relaxed);
    atomic_store_explicit(&unit, new_unit, memory_order_relaxed);
    atomic_fetch_add_explicit(&phase, 1, memory_order_relaxed);
}

void vfj_progress_set(uint64_t new_done)
{
    set(&done, new_done);
}

void vfj_progress_size(uint64_t new_total)
{
    set(&total, new_total);
}

struct vfj_progress vfj_progress_get(void)
{
    return (struct vfj_progress){
        .phase = atomic_load_explicit(&phase, memory_order_relaxed),
        .what = atomic_load_explicit(&what, memory_order_relaxed),
        .unit = atomic_load_explicit(&unit, memory_order_relaxed),
        .done = atomic_load_explicit(&done, memory_order_relaxed),
        .total = atomic_load_explicit(&total, memory_order_relaxed),
    };
}
