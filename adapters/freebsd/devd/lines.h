/* A stream of bytes cut into lines, in bounded memory. */
#ifndef VFJ_FREEBSD_DEVD_LINES_H
#define VFJ_FREEBSD_DEVD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text/text.h"

/* `line` is borrowed for the call and has no '\n'. */
typedef void vfj_line_fn(void *context, struct vfj_span line);

/* Lines longer than `size` bytes are handed over cut to `size`, and the rest of them is dropped. */
struct vfj_lines {
    char *bytes;
    size_t size;
    size_t length;
    bool open; /* bytes of a line without its end were seen */
    vfj_line_fn *line;
    void *context;
};

struct vfj_lines vfj_lines_begin(char *bytes, size_t size, vfj_line_fn *line, void *context);
void vfj_lines_feed(struct vfj_lines *lines, struct vfj_span bytes);
/* The stream ended: a last line without '\n' is handed over. */
void vfj_lines_end(struct vfj_lines *lines);
/* Forget an unfinished line. */
void vfj_lines_reset(struct vfj_lines *lines);

#endif
