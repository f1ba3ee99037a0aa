/* Times as a trace writes them. */
#ifndef VFJ_CORE_MODEL_TRACE_TIME_H
#define VFJ_CORE_MODEL_TRACE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/trace.h"
#include "core/text/text.h"

/* seconds[.fraction], at most 100,000,000,000; digits past the sixth of the fraction are dropped.
 */
bool vfj_trace_seconds_parse(struct vfj_span span, int64_t *us);

/* SECONDS (Unix time when >= 1,000,000,000), +SECONDS, or RFC 3339 UTC
 * (2026-11-22T14:00:00.123456Z). */
bool vfj_trace_time_parse(struct vfj_span span, struct vfj_trace_time *time);

#endif
