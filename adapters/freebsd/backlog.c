/* Lines that were received and not yet handed on, with the time of their receipt. */
#include "adapters/freebsd/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/limits.h"

struct vfj_chunk {
    struct vfj_chunk *next;
    size_t taken, used; /* offsets in bytes */
    char bytes[VFJ_BACKLOG_CHUNK_SIZE];
};

struct head {
    int64_t wall_us, mono_us;
    size_t length;
};

_Static_assert((VFJ_LINE_MAX + 2) * (sizeof(struct head) + 1) + sizeof(struct head) + VFJ_LINE_MAX + 1
                   <= VFJ_BACKLOG_CHUNK_SIZE,
               "one read, even of nothing but newlines, and a line before it fit in one chunk");

static bool fits(const struct vfj_chunk *chunk, size_t length)
{
    return chunk != NULL && sizeof chunk->bytes - chunk->used >= sizeof(struct head) + length;
}

bool vfj_backlog_has_room(const struct vfj_backlog *backlog)
{
    return backlog->chunks < VFJ_BACKLOG_CHUNKS_MAX;
}

static void add_chunk(struct vfj_backlog *backlog)
{
    struct vfj_chunk *chunk = malloc(sizeof *chunk);
    VFJ_CHECK(chunk != NULL && backlog->chunks < VFJ_BACKLOG_CHUNKS_MAX);
    chunk->next = NULL;
    chunk->taken = chunk->used = 0;
    if (backlog->last != NULL)
        backlog->last->next = chunk;
    else
        backlog->first = chunk;
    backlog->last = chunk;
    backlog->chunks++;
}

void vfj_backlog_add(struct vfj_backlog *backlog, struct vfj_span raw, int64_t wall_us, int64_t mono_us)
{
    struct head head = {wall_us, mono_us, raw.length};
    VFJ_CHECK(raw.length <= VFJ_LINE_MAX + 1);
    if (!fits(backlog->last, raw.length))
        add_chunk(backlog);
    struct vfj_chunk *chunk = backlog->last;
    memcpy(chunk->bytes + chunk->used, &head, sizeof head);
    if (raw.length > 0)
        memcpy(chunk->bytes + chunk->used + sizeof head, raw.text, raw.length);
    chunk->used += sizeof head + raw.length;
    backlog->bytes += sizeof head + raw.length;
}

/* The line taken last may still be in use: chunks are given back by the next call. */
static void drop_taken(struct vfj_backlog *backlog)
{
    struct vfj_chunk *chunk = backlog->first;
    while (chunk != NULL && chunk->taken == chunk->used && chunk->next != NULL) {
        backlog->first = chunk->next;
        backlog->chunks--;
        free(chunk);
        chunk = backlog->first;
    }
    if (chunk != NULL && chunk->taken == chunk->used)
        chunk->taken = chunk->used = 0;
}

bool vfj_backlog_take(struct vfj_backlog *backlog, struct vfj_backlog_line *line)
{
    struct head head;
    if (backlog->bytes == 0)
        return false;
    drop_taken(backlog);
    struct vfj_chunk *chunk = backlog->first;
    memcpy(&head, chunk->bytes + chunk->taken, sizeof head);
    line->wall_us = head.wall_us;
    line->mono_us = head.mono_us;
    line->raw = (struct vfj_span){chunk->bytes + chunk->taken + sizeof head, head.length};
    chunk->taken += sizeof head + head.length;
    backlog->bytes -= sizeof head + head.length;
    return true;
}

bool vfj_backlog_is_empty(const struct vfj_backlog *backlog)
{
    return backlog->bytes == 0;
}

void vfj_backlog_free(struct vfj_backlog *backlog)
{
    while (backlog->first != NULL) {
        struct vfj_chunk *chunk = backlog->first;
        backlog->first = chunk->next;
        free(chunk);
    }
    memset(backlog, 0, sizeof *backlog);
}
