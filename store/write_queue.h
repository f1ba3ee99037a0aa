/* The write queue: encoded rows that wait for a commit, in one bounded block of memory. */
#ifndef VFJ_STORE_WRITE_QUEUE_H
#define VFJ_STORE_WRITE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/record.h"

struct vfj_write_queue {
    char *bytes;
    size_t size;
    size_t room; /* the most bytes that may be in use before one more event is added */
    size_t used;
};

/* Allocates `size` bytes. Returns false when memory runs out. Pages that stay unused are never
 * resident. */
bool vfj_write_queue_open(struct vfj_write_queue *queue, size_t size);
void vfj_write_queue_close(struct vfj_write_queue *queue);

/* Sets the room to `bytes` of rows, or to the most that the memory allows. One more event always
 * fits beyond the room. */
void vfj_write_queue_set_room(struct vfj_write_queue *queue, size_t bytes);

void vfj_write_queue_clear(struct vfj_write_queue *queue);
bool vfj_write_queue_is_empty(const struct vfj_write_queue *queue);

/* Returns true when the largest event, with all its transitions and commands, still fits. */
bool vfj_write_queue_has_room(const struct vfj_write_queue *queue);

/* Returns an empty text of at most VFJ_BODY_MAX bytes for the body of the next row. The caller
 * may leave the text unused. */
struct vfj_text vfj_write_queue_body(struct vfj_write_queue *queue);

/* Appends a row. `body` is the text of the last vfj_write_queue_body(). The row's other spans
 * must outlive the queue. */
void vfj_write_queue_push(struct vfj_write_queue *queue, const struct vfj_record *record,
                          const struct vfj_text *body);

/* Returns the next row, or NULL at the end. A walk begins with *at = 0. The caller may change the
 * row. */
struct vfj_record *vfj_write_queue_next(const struct vfj_write_queue *queue, size_t *at);

#endif
