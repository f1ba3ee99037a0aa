/* Rows on their way to the journal: encoded, in order, in one bounded piece of memory. */
#ifndef VFJ_STORE_BACKLOG_H
#define VFJ_STORE_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "store/record.h"

struct vfj_backlog {
    char *bytes;
    size_t size;
    size_t room; /* for another event as long as no more than this is used */
    size_t used;
};

/* False without memory. What is never used is never resident. */
bool vfj_backlog_open(struct vfj_backlog *backlog, size_t size);
void vfj_backlog_close(struct vfj_backlog *backlog);

/* From now on there is room for so many bytes of rows and one event more, or for what the memory holds if that is less. */
void vfj_backlog_set_room(struct vfj_backlog *backlog, size_t bytes);

void vfj_backlog_clear(struct vfj_backlog *backlog);
bool vfj_backlog_is_empty(const struct vfj_backlog *backlog);

/* Whether an event with all that may follow from it still fits, whatever it is. */
bool vfj_backlog_has_room(const struct vfj_backlog *backlog);

/* Where the next row's body is to be written: an empty text of at most VFJ_BODY_MAX bytes. It may be left
 * unused. */
struct vfj_text vfj_backlog_body(struct vfj_backlog *backlog);

/* Append a row whose body is that text. The row's other spans must outlive the backlog. */
void vfj_backlog_push(struct vfj_backlog *backlog, const struct vfj_record *record, const struct vfj_text *body);

/* Walk the rows from `at` = 0; NULL at the end. The row may be written to. */
struct vfj_record *vfj_backlog_next(const struct vfj_backlog *backlog, size_t *at);

#endif
