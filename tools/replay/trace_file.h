/* Plays a trace after checking all of its lines. */
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

/* Checks every line of the trace, then plays it. Returns VFJ_BAD_SYNTAX when the trace has a
 * mistake. No line was played then, and *place describes the mistake. Returns VFJ_TOO_MANY when the
 * line at *place exceeds a limit of the guest model. Returns any status other than VFJ_OK that a
 * function of the play's sink returns. */
enum vfj_status vfj_trace_play(struct vfj_span bytes, struct vfj_play *play,
                               struct vfj_trace_place *place);

/* Checks every line of the trace, and rewinds the play. Returns VFJ_BAD_SYNTAX when the trace has a
 * mistake; *place describes it. */
enum vfj_status vfj_trace_check(struct vfj_span bytes, struct vfj_play *play,
                                struct vfj_trace_place *place);

/* Removes the next line from the beginning of `*rest` and sets *line to it, without its
 * newline. Returns false when there are no more lines. */
bool vfj_trace_next_line(struct vfj_span *rest, struct vfj_span *line);

/* Returns true when the trace has only blank lines and comments. */
bool vfj_trace_is_blank(struct vfj_span bytes);

#endif
