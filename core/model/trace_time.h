/* Times in the notation of a trace. */
#ifndef VFJ_CORE_MODEL_TRACE_TIME_H
#define VFJ_CORE_MODEL_TRACE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/trace.h"
#include "core/text/text.h"

/* Parses seconds[.fraction], at most 100,000,000,000 seconds. Ignores the digits of the fraction
 * after the sixth. */
bool vfj_trace_seconds_parse(struct vfj_span span, int64_t *us);

/* Parses SECONDS (Unix time from 1,000,000,000 on), +SECONDS, or RFC 3339 in UTC
 * (2026-11-22T14:00:00.123456Z). */
bool vfj_trace_time_parse(struct vfj_span span, struct vfj_trace_time *time);

#endif
