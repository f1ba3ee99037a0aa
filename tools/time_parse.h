/* Parses a time that a user wrote. */
#ifndef VFJ_TOOLS_TIME_PARSE_H
#define VFJ_TOOLS_TIME_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"
#include "tools/time_format.h"

/* clang-format off */
/* Parses a point in time and sets *us to its Unix time in microseconds. `now_us` is the present
 * time. Returns false for any other word, and for a date that does not exist.
 *
 *   2026-11-22 03:12:54.123456+01:00   as `vfjournal show` prints it. The offset, the fraction, the
 *                                      seconds and the time of day may be missing. T may stand for
 *                                      the blank, Z for the offset. Without an offset the time is
 *                                      of the zone `zone`.
 *   03:12, 03:12:54                    of the present day
 *   now, today, yesterday, tomorrow    days begin at 00:00
 *   -90s, -15m, -2h30m, -7d, -1w       before now (vfj_option_age); the sign may be missing
 *   +2h                                after now
 *   @1795316400, @1795316400.5         Unix time in seconds */
/* clang-format on */
bool vfj_time_parse(struct vfj_span word, int64_t now_us, enum vfj_zone zone, int64_t *us);

#endif
