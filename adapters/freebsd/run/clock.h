/* The two clocks that stamp events. */
#ifndef VFJ_FREEBSD_RUN_CLOCK_H
#define VFJ_FREEBSD_RUN_CLOCK_H

#include <stdint.h>

/* Microseconds since boot, for decisions and durations: CLOCK_MONOTONIC. On FreeBSD it counts from
 * boot (clock_gettime(2)), so that it goes on when the daemon restarts. */
int64_t vfj_clock_mono_us(void);

/* Unix time in microseconds, for people: CLOCK_REALTIME. */
int64_t vfj_clock_wall_us(void);

#endif
