/* The members of the machine's state, and how each is written as text. */
#include "core/state_members.h"

#include "core/check.h"
#include "core/policy/policy.h"

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
    X(NUMBER, up_heard, UINT8_MAX)      \
    X(NUMBER, doubt, UINT8_MAX)         \
    X(RESERVED, pad, 0)

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

/* member_MEMBERS as a table `name`, and the check that they are all there is to it. */
#define MEMBER(type_, member_, most_)      \
    {.key = #member_,                      \
     .offset = offsetof(PART, member_),    \
     .size = sizeof(((PART *)0)->member_), \
     .type = VFJ_MEMBER_##type_,           \
     .most = (most_)},
#define SIZE(type_, member_, most_) +sizeof(((PART *)0)->member_)

#define PART struct vfj_head
static const struct vfj_member head_list[] = {HEAD_MEMBERS(MEMBER)};
const struct vfj_members vfj_head_members = {head_list, sizeof head_list / sizeof head_list[0]};
_Static_assert(0 HEAD_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_head has no text");
#undef PART
#define PART struct vfj_slot
static const struct vfj_member slot_list[] = {SLOT_MEMBERS(MEMBER)};
const struct vfj_members vfj_slot_members = {slot_list, sizeof slot_list / sizeof slot_list[0]};
_Static_assert(0 SLOT_MEMBERS(SIZE) + sizeof(struct vfj_belief) == sizeof(PART), "a member of vfj_slot has no text");
#undef PART
#define PART struct vfj_belief
static const struct vfj_member belief_list[] = {BELIEF_MEMBERS(MEMBER)};
const struct vfj_members vfj_belief_members = {belief_list, sizeof belief_list / sizeof belief_list[0]};
_Static_assert(0 BELIEF_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_belief has no text");
#undef PART
#define PART struct vfj_carry
static const struct vfj_member carry_list[] = {CARRY_MEMBERS(MEMBER)};
const struct vfj_members vfj_carry_members = {carry_list, sizeof carry_list / sizeof carry_list[0]};
_Static_assert(0 CARRY_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_carry has no text");
#undef PART
#define PART struct vfj_script_run
static const struct vfj_member script_list[] = {SCRIPT_MEMBERS(MEMBER)};
const struct vfj_members vfj_script_members = {script_list, sizeof script_list / sizeof script_list[0]};
_Static_assert(0 SCRIPT_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_script_run has no text");
#undef PART
#define PART struct vfj_scripts
static const struct vfj_member queue_list[] = {QUEUE_MEMBERS(MEMBER)};
const struct vfj_members vfj_queue_members = {queue_list, sizeof queue_list / sizeof queue_list[0]};
_Static_assert(0 QUEUE_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_scripts has no text");
#undef PART
#define PART struct vfj_sleeper
static const struct vfj_member sleeper_list[] = {SLEEPER_MEMBERS(MEMBER)};
const struct vfj_members vfj_sleeper_members = {sleeper_list, sizeof sleeper_list / sizeof sleeper_list[0]};
_Static_assert(0 SLEEPER_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_sleeper has no text");
#undef PART
#define PART struct vfj_waiting
static const struct vfj_member waiting_list[] = {WAITING_MEMBERS(MEMBER)};
const struct vfj_members vfj_waiting_members = {waiting_list, sizeof waiting_list / sizeof waiting_list[0]};
_Static_assert(0 WAITING_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_waiting has no text");
#undef PART
_Static_assert(sizeof(struct vfj_state)
                   == sizeof(struct vfj_head) + sizeof(struct vfj_index) + sizeof(struct vfj_rc)
                       + sizeof(struct vfj_scripts) + VFJ_SLOTS_MAX * sizeof(struct vfj_slot),
               "a part of vfj_state has no text");

const char *const vfj_item_keys[VFJ_ITEM_COUNT] = {
    [VFJ_ITEM_NONE] = "",         [VFJ_ITEM_HEAD] = "state",      [VFJ_ITEM_RC] = "rc",
    [VFJ_ITEM_SCRIPT] = "script", [VFJ_ITEM_SLEEPER] = "sleeper", [VFJ_ITEM_QUEUED] = "queued",
    [VFJ_ITEM_SLOT] = "slot",     [VFJ_ITEM_CARRY] = "carry",
};

unsigned vfj_member_name_count(enum vfj_member_type type)
{
    switch ((int)type) {
    case VFJ_MEMBER_MODE:
        return VFJ_MODE_ACT + 1;
    case VFJ_MEMBER_POLICY:
        return VFJ_POLICY_VFJOURNAL + 1;
    case VFJ_MEMBER_STATE:
        return VFJ_SLOT_STATE_COUNT;
    case VFJ_MEMBER_REASON:
        return VFJ_REASON_COUNT;
    case VFJ_MEMBER_COMMAND:
        return VFJ_COMMAND_COUNT;
    default:
        VFJ_CHECK(false);
    }
}

const char *vfj_member_name(enum vfj_member_type type, unsigned value)
{
    VFJ_CHECK(value < vfj_member_name_count(type));
    switch ((int)type) {
    case VFJ_MEMBER_MODE:
        return vfj_mode_name((enum vfj_mode)value);
    case VFJ_MEMBER_POLICY:
        return vfj_policy_name((enum vfj_policy)value);
    case VFJ_MEMBER_STATE:
        return vfj_slot_state_name((enum vfj_slot_state)value);
    case VFJ_MEMBER_REASON:
        return vfj_reason_name((enum vfj_reason)value);
    default:
        return vfj_command_kind_name((enum vfj_command_kind)value);
    }
}
