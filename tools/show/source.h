/* Reads the records for `vfjournal show`, through SQLite, or page by page when SQLite cannot. */
#ifndef VFJ_TOOLS_SHOW_SOURCE_H
#define VFJ_TOOLS_SHOW_SOURCE_H

#include "store/journal.h"
#include "store/recover_rows.h"

struct vfj_source {
    struct vfj_journal *journal;
    struct vfj_recover_rows *rows; /* NULL: SQLite reads the journal */
    /* when `rows` is set: the next seq of the walk, or 0 at the end of the walk */
    uint64_t next;
    enum vfj_direction direction;
    char damage[256]; /* when `rows` is set: why SQLite cannot read the journal; untrusted bytes */
};

/* Opens a journal for reading. When its schema or its header page is damaged, the pages with
 * records are read without SQLite. Fails as vfj_journal_open() does. The caller calls
 * vfj_source_close() in any case. */
enum vfj_status vfj_source_open(struct vfj_source *source, const char *path);
void vfj_source_close(struct vfj_source *source);

/* The caller calls this after a function of this header failed with `status`. When that is
 * JOURNAL_DAMAGED, this function switches to reading the pages. Returns whether the caller can
 * try again. */
bool vfj_source_read_pages(struct vfj_source *source, const char *path, enum vfj_status status);

/* These functions do the same as the functions vfj_journal_*() with the same names. */
const char *vfj_source_detail(const struct vfj_source *source);
void vfj_source_walk(struct vfj_source *source, uint64_t from, enum vfj_direction direction);
enum vfj_status vfj_source_next(struct vfj_source *source, struct vfj_record *record);
void vfj_source_walk_end(struct vfj_source *source);
enum vfj_status vfj_source_get(struct vfj_source *source, uint64_t seq, struct vfj_record *record);

/* Finds the first record that is not older than `wall_us`, and sets *seq to its seq, or to 0
 * when there is none. Later records may be older, because a clock may have been set back. */
enum vfj_status vfj_source_since(struct vfj_source *source, int64_t wall_us, uint64_t *seq);

/* Reads the oldest and the newest time of all records. Only for a source that SQLite reads. */
enum vfj_status vfj_source_times(struct vfj_source *source, int64_t *least_us, int64_t *most_us);

#endif
