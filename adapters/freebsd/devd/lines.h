/* Cuts a stream of bytes into lines, in bounded memory. */
#ifndef VFJ_FREEBSD_DEVD_LINES_H
#define VFJ_FREEBSD_DEVD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text/text.h"

/* Called for each line. `line` is borrowed for the call, and has no '\n'. */
typedef void vfj_line_fn(void *context, struct vfj_span line);

/* A splitter of bytes into lines. It cuts a line that is longer than `size` bytes to `size`
 * bytes, and drops the rest of that line. */
struct vfj_lines {
    char *bytes;
    size_t size;
    size_t length;
    bool open; /* the beginning of a line was read, but not yet its end */
    vfj_line_fn *line;
    void *context;
};

/* Returns a splitter that calls `line` for each line. The buffer `bytes` has room for `size` bytes.
 * It keeps the beginning of a line until the '\n' is fed. */
struct vfj_lines vfj_lines_begin(char *bytes, size_t size, vfj_line_fn *line, void *context);
void vfj_lines_feed(struct vfj_lines *lines, struct vfj_span bytes);
/* Ends the stream. Passes on a last line without '\n'. */
void vfj_lines_end(struct vfj_lines *lines);
/* Drops a line whose '\n' was not fed yet. */
void vfj_lines_reset(struct vfj_lines *lines);

#endif
