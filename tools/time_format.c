/* Formats times and durations. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares tm_gmtoff only with this */
#endif
#include "tools/time_format.h"

#include <string.h>
#include <time.h>

/* Returns the time in whole seconds, rounded down. Sets *fraction to the remaining microseconds. */
static time_t whole_seconds(int64_t us, int64_t *fraction)
{
    bool is_below = us % 1000000 < 0;
    *fraction = us % 1000000 + (is_below ? 1000000 : 0);
    return (time_t)(us / 1000000 - is_below);
}

static void add_digits(struct vfj_text *text, int64_t value, int64_t unit)
{
    for (; unit > 0; unit /= 10)
        vfj_text_add_char(text, (char)('0' + value / unit % 10));
}

static void add_offset(struct vfj_text *text, long offset_s)
{
    long minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    if (minutes == 0) {
        vfj_text_add_char(text, 'Z');
        return;
    }
    vfj_text_add_char(text, offset_s < 0 ? '-' : '+');
    add_digits(text, minutes / 60, 10);
    vfj_text_add_char(text, ':');
    add_digits(text, minutes % 60, 10);
}

static void add_time(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone, char between,
                     bool has_fraction)
{
    struct tm parts = {0};
    char bytes[40];
    int64_t fraction;
    time_t seconds = whole_seconds(wall_us, &fraction);
    const struct tm *known
        = zone == VFJ_ZONE_UTC ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
    if (known == NULL || strftime(bytes, sizeof bytes, "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        vfj_text_add_char(text, '?');
        return;
    }
    char *blank = strchr(bytes, ' ');
    if (blank != NULL)
        *blank = between;
    vfj_text_add(text, bytes);
    if (has_fraction) {
        vfj_text_add_char(text, '.');
        add_digits(text, fraction, 100000);
    }
    add_offset(text, parts.tm_gmtoff);
}

void vfj_time_add(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone)
{
    add_time(text, wall_us, zone, ' ', false);
}

void vfj_time_add_us(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone)
{
    add_time(text, wall_us, zone, ' ', true);
}

void vfj_time_add_rfc3339(struct vfj_text *text, int64_t wall_us)
{
    add_time(text, wall_us, VFJ_ZONE_UTC, 'T', false);
}

void vfj_time_add_rfc3339_us(struct vfj_text *text, int64_t wall_us)
{
    add_time(text, wall_us, VFJ_ZONE_UTC, 'T', true);
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
