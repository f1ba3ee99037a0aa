/* The lists of all members of the machine's state. The type of a member says how its value is
 * written as text. */
#include "core/machine/state_members.h"

#include "core/check.h"
#include "core/machine/policy.h"

/* All members of each part. X(type, member, highest value). A static assertion compares the sum of
 * the members' sizes with the size of the part. */
#define HEAD_MEMBERS(X)                      \
    X(NUMBER, command_last, UINT64_MAX)      \
    X(NUMBER, boot, INT64_MAX)               \
    X(TIME, mono_us, 0)                      \
    X(NUMBER, map_pending, UINT64_MAX)       \
    X(TEXT, boot_id, 0)                      \
    X(MODE, mode, 0)                         \
    X(POLICY, policy, 0)                     \
    X(NUMBER, running, VFJ_RUNNING_STOPPING) \
    X(NUMBER, map_again, 1)                  \
    X(NUMBER, map_failures, UINT8_MAX)       \
    X(IMPLIED, slot_count, 0)                \
    X(NUMBER, transparent, 1)                \
    X(NUMBER, observe_all, 1)                \
    X(DUE, map_retry_us, 0)                  \
    X(DUE, due_us, 0)                        \
    X(IMPLIED, parts, 0)

#define SLOT_MEMBERS(X)                             \
    X(IMPLIED, hn, 0)                               \
    X(NAME, vf, 0)                                  \
    X(DIGITS, unit, 0)                              \
    X(NUMBER, generation, UINT64_MAX)               \
    X(IMPLIED, timers, 0)                           \
    X(IMPLIED, plan, 0)                             \
    X(IMPLIED, batch, 0)                            \
    X(IMPLIED, request, 0)                          \
    X(IMPLIED, script, 0)                           \
    X(IMPLIED, link, 0)                             \
    X(IMPLIED, transparent, 0)                      \
    X(STATE, state, 0)                              \
    X(ACTIVITY, activity, 0)                        \
    X(NUMBER, delay, VFJ_DELAY_OVER)                \
    X(NUMBER, data_path, VFJ_DATA_PATH_VF_REPORTED) \
    X(REASON, fault, 0)                             \
    X(NUMBER, joined, 1)                            \
    X(NUMBER, lagg_ours, 1)                         \
    X(NUMBER, recovering, 1)                        \
    X(RESERVED, pad, 0)                             \
    X(IMPLIED, observed, 0)                         \
    X(IMPLIED, before, 0)

#define TIMERS_MEMBERS(X) \
    X(DUE, delay_us, 0)   \
    X(DUE, observe_us, 0) \
    X(DUE, link_us, 0)    \
    X(DUE, watch_us, 0)

#define PLAN_MEMBERS(X)               \
    X(NUMBER, tried, UINT64_MAX)      \
    X(NUMBER, failed, UINT64_MAX)     \
    X(NUMBER, phase, VFJ_PLAN_LOGGED) \
    X(NUMBER, batches, UINT8_MAX)     \
    X(NUMBER, failures, UINT8_MAX)    \
    X(NUMBER, retries, UINT8_MAX)     \
    X(NUMBER, rechecks, UINT8_MAX)    \
    X(NUMBER, watches, UINT8_MAX)     \
    X(RESERVED, pad, 0)

#define BATCH_MEMBERS(X)            \
    X(NUMBER, first, UINT64_MAX)    \
    X(NUMBER, count, VFJ_BATCH_MAX) \
    X(NUMBER, ended, VFJ_BATCH_MAX) \
    X(REASON, failure, 0)           \
    X(RESERVED, pad, 0)             \
    X(COMMANDS, kinds, 0)           \
    X(NUMBERS, needs, VFJ_NEED_COUNT - 1)

#define REQUEST_MEMBERS(X)                      \
    X(NUMBER, wanted, VFJ_OBSERVE_REDISCOVERED) \
    X(NUMBER, asked, VFJ_OBSERVE_REDISCOVERED)  \
    X(NUMBER, watch, 1)                         \
    X(RESERVED, pad, 0)

#define OWN_SCRIPT_MEMBERS(X)         \
    X(NUMBER, phase, VFJ_SCRIPT_RUNS) \
    X(NUMBER, failures, UINT8_MAX)    \
    X(NUMBER, refused, 1)             \
    X(RESERVED, pad, 0)

#define LINK_MEMBERS(X)                        \
    X(NUMBER, monitor, VFJ_LINK_MONITOR_RETRY) \
    X(NUMBER, tries, UINT8_MAX)                \
    X(RESERVED, pad, 0)

#define TRANSPARENT_MEMBERS(X)                 \
    X(TIME, since_us, 0)                       \
    X(DUE, settle_us, 0)                       \
    X(TIME, hour_us, 0)                        \
    X(TIME, synthetic_out, 0)                  \
    X(TIME, hn_out, 0)                         \
    X(TIME, vf_out, 0)                         \
    X(TIME, options, 0)                        \
    X(TIME, mtu, 0)                            \
    X(TIME, options_seen, 0)                   \
    X(NUMBER, findings, UINT16_MAX)            \
    X(NUMBER, mode, VFJ_SLOT_MODE_TRANSPARENT) \
    X(NUMBER, edge, 1)                         \
    X(NUMBER, leaves, UINT8_MAX)               \
    X(NUMBER, reads, UINT8_MAX)                \
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

/* In the text, these members come after those of `run`, in the same item. */
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

/* MEMBER makes the row of one member. SIZE adds the size of one member to a sum. */
#define MEMBER(type_, member_, most_)      \
    {.key = #member_,                      \
     .offset = offsetof(PART, member_),    \
     .size = sizeof(((PART *)0)->member_), \
     .type = VFJ_MEMBER_##type_,           \
     .most = (most_)},
#define SIZE(type_, member_, most_) +sizeof(((PART *)0)->member_)

#define PART struct vfj_head
static const struct vfj_member head_list[] = {HEAD_MEMBERS(MEMBER)};
const struct vfj_members vfj_head_members
    = {head_list, sizeof head_list / sizeof head_list[0], "", 0};
_Static_assert(0 HEAD_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_head has no text");
#undef PART
#define PART struct vfj_slot
static const struct vfj_member slot_list[] = {SLOT_MEMBERS(MEMBER)};
_Static_assert(0 SLOT_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_slot has no text");
#undef PART
#define PART struct vfj_timers
static const struct vfj_member timers_list[] = {TIMERS_MEMBERS(MEMBER)};
_Static_assert(0 TIMERS_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_timers has no text");
#undef PART
#define PART struct vfj_plan
static const struct vfj_member plan_list[] = {PLAN_MEMBERS(MEMBER)};
_Static_assert(0 PLAN_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_plan has no text");
#undef PART
#define PART struct vfj_batch
static const struct vfj_member batch_list[] = {BATCH_MEMBERS(MEMBER)};
_Static_assert(0 BATCH_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_batch has no text");
#undef PART
#define PART struct vfj_observe_request
static const struct vfj_member observe_request_list[] = {REQUEST_MEMBERS(MEMBER)};
_Static_assert(0 REQUEST_MEMBERS(SIZE) == sizeof(PART),
               "a member of vfj_observe_request has no text");
#undef PART
#define PART struct vfj_script_facts
static const struct vfj_member script_facts_list[] = {OWN_SCRIPT_MEMBERS(MEMBER)};
_Static_assert(0 OWN_SCRIPT_MEMBERS(SIZE) == sizeof(PART),
               "a member of vfj_script_facts has no text");
#undef PART
#define PART struct vfj_link_facts
static const struct vfj_member link_facts_list[] = {LINK_MEMBERS(MEMBER)};
_Static_assert(0 LINK_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_link_facts has no text");
#undef PART
#define PART struct vfj_transparent_facts
static const struct vfj_member transparent_facts_list[] = {TRANSPARENT_MEMBERS(MEMBER)};
_Static_assert(0 TRANSPARENT_MEMBERS(SIZE) == sizeof(PART),
               "a member of vfj_transparent_facts has no text");
#undef PART
const struct vfj_members vfj_slot_members[VFJ_SLOT_PARTS] = {
    {slot_list, sizeof slot_list / sizeof slot_list[0], "", 0},
    {timers_list, sizeof timers_list / sizeof timers_list[0], "timer_",
     offsetof(struct vfj_slot, timers)},
    {plan_list, sizeof plan_list / sizeof plan_list[0], "plan_", offsetof(struct vfj_slot, plan)},
    {batch_list, sizeof batch_list / sizeof batch_list[0], "batch_",
     offsetof(struct vfj_slot, batch)},
    {observe_request_list, sizeof observe_request_list / sizeof observe_request_list[0], "request_",
     offsetof(struct vfj_slot, request)},
    {script_facts_list, sizeof script_facts_list / sizeof script_facts_list[0], "script_",
     offsetof(struct vfj_slot, script)},
    {link_facts_list, sizeof link_facts_list / sizeof link_facts_list[0], "link_",
     offsetof(struct vfj_slot, link)},
    {transparent_facts_list, sizeof transparent_facts_list / sizeof transparent_facts_list[0],
     "transparent_", offsetof(struct vfj_slot, transparent)},
};
#define PART struct vfj_script_run
static const struct vfj_member script_list[] = {SCRIPT_MEMBERS(MEMBER)};
const struct vfj_members vfj_script_members
    = {script_list, sizeof script_list / sizeof script_list[0], "", 0};
_Static_assert(0 SCRIPT_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_script_run has no text");
#undef PART
#define PART struct vfj_scripts
static const struct vfj_member queue_list[] = {QUEUE_MEMBERS(MEMBER)};
const struct vfj_members vfj_queue_members
    = {queue_list, sizeof queue_list / sizeof queue_list[0], "", 0};
_Static_assert(0 QUEUE_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_scripts has no text");
#undef PART
#define PART struct vfj_sleeper
static const struct vfj_member sleeper_list[] = {SLEEPER_MEMBERS(MEMBER)};
const struct vfj_members vfj_sleeper_members
    = {sleeper_list, sizeof sleeper_list / sizeof sleeper_list[0], "", 0};
_Static_assert(0 SLEEPER_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_sleeper has no text");
#undef PART
#define PART struct vfj_waiting
static const struct vfj_member waiting_list[] = {WAITING_MEMBERS(MEMBER)};
const struct vfj_members vfj_waiting_members
    = {waiting_list, sizeof waiting_list / sizeof waiting_list[0], "", 0};
_Static_assert(0 WAITING_MEMBERS(SIZE) == sizeof(PART), "a member of vfj_waiting has no text");
#undef PART
_Static_assert(sizeof(struct vfj_state)
                   == sizeof(struct vfj_head) + sizeof(struct vfj_index) + sizeof(struct vfj_rc)
                       + sizeof(struct vfj_scripts) + VFJ_SLOTS_MAX * sizeof(struct vfj_slot),
               "a part of vfj_state has no text");

const char *const vfj_item_keys[VFJ_ITEM_COUNT] = {
    [VFJ_ITEM_NONE] = "",         [VFJ_ITEM_HEAD] = "state",        [VFJ_ITEM_RC] = "rc",
    [VFJ_ITEM_SCRIPT] = "script", [VFJ_ITEM_SLEEPER] = "sleeper",   [VFJ_ITEM_QUEUED] = "queued",
    [VFJ_ITEM_SLOT] = "slot",     [VFJ_ITEM_OBSERVED] = "observed", [VFJ_ITEM_BEFORE] = "before",
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
    case VFJ_MEMBER_ACTIVITY:
        return VFJ_ACTIVITY_COUNT;
    case VFJ_MEMBER_COMMANDS:
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
    case VFJ_MEMBER_ACTIVITY:
        return vfj_activity_name((enum vfj_activity)value);
    default:
        return vfj_command_kind_name((enum vfj_command_kind)value);
    }
}
