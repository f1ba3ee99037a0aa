/* Times and durations as people read them. */
#include "tools/time_format.h"

#include <string.h>
#include <time.h>

void vfj_time_add(struct vfj_text *text, int64_t wall_us)
{
    struct tm parts;
    char bytes[40];
    time_t seconds = (time_t)(wall_us / 1000000 - (wall_us % 1000000 < 0));
    if (gmtime_r(&seconds, &parts) == NULL
        || strftime(bytes, sizeof bytes, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        memcpy(bytes, "?", 2);
    vfj_text_add(text, bytes);
}

static void add_tenths(struct vfj_text *text, uint64_t tenths, const char *unit)
{
    vfj_text_add_u64(text, tenths / 10);
    vfj_text_add_char(text, '.');
    vfj_text_add_u64(text, tenths % 10);
    vfj_text_add(text, unit);
}

static void add_pair(struct vfj_text *text, uint64_t big, const char *big_unit, uint64_t small,
                     const char *small_unit)
{
    vfj_text_add_u64(text, big);
    vfj_text_add(text, big_unit);
    if (small == 0)
        return;
    vfj_text_add_char(text, ' ');
    vfj_text_add_u64(text, small);
    vfj_text_add(text, small_unit);
}

void vfj_time_add_duration(struct vfj_text *text, int64_t us)
{
    const uint64_t minute_s = 60, hour_s = 3600, day_s = 86400;
    uint64_t rest_us = us > 0 ? (uint64_t)us : 0;
    uint64_t s = rest_us / 1000000;
    if (s == 0)
        add_tenths(text, rest_us / 100, " ms");
    else if (s < 10 * minute_s)
        add_tenths(text, rest_us / 100000, " s");
    else if (s < hour_s)
        add_pair(text, s / minute_s, " min", s % minute_s, " s");
    else if (s < day_s)
        add_pair(text, s / hour_s, " h", s % hour_s / minute_s, " min");
    else
        add_pair(text, s / day_s, " d", s % day_s / hour_s, " h");
}
