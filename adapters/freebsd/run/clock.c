/* The two clocks that stamp events. */
#include "adapters/freebsd/run/clock.h"

#include <time.h>

#include "core/check.h"

static int64_t read_us(clockid_t clock)
{
    struct timespec now;
    VFJ_CHECK(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t vfj_clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t vfj_clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}
