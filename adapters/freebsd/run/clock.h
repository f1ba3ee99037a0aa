/* The two clocks that stamp events. */
#ifndef VFJ_FREEBSD_RUN_CLOCK_H
#define VFJ_FREEBSD_RUN_CLOCK_H

#include <stdint.h>

/* Microseconds since boot: CLOCK_MONOTONIC, which on FreeBSD counts from boot (clock_gettime(2))
 * and so goes on across restarts of the daemon. For decisions and durations. */
int64_t vfj_clock_mono_us(void);

/* Unix time in microseconds: CLOCK_REALTIME. For people. */
int64_t vfj_clock_wall_us(void);

#endif
