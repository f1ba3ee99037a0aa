/* A queue of received lines, with the times of their receipt. */
#include "adapters/freebsd/devd/line_queue.h"

#include <string.h>
#include <sys/mman.h>

#include "core/check.h"
#include "core/limits.h"

/* A piece of the queue's memory. It comes from mmap(2), so that the memory for a storm of lines
 * is returned to the system. */
struct vfj_chunk {
    TAILQ_ENTRY(vfj_chunk) link;
    size_t taken, used; /* offsets in bytes */
    char bytes[VFJ_INTAKE_CHUNK_SIZE];
};

struct head {
    int64_t wall_us, mono_us;
    size_t length;
};

_Static_assert((VFJ_LINE_MAX + 2) * (sizeof(struct head) + 1) + sizeof(struct head) + VFJ_LINE_MAX
                       + 1
                   <= VFJ_INTAKE_CHUNK_SIZE,
               "one read, even of nothing but newlines, and a line before it fit in one chunk");

void vfj_line_queue_init(struct vfj_line_queue *queue)
{
    memset(queue, 0, sizeof *queue);
    TAILQ_INIT(&queue->list);
}

static bool fits(const struct vfj_chunk *chunk, size_t length)
{
    return chunk != NULL && sizeof chunk->bytes - chunk->used >= sizeof(struct head) + length;
}

bool vfj_line_queue_has_room(const struct vfj_line_queue *queue)
{
    return queue->chunks < VFJ_INTAKE_CHUNKS_MAX;
}

static void add_chunk(struct vfj_line_queue *queue)
{
    struct vfj_chunk *chunk
        = mmap(NULL, sizeof *chunk, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
    VFJ_CHECK(chunk != MAP_FAILED && queue->chunks < VFJ_INTAKE_CHUNKS_MAX);
    chunk->taken = chunk->used = 0;
    TAILQ_INSERT_TAIL(&queue->list, chunk, link);
    queue->chunks++;
}

void vfj_line_queue_add(struct vfj_line_queue *queue, struct vfj_span raw, int64_t wall_us,
                        int64_t mono_us)
{
    struct head head = {wall_us, mono_us, raw.length};
    VFJ_CHECK(raw.length <= VFJ_LINE_MAX + 1);
    if (!fits(TAILQ_LAST(&queue->list, vfj_chunks), raw.length))
        add_chunk(queue);
    struct vfj_chunk *chunk = TAILQ_LAST(&queue->list, vfj_chunks);
    memcpy(chunk->bytes + chunk->used, &head, sizeof head);
    if (raw.length > 0)
        memcpy(chunk->bytes + chunk->used + sizeof head, raw.text, raw.length);
    chunk->used += sizeof head + raw.length;
    queue->bytes += sizeof head + raw.length;
}

static void drop_first(struct vfj_line_queue *queue)
{
    struct vfj_chunk *chunk = TAILQ_FIRST(&queue->list);
    TAILQ_REMOVE(&queue->list, chunk, link);
    queue->chunks--;
    munmap(chunk, sizeof *chunk);
}

/* Drops the chunks whose lines were all taken. The line that was taken last must stay valid, so
 * its chunk is dropped by the next call of vfj_line_queue_take(). */
static void drop_taken(struct vfj_line_queue *queue)
{
    struct vfj_chunk *chunk;
    while ((chunk = TAILQ_FIRST(&queue->list)) != NULL && chunk->taken == chunk->used
           && TAILQ_NEXT(chunk, link) != NULL)
        drop_first(queue);
    if (chunk != NULL && chunk->taken == chunk->used)
        chunk->taken = chunk->used = 0;
}

bool vfj_line_queue_take(struct vfj_line_queue *queue, struct vfj_line_queue_line *line)
{
    struct head head;
    if (queue->bytes == 0)
        return false;
    drop_taken(queue);
    struct vfj_chunk *chunk = TAILQ_FIRST(&queue->list);
    memcpy(&head, chunk->bytes + chunk->taken, sizeof head);
    line->wall_us = head.wall_us;
    line->mono_us = head.mono_us;
    line->raw = (struct vfj_span){chunk->bytes + chunk->taken + sizeof head, head.length};
    chunk->taken += sizeof head + head.length;
    queue->bytes -= sizeof head + head.length;
    return true;
}

bool vfj_line_queue_is_empty(const struct vfj_line_queue *queue)
{
    return queue->bytes == 0;
}

void vfj_line_queue_free(struct vfj_line_queue *queue)
{
    while (!TAILQ_EMPTY(&queue->list))
        drop_first(queue);
    queue->bytes = 0;
}
