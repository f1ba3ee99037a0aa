/* Rows of a damaged journal, read from its pages without SQLite. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* SEEK_DATA: glibc hides it without */
#endif
#include "store/recover_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/progress.h"
#include "store/recover_page.h"
#include "store/short_body.h"

enum {
    DEFAULT_PAGE = 4096, /* the page size of new journals */
    FILE_HEADER = 100,
    WAL_HEADER = 32,
    FRAME_HEADER = 24,
    LEAF = 0x0d, /* first byte of a table's leaf page */
    /* size of a leaf page's header; the offset of each cell follows, in two bytes */
    LEAF_HEADER = 8,
    BASE_READS = 16, /* limit of reads of bases for each listed row, on average */
};

/* The place where a row was found. FROM_LEFTOVER: in a WAL frame after the last valid commit. */
enum source { FROM_FILE, FROM_WAL, FROM_LEFTOVER, SOURCE_COUNT };

/* The position of a row. Several rows can have the same seq. */
struct row {
    uint64_t seq;
    uint64_t page; /* offset of the page in its file */
    uint16_t cell; /* offset of the cell in the page */
    uint8_t source;
};

/* A frame of the WAL: the number of its page, and the offset at which the page's content begins. */
struct frame {
    uint32_t page;
    uint64_t at;
};

/* The row that was read last as a base. Most short bodies have the same base as the short
 * body before. */
struct base {
    struct vfj_span body;
    size_t index;
    unsigned char payload[VFJ_PAYLOAD_MAX];
    bool is_loaded;
    bool file_only;
};

struct vfj_recover_rows {
    int file, wal; /* -1: none */
    uint32_t page_size;
    struct row *entries;
    size_t count, room;
    struct frame *frames;
    size_t frame_count, frame_room;
    unsigned char page[VFJ_PAGE_SIZE_MAX];
    unsigned char payload[VFJ_PAYLOAD_MAX];
    struct base base;
    /* number of reads of bases that are left; it bounds the work for a crafted file in which many
     * short bodies name a seq that many rows have */
    uint64_t base_reads;
    char body[VFJ_BASE_SIZE]; /* the whole body of a short one */
};

static bool read_at(int fd, void *to, size_t size, uint64_t offset)
{
    if (fd < 0 || offset > INT64_MAX - size)
        return false;
    ssize_t got = pread(fd, to, size, (off_t)offset);
    return got >= 0 && (size_t)got == size;
}

/* A part of a file that has data. Holes of the file read as zeros, and have no rows. */
struct extent {
    int fd;
    uint64_t begin, end;
};

/* Finds the first data at or after `at`. On a file system that does not report holes, all bytes
 * count as data. */
static void find_data(struct extent *extent, uint64_t at)
{
    off_t begin = at <= INT64_MAX ? lseek(extent->fd, (off_t)at, SEEK_DATA) : -1;
    bool is_none = begin < 0 && errno == ENXIO;
    off_t end = begin >= 0 ? lseek(extent->fd, begin, SEEK_HOLE) : -1;
    extent->begin = is_none ? UINT64_MAX : begin >= 0 ? (uint64_t)begin : at;
    extent->end = end >= 0 ? (uint64_t)end : UINT64_MAX;
}

/* Returns the offset of the first block at or after `at` that has data, or UINT64_MAX when there
 * is none. A block has `size` bytes, and the first one begins at `at`. */
static uint64_t next_block(struct extent *extent, uint64_t at, uint64_t size)
{
    if (at >= extent->end)
        find_data(extent, at);
    if (extent->begin == UINT64_MAX)
        return UINT64_MAX;
    return extent->begin > at ? at + (extent->begin - at) / size * size : at;
}

/* Makes room for one more item of a list. Doubles the room of a full list. */
static bool make_room(void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room > 0 ? 2 * *room : 256;
    void *larger = realloc(*list, more * size);
    if (larger == NULL)
        return false;
    *list = larger;
    *room = more;
    return true;
}

/* Lists the rows of the loaded page, which begins at offset `page`. A crafted page may list one
 * cell many times, so reading ends when the cells together have more bytes than the page. */
static bool read_leaf(struct vfj_recover_rows *rows, uint64_t page, enum source source)
{
    uint32_t count = vfj_page_integer(rows->page + 3, 2);
    uint32_t left = rows->page_size - LEAF_HEADER;
    struct vfj_page_cell cell;
    if (rows->page[0] != LEAF)
        return true;
    for (uint32_t i = 0; i < count && LEAF_HEADER + 2 * i + 2 <= rows->page_size; i++) {
        uint32_t at = vfj_page_integer(rows->page + LEAF_HEADER + 2 * i, 2);
        if (at < LEAF_HEADER || at >= rows->page_size
            || !vfj_page_cell_read(rows->page, rows->page_size, at, &cell))
            continue;
        if (cell.local.left > left)
            break;
        left -= (uint32_t)cell.local.left;
        if (!make_room((void **)&rows->entries, rows->count, &rows->room, sizeof *rows->entries))
            return false;
        rows->entries[rows->count++] = (struct row){
            .seq = cell.seq, .page = page, .cell = (uint16_t)at, .source = (uint8_t)source};
    }
    return true;
}

static void read_page_size(struct vfj_recover_rows *rows)
{
    unsigned char header[FILE_HEADER];
    rows->page_size = DEFAULT_PAGE;
    if (!read_at(rows->file, header, sizeof header, 0)
        || memcmp(header, "SQLite format 3", 16) != 0)
        return;
    uint32_t size = vfj_page_integer(header + 16, 2);
    size = size == 1 ? VFJ_PAGE_SIZE_MAX : size;
    if (size >= 512 && size <= VFJ_PAGE_SIZE_MAX && (size & (size - 1)) == 0)
        rows->page_size = size;
}

/* Reads all pages of the file except the first, which holds the schema. Skips holes, and also
 * pages that cannot be read: a failing disk has bad blocks among good ones. */
static bool read_file(struct vfj_recover_rows *rows, uint64_t size)
{
    struct extent extent = {.fd = rows->file};
    vfj_progress_begin("reading pages", "bytes", size);
    for (uint64_t at = next_block(&extent, rows->page_size, rows->page_size); at < size;
         at = next_block(&extent, at + rows->page_size, rows->page_size)) {
        vfj_progress_set(at);
        if (read_at(rows->file, rows->page, rows->page_size, at) && !read_leaf(rows, at, FROM_FILE))
            return false;
    }
    return true;
}

/* The running checksum of a WAL (https://www.sqlite.org/fileformat2.html, section 4.2). */
struct wal {
    uint32_t sums[2];
    unsigned char salts[8];
    bool big;
    bool valid; /* all frames read so far are valid */
};

static uint32_t wal_word(const struct wal *wal, const unsigned char *at)
{
    return wal->big ? vfj_page_integer(at, 4)
                    : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void wal_sum(struct wal *wal, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        wal->sums[0] += wal_word(wal, bytes + i) + wal->sums[1];
        wal->sums[1] += wal_word(wal, bytes + i + 4) + wal->sums[0];
    }
}

static void begin_wal(struct vfj_recover_rows *rows, struct wal *wal)
{
    unsigned char header[WAL_HEADER];
    memset(wal, 0, sizeof *wal);
    if (!read_at(rows->wal, header, sizeof header, 0))
        return;
    wal->big = (header[3] & 1) != 0;
    memcpy(wal->salts, header + 16, sizeof wal->salts);
    wal_sum(wal, header, 24);
    wal->valid = (vfj_page_integer(header, 4) | 1) == 0x377f0683
        && vfj_page_integer(header + 8, 4) == rows->page_size
        && vfj_page_integer(header + 24, 4) == wal->sums[0]
        && vfj_page_integer(header + 28, 4) == wal->sums[1];
}

static void check_frame(const struct vfj_recover_rows *rows, struct wal *wal,
                        const unsigned char *header)
{
    if (!wal->valid)
        return;
    wal_sum(wal, header, 8);
    wal_sum(wal, rows->page, rows->page_size);
    wal->valid = memcmp(header + 8, wal->salts, sizeof wal->salts) == 0
        && vfj_page_integer(header + 16, 4) == wal->sums[0]
        && vfj_page_integer(header + 20, 4) == wal->sums[1];
}

static bool keep_frame(struct vfj_recover_rows *rows, uint32_t page, uint64_t at)
{
    if (!make_room((void **)&rows->frames, rows->frame_count, &rows->frame_room,
                   sizeof *rows->frames))
        return false;
    rows->frames[rows->frame_count++] = (struct frame){page, at};
    return true;
}

/* Returns the offset in the WAL where the last valid commit ends. SQLite ignores all later
 * frames. */
static uint64_t committed_end(struct vfj_recover_rows *rows)
{
    unsigned char header[FRAME_HEADER];
    struct wal wal;
    uint64_t end = WAL_HEADER;
    begin_wal(rows, &wal);
    for (uint64_t at = WAL_HEADER; wal.valid && read_at(rows->wal, header, sizeof header, at)
         && read_at(rows->wal, rows->page, rows->page_size, at + FRAME_HEADER);) {
        check_frame(rows, &wal, header);
        at += FRAME_HEADER + rows->page_size;
        if (wal.valid && vfj_page_integer(header + 4, 4) != 0)
            end = at;
    }
    return end;
}

static bool read_wal(struct vfj_recover_rows *rows)
{
    unsigned char header[FRAME_HEADER];
    uint64_t end = committed_end(rows);
    const uint64_t size = FRAME_HEADER + rows->page_size;
    struct extent extent = {.fd = rows->wal};
    for (uint64_t at = next_block(&extent, WAL_HEADER, size);
         read_at(rows->wal, header, sizeof header, at)
         && read_at(rows->wal, rows->page, rows->page_size, at + FRAME_HEADER);
         at = next_block(&extent, at + size, size)) {
        uint32_t page = vfj_page_integer(header, 4);
        if (page < 2)
            continue;
        if (!keep_frame(rows, page, at + FRAME_HEADER)
            || !read_leaf(rows, at + FRAME_HEADER, at < end ? FROM_WAL : FROM_LEFTOVER))
            return false;
    }
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    static const int rank[SOURCE_COUNT] = {[FROM_WAL] = 0, [FROM_FILE] = 1, [FROM_LEFTOVER] = 2};
    const struct row *left = a;
    const struct row *right = b;
    if (left->seq != right->seq)
        return left->seq < right->seq ? -1 : 1;
    if (left->source != right->source)
        return rank[left->source] - rank[right->source];
    return (left->page < right->page) - (left->page > right->page);
}

static int compare_frames(const void *a, const void *b)
{
    const struct frame *left = a;
    const struct frame *right = b;
    if (left->page != right->page)
        return left->page < right->page ? -1 : 1;
    return (left->at < right->at) - (left->at > right->at); /* newest first */
}

static enum vfj_status fail_errno(struct vfj_text *detail)
{
    enum vfj_status status = errno == ENOENT ? VFJ_JOURNAL_ABSENT : vfj_file_status_of(errno);
    if (status != VFJ_JOURNAL_ABSENT)
        vfj_text_add(detail, strerror(errno));
    return status;
}

static enum vfj_status open_files(struct vfj_recover_rows *rows, const char *path, uint64_t *size,
                                  struct vfj_text *detail)
{
    char name[PATH_MAX];
    struct stat facts;
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    rows->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (rows->file < 0 || fstat(rows->file, &facts) != 0)
        return fail_errno(detail);
    *size = (uint64_t)facts.st_size;
    if (!S_ISREG(facts.st_mode)) {
        vfj_text_add(detail, "not a regular file");
        return VFJ_JOURNAL_NOT_OURS;
    }
    vfj_text_format(&text, "%s-wal", path);
    if (!text.overflow)
        rows->wal = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    return VFJ_OK;
}

enum vfj_status vfj_recover_rows_open(struct vfj_recover_rows **rows, const char *path,
                                      struct vfj_text *detail)
{
    struct vfj_recover_rows *made = calloc(1, sizeof *made);
    *rows = made;
    if (made == NULL) {
        vfj_text_add(detail, "out of memory");
        return VFJ_SYSTEM;
    }
    made->file = -1;
    made->wal = -1;
    uint64_t size = 0;
    enum vfj_status status = open_files(made, path, &size, detail);
    if (status != VFJ_OK)
        return status;
    read_page_size(made);
    if (!read_file(made, size) || !read_wal(made)) {
        vfj_text_add(detail, "out of memory");
        return VFJ_SYSTEM;
    }
    if (made->count > 0)
        qsort(made->entries, made->count, sizeof *made->entries, compare_rows);
    if (made->frame_count > 0)
        qsort(made->frames, made->frame_count, sizeof *made->frames, compare_frames);
    made->base_reads = (uint64_t)made->count * BASE_READS;
    return VFJ_OK;
}

void vfj_recover_rows_close(struct vfj_recover_rows *rows)
{
    if (rows == NULL)
        return;
    if (rows->file >= 0)
        (void)close(rows->file);
    if (rows->wal >= 0)
        (void)close(rows->wal);
    free(rows->entries);
    free(rows->frames);
    free(rows);
}

size_t vfj_recover_rows_count(const struct vfj_recover_rows *rows)
{
    return rows->count;
}

uint64_t vfj_recover_rows_seq(const struct vfj_recover_rows *rows, size_t index)
{
    return rows->entries[index].seq;
}

size_t vfj_recover_rows_find(const struct vfj_recover_rows *rows, uint64_t seq)
{
    size_t low = 0;
    size_t high = rows->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->entries[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool load_page(struct vfj_recover_rows *rows, uint32_t page, bool file_only)
{
    size_t low = 0;
    size_t high = file_only ? 0 : rows->frame_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->frames[middle].page < page)
            low = middle + 1;
        else
            high = middle;
    }
    if (!file_only && low < rows->frame_count && rows->frames[low].page == page)
        return read_at(rows->wal, rows->page, rows->page_size, rows->frames[low].at);
    return read_at(rows->file, rows->page, rows->page_size, (uint64_t)(page - 1) * rows->page_size);
}

/* Loads the whole payload. Follows only as many overflow pages as the length of the payload
 * needs. */
static bool load_payload(struct vfj_recover_rows *rows, const struct vfj_page_cell *cell,
                         bool file_only, unsigned char *payload)
{
    size_t length = cell->local.left;
    uint32_t next = cell->overflow;
    memcpy(payload, cell->local.at, length);
    while (length < cell->payload) {
        size_t more = (size_t)cell->payload - length;
        size_t fits = rows->page_size - 4;
        more = more < fits ? more : fits;
        if (next < 2 || !load_page(rows, next, file_only))
            return false;
        memcpy(payload + length, rows->page + 4, more);
        next = vfj_page_integer(rows->page, 4);
        length += more;
    }
    return true;
}

/* Decodes a row, whose payload it writes to `payload`. */
static bool decode(struct vfj_recover_rows *rows, size_t index, bool file_only,
                   unsigned char payload[VFJ_PAYLOAD_MAX], struct vfj_record *record)
{
    const struct row *row = &rows->entries[index];
    struct vfj_page_cell cell;
    int fd = row->source == FROM_FILE ? rows->file : rows->wal;
    *record = (struct vfj_record){.seq = row->seq, .note = {"", 0}};
    return read_at(fd, rows->page, rows->page_size, row->page)
        && vfj_page_cell_read(rows->page, rows->page_size, row->cell, &cell) && cell.seq == row->seq
        && load_payload(rows, &cell, file_only, payload)
        && vfj_page_record_decode(payload, (size_t)cell.payload, record);
}

/* Loads the row `index` into rows->base, unless it is there already. Returns false when the row
 * cannot be the base of a short body. */
static bool load_base(struct vfj_recover_rows *rows, size_t index, bool file_only)
{
    struct base *base = &rows->base;
    struct vfj_record record;
    uint64_t none;
    if (base->is_loaded && base->index == index && base->file_only == file_only)
        return true;
    rows->base_reads--;
    base->index = index;
    base->file_only = file_only;
    base->is_loaded = decode(rows, index, file_only, base->payload, &record)
        && record.kind == VFJ_EVENT_OBSERVED && !vfj_body_is_short(&record, &none);
    base->body = record.body;
    return base->is_loaded;
}

/* Replaces a short body by the whole one. Tries each row that may be the base. Returns false when
 * none fits. */
static bool lengthen(struct vfj_recover_rows *rows, bool file_only, struct vfj_record *record)
{
    uint64_t seq;
    if (!vfj_body_is_short(record, &seq))
        return true;
    for (size_t i = vfj_recover_rows_find(rows, seq);
         rows->base_reads > 0 && i < rows->count && rows->entries[i].seq == seq; i++) {
        struct vfj_text whole = vfj_text_begin(rows->body, sizeof rows->body);
        if (!load_base(rows, i, file_only)
            || !vfj_body_lengthen(rows->base.body, record->body, &whole))
            continue;
        record->body = (struct vfj_span){whole.bytes, whole.length};
        return true;
    }
    return false;
}

bool vfj_recover_rows_get(struct vfj_recover_rows *rows, size_t index, bool file_only,
                          struct vfj_record *record)
{
    return decode(rows, index, file_only, rows->payload, record)
        && lengthen(rows, file_only, record);
}

bool vfj_recover_rows_get_short(struct vfj_recover_rows *rows, size_t index, bool file_only,
                                struct vfj_record *record)
{
    return decode(rows, index, file_only, rows->payload, record);
}

void vfj_recover_rows_prefer(struct vfj_recover_rows *rows, size_t index)
{
    struct row preferred = rows->entries[index];
    size_t first = vfj_recover_rows_find(rows, preferred.seq);
    if (first == index)
        return;
    rows->entries[index] = rows->entries[first];
    rows->entries[first] = preferred;
    rows->base.is_loaded = false;
}
