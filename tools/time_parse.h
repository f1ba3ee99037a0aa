/* Points in time as a user writes them. */
#ifndef VFJ_TOOLS_TIME_PARSE_H
#define VFJ_TOOLS_TIME_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

/* Unix time in microseconds of a time in UTC, seen from `now_us`; false when it is none:
 *
 *   2026-11-22 03:12:54.123456   as `vfjournal show` prints it; without the fraction, the seconds,
 *                                or the time of day; T for the blank, and Z behind the time, are
 *                                allowed
 *   03:12, 03:12:54              of today
 *   now, today, yesterday        the latter two as of 00:00
 *   -90s, -15m, -2h, -7d         so long ago (vfj_option_age) */
bool vfj_time_parse(struct vfj_span word, int64_t now_us, int64_t *us);

#endif
