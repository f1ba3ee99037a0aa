/* A queue of received lines, with the times of their receipt. */
#ifndef VFJ_FREEBSD_DEVD_LINE_QUEUE_H
#define VFJ_FREEBSD_DEVD_LINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/text/text.h"

enum {
    VFJ_INTAKE_CHUNK_SIZE = 256 * 1024,
    /* 16 MiB of lines; when the queue is full, further lines stay in the socket's buffer */
    VFJ_INTAKE_CHUNKS_MAX = 64,
};

TAILQ_HEAD(vfj_chunks, vfj_chunk);

/* A queue of lines. An empty queue keeps one chunk, and returns all other chunks to the system. */
struct vfj_line_queue {
    struct vfj_chunks list;
    unsigned chunks;
    size_t bytes; /* bytes in the queue */
};

struct vfj_line_queue_line {
    int64_t wall_us, mono_us;
    struct vfj_span raw; /* borrowed from the queue until the next call */
};

void vfj_line_queue_init(struct vfj_line_queue *queue);

/* Returns true when the queue has room for the lines of one more read of up to VFJ_LINE_MAX + 2
 * bytes, however many lines the read has. */
bool vfj_line_queue_has_room(const struct vfj_line_queue *queue);

/* Appends a line of at most VFJ_LINE_MAX + 1 bytes. The queue must have room. */
void vfj_line_queue_add(struct vfj_line_queue *queue, struct vfj_span raw, int64_t wall_us,
                        int64_t mono_us);

/* Takes the oldest line. Returns false when there is none. */
bool vfj_line_queue_take(struct vfj_line_queue *queue, struct vfj_line_queue_line *line);

bool vfj_line_queue_is_empty(const struct vfj_line_queue *queue);

/* Drops all lines and chunks. */
void vfj_line_queue_free(struct vfj_line_queue *queue);

#endif
