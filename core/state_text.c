/* The machine's state as text, and back. */
#include "core/state_text.h"

#include <stddef.h>
#include <string.h>

#include "core/check.h"
#include "core/policy/policy.h"

enum { RC_PIECE = 2048 };

/* How a member is written. */
enum type {
    NUMBER,   /* unsigned, up to `most` */
    TIME,     /* microseconds; 0 left out */
    DUE,      /* a time; VFJ_NEVER_US left out */
    NAME,     /* an interface name, or empty */
    DIGITS,   /* a name of digits alone, or empty */
    ADDRESS,  /* an address, or empty */
    TEXT,     /* any text without NUL, the rest of its room zero */
    MODE,     /* the persisted names of enumerators */
    POLICY,   /**/
    STATE,    /**/
    REASON,   /**/
    COMMAND,  /**/
    IMPLIED,  /* not written: the items themselves tell */
    RESERVED, /* padding, zero */
};

/* Every member of each part: X(type, member, most). They add up to the part, so that none is forgotten. */
#define HEAD_MEMBERS(X)                 \
    X(NUMBER, command_last, UINT64_MAX) \
    X(NUMBER, boot, INT64_MAX)          \
    X(TIME, mono_us, 0)                 \
    X(NUMBER, map_pending, UINT64_MAX)  \
    X(TEXT, boot_id, 0)                 \
    X(MODE, mode, 0)                    \
    X(POLICY, policy, 0)                \
    X(NUMBER, running, 1)               \
    X(NUMBER, map_again, 1)             \
    X(NUMBER, map_failures, UINT8_MAX)  \
    X(IMPLIED, slot_count, 0)           \
    X(NUMBER, transparent, 1)           \
    X(NUMBER, settle, 1)                \
    X(DUE, map_retry_us, 0)             \
    X(DUE, due_us, 0)                   \
    X(IMPLIED, parts, 0)

#define SLOT_MEMBERS(X)                 \
    X(NUMBER, generation, UINT64_MAX)   \
    X(NUMBER, pending, UINT64_MAX)      \
    X(DUE, timer_us, 0)                 \
    X(DUE, link_us, 0)                  \
    X(IMPLIED, hn, 0)                   \
    X(NAME, vf, 0)                      \
    X(DIGITS, unit, 0)                  \
    X(STATE, state, 0)                  \
    X(NUMBER, timer, VFJ_TIMER_RECHECK) \
    X(NUMBER, goal, VFJ_GOAL_JOIN_UP)   \
    X(COMMAND, pending_kind, 0)         \
    X(REASON, fault, 0)                 \
    X(NUMBER, failures, UINT8_MAX)      \
    X(NUMBER, steps, UINT8_MAX)         \
    X(NUMBER, rxvf, UINT8_MAX)          \
    X(NUMBER, paper, UINT8_MAX)         \
    X(NUMBER, look_again, UINT8_MAX)    \
    X(NUMBER, pending_index, UINT8_MAX) \
    X(NUMBER, rechecks, UINT8_MAX)      \
    X(NUMBER, found, VFJ_FOUND_AGAIN)   \
    X(NUMBER, watch, VFJ_WATCH_HELD)    \
    X(NUMBER, link_tries, UINT8_MAX)    \
    X(NUMBER, up_heard, UINT8_MAX)

#define BELIEF_MEMBERS(X)                   \
    X(NUMBER, hn_dhclient, UINT64_MAX)      \
    X(NUMBER, vf_dhclient, UINT64_MAX)      \
    X(NUMBER, lagg_dhclient, UINT64_MAX)    \
    X(NUMBER, fresh, UINT8_MAX)             \
    X(NUMBER, changed, UINT8_MAX)           \
    X(NUMBER, script, UINT8_MAX)            \
    X(NUMBER, script_ran, UINT8_MAX)        \
    X(NUMBER, hn_exists, UINT8_MAX)         \
    X(NUMBER, hn_up, UINT8_MAX)             \
    X(NUMBER, hn_rtadv, UINT8_MAX)          \
    X(NUMBER, hn_elsewhere, UINT8_MAX)      \
    X(NUMBER, vf_exists, UINT8_MAX)         \
    X(NUMBER, vf_up, UINT8_MAX)             \
    X(NUMBER, lagg_exists, UINT8_MAX)       \
    X(NUMBER, lagg_up, UINT8_MAX)           \
    X(NUMBER, lagg_no_dad, UINT8_MAX)       \
    X(NUMBER, lagg_rtadv, UINT8_MAX)        \
    X(NUMBER, lagg_has_hn, UINT8_MAX)       \
    X(NUMBER, lagg_has_vf, UINT8_MAX)       \
    X(NUMBER, lagg_foreign, UINT8_MAX)      \
    X(NUMBER, lease, UINT8_MAX)             \
    X(NUMBER, dhcp, UINT8_MAX)              \
    X(NUMBER, gateway_on_lagg, UINT8_MAX)   \
    X(NUMBER, moved, UINT8_MAX)             \
    X(NUMBER, configured, UINT8_MAX)        \
    X(NUMBER, aliases, UINT8_MAX)           \
    X(NUMBER, routes, UINT8_MAX)            \
    X(IMPLIED, carry_count, 0)              \
    X(NUMBER, carry_truncated, UINT8_MAX)   \
    X(NUMBER, dhclient_tried, UINT8_MAX)    \
    X(NUMBER, script_refused, UINT8_MAX)    \
    X(NUMBER, vf_no_link, UINT8_MAX)        \
    X(NUMBER, lagg_ours, UINT8_MAX)         \
    X(NUMBER, configured6, UINT8_MAX)       \
    X(NUMBER, script_failures, UINT8_MAX)   \
    X(NUMBER, gateway6_on_lagg, UINT8_MAX)  \
    X(NUMBER, gateway6_on_hn, UINT8_MAX)    \
    X(NUMBER, gateway6_failed, UINT8_MAX)   \
    X(NUMBER, gateway6_failures, UINT8_MAX) \
    X(NUMBER, route_missing, UINT8_MAX)     \
    X(NUMBER, solicit, UINT8_MAX)           \
    X(NUMBER, args_too_long, UINT8_MAX)     \
    X(NUMBER, vf_mtu_differs, UINT8_MAX)    \
    X(NAME, vf_lagg, 0)                     \
    X(ADDRESS, gateway, 0)                  \
    X(ADDRESS, gateway6, 0)                 \
    X(IMPLIED, carry, 0)

#define CARRY_MEMBERS(X)          \
    X(IMPLIED, address, 0)        \
    X(NUMBER, on_hn, UINT8_MAX)   \
    X(NUMBER, on_vf, UINT8_MAX)   \
    X(NUMBER, on_lagg, UINT8_MAX) \
    X(NUMBER, of_hn, UINT8_MAX)   \
    X(RESERVED, pad, 0)

#define SCRIPT_MEMBERS(X)            \
    X(NUMBER, pending, UINT64_MAX)   \
    X(TIME, delay_us, 0)             \
    X(NAME, iface, 0)                \
    X(NAME, vf, 0)                   \
    X(NAME, lagg, 0)                 \
    X(TEXT, args, 0)                 \
    X(IMPLIED, script, 0)            \
    X(NUMBER, step, UINT8_MAX)       \
    X(NUMBER, strip_left, UINT8_MAX) \
    X(NUMBER, dhcp, 1)               \
    X(NUMBER, sync_dhcp, 1)          \
    X(NUMBER, args_too_long, 1)      \
    X(RESERVED, pad, 0)

/* Beside `run`, in the same item. */
#define QUEUE_MEMBERS(X)                       \
    X(IMPLIED, run, 0)                         \
    X(NUMBER, first, VFJ_SCRIPT_QUEUE_MAX - 1) \
    X(NUMBER, waiting, VFJ_SCRIPT_QUEUE_MAX)   \
    X(NUMBER, sleeping, VFJ_SLEEPERS_MAX)      \
    X(RESERVED, pad, 0)                        \
    X(IMPLIED, sleepers, 0)                    \
    X(IMPLIED, queue, 0)

#define SLEEPER_MEMBERS(X)         \
    X(NUMBER, pending, UINT64_MAX) \
    X(DUE, due_us, 0)              \
    X(TIME, delay_us, 0)           \
    X(NAME, iface, 0)              \
    X(NUMBER, step, UINT8_MAX)     \
    X(RESERVED, pad, 0)

#define WAITING_MEMBERS(X)             \
    X(NAME, iface, 0)                  \
    X(NUMBER, script, VFJ_SCRIPT_VFUP) \
    X(RESERVED, pad, 0)

struct member {
    const char *key;
    uint32_t offset, size; /* in the part */
    uint8_t type;
    uint64_t most;
};

/* member_MEMBERS as a table `name`, and the check that they are all there is to it. */
#define MEMBER(type_, member_, most_)      \
    {.key = #member_,                      \
     .offset = offsetof(PART, member_),    \
     .size = sizeof(((PART *)0)->member_), \
     .type = (type_),                      \
     .most = (most_)},
#define SIZE(type_, member_, most_) +sizeof(((PART *)0)->member_)

#define PART struct vfj_head
static const struct member head_members[] = {HEAD_MEMBERS(MEMBER)};
_Static_assert(0 HEAD_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_head has no text");
#undef PART
#define PART struct vfj_slot
static const struct member slot_members[] = {SLOT_MEMBERS(MEMBER)};
_Static_assert(0 SLOT_MEMBERS(SIZE) + sizeof(struct vfj_belief) == sizeof(PART), "a member of vfj_slot has no text");
#undef PART
#define PART struct vfj_belief
static const struct member belief_members[] = {BELIEF_MEMBERS(MEMBER)};
_Static_assert(0 BELIEF_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_belief has no text");
#undef PART
#define PART struct vfj_carry
static const struct member carry_members[] = {CARRY_MEMBERS(MEMBER)};
_Static_assert(0 CARRY_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_carry has no text");
#undef PART
#define PART struct vfj_script_run
static const struct member script_members[] = {SCRIPT_MEMBERS(MEMBER)};
_Static_assert(0 SCRIPT_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_script_run has no text");
#undef PART
#define PART struct vfj_scripts
static const struct member queue_members[] = {QUEUE_MEMBERS(MEMBER)};
_Static_assert(0 QUEUE_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_scripts has no text");
#undef PART
#define PART struct vfj_sleeper
static const struct member sleeper_members[] = {SLEEPER_MEMBERS(MEMBER)};
_Static_assert(0 SLEEPER_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_sleeper has no text");
#undef PART
#define PART struct vfj_waiting
static const struct member waiting_members[] = {WAITING_MEMBERS(MEMBER)};
_Static_assert(0 WAITING_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_waiting has no text");
#undef PART
_Static_assert(sizeof(struct vfj_state)
                   == sizeof(struct vfj_head) + sizeof(struct vfj_index) + sizeof(struct vfj_rc)
                       + sizeof(struct vfj_scripts) + VFJ_SLOTS_MAX * sizeof(struct vfj_slot),
               "a part of vfj_state has no text");

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* The items, in their order; `none` is before the first. */
enum item { ITEM_NONE, ITEM_HEAD, ITEM_RC, ITEM_SCRIPT, ITEM_SLEEPER, ITEM_QUEUED, ITEM_SLOT, ITEM_CARRY, ITEM_COUNT };

static const char *const item_keys[ITEM_COUNT] = {
    [ITEM_NONE] = "",           [ITEM_HEAD] = "state",    [ITEM_RC] = "rc",     [ITEM_SCRIPT] = "script",
    [ITEM_SLEEPER] = "sleeper", [ITEM_QUEUED] = "queued", [ITEM_SLOT] = "slot", [ITEM_CARRY] = "carry",
};

/* Enumerators by their persisted names */

static unsigned name_count(enum type type)
{
    switch ((int)type) {
    case MODE:
        return VFJ_MODE_ACT + 1;
    case POLICY:
        return VFJ_POLICY_VFJOURNAL + 1;
    case STATE:
        return VFJ_SLOT_STATE_COUNT;
    case REASON:
        return VFJ_REASON_COUNT;
    case COMMAND:
        return VFJ_COMMAND_COUNT;
    default:
        VFJ_CHECK(false);
    }
}

static const char *name_of(enum type type, unsigned value)
{
    VFJ_CHECK(value < name_count(type));
    switch ((int)type) {
    case MODE:
        return vfj_mode_name((enum vfj_mode)value);
    case POLICY:
        return vfj_policy_name((enum vfj_policy)value);
    case STATE:
        return vfj_slot_state_name((enum vfj_slot_state)value);
    case REASON:
        return vfj_reason_name((enum vfj_reason)value);
    default:
        return vfj_command_kind_name((enum vfj_command_kind)value);
    }
}

/* Writing */

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

static void write_member(const struct member *member, const void *part, struct vfj_text *text)
{
    const char *at = (const char *)part + member->offset;
    switch ((enum type)member->type) {
    case NUMBER:
        if (number_at(at, member->size) != 0)
            vfj_kv_add_u64(text, member->key, number_at(at, member->size));
        break;
    case TIME:
    case DUE:
        if ((int64_t)number_at(at, member->size) != (member->type == DUE ? VFJ_NEVER_US : 0))
            vfj_kv_add_i64(text, member->key, (int64_t)number_at(at, member->size));
        break;
    case NAME:
    case DIGITS:
    case ADDRESS:
    case TEXT:
        if (*at != '\0')
            vfj_kv_add_string(text, member->key, at);
        break;
    case MODE:
    case POLICY:
    case STATE:
    case REASON:
    case COMMAND:
        if (number_at(at, member->size) != 0)
            vfj_kv_add_string(text, member->key, name_of((enum type)member->type, *(const uint8_t *)at));
        break;
    case IMPLIED:
    case RESERVED:
        break;
    }
}

static void write_members(const struct member *members, size_t count, const void *part, struct vfj_text *text)
{
    for (size_t i = 0; i < count; i++)
        write_member(&members[i], part, text);
}

static void write_head(const struct vfj_state *state, struct vfj_text *text)
{
    vfj_kv_add_u64(text, item_keys[ITEM_HEAD], VFJ_STATE_FORMAT);
    write_members(head_members, COUNT(head_members), &state->head, text);
}

/* Values that were never read in differ from values of which there are none: the first piece is there though it is empty. */
static void write_rc(const struct vfj_state *state, unsigned index, struct vfj_text *text)
{
    size_t length = strlen(state->rc.text);
    size_t at = (size_t)index * RC_PIECE;
    size_t more = length - at < RC_PIECE ? length - at : RC_PIECE;
    vfj_kv_add(text, item_keys[ITEM_RC], (struct vfj_span){state->rc.text + at, more});
}

static void write_script(const struct vfj_scripts *scripts, struct vfj_text *text)
{
    vfj_kv_add_u64(text, item_keys[ITEM_SCRIPT], scripts->run.script);
    write_members(script_members, COUNT(script_members), &scripts->run, text);
    write_members(queue_members, COUNT(queue_members), scripts, text);
}

static void write_sleeper(const struct vfj_scripts *scripts, unsigned index, struct vfj_text *text)
{
    vfj_kv_add_u64(text, item_keys[ITEM_SLEEPER], index);
    write_members(sleeper_members, COUNT(sleeper_members), &scripts->sleepers[index], text);
}

static void write_queued(const struct vfj_scripts *scripts, unsigned index, struct vfj_text *text)
{
    vfj_kv_add_u64(text, item_keys[ITEM_QUEUED], index);
    write_members(waiting_members, COUNT(waiting_members), &scripts->queue[index], text);
}

static void write_slot(const struct vfj_slot *slot, struct vfj_text *text)
{
    vfj_kv_add_string(text, item_keys[ITEM_SLOT], slot->hn.text);
    write_members(slot_members, COUNT(slot_members), slot, text);
    write_members(belief_members, COUNT(belief_members), &slot->belief, text);
}

static void write_carry(const struct vfj_carry *carry, struct vfj_text *text)
{
    vfj_kv_add_string(text, item_keys[ITEM_CARRY], carry->address.text);
    write_members(carry_members, COUNT(carry_members), carry, text);
}

/* How many places of a kind of item there are; some are blank. */
static unsigned places_of(const struct vfj_state *state, unsigned kind)
{
    bool has_rc = state->index.digests[VFJ_SLOTS_MAX] != 0;
    bool has_scripts = state->index.digests[VFJ_SLOTS_MAX + 1] != 0;
    switch ((enum item)kind) {
    case ITEM_HEAD:
        return 1;
    case ITEM_RC:
        return has_rc ? (unsigned)(strlen(state->rc.text) / RC_PIECE) + 1 : 0;
    case ITEM_SCRIPT:
        return has_scripts;
    case ITEM_SLEEPER:
        return has_scripts ? VFJ_SLEEPERS_MAX : 0;
    case ITEM_QUEUED:
        return has_scripts ? VFJ_SCRIPT_QUEUE_MAX : 0;
    case ITEM_SLOT:
        return state->head.slot_count;
    case ITEM_NONE:
        return 0;
    case ITEM_CARRY:
    case ITEM_COUNT:
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
    if (kind == ITEM_QUEUED)
        return is_zero(&state->scripts.queue[index], sizeof state->scripts.queue[0]);
    if (kind != ITEM_SLEEPER)
        return false;
    sleeper = state->scripts.sleepers[index];
    if (sleeper.due_us != VFJ_NEVER_US)
        return false;
    sleeper.due_us = 0;
    return is_zero(&sleeper, sizeof sleeper);
}

/* Go to the next item that is to be written. */
static bool seek(const struct vfj_state *state, struct vfj_state_place *place)
{
    for (; place->kind < ITEM_CARRY; place->kind++, place->index = 0) {
        unsigned places = places_of(state, place->kind);
        while (place->index < places && is_blank(state, place->kind, place->index))
            place->index++;
        if (place->index < places)
            return true;
    }
    return false;
}

static void write_item(const struct vfj_state *state, const struct vfj_state_place *place, struct vfj_text *text)
{
    switch ((enum item)place->kind) {
    case ITEM_HEAD:
        write_head(state, text);
        break;
    case ITEM_RC:
        write_rc(state, place->index, text);
        break;
    case ITEM_SCRIPT:
        write_script(&state->scripts, text);
        break;
    case ITEM_SLEEPER:
        write_sleeper(&state->scripts, place->index, text);
        break;
    case ITEM_QUEUED:
        write_queued(&state->scripts, place->index, text);
        break;
    case ITEM_SLOT:
        if (place->carry == 0)
            write_slot(&state->slots[place->index], text);
        else
            write_carry(&state->slots[place->index].belief.carry[place->carry - 1], text);
        break;
    case ITEM_NONE:
    case ITEM_CARRY:
    case ITEM_COUNT:
        VFJ_CHECK(false);
    }
}

bool vfj_state_write(const struct vfj_state *state, struct vfj_state_place *place, struct vfj_text *text)
{
    if (!seek(state, place))
        return false;
    write_item(state, place, text);
    if (place->kind == ITEM_SLOT && place->carry < state->slots[place->index].belief.carry_count) {
        place->carry++;
    } else {
        place->carry = 0;
        place->index++;
    }
    return true;
}

/* Reading */

static void put_number(void *at, size_t size, uint64_t value)
{
    uint16_t two = (uint16_t)value;
    VFJ_CHECK(size == sizeof value || value >> (8 * size) == 0); /* `most` is the member's */
    if (size == 1)
        *(uint8_t *)at = (uint8_t)value;
    else if (size == sizeof two)
        memcpy(at, &two, sizeof two);
    else
        memcpy(at, &value, sizeof value);
}

static bool read_number(const struct member *member, struct vfj_span span, char *at)
{
    uint64_t value = 0;
    if (!vfj_span_to_u64(span, &value) || value > member->most)
        return false;
    put_number(at, member->size, value);
    return true;
}

static bool read_time(struct vfj_span span, char *at)
{
    /* Sums of a few of them are times, too. */
    const int64_t most = INT64_MAX / 8;
    int64_t value = 0;
    if (!vfj_span_to_i64(span, &value) || value > most || value < -most)
        return false;
    memcpy(at, &value, sizeof value);
    return true;
}

static bool read_name_of(enum type type, struct vfj_span span, char *at)
{
    for (unsigned i = 0; i < name_count(type); i++) {
        if (vfj_span_is(span, name_of(type, i))) {
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

static bool read_member(const struct member *member, void *part, const struct vfj_kv *pair)
{
    char *at = (char *)part + member->offset;
    char value[VFJ_ARGS_SIZE];
    if (!vfj_kv_value(pair, value, sizeof value))
        return false;
    struct vfj_span span = vfj_span_of(value);
    switch ((enum type)member->type) {
    case NUMBER:
        return read_number(member, span, at);
    case TIME:
    case DUE:
        return read_time(span, at);
    case NAME:
        return vfj_name_parse(span, (struct vfj_name *)(void *)at);
    case DIGITS:
        return read_digits(span, at);
    case ADDRESS:
        return vfj_address_parse(span, (struct vfj_address *)(void *)at);
    case TEXT:
        return vfj_span_copy(at, member->size, span);
    case MODE:
    case POLICY:
    case STATE:
    case REASON:
    case COMMAND:
        return read_name_of((enum type)member->type, span, at);
    case IMPLIED:
    case RESERVED:
        break;
    }
    return false;
}

static bool read_in(const struct member *members, size_t count, void *part, const struct vfj_kv *pair)
{
    for (size_t i = 0; i < count; i++) {
        if (vfj_span_is(pair->key, members[i].key))
            return read_member(&members[i], part, pair);
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
    state->index.digests[VFJ_SLOTS_MAX] = 1; /* made when all is read */
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
    newest_slot(state)->hn = hn;
    return true;
}

static bool begin_carry(struct vfj_state *state, struct vfj_span address)
{
    struct vfj_belief *belief = state->head.slot_count > 0 ? &newest_slot(state)->belief : NULL;
    if (belief == NULL || belief->carry_count == VFJ_ADDRESSES_MAX)
        return false;
    return vfj_address_parse(address, &belief->carry[belief->carry_count++].address);
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
    switch ((enum item)reader->item) {
    case ITEM_HEAD:
        return vfj_span_is(pair->value, "1");
    case ITEM_RC:
        return begin_rc(state, pair);
    case ITEM_SCRIPT:
        state->index.digests[VFJ_SLOTS_MAX + 1] = 1;
        if (!begin_number(reader, pair->value, VFJ_SCRIPT_VFUP + 1))
            return false;
        state->scripts.run.script = (uint8_t)reader->index;
        return true;
    case ITEM_SLEEPER:
        return begin_number(reader, pair->value, VFJ_SLEEPERS_MAX);
    case ITEM_QUEUED:
        return begin_number(reader, pair->value, VFJ_SCRIPT_QUEUE_MAX);
    case ITEM_SLOT:
        return begin_slot(state, pair->value);
    case ITEM_CARRY:
        return begin_carry(state, pair->value);
    case ITEM_NONE:
    case ITEM_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

/* Each item comes after those that are listed before it; only a slot follows on a carry. */
static bool is_item(struct vfj_state_reader *reader, struct vfj_span key, enum item *item)
{
    for (unsigned i = ITEM_HEAD; i < ITEM_COUNT; i++) {
        bool again = i == ITEM_SLOT || i > reader->item || (i == reader->item && i != ITEM_HEAD && i != ITEM_SCRIPT);
        bool begun = i == ITEM_HEAD || reader->item != ITEM_NONE;
        if (vfj_span_is(key, item_keys[i]) && again && begun) {
            *item = (enum item)i;
            return true;
        }
    }
    return false;
}

static bool read_in_item(struct vfj_state_reader *reader, const struct vfj_kv *pair)
{
    struct vfj_state *state = reader->state;
    switch ((enum item)reader->item) {
    case ITEM_HEAD:
        return read_in(head_members, COUNT(head_members), &state->head, pair);
    case ITEM_SCRIPT:
        return read_in(script_members, COUNT(script_members), &state->scripts.run, pair)
            || read_in(queue_members, COUNT(queue_members), &state->scripts, pair);
    case ITEM_SLEEPER:
        return read_in(sleeper_members, COUNT(sleeper_members), &state->scripts.sleepers[reader->index], pair);
    case ITEM_QUEUED:
        return read_in(waiting_members, COUNT(waiting_members), &state->scripts.queue[reader->index], pair);
    case ITEM_SLOT:
        return read_in(slot_members, COUNT(slot_members), newest_slot(state), pair)
            || read_in(belief_members, COUNT(belief_members), &newest_slot(state)->belief, pair);
    case ITEM_CARRY:
        return read_in(carry_members, COUNT(carry_members),
                       &newest_slot(state)->belief.carry[newest_slot(state)->belief.carry_count - 1], pair);
    case ITEM_NONE:
    case ITEM_RC:
        return false;
    case ITEM_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

void vfj_state_read_begin(struct vfj_state_reader *reader, struct vfj_state *state)
{
    vfj_state_init(state);
    *reader = (struct vfj_state_reader){.state = state, .item = ITEM_NONE};
}

bool vfj_state_read(struct vfj_state_reader *reader, const struct vfj_kv *pair)
{
    enum item item = ITEM_NONE;
    if (reader->item == ITEM_COUNT)
        return false;
    bool right = read_in_item(reader, pair);
    if (!right && is_item(reader, pair->key, &item)) {
        reader->item = item;
        right = begin_item(reader, pair);
    }
    if (!right)
        reader->item = ITEM_COUNT; /* nothing more is read */
    return right;
}

static bool is_sound_slot(const struct vfj_slot *slot)
{
    return (slot->pending_index & VFJ_CARRY_INDEX) < VFJ_ADDRESSES_MAX
        && (slot->timer == VFJ_TIMER_NONE) == (slot->timer_us == VFJ_NEVER_US);
}

/* What the head says of the parts is of this program's making, not of the text's: their digests change with their layout. */
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
    bool right = reader->item != ITEM_NONE && reader->item != ITEM_COUNT && vfj_scripts_is_sound(&state->scripts);
    for (unsigned i = 0; i < state->head.slot_count && right; i++)
        right = is_sound_slot(&state->slots[i]);
    if (right)
        index_anew(state);
    return right;
}
