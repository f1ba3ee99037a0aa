/* A trace file: read whole, checked whole, then played. */
#ifndef VFJ_TOOLS_REPLAY_TRACE_FILE_H
#define VFJ_TOOLS_REPLAY_TRACE_FILE_H

#include <stdio.h>

#include "core/model/play.h"
#include "core/status.h"

/* Where a trace is wrong. */
struct vfj_trace_place {
    uint64_t line;
    size_t column;
    const char *what;
};

enum { VFJ_TRACE_FILE_MAX = 1 << 30 }; /* bytes; about ten million events */

/* Play the trace in `bytes`: first every line is read and checked, and only when all are right is
 * anything submitted. VFJ_BAD_SYNTAX: the trace is wrong at *place, nothing was submitted.
 * VFJ_TOO_MANY: a limit of the guest model was met at *place. Any other status is the sink's. */
enum vfj_status vfj_trace_play(struct vfj_span bytes, struct vfj_play *play,
                               struct vfj_trace_place *place);

/* Read a whole file ("-" is standard input) into memory of the heap. 0, or errno: EFBIG when it is
 * longer than VFJ_TRACE_FILE_MAX. */
int vfj_trace_slurp(const char *path, char **bytes, size_t *length);

#endif
