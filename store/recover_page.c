/* SQLite's file format, as far as recovery reads it. */
#include "store/recover_page.h"

#include <string.h>

enum {
    PAYLOAD_MIN = 30, /* size of the smallest row; its chain alone has 16 bytes */
    HEADER_MAX = 64,  /* largest size of a row's header: ten serial types */
    COLUMNS = 10,
};

/* A column of a row: its serial type and its bytes (fileformat2.html, section 2.1). */
struct column {
    uint64_t type;
    struct vfj_bytes bytes;
};

uint32_t vfj_page_integer(const unsigned char *at, unsigned size)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

/* Reads a varint: seven bits in each of the first eight bytes, and eight bits in the ninth byte. */
static bool take_varint(struct vfj_bytes *bytes, uint64_t *value)
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

/* Returns how many bytes of a payload are in the leaf page itself (fileformat2.html, section
 * 1.6). */
static uint32_t local_size(uint32_t usable, uint64_t payload)
{
    uint32_t max = usable - 35;
    uint32_t min = (usable - 12) * 32 / 255 - 23;
    if (payload <= max)
        return (uint32_t)payload;
    uint32_t size = min + (uint32_t)((payload - min) % (usable - 4));
    return size <= max ? size : min;
}

bool vfj_page_cell_read(const unsigned char *page, uint32_t page_size, uint32_t at,
                        struct vfj_page_cell *cell)
{
    struct vfj_bytes bytes = {page + at, page_size - at};
    if (!take_varint(&bytes, &cell->payload) || !take_varint(&bytes, &cell->seq))
        return false;
    if (cell->payload < PAYLOAD_MIN || cell->payload > VFJ_PAYLOAD_MAX || cell->seq == 0
        || cell->seq > INT64_MAX)
        return false;
    uint32_t local = local_size(page_size, cell->payload);
    bool whole = local == cell->payload;
    if (bytes.left < local + (whole ? 0 : 4U))
        return false;
    cell->local = (struct vfj_bytes){bytes.at, local};
    cell->overflow = whole ? 0 : vfj_page_integer(bytes.at + local, 4);
    return whole || cell->overflow > 1;
}

static size_t size_of(uint64_t type)
{
    static const uint8_t sizes[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? sizes[type] : (size_t)((type - 12) / 2);
}

static bool split(const unsigned char *payload, size_t length, struct column columns[COLUMNS])
{
    struct vfj_bytes header = {payload, length < HEADER_MAX ? length : HEADER_MAX};
    uint64_t header_size;
    if (!take_varint(&header, &header_size) || header_size > length || header_size > HEADER_MAX)
        return false;
    header.left = (size_t)header_size - (size_t)(header.at - payload);
    size_t at = (size_t)header_size;
    for (unsigned i = 0; i < COLUMNS; i++) {
        if (!take_varint(&header, &columns[i].type) || columns[i].type > 2 * VFJ_PAYLOAD_MAX + 13
            || size_of(columns[i].type) > length - at)
            return false;
        columns[i].bytes = (struct vfj_bytes){payload + at, size_of(columns[i].type)};
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

/* Fills in the record from the columns, with the same checks as store/journal_read.c. */
static bool get_record(const struct column columns[COLUMNS], struct vfj_record *record)
{
    int64_t cause = 0, boot, digest = 0;
    struct vfj_span kind, chain;
    bool text;
    /* SQLite stores the primary key in the cell; the row has NULL in its place */
    if (!is_null(&columns[0]))
        return false;
    if (!is_null(&columns[1])
        && (!get_integer(&columns[1], &cause) || cause < 1 || (uint64_t)cause >= record->seq))
        return false;
    if (!get_integer(&columns[2], &boot) || boot < 0 || !get_integer(&columns[3], &record->wall_us)
        || !get_integer(&columns[4], &record->mono_us) || !get_text(&columns[5], &kind))
        return false;
    unsigned number = vfj_record_kind_parse(kind);
    record->kind = (uint8_t)number;
    if (number >= VFJ_RECORD_KIND_COUNT || !get_bytes(&columns[6], &text, &record->body)
        || record->body.length > VFJ_BODY_MAX || text != vfj_body_is_text(record->body))
        return false;
    if (!is_null(&columns[7])
        && (!get_text(&columns[7], &record->note) || !vfj_note_is_name(record->note)))
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

bool vfj_page_record_decode(const unsigned char *payload, size_t length, struct vfj_record *record)
{
    struct column columns[COLUMNS];
    return split(payload, length, columns) && get_record(columns, record);
}
