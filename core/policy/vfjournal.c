/* Policy vfjournal: the workflow of the two scripts without their defects.
 *
 * A slot has a goal and a belief. While it has a goal: look at the guest, issue the one command that the plan names,
 * believe its outcome, and so on; when nothing is left to do, look again, and only what that shows ends the plan.
 * Slots do not wait for each other. */
#include <string.h>

#include "core/check.h"
#include "core/policy/belief.h"
#include "core/policy/plan.h"
#include "core/policy/policy.h"
#include "core/rc.h"

static const int64_t second_us = 1000000;

enum {
    STEPS_MAX = 120,       /* commands of one plan: far more than the longest needs */
    BACKOFF_MAX_S = 300,   /* the longest pause between tries */
    OBSTACLE_PAUSE_S = 60, /* between looks at what only an admin can change */
    LINK_RECHECKS = 5,     /* looks after hn's link came up, 1, 2, 4 … s apart: devd's dhclient takes its time */
};

static void advance(struct vfj_work *work, struct vfj_slot *slot);

static bool is_acting(const struct vfj_work *work)
{
    return work->next->head.mode == VFJ_MODE_ACT;
}

/* Timers */

static int64_t backoff_us(unsigned times)
{
    int64_t pause_s = times < 9 ? (int64_t)1 << times : BACKOFF_MAX_S;
    return (pause_s < BACKOFF_MAX_S ? pause_s : BACKOFF_MAX_S) * second_us;
}

/* The delay is never given up for another timer: what else is due waits for it. */
static void arm_later(struct vfj_work *work, struct vfj_slot *slot, enum vfj_timer timer, int64_t delay_us)
{
    if (slot->timer != VFJ_TIMER_DELAY)
        vfj_work_arm(work, slot, timer, delay_us);
}

static void start_delay(struct vfj_work *work, struct vfj_slot *slot)
{
    int64_t delay_us = vfj_rc_delay_s(vfj_work_rc(work)) * second_us;
    vfj_work_arm(work, slot, VFJ_TIMER_DELAY, delay_us);
    vfj_work_move(work, slot, VFJ_SLOT_DELAYED, VFJ_REASON_DELAY_STARTED);
    work->decision->transitions[work->decision->transition_count - 1].delay_us = delay_us;
}

/* Goals */

static void want(struct vfj_slot *slot, enum vfj_goal goal)
{
    if (slot->goal == VFJ_GOAL_NONE) {
        vfj_belief_begin(&slot->belief);
        slot->steps = 0;
        slot->failures = 0;
    }
    if (slot->goal < goal)
        slot->goal = (uint8_t)goal;
}

/* Look at the slot now, or when the plan under way has ended. */
static void look_soon(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->goal != VFJ_GOAL_NONE) {
        slot->look_again = 1;
        return;
    }
    want(slot, VFJ_GOAL_LOOK);
    advance(work, slot);
}

static bool is_looking(const struct vfj_slot *slot)
{
    return slot->pending != 0 && slot->pending_kind == VFJ_COMMAND_PROBE_SLOT;
}

/* A look that began before something happened may not have seen it: its answer is not taken, the guest is looked at
 * again. */
static void look_anew(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!is_looking(slot))
        return;
    slot->pending = 0;
    slot->belief.fresh = 0;
    advance(work, slot);
}

static void end_plan(struct vfj_work *work, struct vfj_slot *slot)
{
    slot->goal = VFJ_GOAL_NONE;
    slot->failures = 0;
    slot->fault = VFJ_REASON_NONE;
    slot->belief.fresh = 0;
    if (slot->timer == VFJ_TIMER_RETRY)
        vfj_work_disarm(slot);
    if (slot->look_again) {
        slot->look_again = 0;
        look_soon(work, slot);
    } else {
        slot->found = VFJ_FOUND_NOT;
    }
}

static void enter_lagged(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->state != VFJ_SLOT_LAGGED)
        vfj_work_move(work, slot, VFJ_SLOT_LAGGED, VFJ_REASON_JOINED);
    if (slot->timer == VFJ_TIMER_DELAY)
        vfj_work_disarm(slot);
    slot->rechecks = 0;
}

static void leave_lagged(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason)
{
    if (slot->state == VFJ_SLOT_LAGGED)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, reason);
}

static void fail(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason, bool is_obstacle)
{
    if (slot->fault != reason || slot->failures == 0)
        vfj_work_notice(work, slot, reason);
    slot->fault = (uint8_t)reason;
    slot->belief.fresh = 0;
    slot->steps = 0;
    if (slot->failures < UINT8_MAX)
        slot->failures++;
    if (is_obstacle)
        arm_later(work, slot, VFJ_TIMER_RETRY, OBSTACLE_PAUSE_S * second_us);
    else if (slot->failures == 1)
        advance(work, slot);
    else
        arm_later(work, slot, VFJ_TIMER_RETRY, backoff_us(slot->failures - 2u));
}

/* An hn interface whose name does not tell its unit, and whose renaming was not seen: what the kernel says of
 * dev.hn.N, and which lagg is whose, can only be guessed. Nothing is done until it is known. */
static void give_up(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->fault != VFJ_REASON_NO_UNIT)
        vfj_work_notice(work, slot, VFJ_REASON_NO_UNIT);
    slot->fault = VFJ_REASON_NO_UNIT;
    slot->goal = VFJ_GOAL_NONE;
    slot->look_again = 0;
    slot->found = VFJ_FOUND_NOT;
}

static void look_at_guest(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_command *command = vfj_work_command(work, VFJ_COMMAND_PROBE_SLOT);
    command->hn = slot->hn;
    command->a = slot->hn;
    command->b = vfj_name_lagg(slot->unit);
    command->c = slot->vf;
    vfj_span_copy(command->text, sizeof command->text, vfj_span_of(slot->unit.text));
    slot->pending = command->id;
    slot->pending_kind = VFJ_COMMAND_PROBE_SLOT;
}

/* What a look without a plan leads to. */
static void judge(struct vfj_work *work, struct vfj_slot *slot)
{
    enum vfj_reason harm = vfj_belief_harm(&slot->belief);
    enum vfj_found found = (enum vfj_found)slot->found;
    bool is_mapped = !vfj_name_is_empty(slot->vf);
    bool is_joined = is_mapped && vfj_belief_is_joined(slot);
    if (!vfj_belief_carries(slot))
        leave_lagged(work, slot, VFJ_REASON_LEFT);
    if (harm != VFJ_REASON_NONE) {
        if (slot->fault != harm)
            vfj_work_notice(work, slot, harm);
        slot->fault = (uint8_t)harm;
        slot->look_again = is_acting(work); /* then for the rest */
        slot->goal = is_mapped && slot->rxvf ? VFJ_GOAL_JOIN : VFJ_GOAL_BASE;
        advance(work, slot);
        return;
    }
    slot->found = VFJ_FOUND_NOT;
    if (is_joined && !vfj_plan_wants_dhclient(work, slot)) {
        enter_lagged(work, slot);
    } else if (is_mapped && slot->rxvf) {
        if (slot->timer == VFJ_TIMER_DELAY) { /* its VF_UP was not heard: hn has no traffic until the VF is joined */
            vfj_work_notice(work, slot, VFJ_REASON_VF_UP);
            vfj_work_disarm(slot);
        }
        slot->goal = VFJ_GOAL_JOIN;
        advance(work, slot);
        return;
    } else if (is_mapped) {
        /* a port that is down was taken down by somebody: that is left so */
        bool is_new = found == VFJ_FOUND_NEW || (found == VFJ_FOUND_AGAIN && !slot->belief.lagg_has_vf);
        if (is_new && slot->timer != VFJ_TIMER_DELAY)
            start_delay(work, slot);
    }
    end_plan(work, slot);
}

/* Nothing is left to do, and the last view says so. */
static void conclude(struct vfj_work *work, struct vfj_slot *slot)
{
    bool joined = !vfj_name_is_empty(slot->vf) && vfj_belief_is_joined(slot);
    if (!vfj_belief_carries(slot))
        leave_lagged(work, slot, VFJ_REASON_LEFT);
    if (joined) {
        enter_lagged(work, slot);
    } else if (!is_acting(work) && slot->goal >= VFJ_GOAL_JOIN) {
        if (slot->rechecks == 0)
            vfj_work_notice(work, slot, VFJ_REASON_NOT_JOINED_YET);
        arm_later(work, slot, VFJ_TIMER_RECHECK, backoff_us(slot->rechecks + 1u));
        if (slot->rechecks < UINT8_MAX)
            slot->rechecks++;
    }
    enum vfj_reason harm = vfj_belief_harm(&slot->belief);
    end_plan(work, slot);
    slot->fault = (uint8_t)harm; /* in observe mode it stays */
}

/* In observe mode a plan is written down once for each attachment, not at each look. */
static bool is_written_down(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return !is_acting(work) && slot->paper;
}

static void advance(struct vfj_work *work, struct vfj_slot *slot)
{
    enum vfj_reason fault = VFJ_REASON_NONE;
    if (slot->pending != 0 || slot->goal == VFJ_GOAL_NONE)
        return;
    if (vfj_name_is_empty(slot->unit)) {
        give_up(work, slot);
        return;
    }
    if (!slot->belief.fresh) {
        look_at_guest(work, slot);
        return;
    }
    if (slot->goal == VFJ_GOAL_LOOK) {
        judge(work, slot);
        return;
    }
    if (slot->steps >= STEPS_MAX) {
        fail(work, slot, VFJ_REASON_NOT_CONVERGING, true);
        return;
    }
    if (is_written_down(work, slot)) {
        conclude(work, slot);
        return;
    }
    switch (vfj_plan_next(work, slot, &fault)) {
    case VFJ_PLAN_COMMAND:
        break;
    case VFJ_PLAN_FAULT:
        fail(work, slot, fault, true);
        break;
    case VFJ_PLAN_DONE:
        slot->paper = !is_acting(work);
        if (slot->belief.changed)
            look_at_guest(work, slot);
        else
            conclude(work, slot);
        break;
    }
}

/* The map of VFs */

static void ask_map(struct vfj_work *work)
{
    struct vfj_head *head = &work->next->head;
    if (head->map_pending != 0) {
        head->map_again = 1;
        return;
    }
    head->map_retry_us = VFJ_NEVER_US;
    head->map_pending = vfj_work_command(work, VFJ_COMMAND_PROBE_MAP)->id;
}

static void attach(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name vf, bool is_found)
{
    vfj_work_attach(work, slot, vf, is_found ? VFJ_REASON_VF_FOUND : VFJ_REASON_VF_ATTACHED);
    slot->paper = 0;
    slot->rechecks = 0;
    slot->belief.script_ran = 0;
    look_anew(work, slot);
    if (is_found) {
        slot->found = VFJ_FOUND_NEW;
        look_soon(work, slot);
    } else {
        start_delay(work, slot);
    }
}

/* The VF is gone; what of the configuration is on its way still has to arrive. */
static void detach(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason)
{
    vfj_work_detach(work, slot, reason);
    slot->found = VFJ_FOUND_NOT;
    slot->belief.lagg_has_vf = 0;
    slot->belief.vf_exists = 0;
    look_anew(work, slot);
    if (slot->goal >= VFJ_GOAL_BASE) {
        slot->goal = VFJ_GOAL_BASE;
        slot->belief.fresh = 0;
        advance(work, slot);
    } else if (slot->goal == VFJ_GOAL_NONE) {
        slot->fault = VFJ_REASON_NONE;
    }
}

static bool is_mapped(const struct vfj_map *map, const struct vfj_slot *slot)
{
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_name_equal(map->pairs[i].hn, slot->hn) && vfj_name_equal(map->pairs[i].vf, slot->vf))
            return true;
    }
    return false;
}

static void compare_map(struct vfj_work *work, const struct vfj_map *map, bool settle)
{
    if (map->truncated) /* what it does not show may be there all the same */
        vfj_work_note(work, VFJ_REASON_TOO_MANY_SLOTS);
    for (unsigned i = 0; i < work->next->head.slot_count && !map->truncated; i++) {
        const struct vfj_slot *slot = vfj_work_slot(work, i);
        if (!vfj_name_is_empty(slot->vf) && !is_mapped(map, slot))
            detach(work, vfj_work_edit_slot(work, i), VFJ_REASON_VF_LOST);
    }
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_name_is_empty(map->pairs[i].hn))
            continue;
        unsigned index = vfj_work_open_hn(work, map->pairs[i].hn);
        if (index == VFJ_SLOTS_MAX)
            continue;
        if (!vfj_name_equal(vfj_work_slot(work, index)->vf, map->pairs[i].vf))
            attach(work, vfj_work_edit_slot(work, index), map->pairs[i].vf, settle);
    }
}

/* What was asked before a gap says nothing of what happened in it. */
static void forget_looks(struct vfj_work *work)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        if (!is_looking(vfj_work_slot(work, i)))
            continue;
        struct vfj_slot *slot = vfj_work_edit_slot(work, i);
        slot->pending = 0;
        slot->belief.fresh = 0;
    }
}

/* After a gap every slot is looked at: at once, or when the plan that was under way has gone on from what is seen and
 * has ended. */
static void settle_slot(struct vfj_work *work, struct vfj_slot *slot)
{
    bool is_idle = slot->timer == VFJ_TIMER_NONE && slot->goal == VFJ_GOAL_NONE;
    if (is_idle && slot->state == VFJ_SLOT_DELAYED)
        slot->found = VFJ_FOUND_NEW;
    else if (slot->state != VFJ_SLOT_DETACHED && slot->found == VFJ_FOUND_NOT)
        slot->found = VFJ_FOUND_AGAIN;
    if (slot->goal != VFJ_GOAL_LOOK)
        look_soon(work, slot);
    advance(work, slot);
}

static void settle_slots(struct vfj_work *work)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++)
        settle_slot(work, vfj_work_edit_slot(work, i));
}

static void take_map(struct vfj_work *work, const struct vfj_map *map)
{
    struct vfj_head *head = &work->next->head;
    bool settle = head->settle != 0;
    head->transparent = map->transparent > 0;
    head->settle = 0;
    if (head->transparent) {
        vfj_work_note(work, VFJ_REASON_TRANSPARENT);
        return;
    }
    if (settle)
        forget_looks(work);
    compare_map(work, map, settle);
    if (settle)
        settle_slots(work);
}

static void map_observed(struct vfj_work *work, const struct vfj_observation *answer)
{
    struct vfj_head *head = &work->next->head;
    head->map_pending = 0;
    if (answer->ok) {
        head->map_failures = 0;
        take_map(work, &answer->as.map);
    } else {
        vfj_work_note(work, VFJ_REASON_PROBE_FAILED);
        head->map_retry_us = head->mono_us + backoff_us(head->map_failures);
        if (head->map_failures < UINT8_MAX)
            head->map_failures++;
    }
    if (head->map_again) {
        head->map_again = 0;
        ask_map(work);
    }
}

/* Answers and outcomes of a slot's commands */

static struct vfj_slot *slot_of_command(struct vfj_work *work, uint64_t command)
{
    for (unsigned i = 0; i < work->next->head.slot_count && command != 0; i++) {
        if (vfj_work_slot(work, i)->pending == command)
            return vfj_work_edit_slot(work, i);
    }
    return NULL;
}

/* No VF is mapped to this hn: there is nothing to join, only what was begun is finished. */
static void view_no_vf(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->state != VFJ_SLOT_DETACHED)
        vfj_work_detach(work, slot, VFJ_REASON_VF_LOST);
    else if (slot->goal >= VFJ_GOAL_JOIN)
        vfj_work_notice(work, slot, VFJ_REASON_VF_GONE);
    if (slot->goal >= VFJ_GOAL_JOIN)
        slot->goal = VFJ_GOAL_BASE;
}

/* A VF that no event told of, found in the middle of a plan: one that has the data path is joined now, any other has
 * its delay first, when what was begun is finished. */
static void view_new_vf(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_view *view)
{
    if (!vfj_name_is_empty(slot->vf))
        vfj_work_detach(work, slot, VFJ_REASON_VF_LOST);
    vfj_work_attach(work, slot, view->vf_name, VFJ_REASON_VF_FOUND);
    slot->paper = 0;
    slot->found = VFJ_FOUND_NEW;
    slot->belief.script_ran = 0;
    if (slot->goal == VFJ_GOAL_LOOK)
        return;
    bool is_up = !vfj_name_is_empty(view->rxvf);
    slot->goal = is_up && slot->goal >= VFJ_GOAL_JOIN ? VFJ_GOAL_JOIN : VFJ_GOAL_BASE;
    slot->look_again = slot->goal == VFJ_GOAL_BASE;
}

/* The view tells which VF the kernel maps to this hn: that is taken before anything is planned. */
static void view_vf(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_view *view)
{
    if (vfj_name_is_empty(view->vf_name)) {
        view_no_vf(work, slot);
    } else if (!vfj_name_equal(slot->vf, view->vf_name)) {
        view_new_vf(work, slot, view);
    }
    slot->rxvf = !vfj_name_is_empty(view->rxvf);
}

static void slot_observed(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_observation *answer)
{
    const struct vfj_view *view = &answer->as.view;
    struct vfj_name asked_vf = slot->vf;
    slot->pending = 0;
    if (!answer->ok) {
        fail(work, slot, VFJ_REASON_PROBE_FAILED, false);
        return;
    }
    if (view->transparent > 0) {
        work->next->head.transparent = 1;
        vfj_work_note(work, VFJ_REASON_TRANSPARENT);
        end_plan(work, slot);
        return;
    }
    view_vf(work, slot, view);
    if (!vfj_name_is_empty(slot->vf) && !vfj_name_equal(asked_vf, slot->vf)) {
        /* the view was taken for another VF, or none: it says nothing of this one's interface */
        slot->belief.fresh = 0;
        advance(work, slot);
        return;
    }
    vfj_belief_see(slot, view);
    advance(work, slot);
}

static void vfjournal_observed(struct vfj_work *work)
{
    const struct vfj_observation *answer = &work->event->as.observed;
    struct vfj_slot *slot;
    if (answer->command == work->next->head.map_pending && answer->command != 0 && answer->probe == VFJ_PROBE_MAP) {
        map_observed(work, answer);
        return;
    }
    slot = slot_of_command(work, answer->command);
    if (slot != NULL && slot->pending_kind == VFJ_COMMAND_PROBE_SLOT && answer->probe == VFJ_PROBE_SLOT)
        slot_observed(work, slot, answer);
    else
        vfj_work_note(work, VFJ_REASON_STALE);
}

/* A static route that can't be added keeps nobody from the rest: rc(8) goes on as well. */
static bool is_bearable(const struct vfj_slot *slot, const struct vfj_outcome *outcome)
{
    return outcome->kind == VFJ_OUTCOME_EXITED && slot->pending_kind == VFJ_COMMAND_ROUTE_ADD
        && slot->pending_index == VFJ_ROUTE_STATIC;
}

static void vfjournal_finished(struct vfj_work *work)
{
    const struct vfj_outcome *outcome = &work->event->as.finished;
    struct vfj_slot *slot = slot_of_command(work, outcome->command);
    if (slot == NULL || slot->pending_kind == VFJ_COMMAND_PROBE_SLOT) {
        vfj_work_note(work, VFJ_REASON_STALE);
        return;
    }
    slot->pending = 0;
    if (vfj_outcome_ok(outcome) || vfj_command_already_so((enum vfj_command_kind)slot->pending_kind, outcome)) {
        vfj_belief_did(slot);
        advance(work, slot);
    } else if (is_bearable(slot, outcome)) {
        vfj_work_notice(work, slot, VFJ_REASON_COMMAND_FAILED);
        vfj_belief_did(slot);
        advance(work, slot);
    } else {
        fail(work, slot, outcome->kind == VFJ_OUTCOME_TIMEOUT ? VFJ_REASON_COMMAND_TIMEOUT : VFJ_REASON_COMMAND_FAILED,
             false);
    }
}

/* devd's lines */

static void vf_attached(struct vfj_work *work, struct vfj_name name)
{
    /* hn_ismyvf() never takes these for a VF */
    if (vfj_name_has_driver(name, "lagg") || vfj_name_has_driver(name, "vlan")) {
        vfj_work_note(work, VFJ_REASON_NOT_A_VF);
        return;
    }
    unsigned index = vfj_work_find_vf(work, name);
    if (index < VFJ_SLOTS_MAX) {
        vfj_work_note(work, VFJ_REASON_DUPLICATE);
        struct vfj_slot *slot = vfj_work_edit_slot(work, index);
        if (slot->state != VFJ_SLOT_DELAYED) {
            slot->found = VFJ_FOUND_NEW; /* its DETACH may have been lost */
            look_soon(work, slot);
        }
    }
    ask_map(work);
}

static void vf_detached(struct vfj_work *work, struct vfj_name name)
{
    unsigned index = vfj_work_find_vf(work, name);
    if (index < VFJ_SLOTS_MAX) {
        detach(work, vfj_work_edit_slot(work, index), VFJ_REASON_VF_DETACHED);
        return;
    }
    index = vfj_work_find_hn(work, name);
    if (index < VFJ_SLOTS_MAX) {
        detach(work, vfj_work_edit_slot(work, index), VFJ_REASON_VF_DETACHED);
        return;
    }
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_work_slot(work, i);
        if (slot->state == VFJ_SLOT_LAGGED && vfj_name_equal(name, vfj_name_lagg(slot->unit)))
            look_soon(work, vfj_work_edit_slot(work, i));
    }
}

static void vf_up(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    bool was_up = slot->rxvf != 0;
    slot->rxvf = 1;
    slot->belief.vf_up = 1;
    look_anew(work, slot);
    if (was_up)
        vfj_work_note(work, VFJ_REASON_LOST_VF_DOWN);
    if (slot->state == VFJ_SLOT_LAGGED && !was_up && !slot->belief.script)
        return; /* we upped it: this confirms it */
    if (slot->timer != VFJ_TIMER_NONE)
        vfj_work_disarm(slot);
    if (slot->state == VFJ_SLOT_LAGGED) {
        look_soon(work, slot);
        return;
    }
    slot->belief.script_ran = 0;
    want(slot, VFJ_GOAL_JOIN);
    advance(work, slot);
}

static void vf_down(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    slot->rxvf = 0;
    slot->belief.vf_up = 0;
    slot->belief.script_ran = 0;
    look_anew(work, slot);
    leave_lagged(work, slot, VFJ_REASON_VF_DOWN);
    if (slot->state == VFJ_SLOT_DELAYED && slot->timer != VFJ_TIMER_DELAY)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, VFJ_REASON_VF_DOWN);
    if (slot->goal >= VFJ_GOAL_JOIN) {
        slot->goal = VFJ_GOAL_BASE;
        slot->belief.fresh = 0;
        advance(work, slot);
    }
}

/* The slot keeps its unit under the new name: so a renamed hn is still known for what it is. A slot that has the new
 * name already is what is left of a boot before, and gets the old one. */
static void rename_hn(struct vfj_work *work, const struct vfj_devd *devd)
{
    unsigned index = vfj_work_find_hn(work, devd->name);
    unsigned namesake = vfj_work_find_hn(work, devd->new_name);
    if (index == VFJ_SLOTS_MAX && namesake == VFJ_SLOTS_MAX && vfj_name_has_driver(devd->name, "hn"))
        index = vfj_work_open_hn(work, devd->name);
    if (index == VFJ_SLOTS_MAX)
        return;
    if (namesake < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, namesake)->hn = devd->name;
    vfj_work_edit_slot(work, index)->hn = devd->new_name;
}

static void renamed(struct vfj_work *work, const struct vfj_devd *devd)
{
    unsigned index = vfj_work_find_vf(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, index)->vf = devd->new_name;
    rename_hn(work, devd);
}

/* hn's link is back: devd's own rule may now start a dhclient on it, a lagg port. */
static void link_up(struct vfj_work *work, struct vfj_name name)
{
    unsigned index = vfj_work_find_hn(work, name);
    if (index == VFJ_SLOTS_MAX || !vfj_work_slot(work, index)->belief.lagg_has_hn)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    if (slot->timer != VFJ_TIMER_NONE)
        return; /* what is due will look */
    slot->rechecks = 0;
    vfj_work_arm(work, slot, VFJ_TIMER_RECHECK, second_us);
}

/* The next of the looks that follow a link of hn's. */
static void recheck_link(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!slot->belief.lagg_has_hn || slot->timer != VFJ_TIMER_NONE || ++slot->rechecks >= LINK_RECHECKS)
        return;
    vfj_work_arm(work, slot, VFJ_TIMER_RECHECK, backoff_us(slot->rechecks));
}

static void vfjournal_devd(struct vfj_work *work)
{
    const struct vfj_devd *devd = &work->event->as.devd;
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        vf_attached(work, devd->name);
        break;
    case VFJ_DEVD_VF_DETACHED:
        vf_detached(work, devd->name);
        break;
    case VFJ_DEVD_VF_UP:
        vf_up(work, devd->name);
        break;
    case VFJ_DEVD_VF_DOWN:
        vf_down(work, devd->name);
        break;
    case VFJ_DEVD_RENAMED:
        renamed(work, devd);
        break;
    case VFJ_DEVD_LINK:
        if (devd->link_up)
            link_up(work, devd->name);
        break;
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}

static void fire(struct vfj_work *work, struct vfj_slot *slot)
{
    enum vfj_timer timer = (enum vfj_timer)slot->timer;
    vfj_work_disarm(slot);
    switch (timer) {
    case VFJ_TIMER_DELAY:
        want(slot, VFJ_GOAL_JOIN_UP);
        advance(work, slot);
        break;
    case VFJ_TIMER_RETRY:
        advance(work, slot);
        break;
    case VFJ_TIMER_RECHECK:
        if (vfj_name_is_empty(slot->vf))
            recheck_link(work, slot);
        look_soon(work, slot);
        break;
    case VFJ_TIMER_NONE:
        break;
    }
}

/* The slot whose timer is due first, or VFJ_SLOTS_MAX. */
static unsigned earliest_due(const struct vfj_work *work)
{
    unsigned found = VFJ_SLOTS_MAX;
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_work_slot(work, i);
        if (slot->timer == VFJ_TIMER_NONE || slot->timer_us > work->next->head.mono_us)
            continue;
        if (found == VFJ_SLOTS_MAX || slot->timer_us < vfj_work_slot(work, found)->timer_us)
            found = i;
    }
    return found;
}

static void vfjournal_timer(struct vfj_work *work)
{
    struct vfj_head *head = &work->next->head;
    unsigned index;
    if (head->map_retry_us != VFJ_NEVER_US && head->map_retry_us <= head->mono_us)
        ask_map(work);
    while ((index = earliest_due(work)) < VFJ_SLOTS_MAX)
        fire(work, vfj_work_edit_slot(work, index));
}

static void vfjournal_settle(struct vfj_work *work)
{
    work->next->head.settle = 1;
    ask_map(work);
}

/* What was under way when the last daemon ended is in doubt: what it did is looked at, never guessed. */
static void vfjournal_reset(struct vfj_work *work)
{
    bool is_ours = work->next->head.policy == VFJ_POLICY_VFJOURNAL;
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *before = vfj_work_slot(work, i);
        if (before->pending == 0 && (is_ours || (before->goal == VFJ_GOAL_NONE && before->timer == VFJ_TIMER_NONE)))
            continue;
        struct vfj_slot *slot = vfj_work_edit_slot(work, i);
        if (slot->pending != 0 && slot->pending_kind != VFJ_COMMAND_PROBE_SLOT)
            vfj_work_notice(work, slot, VFJ_REASON_IN_DOUBT);
        slot->pending = 0;
        slot->belief.fresh = 0;
        if (!is_ours) {
            slot->goal = VFJ_GOAL_NONE;
            vfj_work_disarm(slot);
        }
    }
}

const struct vfj_policy_entries vfj_policy_vfjournal = {
    .reset = vfjournal_reset,
    .settle = vfjournal_settle,
    .devd = vfjournal_devd,
    .observed = vfjournal_observed,
    .finished = vfjournal_finished,
    .timer = vfjournal_timer,
};
