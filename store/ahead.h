/* Reading ahead: the rows of a journal, many at a time, and by a thread of their own while those before are looked at. */
#ifndef VFJ_STORE_AHEAD_H
#define VFJ_STORE_AHEAD_H

#include "store/journal.h"

struct vfj_ahead;

/* Read the journal from record `from` on. Until the end nobody else may use the journal. Without `chain` the column chain is not
 * read, and can be anything. With `thread` a thread reads, where one can be had and SQLite is made for threads; what is read is
 * the same. NULL without memory. */
struct vfj_ahead *vfj_ahead_open(struct vfj_journal *journal, uint64_t from, bool chain, bool thread);

/* The next record, which holds until the next call; else NULL, and *status is VFJ_END or, as of vfj_journal_next, why there
 * is none. The journal has the detail after vfj_ahead_close. */
const struct vfj_record *vfj_ahead_next(struct vfj_ahead *ahead, enum vfj_status *status);

/* NULL is allowed. */
void vfj_ahead_close(struct vfj_ahead *ahead);

#endif
