/* Lines that were received and not yet handed on, with the time of their receipt. */
#ifndef VFJ_FREEBSD_INTAKE_H
#define VFJ_FREEBSD_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/text.h"

enum {
    VFJ_INTAKE_CHUNK_SIZE = 256 * 1024,
    VFJ_INTAKE_CHUNKS_MAX = 64, /* 16 MiB: then the socket is left alone, and devd's buffer takes over */
};

struct vfj_chunk;

/* A queue of chunks; one is kept when it is empty, the others are given back. Zeroed, it is an empty intake.
 */
struct vfj_intake {
    struct vfj_chunk *first, *last;
    unsigned chunks;
    size_t bytes; /* waiting */
};

struct vfj_intake_line {
    int64_t wall_us, mono_us;
    struct vfj_span raw; /* borrowed from the intake until the next call */
};

/* Whether the lines of one more read of up to VFJ_LINE_MAX + 2 bytes, however many, surely fit. */
bool vfj_intake_has_room(const struct vfj_intake *intake);

/* Append a line of at most VFJ_LINE_MAX + 1 bytes; there must be room. */
void vfj_intake_add(struct vfj_intake *intake, struct vfj_span raw, int64_t wall_us, int64_t mono_us);

/* Take the oldest line; false when there is none. */
bool vfj_intake_take(struct vfj_intake *intake, struct vfj_intake_line *line);

bool vfj_intake_is_empty(const struct vfj_intake *intake);
void vfj_intake_free(struct vfj_intake *intake);

#endif
