/* Reads the machine's state from text. */
#include <string.h>

#include "core/check.h"
#include "core/machine/policy.h"
#include "core/machine/state_members.h"
#include "core/machine/state_text.h"

static void put_number(void *at, size_t size, uint64_t value)
{
    uint16_t two = (uint16_t)value;
    /* the value is at most `most`, the member's highest value, and so fits the member's size */
    VFJ_CHECK(size == sizeof value || value >> (8 * size) == 0);
    if (size == 1)
        *(uint8_t *)at = (uint8_t)value;
    else if (size == sizeof two)
        memcpy(at, &two, sizeof two);
    else
        memcpy(at, &value, sizeof value);
}

static bool read_number(const struct vfj_member *member, struct vfj_span span, char *at)
{
    uint64_t value = 0;
    if (!vfj_span_to_u64(span, &value) || value > member->most)
        return false;
    put_number(at, member->size, value);
    return true;
}

static bool read_time(struct vfj_span span, char *at)
{
    int64_t value = 0;
    if (!vfj_span_to_i64(span, &value) || value > VFJ_TIME_MAX_US || value < -VFJ_TIME_MAX_US)
        return false;
    memcpy(at, &value, sizeof value);
    return true;
}

static bool read_name_of(enum vfj_member_type type, struct vfj_span span, char *at)
{
    for (unsigned i = 0; i < vfj_member_name_count(type); i++) {
        if (vfj_span_is(span, vfj_member_name(type, i))) {
            put_number(at, 1, i);
            return true;
        }
    }
    return false;
}

static bool read_digits(struct vfj_span span, char *at)
{
    for (size_t i = 0; i < span.length; i++) {
        if (span.text[i] < '0' || span.text[i] > '9')
            return false;
    }
    return vfj_span_copy(at, VFJ_NAME_SIZE, span);
}

static bool read_list(const struct vfj_member *member, struct vfj_span span, char *at)
{
    struct vfj_span word;
    unsigned count = 0;
    uint64_t value = 0;
    for (struct vfj_span rest = span; vfj_span_word(&rest, &word); count++) {
        if (count == member->size)
            return false;
        if (member->type == VFJ_MEMBER_COMMANDS) {
            if (!read_name_of(VFJ_MEMBER_COMMANDS, word, at + count))
                return false;
        } else if (!vfj_span_to_u64(word, &value) || value > member->most) {
            return false;
        } else {
            at[count] = (char)value;
        }
    }
    return true;
}

static bool read_member(const struct vfj_member *member, void *part, const struct vfj_kv *pair)
{
    char *at = (char *)part + member->offset;
    char value[8 * VFJ_BATCH_MAX + 3072];
    if (!vfj_kv_value(pair, value, sizeof value))
        return false;
    struct vfj_span span = vfj_span_of(value);
    switch ((enum vfj_member_type)member->type) {
    case VFJ_MEMBER_NUMBER:
        return read_number(member, span, at);
    case VFJ_MEMBER_TIME:
    case VFJ_MEMBER_DUE:
        return read_time(span, at);
    case VFJ_MEMBER_NAME:
        return vfj_name_parse(span, (struct vfj_name *)(void *)at);
    case VFJ_MEMBER_DIGITS:
        return read_digits(span, at);
    case VFJ_MEMBER_TEXT:
        return vfj_span_copy(at, member->size, span);
    case VFJ_MEMBER_MODE:
    case VFJ_MEMBER_POLICY:
    case VFJ_MEMBER_STATE:
    case VFJ_MEMBER_REASON:
    case VFJ_MEMBER_ACTIVITY:
        return read_name_of((enum vfj_member_type)member->type, span, at);
    case VFJ_MEMBER_COMMANDS:
    case VFJ_MEMBER_NUMBERS:
        return read_list(member, span, at);
    case VFJ_MEMBER_IMPLIED:
    case VFJ_MEMBER_RESERVED:
        break;
    }
    return false;
}

static bool read_in(const struct vfj_members *members, void *item, const struct vfj_kv *pair)
{
    size_t prefix = strlen(members->prefix);
    if (!vfj_span_starts(pair->key, members->prefix))
        return false;
    struct vfj_span key = {pair->key.text + prefix, pair->key.length - prefix};
    for (size_t i = 0; i < members->count; i++) {
        if (vfj_span_is(key, members->list[i].key))
            return read_member(&members->list[i], (char *)item + members->offset, pair);
    }
    return false;
}

static bool read_in_slot(struct vfj_slot *slot, const struct vfj_kv *pair)
{
    for (unsigned i = 0; i < VFJ_SLOT_PARTS; i++) {
        if (read_in(&vfj_slot_members[i], slot, pair))
            return true;
    }
    return false;
}

static struct vfj_slot *newest_slot(struct vfj_state *state)
{
    return &state->slots[state->head.slot_count - 1];
}

static bool begin_rc(struct vfj_state *state, const struct vfj_kv *pair)
{
    size_t length = strlen(state->rc.text);
    /* any digest but 0 marks rc as written; index_anew() computes the right digest later */
    state->index.digests[VFJ_SLOTS_MAX] = 1;
    return vfj_kv_value(pair, state->rc.text + length, sizeof state->rc.text - length);
}

static bool begin_slot(struct vfj_state *state, struct vfj_span name)
{
    struct vfj_name hn;
    if (state->head.slot_count == VFJ_SLOTS_MAX || !vfj_name_parse(name, &hn))
        return false;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (vfj_name_equal(state->slots[i].hn, hn))
            return false;
    }
    state->head.slot_count++;
    vfj_slot_init(newest_slot(state), hn);
    return true;
}

static bool read_view(struct vfj_state *state, const struct vfj_kv *pair, enum vfj_item item)
{
    static const struct vfj_view blank;
    struct vfj_observation observation;
    char body[VFJ_VIEW_MAX];
    if (state->head.slot_count == 0 || !vfj_kv_value(pair, body, sizeof body))
        return false;
    struct vfj_slot *slot = newest_slot(state);
    struct vfj_view *view = item == VFJ_ITEM_OBSERVED ? &slot->observed : &slot->before;
    *view = blank;
    if (body[0] == '\0')
        return true;
    if (vfj_observation_decode(vfj_span_of(body), &observation) != VFJ_OK
        || observation.probe != VFJ_PROBE_SLOT)
        return false;
    *view = observation.as.view;
    return true;
}

static bool begin_number(struct vfj_state_reader *reader, struct vfj_span value, uint64_t limit)
{
    uint64_t number = 0;
    if (!vfj_span_to_u64(value, &number) || number >= limit)
        return false;
    reader->index = (unsigned)number;
    return true;
}

static bool begin_item(struct vfj_state_reader *reader, const struct vfj_kv *pair)
{
    struct vfj_state *state = reader->state;
    switch ((enum vfj_item)reader->item) {
    case VFJ_ITEM_HEAD:
        reader->format = vfj_span_is(pair->value, "1") ? 1 : VFJ_STATE_FORMAT;
        return reader->format == 1 || vfj_span_is(pair->value, "2");
    case VFJ_ITEM_RC:
        return begin_rc(state, pair);
    case VFJ_ITEM_SCRIPT:
        state->index.digests[VFJ_SLOTS_MAX + 1] = 1;
        if (!begin_number(reader, pair->value, VFJ_SCRIPT_VFUP + 1))
            return false;
        state->scripts.run.script = (uint8_t)reader->index;
        return true;
    case VFJ_ITEM_SLEEPER:
        return begin_number(reader, pair->value, VFJ_SLEEPERS_MAX);
    case VFJ_ITEM_QUEUED:
        return begin_number(reader, pair->value, VFJ_SCRIPT_QUEUE_MAX);
    case VFJ_ITEM_SLOT:
        return begin_slot(state, pair->value);
    case VFJ_ITEM_OBSERVED:
    case VFJ_ITEM_BEFORE:
        return read_view(state, pair, (enum vfj_item)reader->item);
    case VFJ_ITEM_NONE:
    case VFJ_ITEM_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

/* Returns true when the key may begin an item at this place. Items come in the order of enum
 * vfj_item. Slots repeat, and each slot is followed by its views. */
static bool is_item(struct vfj_state_reader *reader, struct vfj_span key, enum vfj_item *item)
{
    for (unsigned i = VFJ_ITEM_HEAD; i < VFJ_ITEM_COUNT; i++) {
        bool again = i == VFJ_ITEM_SLOT || i > reader->item
            || (i == reader->item && i != VFJ_ITEM_HEAD && i != VFJ_ITEM_SCRIPT);
        bool begun = i == VFJ_ITEM_HEAD || reader->item != VFJ_ITEM_NONE;
        if (vfj_span_is(key, vfj_item_keys[i]) && again && begun) {
            *item = (enum vfj_item)i;
            return true;
        }
    }
    return false;
}

static bool read_in_item(struct vfj_state_reader *reader, const struct vfj_kv *pair)
{
    struct vfj_state *state = reader->state;
    switch ((enum vfj_item)reader->item) {
    case VFJ_ITEM_HEAD:
        return read_in(&vfj_head_members, &state->head, pair);
    case VFJ_ITEM_SCRIPT:
        return read_in(&vfj_script_members, &state->scripts.run, pair)
            || read_in(&vfj_queue_members, &state->scripts, pair);
    case VFJ_ITEM_SLEEPER:
        return read_in(&vfj_sleeper_members, &state->scripts.sleepers[reader->index], pair);
    case VFJ_ITEM_QUEUED:
        return read_in(&vfj_waiting_members, &state->scripts.queue[reader->index], pair);
    case VFJ_ITEM_SLOT:
        return read_in_slot(newest_slot(state), pair);
    case VFJ_ITEM_OBSERVED:
    case VFJ_ITEM_BEFORE:
    case VFJ_ITEM_NONE:
    case VFJ_ITEM_RC:
        return false;
    case VFJ_ITEM_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

void vfj_state_read_begin(struct vfj_state_reader *reader, struct vfj_state *state)
{
    vfj_state_init(state);
    *reader = (struct vfj_state_reader){.state = state, .item = VFJ_ITEM_NONE};
}

bool vfj_state_read(struct vfj_state_reader *reader, const struct vfj_kv *pair)
{
    enum vfj_item item = VFJ_ITEM_NONE;
    if (reader->item == VFJ_ITEM_COUNT)
        return false;
    if (reader->format == 1 && reader->item == VFJ_ITEM_SLOT
        && !vfj_span_is(pair->key, vfj_item_keys[VFJ_ITEM_SLOT])) {
        (void)read_in_slot(newest_slot(reader->state), pair);
        return true;
    }
    bool right = read_in_item(reader, pair);
    if (!right && is_item(reader, pair->key, &item)) {
        reader->item = item;
        right = begin_item(reader, pair);
    } else if (!right) {
        /* in format 1 the key of observe_all is "settle" */
        right = reader->format == 1 && vfj_span_is(pair->key, "settle");
    }
    if (!right)
        reader->item = VFJ_ITEM_COUNT; /* the reader rejects all further pairs */
    return right;
}

/* Returns true when each command of a batch has a need, and neither mask of needs has the bit of
 * VFJ_NEED_NONE. */
static bool has_sound_needs(const struct vfj_slot *slot)
{
    bool is_sound = ((slot->plan.tried | slot->plan.failed) & 1u << VFJ_NEED_NONE) == 0;
    for (unsigned i = 0; i < slot->batch.count && slot->activity == VFJ_ACTIVITY_RUNNING; i++)
        is_sound = is_sound && slot->batch.needs[i] != VFJ_NEED_NONE;
    return is_sound;
}

/* Returns true when the facts that determine the public state are consistent, and the slot has the
 * public state that follows from them. */
static bool has_sound_state(const struct vfj_slot *slot)
{
    bool has_vf = !vfj_name_is_empty(slot->vf);
    return (has_vf || (slot->delay == VFJ_DELAY_NONE && !slot->joined))
        && (!slot->joined || slot->delay == VFJ_DELAY_NONE)
        && (slot->timers.delay_us == VFJ_NEVER_US || slot->delay == VFJ_DELAY_RUNNING)
        && slot->state == vfj_slot_public_state(slot);
}

static bool is_sound_slot(const struct vfj_slot *slot)
{
    bool is_waiting
        = slot->activity == VFJ_ACTIVITY_OBSERVING || slot->activity == VFJ_ACTIVITY_RUNNING;
    return has_sound_state(slot) && (slot->batch.count > slot->batch.ended) == is_waiting
        && (slot->activity == VFJ_ACTIVITY_RUNNING || slot->batch.count <= 1)
        && (!vfj_slot_is_transparent(slot)
            || (!slot->joined && slot->activity != VFJ_ACTIVITY_RUNNING))
        && has_sound_needs(slot);
}

/* Discards the probe, the commands and the timers of a slot of format 1. The next daemon observes
 * such a slot again. */
static void recover_slot(struct vfj_slot *slot)
{
    memset(&slot->batch, 0, sizeof slot->batch);
    slot->timers = (struct vfj_timers){VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US};
    memset(&slot->transparent, 0, sizeof slot->transparent);
    slot->transparent.settle_us = VFJ_NEVER_US;
    slot->joined = slot->state == VFJ_SLOT_LAGGED;
    slot->delay = slot->state == VFJ_SLOT_DELAYED ? VFJ_DELAY_OVER : VFJ_DELAY_NONE;
    slot->state = (uint8_t)vfj_slot_public_state(slot);
    slot->recovering = 1;
}

/* Computes the index and head.parts again. The digests depend on the layout of the
 * structs in this program, which may differ from the writer's. */
static void index_anew(struct vfj_state *state)
{
    (void)vfj_state_index(state);
    state->head.parts = 0;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 2; i++)
        state->head.parts ^= state->index.digests[i];
}

bool vfj_state_read_end(struct vfj_state_reader *reader)
{
    struct vfj_state *state = reader->state;
    bool right = reader->item != VFJ_ITEM_NONE && reader->item != VFJ_ITEM_COUNT
        && vfj_scripts_is_sound(&state->scripts);
    for (unsigned i = 0; i < state->head.slot_count && right && reader->format == 1; i++)
        recover_slot(&state->slots[i]);
    for (unsigned i = 0; i < state->head.slot_count && right; i++)
        right = is_sound_slot(&state->slots[i]);
    if (right)
        index_anew(state);
    return right;
}
