/* Checks a whole trace, then plays it. */
#ifndef VFJ_TOOLS_REPLAY_TRACE_FILE_H
#define VFJ_TOOLS_REPLAY_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/play.h"
#include "core/status.h"

/* A mistake in a trace, and its place. */
struct vfj_trace_place {
    uint64_t line;
    size_t column;
    const char *what;
};

/* Checks every line of the trace, then plays the trace. Fails with VFJ_BAD_SYNTAX when the trace
 * has a mistake. Nothing was submitted then, and *place describes the mistake. Fails with
 * VFJ_TOO_MANY when the line at *place exceeds a limit of the guest model. Also fails with any
 * status other than VFJ_OK that the sink returns. */
enum vfj_status vfj_trace_play(struct vfj_span bytes, struct vfj_play *play,
                               struct vfj_trace_place *place);

/* Checks every line of the trace, and rewinds the play. Fails with VFJ_BAD_SYNTAX when the trace
 * has a mistake, which *place describes. */
enum vfj_status vfj_trace_check(struct vfj_span bytes, struct vfj_play *play,
                                struct vfj_trace_place *place);

/* Takes the next line off the front of the text, without its "\n". Returns false at the end. */
bool vfj_trace_next_line(struct vfj_span *rest, struct vfj_span *line);

/* Returns whether the trace has only blank lines and comments. */
bool vfj_trace_is_blank(struct vfj_span bytes);

#endif
