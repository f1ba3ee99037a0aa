/* Rows out of the bare pages of a journal, for when SQLite can't find its way any more. */
#ifndef VFJ_STORE_SCAN_H
#define VFJ_STORE_SCAN_H

#include <stddef.h>

#include "core/status.h"
#include "store/record.h"

/* Each page of the file, and of its WAL, is looked at by itself for rows of the table record
 * (sqlite.org/fileformat2.html#b_tree_pages): no schema, no root and no page between is needed. So a row is found as often as
 * pages hold it, and what is found is only what could be a row; the chain tells which one is right. SQLite does not
 * open the file, and nothing is written. Memory is bounded by the size of the file. */
struct vfj_scan;

/* On failure, too, *scan is to be closed; NULL only without memory. JOURNAL_ABSENT, JOURNAL_IO: with *detail. */
enum vfj_status vfj_scan_open(struct vfj_scan **scan, const char *path, struct vfj_text *detail);
void vfj_scan_close(struct vfj_scan *scan);

/* The rows in the order of their seqs; of one seq, those that SQLite would have seen come first. */
size_t vfj_scan_count(const struct vfj_scan *scan);

/* The seq of a row. */
uint64_t vfj_scan_seq(const struct vfj_scan *scan, size_t index);

/* The first row of at least that seq; the count when there is none. */
size_t vfj_scan_find(const struct vfj_scan *scan, uint64_t seq);

/* Read the row; false when it can't be a record. Its spans hold until the next call. A long body's pages are looked for in the WAL
 * first, unless `file_only`. */
bool vfj_scan_get(struct vfj_scan *scan, size_t index, bool file_only, struct vfj_record *record);

#endif
