/* The two clocks that stamp events. */
#ifndef VFJ_FREEBSD_RUN_CLOCK_H
#define VFJ_FREEBSD_RUN_CLOCK_H

#include <stdint.h>

/* Returns CLOCK_MONOTONIC in microseconds, the clock for decisions and durations. On FreeBSD
 * this clock counts from boot (clock_gettime(2)), so that it continues when the daemon restarts. */
int64_t vfj_clock_mono_us(void);

/* Returns CLOCK_REALTIME (Unix time) in microseconds, the clock for times that people read. */
int64_t vfj_clock_wall_us(void);

#endif
