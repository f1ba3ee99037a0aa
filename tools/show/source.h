/* Reads the records for `vfjournal show`. Uses SQLite or, when SQLite cannot read the file, reads
 * its pages directly. */
#ifndef VFJ_TOOLS_SHOW_SOURCE_H
#define VFJ_TOOLS_SHOW_SOURCE_H

#include "store/journal.h"
#include "store/recover_rows.h"

struct vfj_source {
    struct vfj_journal *journal;
    struct vfj_recover_rows *rows; /* NULL: SQLite reads the journal */
    /* when `rows` is set: seq of the record that the walk returns next; 0: the walk has ended */
    uint64_t next;
    enum vfj_direction direction;
    /* when `rows` is set: the reason why SQLite cannot read the journal, in bytes that must not be
     * trusted */
    char damage[256];
    /* when `rows` is set: space for a record's body in which passwords were replaced */
    char masked[VFJ_BODY_MAX + 1];
};

/* Opens a journal for reading. When its schema or its header page is damaged, the pages with
 * records are read directly, without SQLite. Returns the statuses of vfj_journal_open(). The caller
 * calls vfj_source_close() in any case. */
enum vfj_status vfj_source_open(struct vfj_source *source, const char *path);
void vfj_source_close(struct vfj_source *source);

/* Call this after another function in this file has returned `status`. If the status is
 * VFJ_JOURNAL_DAMAGED, this function switches to reading the pages directly. Returns true when the
 * caller can then repeat the failed call. */
bool vfj_source_read_pages(struct vfj_source *source, const char *path, enum vfj_status status);

/* Each of these functions does the same as the function vfj_journal_*() with the same name. */
const char *vfj_source_detail(const struct vfj_source *source);
void vfj_source_walk(struct vfj_source *source, uint64_t from, enum vfj_direction direction);
enum vfj_status vfj_source_next(struct vfj_source *source, struct vfj_record *record);
void vfj_source_walk_end(struct vfj_source *source);
enum vfj_status vfj_source_get(struct vfj_source *source, uint64_t seq, struct vfj_record *record);

/* Finds the first record that is not older than `wall_us`. Sets *seq to its seq, or to 0 when there
 * is none. Later records may be older nevertheless, because the clock may have been set back. */
enum vfj_status vfj_source_since(struct vfj_source *source, int64_t wall_us, uint64_t *seq);

#endif
