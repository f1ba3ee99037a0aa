/* Formats times and durations. */
#ifndef VFJ_TOOLS_TIME_FORMAT_H
#define VFJ_TOOLS_TIME_FORMAT_H

#include <stdbool.h>

#include "core/text/text.h"

/* The time zone for printing a time: the local zone (variable TZ), or UTC. */
enum vfj_zone { VFJ_ZONE_LOCAL, VFJ_ZONE_UTC };

/* Appends a time such as "2026-11-22 15:02:01+01:00", in whole seconds with the zone's offset from
 * UTC. For the offset zero appends "Z". */
void vfj_time_add(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone);

/* Appends a time such as "2026-11-22 15:02:01.010000+01:00": with microseconds and the zone's
 * offset from UTC. */
void vfj_time_add_us(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone);

/* Appends a time for programs, such as "2026-11-22T14:02:01Z". It is always in UTC. */
void vfj_time_add_rfc3339(struct vfj_text *text, int64_t wall_us);

/* Appends a time for programs with microseconds, such as "2026-11-22T14:02:01.010000Z". It is
 * always in UTC. */
void vfj_time_add_rfc3339_us(struct vfj_text *text, int64_t wall_us);

/* Appends a duration, such as "2.1 ms" or "118.0 s". From ten minutes on, it has the two largest
 * units, such as "3 h 20 min". */
void vfj_time_add_duration(struct vfj_text *text, int64_t us);

#endif
