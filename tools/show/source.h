/* The records that `vfjournal show` reads: by SQLite, or page by page when SQLite cannot. */
#ifndef VFJ_TOOLS_SHOW_SOURCE_H
#define VFJ_TOOLS_SHOW_SOURCE_H

#include "store/journal.h"
#include "store/recover_rows.h"

struct vfj_source {
    struct vfj_journal *journal;
    struct vfj_recover_rows *rows; /* NULL: SQLite reads */
    uint64_t next;                 /* rows: the walk's next seq; 0 at its end */
    enum vfj_direction direction;
    char damage[256]; /* rows: why SQLite cannot read; untrusted bytes */
};

/* Opens a journal for reading. When its schema or header page is damaged, the pages of records are
 * read by themselves. Fails as vfj_journal_open() does. The caller calls vfj_source_close() in any
 * case. */
enum vfj_status vfj_source_open(struct vfj_source *source, const char *path);
void vfj_source_close(struct vfj_source *source);

/* Called when a function here failed with `status`. When that is JOURNAL_DAMAGED, reads the pages
 * from now on. Returns whether the caller can try again. */
bool vfj_source_read_pages(struct vfj_source *source, const char *path, enum vfj_status status);

/* As the functions vfj_journal_*(). */
const char *vfj_source_detail(const struct vfj_source *source);
void vfj_source_walk(struct vfj_source *source, uint64_t from, enum vfj_direction direction);
enum vfj_status vfj_source_next(struct vfj_source *source, struct vfj_record *record);
void vfj_source_walk_end(struct vfj_source *source);
enum vfj_status vfj_source_get(struct vfj_source *source, uint64_t seq, struct vfj_record *record);

/* Sets *seq to the first record that is not older than `wall_us`, and to 0 for none. Later records
 * may be older: a clock may have been set back. */
enum vfj_status vfj_source_since(struct vfj_source *source, int64_t wall_us, uint64_t *seq);

/* Reads the oldest and the newest time of all records. Only for a source that SQLite reads. */
enum vfj_status vfj_source_times(struct vfj_source *source, int64_t *least_us, int64_t *most_us);

#endif
