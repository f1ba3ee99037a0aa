/* Rows on their way to the journal: encoded, in order, in one bounded piece of memory. */
#ifndef VFJ_STORE_WRITE_QUEUE_H
#define VFJ_STORE_WRITE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/record.h"

struct vfj_write_queue {
    char *bytes;
    size_t size;
    size_t room; /* for another event as long as no more than this is used */
    size_t used;
};

/* False without memory. What is never used is never resident. */
bool vfj_write_queue_open(struct vfj_write_queue *queue, size_t size);
void vfj_write_queue_close(struct vfj_write_queue *queue);

/* From now on there is room for so many bytes of rows and one event more, or for what the memory holds if that is less. */
void vfj_write_queue_set_room(struct vfj_write_queue *queue, size_t bytes);

void vfj_write_queue_clear(struct vfj_write_queue *queue);
bool vfj_write_queue_is_empty(const struct vfj_write_queue *queue);

/* Whether an event with all that may follow from it still fits, whatever it is. */
bool vfj_write_queue_has_room(const struct vfj_write_queue *queue);

/* Where the next row's body is to be written: an empty text of at most VFJ_BODY_MAX bytes. It may be left
 * unused. */
struct vfj_text vfj_write_queue_body(struct vfj_write_queue *queue);

/* Append a row whose body is that text. The row's other spans must outlive the queue. */
void vfj_write_queue_push(struct vfj_write_queue *queue, const struct vfj_record *record, const struct vfj_text *body);

/* Walk the rows from `at` = 0; NULL at the end. The row may be written to. */
struct vfj_record *vfj_write_queue_next(const struct vfj_write_queue *queue, size_t *at);

#endif
