/* State checkpoints: rows of the journal that hold the machine's state. */
#include "store/state_checkpoint.h"

#include <string.h>

#include "core/check.h"
#include "core/limits.h"

static void add_hex(struct vfj_text *text, const char *key, const uint8_t *bytes, size_t size)
{
    char digits[2 * VFJ_HEAD_SIZE + 1];
    struct vfj_text hex = vfj_text_begin(digits, sizeof digits);
    for (size_t i = 0; i < size; i++)
        vfj_text_add_hex(&hex, bytes[i], 2);
    vfj_kv_add_string(text, key, digits);
}

static void add_digest(struct vfj_text *text, uint64_t digest)
{
    char digits[17];
    struct vfj_text hex = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_hex(&hex, digest, 16);
    vfj_kv_add_string(text, "digest", digits);
}

static void write_start(const struct vfj_state_checkpoint *checkpoint, struct vfj_text *text)
{
    vfj_kv_add_u64(text, "part", checkpoint->part);
    vfj_kv_add_u64(text, "of", checkpoint->parts);
    if (checkpoint->part > 1)
        return;
    vfj_kv_add_u64(text, "rules", checkpoint->rules);
    add_hex(text, "head", checkpoint->head.bytes, sizeof checkpoint->head.bytes);
    add_digest(text, vfj_state_digest(&checkpoint->machine->state));
}

static bool write_open(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text)
{
    const struct vfj_pending *pending = &checkpoint->machine->pending;
    if (checkpoint->open == pending->count)
        return false;
    vfj_kv_add_u64(text, "open", pending->open[checkpoint->open].id);
    vfj_kv_add_u64(text, "row", pending->open[checkpoint->open].seq);
    checkpoint->open++;
    return true;
}

/* Appends the next item of the state to the text. Returns false when no item is left or the text
 * has no room. */
static bool write_item(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text)
{
    struct vfj_state_cursor cursor = checkpoint->cursor;
    uint32_t open = checkpoint->open;
    size_t length = text->length;
    bool more = vfj_state_write(&checkpoint->machine->state, &checkpoint->cursor, text)
        || write_open(checkpoint, text);
    if (!text->overflow)
        return more;
    checkpoint->cursor = cursor;
    checkpoint->open = open;
    text->length = length;
    text->bytes[length] = '\0';
    text->overflow = false;
    return false;
}

static bool is_done(const struct vfj_state_checkpoint *checkpoint)
{
    struct vfj_state_cursor cursor = checkpoint->cursor;
    char item[VFJ_STATE_ITEM_MAX];
    struct vfj_text text = vfj_text_begin(item, sizeof item);
    return checkpoint->open == checkpoint->machine->pending.count
        && !vfj_state_write(&checkpoint->machine->state, &cursor, &text);
}

static void write_part(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text)
{
    checkpoint->part++;
    write_start(checkpoint, text);
    while (write_item(checkpoint, text))
        continue;
    VFJ_CHECK(!text->overflow);
}

static void rewind_to_first(struct vfj_state_checkpoint *checkpoint)
{
    checkpoint->part = 0;
    checkpoint->open = 0;
    checkpoint->cursor = (struct vfj_state_cursor){0};
}

void vfj_state_checkpoint_begin(struct vfj_state_checkpoint *checkpoint,
                                const struct vfj_machine *machine, const struct vfj_head_hash *head,
                                uint32_t rules)
{
    char body[VFJ_BODY_MAX];
    *checkpoint = (struct vfj_state_checkpoint){
        .machine = machine, .head = *head, .rules = rules, .parts = VFJ_STATE_CHECKPOINT_PARTS_MAX};
    do {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        write_part(checkpoint, &text);
    } while (!is_done(checkpoint));
    VFJ_CHECK(checkpoint->part <= VFJ_STATE_CHECKPOINT_PARTS_MAX);
    checkpoint->parts = checkpoint->part;
    rewind_to_first(checkpoint);
}

bool vfj_state_checkpoint_write(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text)
{
    if (checkpoint->part == checkpoint->parts)
        return false;
    struct vfj_text limited = vfj_text_begin(text->bytes, VFJ_BODY_MAX);
    VFJ_CHECK(text->length == 0 && text->size >= VFJ_BODY_MAX);
    write_part(checkpoint, &limited);
    text->length = limited.length;
    return true;
}

static bool take_number(struct vfj_span *rest, const char *key, uint64_t most, uint64_t *value)
{
    struct vfj_kv pair;
    return vfj_kv_next(rest, &pair) == VFJ_KV_PAIR && vfj_span_is(pair.key, key)
        && vfj_span_to_u64(pair.value, value) && *value <= most;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex(struct vfj_span *rest, const char *key, uint8_t *bytes, size_t size)
{
    struct vfj_kv pair;
    if (vfj_kv_next(rest, &pair) != VFJ_KV_PAIR || !vfj_span_is(pair.key, key)
        || pair.value.length != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit_of(pair.value.text[2 * i]);
        int low = digit_of(pair.value.text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

struct start {
    uint64_t part, parts, rules, digest;
    struct vfj_head_hash head;
};

/* Reads the pairs at the front of a body, and removes them from *rest. */
static bool take_start(struct vfj_span *rest, struct start *start)
{
    uint8_t digest[8];
    *start = (struct start){0};
    if (!take_number(rest, "part", VFJ_STATE_CHECKPOINT_PARTS_MAX, &start->part)
        || !take_number(rest, "of", VFJ_STATE_CHECKPOINT_PARTS_MAX, &start->parts)
        || start->part < 1 || start->part > start->parts)
        return false;
    if (start->part > 1)
        return true;
    if (!take_number(rest, "rules", UINT32_MAX, &start->rules)
        || !take_hex(rest, "head", start->head.bytes, sizeof start->head.bytes)
        || !take_hex(rest, "digest", digest, sizeof digest))
        return false;
    for (size_t i = 0; i < sizeof digest; i++)
        start->digest = start->digest << 8 | digest[i];
    return true;
}

bool vfj_state_checkpoint_first(struct vfj_span body, struct vfj_head_hash *head, uint32_t *rules)
{
    struct start start;
    if (!take_start(&body, &start) || start.part != 1)
        return false;
    *head = start.head;
    *rules = (uint32_t)start.rules;
    return true;
}

bool vfj_state_checkpoint_is_last(struct vfj_span body)
{
    struct start start;
    return take_start(&body, &start) && start.part == start.parts;
}

void vfj_state_checkpoint_read_begin(struct vfj_state_checkpoint_reader *reader,
                                     struct vfj_machine *machine)
{
    reader->machine = machine;
    reader->pending.count = 0;
    reader->parts = reader->part = 0;
    vfj_state_read_begin(&reader->reader, &machine->scratch);
}

static bool read_open(struct vfj_state_checkpoint_reader *reader, const struct vfj_kv *pair)
{
    struct vfj_pending *pending = &reader->pending;
    uint64_t number = 0;
    if (!vfj_span_to_u64(pair->value, &number))
        return false;
    if (vfj_span_is(pair->key, "open")) {
        if (pending->count == VFJ_PENDING_MAX)
            return false;
        pending->open[pending->count].id = number;
        pending->open[pending->count++].seq = 0;
        return true;
    }
    if (!vfj_span_is(pair->key, "row") || pending->count == 0)
        return false;
    pending->open[pending->count - 1].seq = number;
    return true;
}

static bool read_part(struct vfj_state_checkpoint_reader *reader, struct vfj_span rest)
{
    struct vfj_kv pair;
    enum vfj_kv_result result;
    while ((result = vfj_kv_next(&rest, &pair)) == VFJ_KV_PAIR) {
        bool is_open = vfj_span_is(pair.key, "open")
            || (vfj_span_is(pair.key, "row") && reader->pending.count > 0);
        if (!(is_open ? read_open(reader, &pair) : vfj_state_read(&reader->reader, &pair)))
            return false;
    }
    return result == VFJ_KV_END;
}

static enum vfj_state_checkpoint_read finish(struct vfj_state_checkpoint_reader *reader)
{
    struct vfj_machine *machine = reader->machine;
    if (!vfj_state_read_end(&reader->reader))
        return VFJ_STATE_CHECKPOINT_WRONG;
    /* The digest is checked only under the same rules: it depends on the layout of the state,
     * which other rules may have changed. */
    if (reader->rules == VFJ_RULES && vfj_state_digest(&machine->scratch) != reader->digest)
        return VFJ_STATE_CHECKPOINT_WRONG;
    vfj_state_copy(&machine->state, &machine->scratch);
    vfj_pending_copy(&machine->pending, &reader->pending);
    return VFJ_STATE_CHECKPOINT_READ;
}

enum vfj_state_checkpoint_read vfj_state_checkpoint_read(struct vfj_state_checkpoint_reader *reader,
                                                         struct vfj_span body)
{
    struct start start;
    if (!take_start(&body, &start) || start.part != reader->part + 1
        || (start.part > 1 && start.parts != reader->parts))
        return VFJ_STATE_CHECKPOINT_WRONG;
    if (start.part == 1) {
        reader->parts = (unsigned)start.parts;
        reader->digest = start.digest;
        reader->rules = (uint32_t)start.rules;
    }
    reader->part = (unsigned)start.part;
    if (!read_part(reader, body))
        return VFJ_STATE_CHECKPOINT_WRONG;
    return reader->part < reader->parts ? VFJ_STATE_CHECKPOINT_MORE : finish(reader);
}
