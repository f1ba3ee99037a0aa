/* SQLite's file format, as far as recovery reads it: the cells of a table's leaf page, and the
 * columns of a row. */
#ifndef VFJ_STORE_RECOVER_PAGE_H
#define VFJ_STORE_RECOVER_PAGE_H

#include <stddef.h>

#include "core/limits.h"
#include "store/record.h"

enum {
    VFJ_PAGE_SIZE_MAX = 65536,
    VFJ_PAYLOAD_MAX = VFJ_BODY_MAX + 512, /* bytes of a row, without its key */
};

/* A range of bytes that functions read from the front. */
struct vfj_bytes {
    const unsigned char *at;
    size_t left;
};

/* A cell of a leaf page of the table `record` (https://www.sqlite.org/fileformat2.html, section
 * 1.6). */
struct vfj_page_cell {
    uint64_t seq;     /* the row's key */
    uint64_t payload; /* bytes of the row, in this page and its overflow pages */
    /* the part of the payload that is in this page; borrowed from the page */
    struct vfj_bytes local;
    uint32_t overflow; /* number of the first overflow page; 0 for none */
};

/* Returns the big-endian integer of `size` bytes, 4 at most. */
uint32_t vfj_page_integer(const unsigned char *at, unsigned size);

/* Reads the cell at offset `at` of a page of `page_size` bytes. Returns false when the cell
 * cannot hold a row of a journal. */
bool vfj_page_cell_read(const unsigned char *page, uint32_t page_size, uint32_t at,
                        struct vfj_page_cell *cell);

/* Decodes a row's payload into `record`. The caller has set the seq and an empty note. Returns
 * false when the columns cannot be those of a record. The record borrows its spans from
 * `payload`. */
bool vfj_page_record_decode(const unsigned char *payload, size_t length, struct vfj_record *record);

#endif
