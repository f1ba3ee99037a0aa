/* The identity of a journal. */
#include "store/identity.h"

#include <string.h>

#include "core/text/kv.h"

enum { ROWS_OF_START = 512 };

bool vfj_uuid_is(struct vfj_span span)
{
    static const char digits[] = "0123456789abcdef";
    if (span.length != VFJ_UUID_SIZE - 1)
        return false;
    for (size_t i = 0; i < span.length; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        char c = span.text[i];
        if (is_dash ? c != '-' : c == '\0' || strchr(digits, c) == NULL)
            return false;
    }
    return true;
}

void vfj_uuid_add(struct vfj_text *text, const uint8_t bytes[16])
{
    for (size_t i = 0; i < 16; i++) {
        uint8_t byte = bytes[i];
        if (i == 6)
            byte = (uint8_t)(0x80 | (byte & 0x0f));
        else if (i == 8)
            byte = (uint8_t)(0x80 | (byte & 0x3f));
        if (i == 4 || i == 6 || i == 8 || i == 10)
            vfj_text_add_char(text, '-');
        vfj_text_add_hex(text, byte, 2);
    }
}

static bool take_uuid(struct vfj_span body, const char *key, char uuid[VFJ_UUID_SIZE])
{
    struct vfj_kv pair;
    return vfj_kv_find(body, key, &pair) && vfj_uuid_is(pair.value)
        && vfj_span_copy(uuid, VFJ_UUID_SIZE, pair.value);
}

static bool take_identity(const struct vfj_record *record, struct vfj_identity *identity)
{
    return record->kind == VFJ_RECORD_JOURNAL
        && take_uuid(record->body, "journal", identity->journal)
        && take_uuid(record->body, "host", identity->host);
}

/* Reads the identity from a row soon after the newest start of a daemon: a starting daemon
 * writes such a row. Returns VFJ_END when there is none. */
static enum vfj_status find_near_start(struct vfj_journal *journal, struct vfj_identity *identity)
{
    struct vfj_record record;
    bool found = false;
    vfj_journal_walk_starts(journal);
    enum vfj_status status = vfj_journal_next_raw(journal, &record);
    vfj_journal_walk_end(journal);
    if (status != VFJ_OK)
        return status;
    vfj_journal_walk(journal, record.seq, VFJ_FORWARD);
    for (unsigned i = 0; i < ROWS_OF_START && status == VFJ_OK && !found; i++) {
        status = vfj_journal_next_raw(journal, &record);
        found = status == VFJ_OK && take_identity(&record, identity);
    }
    vfj_journal_walk_end(journal);
    return found || status != VFJ_OK ? status : VFJ_END;
}

/* Reads the identity from the newest row that has it. Returns VFJ_END when no row has it. */
static enum vfj_status find_row(struct vfj_journal *journal, struct vfj_identity *identity)
{
    struct vfj_record record;
    bool found = false;
    enum vfj_status status = find_near_start(journal, identity);
    if (status != VFJ_END)
        return status;
    vfj_journal_walk_reports(journal);
    while (!found && (status = vfj_journal_next_raw(journal, &record)) == VFJ_OK)
        found = take_identity(&record, identity);
    vfj_journal_walk_end(journal);
    return status;
}

enum vfj_status vfj_identity_read(struct vfj_journal *journal, struct vfj_identity *identity)
{
    struct vfj_record record;
    enum vfj_status status = find_row(journal, identity);
    if (status != VFJ_END && status != VFJ_JOURNAL_DAMAGED)
        return status;
    struct vfj_text uuid = vfj_text_begin(identity->journal, sizeof identity->journal);
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    status = vfj_journal_next_raw(journal, &record);
    vfj_journal_walk_end(journal);
    if (status == VFJ_OK)
        vfj_uuid_add(&uuid, record.chain);
    (void)vfj_span_copy(identity->host, sizeof identity->host, vfj_span_of(VFJ_UUID_NONE));
    return status;
}

void vfj_identity_add(struct vfj_text *text, const struct vfj_identity *identity)
{
    vfj_kv_add_string(text, "journal", identity->journal);
    vfj_kv_add_string(text, "host", identity->host);
}
