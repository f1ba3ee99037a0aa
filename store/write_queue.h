/* The write queue: encoded rows that wait for a commit, in one bounded block of memory. */
#ifndef VFJ_STORE_WRITE_QUEUE_H
#define VFJ_STORE_WRITE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/record.h"

struct vfj_write_queue {
    char *bytes;
    size_t size;
    size_t room; /* number of used bytes up to which one more event may be added */
    size_t used;
};

/* Allocates `size` bytes. Returns false when memory runs out. Pages that stay unused are never
 * resident. */
bool vfj_write_queue_open(struct vfj_write_queue *queue, size_t size);
void vfj_write_queue_close(struct vfj_write_queue *queue);

/* Sets the room to `bytes` of rows, or less when the memory of the queue is smaller. One more
 * event always fits beyond the room. */
void vfj_write_queue_set_room(struct vfj_write_queue *queue, size_t bytes);

void vfj_write_queue_clear(struct vfj_write_queue *queue);
bool vfj_write_queue_is_empty(const struct vfj_write_queue *queue);

/* Returns true when the queue has room for the largest event with all its transitions and
 * commands. */
bool vfj_write_queue_has_room(const struct vfj_write_queue *queue);

/* Returns an empty text of at most VFJ_BODY_MAX bytes, into which the caller writes the body of
 * the next row. The caller may also leave it unused. */
struct vfj_text vfj_write_queue_body(struct vfj_write_queue *queue);

/* Appends a row. `body` is the text that vfj_write_queue_body() returned last. The row's other
 * spans must stay valid as long as the row is in the queue. */
void vfj_write_queue_push(struct vfj_write_queue *queue, const struct vfj_record *record,
                          const struct vfj_text *body);

/* Returns the next row, or NULL at the end. The first call has *at = 0. The caller may change
 * the row. */
struct vfj_record *vfj_write_queue_next(const struct vfj_write_queue *queue, size_t *at);

#endif
