/* A record: the names of its kinds, and the test whether its body is text. */
#include "store/record.h"

#include <string.h>

#include "core/check.h"
#include "core/text/kv.h"

bool vfj_record_is_event(const struct vfj_record *record)
{
    return record->kind < VFJ_EVENT_COUNT;
}

bool vfj_record_is_decided(const struct vfj_record *record)
{
    return record->kind == VFJ_RECORD_TRANSITION || record->kind == VFJ_RECORD_COMMAND;
}

bool vfj_record_is_loss(const struct vfj_record *record)
{
    struct vfj_kv reason;
    return record->kind == VFJ_EVENT_GAP
        && !(vfj_kv_find(record->body, "reason", &reason)
             && vfj_span_starts(reason.value, VFJ_WRITTEN_AGAIN));
}

const char *vfj_record_kind_name(unsigned kind)
{
    static const char *const names[VFJ_RECORD_KIND_COUNT] = {
        [VFJ_RECORD_TRANSITION] = "transition",
        [VFJ_RECORD_COMMAND] = "command",
        [VFJ_RECORD_CHECKPOINT] = "checkpoint",
        [VFJ_RECORD_JOURNAL] = "journal",
    };
    VFJ_CHECK(kind < VFJ_RECORD_KIND_COUNT);
    return names[kind] != NULL ? names[kind] : vfj_event_kind_name((enum vfj_event_kind)kind);
}

unsigned vfj_record_kind_parse(struct vfj_span name)
{
    /* most rows are devd lines */
    if (vfj_span_is(name, "devd"))
        return VFJ_EVENT_DEVD;
    for (unsigned kind = 0; kind < VFJ_RECORD_KIND_COUNT; kind++) {
        if (vfj_span_is(name, vfj_record_kind_name(kind)))
            return kind;
    }
    return VFJ_RECORD_KIND_COUNT;
}

/* Returns true when eight bytes are all printable ASCII. Any other byte sets a high bit in the
 * computed word: DEL by the addition, a control character by the subtraction. A borrow sets more
 * high bits, but only after a control character. */
static bool is_plain_word(const unsigned char *at)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t word;
    memcpy(&word, at, 8);
    return ((word | (word + ones) | (word - ones * 0x20)) & (ones * 0x80)) == 0;
}

/* Returns the length of the run at the front that consists of ASCII characters of a text. Tests
 * eight printable bytes at a time. The last eight bytes may be tested twice. */
static size_t plain_run(const unsigned char *at, size_t length)
{
    size_t run = 0;
    while (length - run >= 8 && is_plain_word(at + run))
        run += 8;
    if (length - run < 8 && run > 0 && is_plain_word(at + length - 8))
        return length;
    while (run < length
           && ((at[run] >= 0x20 && at[run] < 0x7f) || at[run] == '\t' || at[run] == '\n'))
        run++;
    return run;
}

/* Returns the length of the well-formed printable character of two to four bytes at `at`, or 0
 * (RFC 3629, section 4). */
static size_t wide_character(const unsigned char *at, size_t length)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t size;
    } rows[] = {
        {0xc2, 0xc2, 0xa0, 0xbf, 2}, /* U+0080 to U+009F are control characters */
        {0xc3, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (at[0] < rows[i].first_low || at[0] > rows[i].first_high)
            continue;
        if (length < rows[i].size || at[1] < rows[i].second_low || at[1] > rows[i].second_high)
            return 0;
        for (size_t next = 2; next < rows[i].size; next++) {
            if ((at[next] & 0xc0) != 0x80)
                return 0;
        }
        return rows[i].size;
    }
    return 0;
}

bool vfj_body_is_text(struct vfj_span body)
{
    const unsigned char *at = (const unsigned char *)body.text;
    size_t done = 0;
    while (done < body.length) {
        done += plain_run(at + done, body.length - done);
        if (done == body.length)
            break;
        size_t wide = wide_character(at + done, body.length - done);
        if (wide == 0)
            return false;
        done += wide;
    }
    return true;
}

bool vfj_note_is_name(struct vfj_span note)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    for (size_t i = 0; i < note.length; i++) {
        if (note.text[i] == '\0' || strchr(allowed, note.text[i]) == NULL)
            return false;
    }
    return note.length > 0 && note.length <= VFJ_RECORD_NAME;
}
