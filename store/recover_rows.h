/* Rows of a damaged journal, read from its pages without SQLite. */
#ifndef VFJ_STORE_RECOVER_ROWS_H
#define VFJ_STORE_RECOVER_ROWS_H

#include <stddef.h>

#include "core/status.h"
#include "store/record.h"

/* The rows of the table `record` in all pages of a journal and of its WAL.
 *
 * Each page is read by itself (https://www.sqlite.org/fileformat2.html, section 1.6). Neither
 * the schema nor the root or interior pages are needed. A row is listed once for each page that
 * holds it. The list holds all rows that could be records. The hash chain later shows which rows
 * are genuine. Nothing is written. The size of the files bounds the memory in use. */
struct vfj_recover_rows;

/* Lists the rows of the journal at `path`. Fails with JOURNAL_ABSENT, JOURNAL_NOT_OURS (not a
 * regular file), JOURNAL_ACCESS, JOURNAL_IO or SYSTEM, and writes the cause to `detail`. The caller
 * closes *rows after a failure, too. *rows is NULL when memory ran out at the start. */
enum vfj_status vfj_recover_rows_open(struct vfj_recover_rows **rows, const char *path,
                                      struct vfj_text *detail);

/* Does nothing when `rows` is NULL. */
void vfj_recover_rows_close(struct vfj_recover_rows *rows);

/* Returns the number of rows. The list is sorted by seq. Rows with the same seq are sorted by
 * their source: first the WAL's committed frames, then the file, then the WAL's other frames. */
size_t vfj_recover_rows_count(const struct vfj_recover_rows *rows);

uint64_t vfj_recover_rows_seq(const struct vfj_recover_rows *rows, size_t index);

/* Returns the index of the first row whose seq is at least `seq`, or the number of rows when there
 * is none. */
size_t vfj_recover_rows_find(const struct vfj_recover_rows *rows, uint64_t seq);

/* Decodes a row. Returns false when the row cannot be a record. The record's spans are valid
 * until the next call. The overflow pages of a long body are read from the WAL if it has them,
 * otherwise from the file. With `file_only` they are read from the file only. */
bool vfj_recover_rows_get(struct vfj_recover_rows *rows, size_t index, bool file_only,
                          struct vfj_record *record);

/* Decodes a row like vfj_recover_rows_get(), but leaves a short body as it is. */
bool vfj_recover_rows_get_short(struct vfj_recover_rows *rows, size_t index, bool file_only,
                                struct vfj_record *record);

/* Moves the row to the front of the rows with its seq. The caller does so when the chain shows that
 * the row is genuine. The row then is the first choice as the base of short bodies. */
void vfj_recover_rows_prefer(struct vfj_recover_rows *rows, size_t index);

#endif
