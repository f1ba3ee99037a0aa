/* Rows out of the bare pages of a journal. */
#include "store/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/limits.h"

enum {
    DEFAULT_PAGE = 4096, /* as journals are made */
    PAGE_MAX = 65536,
    FILE_HEADER = 100,
    WAL_HEADER = 32,
    FRAME_HEADER = 24,
    LEAF = 0x0d,     /* the first byte of a table's leaf */
    LEAF_HEADER = 8, /* then two bytes a cell, where it is */
    CELL_LEAST = 30, /* payload of the smallest record: its chain alone has 16 */
    HEADER_MAX = 64, /* of a record: ten serial types */
    PAYLOAD_MAX = VFJ_BODY_MAX + 512,
    COLUMNS = 10,
};

/* Where a row was seen. The order is that of belief. */
enum source { FROM_FILE, FROM_WAL, FROM_LEFTOVER, SOURCE_COUNT };

struct place {
    uint64_t seq;
    uint64_t page; /* where in its file the page begins */
    uint16_t cell; /* where in the page the cell begins */
    uint8_t source;
};

/* Where the WAL has a page: its newest valid frame. */
struct frame {
    uint32_t page;
    uint64_t at;
};

struct vfj_scan {
    int file, wal; /* -1: none */
    uint32_t page_size;
    struct place *places;
    size_t count, room;
    struct frame *frames;
    size_t frame_count, frame_room;
    unsigned char page[PAGE_MAX];
    unsigned char payload[PAYLOAD_MAX];
};

/* Where something is read from, and never past its end. */
struct bytes {
    const unsigned char *at;
    size_t left;
};

static uint32_t big_endian(const unsigned char *at, unsigned size)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

static bool read_at(int fd, void *to, size_t size, uint64_t offset)
{
    if (fd < 0 || offset > INT64_MAX - size)
        return false;
    ssize_t got = pread(fd, to, size, (off_t)offset);
    return got >= 0 && (size_t)got == size;
}

/* A varint: seven bits a byte, all eight in the ninth. */
static bool take_varint(struct bytes *bytes, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < 9 && bytes->left > 0; i++) {
        unsigned char byte = *bytes->at++;
        bytes->left--;
        if (i == 8) {
            *value = *value << 8 | byte;
            return true;
        }
        *value = *value << 7 | (byte & 0x7f);
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

/* One place more for a list that doubles its room. */
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

/* How much of a payload is in the leaf itself; the rest is in a chain of pages of its own. */
static uint32_t local_size(uint32_t usable, uint64_t payload)
{
    uint32_t most = usable - 35;
    uint32_t least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most)
        return (uint32_t)payload;
    uint32_t size = least + (uint32_t)((payload - least) % (usable - 4));
    return size <= most ? size : least;
}

struct cell {
    uint64_t seq;
    uint64_t payload;
    struct bytes local;
    uint32_t overflow; /* the first page of the rest; 0 none */
};

static bool read_cell(const struct vfj_scan *scan, uint32_t at, struct cell *cell)
{
    struct bytes bytes = {scan->page + at, scan->page_size - at};
    if (!take_varint(&bytes, &cell->payload) || !take_varint(&bytes, &cell->seq))
        return false;
    if (cell->payload < CELL_LEAST || cell->payload > PAYLOAD_MAX || cell->seq == 0 || cell->seq > INT64_MAX)
        return false;
    uint32_t local = local_size(scan->page_size, cell->payload);
    bool whole = local == cell->payload;
    if (bytes.left < local + (whole ? 0 : 4U))
        return false;
    cell->local = (struct bytes){bytes.at, local};
    cell->overflow = whole ? 0 : big_endian(bytes.at + local, 4);
    return whole || cell->overflow > 1;
}

/* The page at hand, from that place: its cells. They can't have more bytes than the page, whatever it says. */
static bool scan_page(struct vfj_scan *scan, uint64_t page, enum source source)
{
    uint32_t count = big_endian(scan->page + 3, 2);
    uint32_t left = scan->page_size - LEAF_HEADER;
    struct cell cell;
    if (scan->page[0] != LEAF)
        return true;
    for (uint32_t i = 0; i < count && LEAF_HEADER + 2 * i + 2 <= scan->page_size; i++) {
        uint32_t at = big_endian(scan->page + LEAF_HEADER + 2 * i, 2);
        if (at < LEAF_HEADER || at >= scan->page_size || !read_cell(scan, at, &cell))
            continue;
        if (cell.local.left > left)
            break;
        left -= (uint32_t)cell.local.left;
        if (!make_room((void **)&scan->places, scan->count, &scan->room, sizeof *scan->places))
            return false;
        scan->places[scan->count++]
            = (struct place){.seq = cell.seq, .page = page, .cell = (uint16_t)at, .source = (uint8_t)source};
    }
    return true;
}

static bool is_page_size(uint32_t size)
{
    return size >= 512 && size <= PAGE_MAX && (size & (size - 1)) == 0;
}

static void read_page_size(struct vfj_scan *scan)
{
    unsigned char header[FILE_HEADER];
    scan->page_size = DEFAULT_PAGE;
    if (!read_at(scan->file, header, sizeof header, 0) || memcmp(header, "SQLite format 3", 16) != 0)
        return;
    uint32_t size = big_endian(header + 16, 2);
    size = size == 1 ? PAGE_MAX : size;
    if (is_page_size(size))
        scan->page_size = size;
}

/* All pages of the file but the first, which begins the schema. One that can't be read is not the last: a disk that fails has
 * bad places. */
static bool scan_file(struct vfj_scan *scan, uint64_t size)
{
    for (uint64_t at = scan->page_size; at < size; at += scan->page_size) {
        if (read_at(scan->file, scan->page, scan->page_size, at) && !scan_page(scan, at, FROM_FILE))
            return false;
    }
    return true;
}

/* The checksum of a WAL goes on from frame to frame: sqlite.org/fileformat2.html#checksum_algorithm. */
struct wal {
    uint32_t sums[2];
    unsigned char salts[8];
    bool big;
    bool valid; /* so far */
};

static uint32_t wal_word(const struct wal *wal, const unsigned char *at)
{
    return wal->big ? big_endian(at, 4) : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void wal_sum(struct wal *wal, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        wal->sums[0] += wal_word(wal, bytes + i) + wal->sums[1];
        wal->sums[1] += wal_word(wal, bytes + i + 4) + wal->sums[0];
    }
}

static void begin_wal(struct vfj_scan *scan, struct wal *wal)
{
    unsigned char header[WAL_HEADER];
    memset(wal, 0, sizeof *wal);
    if (!read_at(scan->wal, header, sizeof header, 0))
        return;
    wal->big = (header[3] & 1) != 0;
    memcpy(wal->salts, header + 16, sizeof wal->salts);
    wal_sum(wal, header, 24);
    wal->valid = (big_endian(header, 4) | 1) == 0x377f0683 && big_endian(header + 8, 4) == scan->page_size
        && big_endian(header + 24, 4) == wal->sums[0] && big_endian(header + 28, 4) == wal->sums[1];
}

static void check_frame(const struct vfj_scan *scan, struct wal *wal, const unsigned char *header)
{
    if (!wal->valid)
        return;
    wal_sum(wal, header, 8);
    wal_sum(wal, scan->page, scan->page_size);
    wal->valid = memcmp(header + 8, wal->salts, sizeof wal->salts) == 0 && big_endian(header + 16, 4) == wal->sums[0]
        && big_endian(header + 20, 4) == wal->sums[1];
}

static bool keep_frame(struct vfj_scan *scan, uint32_t page, uint64_t at)
{
    if (!make_room((void **)&scan->frames, scan->frame_count, &scan->frame_room, sizeof *scan->frames))
        return false;
    scan->frames[scan->frame_count++] = (struct frame){page, at};
    return true;
}

/* From where on the WAL's frames were no part of the journal: after the last commit of those that are valid. */
static uint64_t committed_end(struct vfj_scan *scan)
{
    unsigned char header[FRAME_HEADER];
    struct wal wal;
    uint64_t end = WAL_HEADER;
    begin_wal(scan, &wal);
    for (uint64_t at = WAL_HEADER; wal.valid && read_at(scan->wal, header, sizeof header, at)
         && read_at(scan->wal, scan->page, scan->page_size, at + FRAME_HEADER);) {
        check_frame(scan, &wal, header);
        at += FRAME_HEADER + scan->page_size;
        if (wal.valid && big_endian(header + 4, 4) != 0)
            end = at;
    }
    return end;
}

static bool scan_wal(struct vfj_scan *scan)
{
    unsigned char header[FRAME_HEADER];
    uint64_t end = committed_end(scan);
    for (uint64_t at = WAL_HEADER; read_at(scan->wal, header, sizeof header, at)
         && read_at(scan->wal, scan->page, scan->page_size, at + FRAME_HEADER);
         at += FRAME_HEADER + scan->page_size) {
        uint32_t page = big_endian(header, 4);
        if (page < 2)
            continue;
        if (!keep_frame(scan, page, at + FRAME_HEADER)
            || !scan_page(scan, at + FRAME_HEADER, at < end ? FROM_WAL : FROM_LEFTOVER))
            return false;
    }
    return true;
}

static int by_seq(const void *a, const void *b)
{
    static const int belief[SOURCE_COUNT] = {[FROM_WAL] = 0, [FROM_FILE] = 1, [FROM_LEFTOVER] = 2};
    const struct place *left = a;
    const struct place *right = b;
    if (left->seq != right->seq)
        return left->seq < right->seq ? -1 : 1;
    if (left->source != right->source)
        return belief[left->source] - belief[right->source];
    return (left->page < right->page) - (left->page > right->page);
}

static int by_page(const void *a, const void *b)
{
    const struct frame *left = a;
    const struct frame *right = b;
    if (left->page != right->page)
        return left->page < right->page ? -1 : 1;
    return (left->at < right->at) - (left->at > right->at); /* the newest first */
}

static enum vfj_status say_errno(struct vfj_text *detail)
{
    enum vfj_status status = errno == ENOENT ? VFJ_JOURNAL_ABSENT : VFJ_JOURNAL_IO;
    if (status == VFJ_JOURNAL_IO)
        vfj_text_add(detail, strerror(errno));
    return status;
}

static enum vfj_status open_files(struct vfj_scan *scan, const char *path, uint64_t *size, struct vfj_text *detail)
{
    char name[PATH_MAX];
    struct stat facts;
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    scan->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (scan->file < 0 || fstat(scan->file, &facts) != 0)
        return say_errno(detail);
    *size = (uint64_t)facts.st_size;
    if (!S_ISREG(facts.st_mode)) {
        vfj_text_add(detail, "not a regular file");
        return VFJ_JOURNAL_NOT_OURS;
    }
    vfj_text_add(&text, path);
    vfj_text_add(&text, "-wal");
    if (!text.overflow)
        scan->wal = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    return VFJ_OK;
}

enum vfj_status vfj_scan_open(struct vfj_scan **scan, const char *path, struct vfj_text *detail)
{
    struct vfj_scan *made = calloc(1, sizeof *made);
    *scan = made;
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
    if (!scan_file(made, size) || !scan_wal(made)) {
        vfj_text_add(detail, "out of memory");
        return VFJ_SYSTEM;
    }
    if (made->count > 0)
        qsort(made->places, made->count, sizeof *made->places, by_seq);
    if (made->frame_count > 0)
        qsort(made->frames, made->frame_count, sizeof *made->frames, by_page);
    return VFJ_OK;
}

void vfj_scan_close(struct vfj_scan *scan)
{
    if (scan == NULL)
        return;
    if (scan->file >= 0)
        (void)close(scan->file);
    if (scan->wal >= 0)
        (void)close(scan->wal);
    free(scan->places);
    free(scan->frames);
    free(scan);
}

size_t vfj_scan_count(const struct vfj_scan *scan)
{
    return scan->count;
}

uint64_t vfj_scan_seq(const struct vfj_scan *scan, size_t index)
{
    return scan->places[index].seq;
}

size_t vfj_scan_find(const struct vfj_scan *scan, uint64_t seq)
{
    size_t low = 0;
    size_t high = scan->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scan->places[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool load_page(struct vfj_scan *scan, uint32_t page, bool file_only)
{
    size_t low = 0;
    size_t high = file_only ? 0 : scan->frame_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scan->frames[middle].page < page)
            low = middle + 1;
        else
            high = middle;
    }
    if (!file_only && low < scan->frame_count && scan->frames[low].page == page)
        return read_at(scan->wal, scan->page, scan->page_size, scan->frames[low].at);
    return read_at(scan->file, scan->page, scan->page_size, (uint64_t)(page - 1) * scan->page_size);
}

/* The whole payload; the pages of its rest are as many as its length says, wherever they lead. */
static bool load_payload(struct vfj_scan *scan, const struct cell *cell, bool file_only)
{
    size_t length = cell->local.left;
    uint32_t next = cell->overflow;
    memcpy(scan->payload, cell->local.at, length);
    while (length < cell->payload) {
        size_t more = (size_t)cell->payload - length;
        size_t fits = scan->page_size - 4;
        more = more < fits ? more : fits;
        if (next < 2 || !load_page(scan, next, file_only))
            return false;
        memcpy(scan->payload + length, scan->page + 4, more);
        next = big_endian(scan->page, 4);
        length += more;
    }
    return true;
}

/* One column: its serial type, and its bytes. */
struct column {
    uint64_t type;
    struct bytes bytes;
};

static size_t size_of(uint64_t type)
{
    static const uint8_t sizes[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? sizes[type] : (size_t)((type - 12) / 2);
}

static bool split(const unsigned char *payload, size_t length, struct column columns[COLUMNS])
{
    struct bytes header = {payload, length < HEADER_MAX ? length : HEADER_MAX};
    uint64_t header_size;
    if (!take_varint(&header, &header_size) || header_size > length || header_size > HEADER_MAX)
        return false;
    header.left = (size_t)header_size - (size_t)(header.at - payload);
    size_t at = (size_t)header_size;
    for (unsigned i = 0; i < COLUMNS; i++) {
        if (!take_varint(&header, &columns[i].type) || columns[i].type > 2 * PAYLOAD_MAX + 13
            || size_of(columns[i].type) > length - at)
            return false;
        columns[i].bytes = (struct bytes){payload + at, size_of(columns[i].type)};
        at += columns[i].bytes.left;
    }
    return header.left == 0 && at == length;
}

static bool is_null(const struct column *column)
{
    return column->type == 0;
}

static bool get_integer(const struct column *column, int64_t *value)
{
    uint64_t bits = 0;
    if (column->type == 0 || column->type == 7 || column->type > 9)
        return false;
    if (column->bytes.left > 0 && (column->bytes.at[0] & 0x80) != 0)
        bits = UINT64_MAX;
    for (size_t i = 0; i < column->bytes.left; i++)
        bits = bits << 8 | column->bytes.at[i];
    if (column->type >= 8)
        bits = column->type - 8;
    *value = (int64_t)bits;
    return true;
}

static bool get_bytes(const struct column *column, bool *text, struct vfj_span *span)
{
    *text = (column->type & 1) != 0;
    *span = (struct vfj_span){(const char *)column->bytes.at, column->bytes.left};
    return column->type >= 12;
}

static bool get_text(const struct column *column, struct vfj_span *span)
{
    bool text;
    return get_bytes(column, &text, span) && text;
}

/* As store/journal_read.c reads what SQLite gives it. */
static bool get_record(const struct column columns[COLUMNS], struct vfj_record *record)
{
    int64_t cause = 0, boot, digest = 0;
    struct vfj_span kind, chain;
    bool text;
    if (!is_null(&columns[0])) /* the seq is the row's key */
        return false;
    if (!is_null(&columns[1]) && (!get_integer(&columns[1], &cause) || cause < 1 || (uint64_t)cause >= record->seq))
        return false;
    if (!get_integer(&columns[2], &boot) || boot < 0 || !get_integer(&columns[3], &record->wall_us)
        || !get_integer(&columns[4], &record->mono_us) || !get_text(&columns[5], &kind))
        return false;
    unsigned number = vfj_record_kind_parse(kind);
    record->kind = (uint8_t)number;
    if (number >= VFJ_RECORD_KIND_COUNT || !get_bytes(&columns[6], &text, &record->body)
        || record->body.length > VFJ_BODY_MAX || text != vfj_body_is_text(record->body))
        return false;
    if (!is_null(&columns[7]) && (!get_text(&columns[7], &record->note) || !vfj_note_is_name(record->note)))
        return false;
    if (is_null(&columns[8]) == vfj_record_is_event(record)
        || (!is_null(&columns[8]) && !get_integer(&columns[8], &digest)))
        return false;
    if (!get_bytes(&columns[9], &text, &chain) || text || chain.length != sizeof record->chain)
        return false;
    record->cause = (uint64_t)cause;
    record->boot = (uint64_t)boot;
    record->digest = (uint64_t)digest;
    memcpy(record->chain, chain.text, sizeof record->chain);
    return true;
}

bool vfj_scan_get(struct vfj_scan *scan, size_t index, bool file_only, struct vfj_record *record)
{
    const struct place *place = &scan->places[index];
    struct column columns[COLUMNS];
    struct cell cell;
    int fd = place->source == FROM_FILE ? scan->file : scan->wal;
    *record = (struct vfj_record){.seq = place->seq, .note = {"", 0}};
    return read_at(fd, scan->page, scan->page_size, place->page) && read_cell(scan, place->cell, &cell)
        && cell.seq == place->seq && load_payload(scan, &cell, file_only)
        && split(scan->payload, (size_t)cell.payload, columns) && get_record(columns, record);
}
