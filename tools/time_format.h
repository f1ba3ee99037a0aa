/* Formats times and durations. */
#ifndef VFJ_TOOLS_TIME_FORMAT_H
#define VFJ_TOOLS_TIME_FORMAT_H

#include <stdbool.h>

#include "core/text/text.h"

/* The zone of a time: the local zone, as in TZ, or UTC. */
enum vfj_zone { VFJ_ZONE_LOCAL, VFJ_ZONE_UTC };

/* Appends "2026-11-22 15:02:01+01:00": whole seconds and the offset of the zone. The offset zero
 * is "Z". */
void vfj_time_add(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone);

/* Appends "2026-11-22 15:02:01.010000+01:00": the same with microseconds. */
void vfj_time_add_us(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone);

/* Appends "2026-11-22T14:02:01Z": for programs, always in UTC. */
void vfj_time_add_rfc3339(struct vfj_text *text, int64_t wall_us);

/* Appends "2026-11-22T14:02:01.010000Z": the same with microseconds. */
void vfj_time_add_rfc3339_us(struct vfj_text *text, int64_t wall_us);

/* Appends "2.1 ms" or "118.0 s", or from ten minutes on the two largest units, such as "3 h 20
 * min". */
void vfj_time_add_duration(struct vfj_text *text, int64_t us);

#endif
