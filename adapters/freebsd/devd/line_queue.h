/* Lines that were received and not yet handed on, with the time of their receipt. */
#ifndef VFJ_FREEBSD_DEVD_LINE_QUEUE_H
#define VFJ_FREEBSD_DEVD_LINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/text.h"

enum {
    VFJ_INTAKE_CHUNK_SIZE = 256 * 1024,
    /* 16 MiB: then the socket is left alone, and devd's buffer takes over */
    VFJ_INTAKE_CHUNKS_MAX = 64,
};

struct vfj_chunk;

/* A queue of chunks; one is kept when it is empty, the others are given back. Zeroed, it is an
 * empty queue.
 */
struct vfj_line_queue {
    struct vfj_chunk *first, *last;
    unsigned chunks;
    size_t bytes; /* waiting */
};

struct vfj_line_queue_line {
    int64_t wall_us, mono_us;
    struct vfj_span raw; /* borrowed from the queue until the next call */
};

/* Whether the lines of one more read of up to VFJ_LINE_MAX + 2 bytes, however many, surely fit. */
bool vfj_line_queue_has_room(const struct vfj_line_queue *queue);

/* Append a line of at most VFJ_LINE_MAX + 1 bytes; there must be room. */
void vfj_line_queue_add(struct vfj_line_queue *queue, struct vfj_span raw, int64_t wall_us,
                        int64_t mono_us);

/* Take the oldest line; false when there is none. */
bool vfj_line_queue_take(struct vfj_line_queue *queue, struct vfj_line_queue_line *line);

bool vfj_line_queue_is_empty(const struct vfj_line_queue *queue);
void vfj_line_queue_free(struct vfj_line_queue *queue);

#endif
