/* Lines that were received and not yet handed on, with the time of their receipt. */
#ifndef VFJ_FREEBSD_BACKLOG_H
#define VFJ_FREEBSD_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

enum {
    VFJ_BACKLOG_CHUNK_SIZE = 256 * 1024,
    VFJ_BACKLOG_CHUNKS_MAX = 64, /* 16 MiB: then the socket is left alone, and devd's buffer takes over */
};

struct vfj_chunk;

/* A queue of chunks; one is kept when it is empty, the others are given back. Zeroed, it is an empty backlog.
 */
struct vfj_backlog {
    struct vfj_chunk *first, *last;
    unsigned chunks;
    size_t bytes; /* waiting */
};

struct vfj_backlog_line {
    int64_t wall_us, mono_us;
    struct vfj_span raw; /* borrowed from the backlog until the next call */
};

/* Whether the lines of one more read of up to VFJ_LINE_MAX + 2 bytes, however many, surely fit. */
bool vfj_backlog_has_room(const struct vfj_backlog *backlog);

/* Append a line of at most VFJ_LINE_MAX + 1 bytes; there must be room. */
void vfj_backlog_add(struct vfj_backlog *backlog, struct vfj_span raw, int64_t wall_us, int64_t mono_us);

/* Take the oldest line; false when there is none. */
bool vfj_backlog_take(struct vfj_backlog *backlog, struct vfj_backlog_line *line);

bool vfj_backlog_is_empty(const struct vfj_backlog *backlog);
void vfj_backlog_free(struct vfj_backlog *backlog);

#endif
