/* Slots in transparent mode: their facts, findings and snapshots. */
#include "core/machine/transparent.h"

#include <string.h>

#include "core/data/hn_snapshot.h"
#include "core/machine/facts.h"
#include "core/machine/link.h"
#include "core/machine/map.h"
#include "core/machine/reconcile.h"

enum {
    NOT_SWITCHED_S = 13, /* seconds after the end of attwait */
    ABSENT_S = 600,
    /* pause in seconds after a snapshot without the data path on the VF; each further such
     * snapshot doubles the pause */
    READ_FIRST_S = 1,
    READ_MAX_S = 3600,
    /* pause in seconds after a failed snapshot; each further failure doubles the pause */
    FAILURE_FIRST_S = 1,
    FAILURE_MAX_S = 300,
    /* VFs that left within this number of seconds count as one event of the host */
    TOGETHER_S = 2,
    HOUR_S = 3600,
    LEAVES_MAX = 4, /* number of departures within an hour up to which FLAPPING is not found */
    /* a smaller count of packets is no sign of a fault: some may be sent during the switch */
    PACKETS_MIN = 10,
};

static int64_t now_us(const struct vfj_step_context *context)
{
    return context->next->head.mono_us;
}

static int64_t seconds_us(int64_t seconds)
{
    return seconds * 1000000;
}

/* The functions below set and read findings. */

static bool stands(const struct vfj_slot *slot, enum vfj_finding_kind kind)
{
    return (slot->transparent.findings >> kind & 1) != 0;
}

/* Sets or clears a finding, and reports a finding that was not set before. */
static void set_finding(struct vfj_step_context *context, struct vfj_slot *slot,
                        enum vfj_finding_kind kind, bool is_found)
{
    uint16_t bit = (uint16_t)(1u << kind);
    if (is_found && !stands(slot, kind))
        vfj_step_notice(context, slot, vfj_found_reason(kind));
    if (is_found)
        slot->transparent.findings |= bit;
    else
        slot->transparent.findings &= (uint16_t)~bit;
}

/* Clears all findings but FLAPPING: those about an attached VF, and those about an absent one. */
static void clear_findings(struct vfj_slot *slot)
{
    slot->transparent.findings &= (uint16_t)(1u << VFJ_FOUND_FLAPPING);
}

static enum vfj_reason gravest_fault(const struct vfj_slot *slot)
{
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        if (stands(slot, (enum vfj_finding_kind)kind)
            && vfj_found_is_fault((enum vfj_finding_kind)kind))
            return vfj_found_reason((enum vfj_finding_kind)kind);
    }
    return VFJ_REASON_NONE;
}

static bool left_together(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_slot *other = vfj_step_slot(context, i);
        if (other != slot && vfj_slot_is_transparent(other) && vfj_name_is_empty(other->vf)
            && now_us(context) - other->transparent.since_us <= seconds_us(TOGETHER_S))
            return true;
    }
    return false;
}

static void count_leave(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_transparent_facts *facts = &slot->transparent;
    if (facts->leaves == 0 || now_us(context) - facts->hour_us > seconds_us(HOUR_S)) {
        facts->hour_us = now_us(context);
        facts->leaves = 0;
    }
    vfj_step_count_up(&facts->leaves);
}

/* The functions below record that a VF attached or left. */

static void begin_edge(struct vfj_step_context *context, struct vfj_slot *slot)
{
    slot->transparent.since_us = now_us(context);
    slot->transparent.edge = 1;
    slot->transparent.reads = 0;
    slot->timers.observe_us = VFJ_NEVER_US;
    slot->plan.failures = 0;
}

void vfj_transparent_attached(struct vfj_step_context *context, struct vfj_slot *slot)
{
    begin_edge(context, slot);
    clear_findings(slot);
    slot->delay = VFJ_DELAY_DUE;
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

void vfj_transparent_left(struct vfj_step_context *context, struct vfj_slot *slot)
{
    begin_edge(context, slot);
    clear_findings(slot);
    slot->transparent.options = slot->transparent.options_seen;
    count_leave(context, slot);
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

void vfj_transparent_forget(struct vfj_slot *slot)
{
    memset(&slot->transparent, 0, sizeof slot->transparent);
    slot->transparent.settle_us = VFJ_NEVER_US;
}

/* The functions below begin and end transparent mode, as the map shows it. */

/* Returns true when transparent mode can begin: hn and VF are not joined, and the slot has no
 * plan. */
static bool can_begin(const struct vfj_slot *slot)
{
    return !slot->joined && !vfj_slot_has_plan(slot);
}

/* Begins a mode. The slot loses all facts except its names, its generation, its state and
 * `recovering`. After this call the step attaches the VF of the map. */
static void begin_mode(struct vfj_slot *slot, enum vfj_slot_mode mode)
{
    const struct vfj_name unit = slot->unit;
    const uint64_t generation = slot->generation;
    const uint8_t state = slot->state, recovering = slot->recovering;
    vfj_slot_init(slot, slot->hn);
    slot->unit = unit;
    slot->generation = generation;
    slot->state = state;
    slot->recovering = recovering;
    slot->transparent.mode = (uint8_t)mode;
}

/* Returns the map's pair that has this hn, or NULL. */
static const struct vfj_pair *find_pair(const struct vfj_map *map, struct vfj_name hn)
{
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_name_equal(map->pairs[i].hn, hn))
            return &map->pairs[i];
    }
    return NULL;
}

/* Compares a slot with the map. When the map lacks the slot's VF, that VF has left. When the map
 * has another VF for hn, that VF has attached. */
static void compare_slot(struct vfj_step_context *context, unsigned index,
                         const struct vfj_map *map, bool is_after_gap)
{
    const struct vfj_slot *slot = vfj_step_slot(context, index);
    const struct vfj_pair *pair = find_pair(map, slot->hn);
    struct vfj_name vf = pair != NULL ? pair->vf : (struct vfj_name){{0}};
    bool is_unknown = pair == NULL && map->truncated;
    if (!vfj_slot_is_transparent(slot))
        return;
    if (is_after_gap)
        vfj_request_observation(vfj_step_edit_slot(context, index), VFJ_OBSERVE_GAP);
    if (vfj_name_equal(slot->vf, vf) || is_unknown)
        return;
    struct vfj_slot *edited = vfj_step_edit_slot(context, index);
    if (vfj_name_is_empty(vf))
        vfj_facts_detach(context, edited, VFJ_REASON_VF_LOST);
    else
        vfj_facts_attach(context, edited, vf,
                         is_after_gap ? VFJ_REASON_VF_FOUND : VFJ_REASON_VF_ATTACHED);
}

void vfj_transparent_map(struct vfj_step_context *context, const struct vfj_map *map,
                         bool is_after_gap)
{
    vfj_step_note(context, map->truncated ? VFJ_REASON_TOO_MANY_SLOTS : VFJ_REASON_TRANSPARENT);
    for (unsigned i = 0; i < map->pair_count; i++) {
        unsigned index = vfj_name_is_empty(map->pairs[i].hn)
            ? VFJ_SLOTS_MAX
            : vfj_step_open_hn(context, map->pairs[i].hn);
        if (index < VFJ_SLOTS_MAX && !vfj_slot_is_transparent(vfj_step_slot(context, index))
            && can_begin(vfj_step_slot(context, index)))
            begin_mode(vfj_step_edit_slot(context, index), VFJ_SLOT_MODE_TRANSPARENT);
    }
    for (unsigned i = 0; i < context->next->head.slot_count; i++)
        compare_slot(context, i, map, is_after_gap);
}

void vfj_transparent_end(struct vfj_step_context *context)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        if (!vfj_slot_is_transparent(vfj_step_slot(context, i)))
            continue;
        struct vfj_slot *slot = vfj_step_edit_slot(context, i);
        /* a snapshot may still run; its answer will be ignored */
        begin_mode(slot, VFJ_SLOT_MODE_ORDINARY);
        vfj_step_cause(context, slot, VFJ_REASON_VF_LOST);
    }
}

/* The functions below handle timers that are due. */

static bool take_due(const struct vfj_step_context *context, int64_t *timer_us)
{
    if (*timer_us == VFJ_NEVER_US || *timer_us > now_us(context))
        return false;
    *timer_us = VFJ_NEVER_US;
    return true;
}

void vfj_transparent_timer(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (take_due(context, &slot->timers.delay_us))
        slot->delay = VFJ_DELAY_OVER;
    (void)take_due(context, &slot->timers.observe_us);
    (void)take_due(context, &slot->transparent.settle_us);
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

/* The functions below record what a snapshot shows. */

static void record_switch(struct vfj_step_context *context, struct vfj_slot *slot,
                          const struct vfj_hn_snapshot *snapshot)
{
    begin_edge(context, slot);
    vfj_facts_no_delay(slot);
    slot->data_path = VFJ_DATA_PATH_VF_OBSERVED;
    slot->transparent.synthetic_out = snapshot->synthetic_out;
    slot->transparent.hn_out = snapshot->hn.counters.out;
    slot->transparent.vf_out = snapshot->vf.counters.out;
    set_finding(context, slot, VFJ_FOUND_NOT_SWITCHED, false);
    vfj_step_cause(context, slot, VFJ_REASON_SWITCHED);
}

static void record_data_path(struct vfj_step_context *context, struct vfj_slot *slot,
                             const struct vfj_hn_snapshot *snapshot)
{
    bool was_on_vf = vfj_slot_is_on_vf(slot);
    if (snapshot->enabled == 1 && !was_on_vf) {
        record_switch(context, slot, snapshot);
    } else if (snapshot->enabled == 0 && was_on_vf) {
        begin_edge(context, slot);
        slot->data_path = VFJ_DATA_PATH_HN;
        vfj_step_cause(context, slot, VFJ_REASON_VF_DOWN);
    }
}

/* Records the VF of a snapshot. Returns false when that VF is not the slot's VF. */
static bool record_vf(struct vfj_step_context *context, struct vfj_slot *slot,
                      const struct vfj_hn_snapshot *snapshot)
{
    if (!snapshot->has_vf_name || vfj_name_equal(snapshot->vf_name, slot->vf))
        return true;
    if (vfj_name_is_empty(snapshot->vf_name))
        vfj_facts_detach(context, slot, VFJ_REASON_VF_LOST);
    else
        vfj_facts_attach(context, slot, snapshot->vf_name, VFJ_REASON_VF_FOUND);
    return false;
}

void vfj_transparent_observed(struct vfj_step_context *context, struct vfj_slot *slot,
                              const struct vfj_observation *answer)
{
    const struct vfj_hn_snapshot *snapshot = &answer->as.snapshot;
    memset(&slot->batch, 0, sizeof slot->batch);
    slot->activity = VFJ_ACTIVITY_IDLE;
    if (!answer->ok) {
        context->setback = VFJ_REASON_PROBE_FAILED;
        return;
    }
    if (snapshot->transparent == 0) {
        vfj_map_request(context); /* the map determines the mode */
        return;
    }
    if (slot->request.wanted != VFJ_OBSERVE_NOT)
        /* the guest has changed since this snapshot, and the next snapshot shows the change */
        return;
    if (!record_vf(context, slot, snapshot))
        return;
    if (!vfj_name_is_empty(slot->vf))
        record_data_path(context, slot, snapshot);
    context->is_observed = true;
}

/* The functions below decide, after the facts of an event are recorded. */

/* Sets the findings about the traffic of a VF that has the data path. */
static void check_traffic(struct vfj_step_context *context, struct vfj_slot *slot,
                          const struct vfj_hn_snapshot *snapshot)
{
    const struct vfj_transparent_facts *facts = &slot->transparent;
    int64_t synthetic = vfj_count_since(facts->synthetic_out, snapshot->synthetic_out);
    int64_t by_hn = vfj_count_since(facts->hn_out, snapshot->hn.counters.out);
    int64_t by_vf = vfj_count_since(facts->vf_out, snapshot->vf.counters.out);
    if (synthetic >= PACKETS_MIN)
        set_finding(context, slot, VFJ_FOUND_SYNTHETIC_TRAFFIC, true);
    if (by_vf != VFJ_COUNT_UNKNOWN && by_hn != VFJ_COUNT_UNKNOWN)
        set_finding(context, slot, VFJ_FOUND_VF_SILENT, by_hn >= PACKETS_MIN && by_vf == 0);
}

/* Compares hn's MTU and options with the values before hn's VF left. */
static void check_hn(struct vfj_step_context *context, struct vfj_slot *slot,
                     const struct vfj_hn_snapshot *snapshot)
{
    struct vfj_transparent_facts *facts = &slot->transparent;
    const struct vfj_interface *hn = &snapshot->hn.interface;
    int64_t options = snapshot->hn.counters.options;
    if (hn->mtu > 0) {
        set_finding(context, slot, VFJ_FOUND_SMALLER_MTU, hn->mtu < facts->mtu);
        if (hn->mtu > facts->mtu)
            facts->mtu = hn->mtu;
    }
    if (options != VFJ_COUNT_UNKNOWN) {
        bool has_fewer = (facts->options & ~options) != 0;
        set_finding(context, slot, VFJ_FOUND_FEWER_OPTIONS, has_fewer);
        facts->options_seen = options;
        if (!has_fewer)
            facts->options = options;
    }
}

/* Returns the time at which hw.hn.vf_xpnt_attwait ends. That wait begins when the VF attaches. */
static int64_t attwait_end_us(const struct vfj_slot *slot, const struct vfj_hn_snapshot *snapshot)
{
    int64_t wait_s = snapshot->attwait_s;
    if (wait_s == VFJ_COUNT_UNKNOWN)
        wait_s = VFJ_ATTWAIT_DEFAULT_S;
    else if (wait_s > READ_MAX_S)
        wait_s = READ_MAX_S;
    return slot->transparent.since_us + seconds_us(wait_s);
}

/* Returns the time from which the finding NOT_SWITCHED is possible. */
static int64_t not_switched_us(const struct vfj_slot *slot, const struct vfj_hn_snapshot *snapshot)
{
    return attwait_end_us(slot, snapshot) + seconds_us(NOT_SWITCHED_S);
}

static void check_attached(struct vfj_step_context *context, struct vfj_slot *slot,
                           const struct vfj_hn_snapshot *snapshot)
{
    if (snapshot->vf.interface.exists)
        set_finding(context, slot, VFJ_FOUND_VF_CONFIGURED,
                    snapshot->vf.interface.address_count > 0 || snapshot->vf_dhclient > 0);
    if (!vfj_slot_is_on_vf(slot)) {
        if (snapshot->enabled == 0 && now_us(context) >= not_switched_us(slot, snapshot))
            set_finding(context, slot, VFJ_FOUND_NOT_SWITCHED, true);
        return;
    }
    check_traffic(context, slot, snapshot);
    if (now_us(context) - slot->transparent.since_us >= seconds_us(VFJ_AFTER_EDGE_S))
        check_hn(context, slot, snapshot);
}

static void check_detached(struct vfj_step_context *context, struct vfj_slot *slot,
                           const struct vfj_hn_snapshot *snapshot)
{
    struct vfj_transparent_facts *facts = &slot->transparent;
    const struct vfj_interface *hn = &snapshot->hn.interface;
    int64_t absent_us = facts->since_us + seconds_us(ABSENT_S);
    if (facts->mtu > 0 && hn->mtu > 0)
        facts->mtu = hn->mtu; /* an administrator may have changed hn's MTU */
    if (now_us(context) >= absent_us)
        set_finding(context, slot, VFJ_FOUND_VF_ABSENT, true);
    else
        slot->timers.observe_us = absent_us;
}

static void arm_attwait(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_hn_snapshot *snapshot)
{
    if (slot->delay != VFJ_DELAY_DUE)
        return;
    slot->timers.delay_us = attwait_end_us(slot, snapshot);
    if (slot->timers.delay_us < now_us(context))
        slot->timers.delay_us = now_us(context);
    slot->delay = VFJ_DELAY_RUNNING;
    vfj_step_move(context, slot, VFJ_SLOT_DELAYED, VFJ_REASON_ATTWAIT_STARTED)->delay_us
        = slot->timers.delay_us - now_us(context);
}

/* Arms the next snapshot while the data path has not moved to the VF: after 1, 2, 4 … s, and at
 * the time from which the finding NOT_SWITCHED is possible. */
static void arm_read(struct vfj_step_context *context, struct vfj_slot *slot,
                     const struct vfj_hn_snapshot *snapshot)
{
    if (slot->delay == VFJ_DELAY_RUNNING || slot->timers.observe_us != VFJ_NEVER_US)
        return;
    vfj_step_count_up(&slot->transparent.reads);
    slot->timers.observe_us
        = now_us(context) + vfj_step_pause_us(READ_FIRST_S, READ_MAX_S, slot->transparent.reads);
    int64_t at_us = not_switched_us(slot, snapshot);
    if (now_us(context) < at_us && at_us < slot->timers.observe_us)
        slot->timers.observe_us = at_us;
}

/* Clears the finding FLAPPING when its hour is over. While FLAPPING stands and no other snapshot
 * is due, arms a snapshot at the end of that hour. */
static void check_flapping(struct vfj_step_context *context, struct vfj_slot *slot)
{
    int64_t end_us = slot->transparent.hour_us + seconds_us(HOUR_S);
    if (!stands(slot, VFJ_FOUND_FLAPPING))
        return;
    if (now_us(context) >= end_us) {
        set_finding(context, slot, VFJ_FOUND_FLAPPING, false);
        slot->transparent.leaves = 0;
    } else if (slot->timers.observe_us == VFJ_NEVER_US) {
        slot->timers.observe_us = end_us;
    }
}

/* Handles an edge (a VF attached, got the data path or left) after the step has reported it. */
static void handle_edge(struct vfj_step_context *context, struct vfj_slot *slot)
{
    slot->transparent.edge = 0;
    slot->transparent.settle_us = now_us(context) + seconds_us(VFJ_AFTER_EDGE_S);
    if (!vfj_name_is_empty(slot->vf))
        return;
    set_finding(context, slot, VFJ_FOUND_FLAPPING, slot->transparent.leaves > LEAVES_MAX);
    set_finding(context, slot, VFJ_FOUND_SEVERAL_LEFT, left_together(context, slot));
}

static void check_snapshot(struct vfj_step_context *context, struct vfj_slot *slot,
                           const struct vfj_hn_snapshot *snapshot)
{
    slot->plan.failures = 0;
    if (vfj_name_is_empty(slot->vf))
        check_detached(context, slot, snapshot);
    else
        check_attached(context, slot, snapshot);
    if (!vfj_name_is_empty(slot->vf) && !vfj_slot_is_on_vf(slot)) {
        arm_attwait(context, slot, snapshot);
        arm_read(context, slot, snapshot);
    }
    check_flapping(context, slot);
}

static void handle_failure(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->plan.failures == 0)
        vfj_step_notice(context, slot, VFJ_REASON_PROBE_FAILED);
    vfj_step_count_up(&slot->plan.failures);
    slot->timers.observe_us
        = now_us(context) + vfj_step_pause_us(FAILURE_FIRST_S, FAILURE_MAX_S, slot->plan.failures);
}

static void take_snapshot(struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_command *command = vfj_step_command(context, VFJ_COMMAND_PROBE_SNAPSHOT);
    command->hn = slot->hn;
    command->a = slot->hn;
    command->c = slot->vf;
    vfj_span_copy(command->text, sizeof command->text, vfj_span_of(slot->unit.text));
    slot->batch.first = command->id;
    slot->batch.count = 1;
    memset(&slot->request, 0, sizeof slot->request);
    slot->activity = VFJ_ACTIVITY_OBSERVING;
}

void vfj_transparent_reconcile(struct vfj_step_context *context, unsigned index)
{
    struct vfj_slot *slot = &context->next->slots[index];
    bool is_subject = slot == context->subject;
    vfj_reconcile_state(context, index);
    if (slot->transparent.edge)
        handle_edge(context, slot);
    if (is_subject && context->setback != VFJ_REASON_NONE)
        handle_failure(context, slot);
    if (is_subject && context->is_observed)
        check_snapshot(context, slot, &context->event->as.observed.as.snapshot);
    slot->fault
        = (uint8_t)(slot->plan.failures > 0 ? VFJ_REASON_PROBE_FAILED : gravest_fault(slot));
    /* a new request is left to the next daemon, which observes each slot */
    if (vfj_step_is_stopping(context))
        slot->request.wanted = VFJ_OBSERVE_NOT;
    if (slot->activity == VFJ_ACTIVITY_OBSERVING)
        return;
    if (slot->request.wanted != VFJ_OBSERVE_NOT)
        take_snapshot(context, slot);
    else
        slot->activity
            = vfj_slot_due_us(slot) != VFJ_NEVER_US ? VFJ_ACTIVITY_WAITING : VFJ_ACTIVITY_IDLE;
}
