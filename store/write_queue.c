/* The write queue: encoded rows that wait for a commit. */
#include "store/write_queue.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/data/decision.h"
#include "core/limits.h"

/* Each row in the queue is a struct vfj_record, followed by its body and a NUL, and padded to
 * the record's alignment. */
enum {
    ALIGN = 16,
    RECORD_SIZE = (sizeof(struct vfj_record) + ALIGN - 1) / ALIGN * ALIGN,
    /* Sizes of bodies, at most. The body of a transition is a line of names and numbers. The
     * body of a command holds its argv, in the worst case quoted twice. */
    TRANSITION_BODY = 512,
    COMMAND_BODY = 8 * (VFJ_ARGS_SIZE + 256),
    EVENT_SIZE = RECORD_SIZE + VFJ_BODY_MAX + ALIGN             //
        + VFJ_TRANSITIONS_MAX * (RECORD_SIZE + TRANSITION_BODY) //
        + VFJ_COMMANDS_MAX * (RECORD_SIZE + COMMAND_BODY)       //
        /* space that vfj_write_queue_body() may give out for the next body */
        + VFJ_BODY_MAX + ALIGN,
};

bool vfj_write_queue_open(struct vfj_write_queue *queue, size_t size)
{
    VFJ_CHECK(size > EVENT_SIZE);
    queue->size = size;
    queue->room = size - EVENT_SIZE;
    queue->used = 0;
    queue->bytes = malloc(size);
    return queue->bytes != NULL;
}

void vfj_write_queue_close(struct vfj_write_queue *queue)
{
    free(queue->bytes);
    queue->bytes = NULL;
}

void vfj_write_queue_set_room(struct vfj_write_queue *queue, size_t bytes)
{
    size_t most = queue->size - EVENT_SIZE;
    queue->room = bytes < most ? bytes : most;
}

void vfj_write_queue_clear(struct vfj_write_queue *queue)
{
    queue->used = 0;
}

bool vfj_write_queue_is_empty(const struct vfj_write_queue *queue)
{
    return queue->used == 0;
}

bool vfj_write_queue_has_room(const struct vfj_write_queue *queue)
{
    return queue->used <= queue->room;
}

struct vfj_text vfj_write_queue_body(struct vfj_write_queue *queue)
{
    VFJ_CHECK(queue->size - queue->used >= RECORD_SIZE + VFJ_BODY_MAX + 1);
    return vfj_text_begin(queue->bytes + queue->used + RECORD_SIZE, VFJ_BODY_MAX + 1);
}

void vfj_write_queue_push(struct vfj_write_queue *queue, const struct vfj_record *record,
                          const struct vfj_text *body)
{
    struct vfj_record *row = (struct vfj_record *)(void *)(queue->bytes + queue->used);
    VFJ_CHECK(body->bytes == queue->bytes + queue->used + RECORD_SIZE && !body->overflow);
    *row = *record;
    row->body = (struct vfj_span){body->bytes, body->length};
    queue->used += RECORD_SIZE + (body->length + ALIGN) / ALIGN * ALIGN;
}

struct vfj_record *vfj_write_queue_next(const struct vfj_write_queue *queue, size_t *at)
{
    if (*at >= queue->used)
        return NULL;
    struct vfj_record *row = (struct vfj_record *)(void *)(queue->bytes + *at);
    *at += RECORD_SIZE + (row->body.length + ALIGN) / ALIGN * ALIGN;
    return row;
}
