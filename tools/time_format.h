/* Times and durations as people read them. */
#ifndef VFJ_TOOLS_TIME_FORMAT_H
#define VFJ_TOOLS_TIME_FORMAT_H

#include "core/text/text.h"

/* "2026-11-22 14:02:01": UTC, whole seconds. */
void vfj_time_add(struct vfj_text *text, int64_t wall_us);

/* "2.1 ms", "118.0 s", "3 h 20 min": the two figures that matter. */
void vfj_time_add_duration(struct vfj_text *text, int64_t us);

#endif
