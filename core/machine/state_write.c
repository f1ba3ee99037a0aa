/* Writes the machine's state as text. */
#include <string.h>

#include "core/check.h"
#include "core/machine/state_members.h"
#include "core/machine/state_text.h"

enum { RC_PIECE = 2048 }; /* bytes of rc.conf's values in one item */

static uint64_t number_at(const void *at, size_t size)
{
    uint16_t two;
    uint64_t eight;
    if (size == 1)
        return *(const uint8_t *)at;
    if (size == sizeof two) {
        memcpy(&two, at, sizeof two);
        return two;
    }
    VFJ_CHECK(size == sizeof eight);
    memcpy(&eight, at, sizeof eight);
    return eight;
}

/* Writes a list of bytes, without the zeroes at its end. */
static void write_list(const struct vfj_member *member, const char *key, const uint8_t *at,
                       struct vfj_text *text)
{
    char words[8 * VFJ_BATCH_MAX + 3072];
    struct vfj_text list = vfj_text_begin(words, sizeof words);
    unsigned count = member->size;
    while (count > 0 && at[count - 1] == 0)
        count--;
    for (unsigned i = 0; i < count; i++) {
        vfj_text_add(&list, i > 0 ? " " : "");
        if (member->type == VFJ_MEMBER_COMMANDS)
            vfj_text_add(&list, vfj_member_name(VFJ_MEMBER_COMMANDS, at[i]));
        else
            vfj_text_add_u64(&list, at[i]);
    }
    VFJ_CHECK(!list.overflow);
    if (count > 0)
        vfj_kv_add_string(text, key, words);
}

static void write_member(const struct vfj_member *member, const char *key, const char *at,
                         struct vfj_text *text)
{
    switch ((enum vfj_member_type)member->type) {
    case VFJ_MEMBER_NUMBER:
        if (number_at(at, member->size) != 0)
            vfj_kv_add_u64(text, key, number_at(at, member->size));
        break;
    case VFJ_MEMBER_TIME:
    case VFJ_MEMBER_DUE:
        if ((int64_t)number_at(at, member->size)
            != (member->type == VFJ_MEMBER_DUE ? VFJ_NEVER_US : 0))
            vfj_kv_add_i64(text, key, (int64_t)number_at(at, member->size));
        break;
    case VFJ_MEMBER_NAME:
    case VFJ_MEMBER_DIGITS:
    case VFJ_MEMBER_TEXT:
        if (*at != '\0')
            vfj_kv_add_string(text, key, at);
        break;
    case VFJ_MEMBER_MODE:
    case VFJ_MEMBER_POLICY:
    case VFJ_MEMBER_STATE:
    case VFJ_MEMBER_REASON:
    case VFJ_MEMBER_ACTIVITY:
        if (number_at(at, member->size) != 0)
            vfj_kv_add_string(
                text, key,
                vfj_member_name((enum vfj_member_type)member->type, *(const uint8_t *)at));
        break;
    case VFJ_MEMBER_COMMANDS:
    case VFJ_MEMBER_NUMBERS:
        write_list(member, key, (const uint8_t *)at, text);
        break;
    case VFJ_MEMBER_IMPLIED:
    case VFJ_MEMBER_RESERVED:
        break;
    }
}

static void write_members(const struct vfj_members *members, const void *part,
                          struct vfj_text *text)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct vfj_member *member = &members->list[i];
        char key[64];
        struct vfj_text name = vfj_text_begin(key, sizeof key);
        vfj_text_add(&name, members->prefix);
        vfj_text_add(&name, member->key);
        write_member(member, key, (const char *)part + members->offset + member->offset, text);
    }
}

static void write_head(const struct vfj_state *state, struct vfj_text *text)
{
    vfj_kv_add_u64(text, vfj_item_keys[VFJ_ITEM_HEAD], VFJ_STATE_FORMAT);
    write_members(&vfj_head_members, &state->head, text);
}

/* Writes a piece of rc.conf's values. An empty rc.conf still has one piece, which distinguishes
 * an empty rc.conf from one that was never read. */
static void write_rc(const struct vfj_state *state, unsigned index, struct vfj_text *text)
{
    size_t length = strlen(state->rc.text);
    size_t at = (size_t)index * RC_PIECE;
    size_t more = length - at < RC_PIECE ? length - at : RC_PIECE;
    vfj_kv_add(text, vfj_item_keys[VFJ_ITEM_RC], (struct vfj_span){state->rc.text + at, more});
}

static void write_script(const struct vfj_scripts *scripts, struct vfj_text *text)
{
    vfj_kv_add_u64(text, vfj_item_keys[VFJ_ITEM_SCRIPT], scripts->run.script);
    write_members(&vfj_script_members, &scripts->run, text);
    write_members(&vfj_queue_members, scripts, text);
}

static void write_sleeper(const struct vfj_scripts *scripts, unsigned index, struct vfj_text *text)
{
    vfj_kv_add_u64(text, vfj_item_keys[VFJ_ITEM_SLEEPER], index);
    write_members(&vfj_sleeper_members, &scripts->sleepers[index], text);
}

static void write_queued(const struct vfj_scripts *scripts, unsigned index, struct vfj_text *text)
{
    vfj_kv_add_u64(text, vfj_item_keys[VFJ_ITEM_QUEUED], index);
    write_members(&vfj_waiting_members, &scripts->queue[index], text);
}

static void write_slot(const struct vfj_slot *slot, struct vfj_text *text)
{
    vfj_kv_add_string(text, vfj_item_keys[VFJ_ITEM_SLOT], slot->hn.text);
    for (unsigned i = 0; i < VFJ_SLOT_PARTS; i++)
        write_members(&vfj_slot_members[i], slot, text);
}

/* Writes a view in the form of an observation's record body. */
static void write_view(const struct vfj_view *view, enum vfj_item item, struct vfj_text *text)
{
    static const struct vfj_view blank;
    struct vfj_observation observation;
    char body[VFJ_VIEW_MAX];
    struct vfj_text encoded = vfj_text_begin(body, sizeof body);
    if (memcmp(view, &blank, sizeof blank) == 0) {
        vfj_kv_add_string(text, vfj_item_keys[item], "");
        return;
    }
    memset(&observation, 0, sizeof observation);
    observation.probe = VFJ_PROBE_SLOT;
    observation.ok = true;
    observation.as.view = *view;
    vfj_observation_encode(&observation, &encoded);
    VFJ_CHECK(!encoded.overflow);
    vfj_kv_add_string(text, vfj_item_keys[item], body);
}

/* Returns the number of items of a kind, including blank items. */
static unsigned count_items(const struct vfj_state *state, unsigned kind)
{
    bool has_rc = state->index.digests[VFJ_SLOTS_MAX] != 0;
    bool has_scripts = state->index.digests[VFJ_SLOTS_MAX + 1] != 0;
    switch ((enum vfj_item)kind) {
    case VFJ_ITEM_HEAD:
        return 1;
    case VFJ_ITEM_RC:
        return has_rc ? (unsigned)(strlen(state->rc.text) / RC_PIECE) + 1 : 0;
    case VFJ_ITEM_SCRIPT:
        return has_scripts;
    case VFJ_ITEM_SLEEPER:
        return has_scripts ? VFJ_SLEEPERS_MAX : 0;
    case VFJ_ITEM_QUEUED:
        return has_scripts ? VFJ_SCRIPT_QUEUE_MAX : 0;
    case VFJ_ITEM_SLOT:
        return state->head.slot_count;
    case VFJ_ITEM_NONE:
        return 0;
    case VFJ_ITEM_OBSERVED:
    case VFJ_ITEM_BEFORE:
    case VFJ_ITEM_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

static bool is_zero(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++) {
        if (at[i] != 0)
            return false;
    }
    return true;
}

static bool is_blank(const struct vfj_state *state, unsigned kind, unsigned index)
{
    struct vfj_sleeper sleeper;
    if (kind == VFJ_ITEM_QUEUED)
        return is_zero(&state->scripts.queue[index], sizeof state->scripts.queue[0]);
    if (kind != VFJ_ITEM_SLEEPER)
        return false;
    sleeper = state->scripts.sleepers[index];
    if (sleeper.due_us != VFJ_NEVER_US)
        return false;
    sleeper.due_us = 0;
    return is_zero(&sleeper, sizeof sleeper);
}

/* Moves to the next item that is not blank. Returns false when none is left. */
static bool seek(const struct vfj_state *state, struct vfj_state_cursor *cursor)
{
    for (; cursor->kind <= VFJ_ITEM_SLOT; cursor->kind++, cursor->index = 0) {
        unsigned count = count_items(state, cursor->kind);
        while (cursor->index < count && is_blank(state, cursor->kind, cursor->index))
            cursor->index++;
        if (cursor->index < count)
            return true;
    }
    return false;
}

static void write_item(const struct vfj_state *state, const struct vfj_state_cursor *cursor,
                       struct vfj_text *text)
{
    switch ((enum vfj_item)cursor->kind) {
    case VFJ_ITEM_HEAD:
        write_head(state, text);
        break;
    case VFJ_ITEM_RC:
        write_rc(state, cursor->index, text);
        break;
    case VFJ_ITEM_SCRIPT:
        write_script(&state->scripts, text);
        break;
    case VFJ_ITEM_SLEEPER:
        write_sleeper(&state->scripts, cursor->index, text);
        break;
    case VFJ_ITEM_QUEUED:
        write_queued(&state->scripts, cursor->index, text);
        break;
    case VFJ_ITEM_SLOT:
        if (cursor->part == 0)
            write_slot(&state->slots[cursor->index], text);
        else if (cursor->part == 1)
            write_view(&state->slots[cursor->index].observed, VFJ_ITEM_OBSERVED, text);
        else
            write_view(&state->slots[cursor->index].before, VFJ_ITEM_BEFORE, text);
        break;
    case VFJ_ITEM_NONE:
    case VFJ_ITEM_OBSERVED:
    case VFJ_ITEM_BEFORE:
    case VFJ_ITEM_COUNT:
        VFJ_CHECK(false);
    }
}

bool vfj_state_write(const struct vfj_state *state, struct vfj_state_cursor *cursor,
                     struct vfj_text *text)
{
    if (!seek(state, cursor))
        return false;
    write_item(state, cursor, text);
    if (cursor->kind == VFJ_ITEM_SLOT && cursor->part < 2) {
        cursor->part++;
    } else {
        cursor->part = 0;
        cursor->index++;
    }
    return true;
}
