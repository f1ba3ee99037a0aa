/* Rows of kind "journal" that keep a recovered record that nothing verifies. */
#include "store/recovered_row.h"

#include <string.h>

#include "core/text/kv.h"

enum {
    COLUMNS_MAX = 512, /* no row's pairs without the pair `body` are longer */
};

/* Copies as much of the body as fits between quotes. Returns the length. */
static size_t copy_body(struct vfj_span body, char *to, size_t room)
{
    size_t length = 0;
    for (size_t used = 0; length < body.length; length++) {
        char c = body.text[length];
        used += c == '"' || c == '\\' ? 2 : 1;
        if (used > room)
            break;
        to[length] = c;
        if (c == '\0')
            to[length] = '?';
    }
    return length;
}

void vfj_recovered_row_print(const struct vfj_record *record, uint64_t run, struct vfj_text *text)
{
    char body[VFJ_BODY_MAX];
    size_t length = copy_body(record->body, body, VFJ_BODY_MAX - COLUMNS_MAX);
    vfj_kv_add_string(text, "about", "unverified");
    vfj_kv_add_u64(text, "seq", record->seq);
    if (run != 0)
        vfj_kv_add_u64(text, "run", run);
    if (record->cause != 0)
        vfj_kv_add_u64(text, "cause", record->cause);
    vfj_kv_add_u64(text, "boot", record->boot);
    vfj_kv_add_i64(text, "mono_us", record->mono_us);
    vfj_kv_add_string(text, "kind", vfj_record_kind_name(record->kind));
    if (record->note.length > 0)
        vfj_kv_add(text, "note", record->note);
    if (record->digest != 0) {
        vfj_text_add(text, " digest=");
        vfj_text_add_hex(text, record->digest, 16);
    }
    vfj_text_add(text, " chain=");
    for (size_t i = 0; i < sizeof record->chain; i++)
        vfj_text_add_hex(text, record->chain[i], 2);
    if (length < record->body.length)
        vfj_kv_add_u64(text, "cut", record->body.length - length);
    vfj_kv_add(text, "body", (struct vfj_span){body, length});
}

static bool take_u64(struct vfj_span body, const char *key, uint64_t *number)
{
    struct vfj_kv pair;
    return vfj_kv_find(body, key, &pair) && vfj_span_to_u64(pair.value, number);
}

static bool take_text(struct vfj_span body, const char *key, char *to, size_t size,
                      struct vfj_span *span)
{
    struct vfj_kv pair;
    if (!vfj_kv_find(body, key, &pair) || !vfj_kv_value(&pair, to, size))
        return false;
    *span = vfj_span_of(to);
    return true;
}

bool vfj_recovered_row_read(const struct vfj_record *row, struct vfj_recovered_row *recovered)
{
    struct vfj_record *record = &recovered->record;
    struct vfj_kv pair;
    if (row->kind != VFJ_RECORD_JOURNAL || !vfj_kv_find(row->body, "about", &pair)
        || !vfj_span_is(pair.value, "unverified"))
        return false;
    memset(record, 0, sizeof *record);
    record->wall_us = row->wall_us;
    record->body = record->note = (struct vfj_span){"", 0};
    (void)take_u64(row->body, "cause", &record->cause);
    (void)take_u64(row->body, "boot", &record->boot);
    if (vfj_kv_find(row->body, "mono_us", &pair))
        (void)vfj_span_to_i64(pair.value, &record->mono_us);
    (void)take_text(row->body, "note", recovered->note, sizeof recovered->note, &record->note);
    if (!vfj_kv_find(row->body, "kind", &pair))
        return false;
    unsigned kind = vfj_record_kind_parse(pair.value);
    record->kind = (uint8_t)kind;
    return kind < VFJ_RECORD_KIND_COUNT && take_u64(row->body, "seq", &record->seq)
        && take_text(row->body, "body", recovered->body, sizeof recovered->body, &record->body);
}
