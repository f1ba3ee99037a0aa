/* Policy vfjournal: the workflow of the two scripts without their defects.
 *
 * A slot has a goal and a belief. While it has a goal: look at the guest, issue the one command that the plan names,
 * believe its outcome, and so on; when nothing is left to do, look again, and only what that shows ends the plan.
 * Slots do not wait for each other. */
#include "core/check.h"
#include "core/policy/belief.h"
#include "core/policy/course.h"
#include "core/policy/link.h"
#include "core/policy/policy.h"
#include "core/policy/vfmap.h"

/* Looks after hn's link came up, 1, 2, 4 … s apart: devd's dhclient takes its time. */
enum { LINK_RECHECKS = 5 };

static struct vfj_slot *slot_of_command(struct vfj_work *work, uint64_t command)
{
    unsigned index = command != 0 ? vfj_work_find_pending(work, command) : VFJ_SLOTS_MAX;
    return index < VFJ_SLOTS_MAX ? vfj_work_edit_slot(work, index) : NULL;
}

static void vfjournal_observed(struct vfj_work *work)
{
    const struct vfj_observation *answer = &work->event->as.observed;
    struct vfj_slot *slot;
    if (answer->command == work->next->head.map_pending && answer->command != 0 && answer->probe == VFJ_PROBE_MAP) {
        vfj_vfmap_observed(work, answer);
        return;
    }
    slot = slot_of_command(work, answer->command);
    if (slot != NULL && slot->pending_kind == VFJ_COMMAND_PROBE_SLOT && answer->probe == VFJ_PROBE_SLOT)
        vfj_course_observed(work, slot, answer);
    else
        vfj_work_note(work, VFJ_REASON_STALE);
}
static void vfjournal_finished(struct vfj_work *work)
{
    const struct vfj_outcome *outcome = &work->event->as.finished;
    struct vfj_slot *slot = slot_of_command(work, outcome->command);
    if (slot == NULL || slot->pending_kind == VFJ_COMMAND_PROBE_SLOT) {
        vfj_work_note(work, VFJ_REASON_STALE);
        return;
    }
    vfj_course_finished(work, slot, outcome);
}

/* devd's lines */

/* An hn that the host took away and has given back: what it had is on laggN still. */
static void hn_attached(struct vfj_work *work, struct vfj_name name)
{
    unsigned index = vfj_work_find_hn(work, name);
    if (index < VFJ_SLOTS_MAX && vfj_work_slot(work, index)->belief.lagg_ours)
        vfj_course_look_soon(work, vfj_work_edit_slot(work, index));
}

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
            vfj_course_look_soon(work, slot);
        }
    }
    hn_attached(work, name);
    vfj_vfmap_ask(work);
}

/* A lagg is gone: it may have been one that was in the way, so that nobody waits any longer, and no plan goes on from what was
 * seen before; or one that holds a slot's interfaces. */
static void lagg_detached(struct vfj_work *work, struct vfj_name name)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_work_slot(work, i);
        bool holds = slot->state == VFJ_SLOT_LAGGED && vfj_name_equal(name, vfj_name_lagg(slot->unit));
        if (slot->goal != VFJ_GOAL_NONE) {
            vfj_course_look_anew(work, vfj_work_edit_slot(work, i));
            vfj_course_look_first(work, vfj_work_edit_slot(work, i));
        }
        if (holds)
            vfj_course_look_soon(work, vfj_work_edit_slot(work, i));
    }
}

static void vf_detached(struct vfj_work *work, struct vfj_name name)
{
    unsigned index = vfj_work_find_vf(work, name);
    if (index < VFJ_SLOTS_MAX)
        vfj_vfmap_detach(work, vfj_work_edit_slot(work, index), VFJ_REASON_VF_DETACHED);
    index = vfj_work_find_hn(work, name);
    if (index < VFJ_SLOTS_MAX)
        vfj_vfmap_detach(work, vfj_work_edit_slot(work, index), VFJ_REASON_VF_DETACHED);
    if (vfj_name_has_driver(name, "lagg"))
        lagg_detached(work, name);
}

static void vf_up(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    bool was_up = slot->rxvf != 0, was_heard = slot->up_heard != 0;
    slot->rxvf = 1;
    slot->up_heard = 1;
    slot->belief.vf_up = 1;
    vfj_course_look_anew(work, slot);
    if (was_heard)
        vfj_work_note(work, VFJ_REASON_LOST_VF_DOWN);
    if (slot->state == VFJ_SLOT_LAGGED && !was_up && !slot->belief.script)
        return; /* we upped it: this confirms it */
    vfj_work_disarm(slot);
    if (slot->state == VFJ_SLOT_LAGGED) {
        vfj_course_look_soon(work, slot);
        return;
    }
    vfj_belief_script_anew(slot);
    vfj_course_want(slot, VFJ_GOAL_JOIN);
    vfj_course_advance(work, slot);
}

static void vf_down(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    slot->rxvf = 0;
    slot->up_heard = 0;
    vfj_belief_script_anew(slot);
    vfj_course_look_anew(work, slot);
    vfj_course_leave_lagged(work, slot, VFJ_REASON_VF_DOWN);
    if (slot->state == VFJ_SLOT_DELAYED && slot->timer != VFJ_TIMER_DELAY)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, VFJ_REASON_VF_DOWN);
    if (slot->goal >= VFJ_GOAL_JOIN) {
        slot->goal = VFJ_GOAL_BASE;
        vfj_course_advance(work, slot);
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
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    slot->hn = devd->new_name;
    vfj_course_look_anew(work, slot);
}

static void renamed(struct vfj_work *work, const struct vfj_devd *devd)
{
    unsigned index = vfj_work_find_vf(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, index)->vf = devd->new_name;
    rename_hn(work, devd);
}

static void hn_link_up(struct vfj_work *work, struct vfj_name name)
{
    unsigned index = vfj_work_find_hn(work, name);
    if (index < VFJ_SLOTS_MAX && vfj_work_slot(work, index)->belief.lagg_has_hn)
        vfj_course_watch_link(work, vfj_work_edit_slot(work, index));
}

/* The next of the looks that follow a link of hn's. */
static void recheck_link(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->belief.lagg_has_hn && ++slot->rechecks < LINK_RECHECKS)
        vfj_work_arm(work, slot, VFJ_TIMER_RECHECK, vfj_course_backoff_us(slot->rechecks));
}

static void link_changed(struct vfj_work *work, const struct vfj_devd *devd)
{
    unsigned index = vfj_work_find_vf(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_link_changed(work, vfj_work_edit_slot(work, index), devd->link_up);
    if (devd->link_up)
        hn_link_up(work, devd->name);
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
        link_changed(work, devd);
        break;
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}

static void fire(struct vfj_work *work, struct vfj_slot *slot)
{
    enum vfj_timer timer = (enum vfj_timer)slot->timer;
    if (vfj_slot_due_us(slot) != slot->timer_us) {
        vfj_link_due(work, slot);
        return;
    }
    vfj_work_disarm(slot);
    switch (timer) {
    case VFJ_TIMER_DELAY:
        vfj_course_watch_link(work, slot); /* a LINK_UP of hn that came in the delay waited for its end */
        vfj_course_want(slot, VFJ_GOAL_JOIN_UP);
        vfj_course_advance(work, slot);
        break;
    case VFJ_TIMER_RETRY:
        vfj_course_advance(work, slot);
        break;
    case VFJ_TIMER_RECHECK:
        if (!slot->rxvf && slot->state != VFJ_SLOT_LAGGED) /* hn has a link, then */
            recheck_link(work, slot);
        vfj_course_look_soon(work, slot);
        break;
    case VFJ_TIMER_NONE:
        VFJ_CHECK(false);
    }
}

/* The slot whose timer is due first, or VFJ_SLOTS_MAX. */
static unsigned earliest_due(const struct vfj_work *work)
{
    unsigned found = VFJ_SLOTS_MAX;
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        int64_t due_us = vfj_work_due_us(work, i);
        if (due_us == VFJ_NEVER_US || due_us > work->next->head.mono_us)
            continue;
        if (found == VFJ_SLOTS_MAX || due_us < vfj_work_due_us(work, found))
            found = i;
    }
    return found;
}

static void vfjournal_timer(struct vfj_work *work)
{
    struct vfj_head *head = &work->next->head;
    unsigned index;
    if (head->map_retry_us != VFJ_NEVER_US && head->map_retry_us <= head->mono_us)
        vfj_vfmap_ask(work);
    while ((index = earliest_due(work)) < VFJ_SLOTS_MAX)
        fire(work, vfj_work_edit_slot(work, index));
}

static void vfjournal_settle(struct vfj_work *work)
{
    work->next->head.settle = 1;
    vfj_vfmap_ask(work);
}

/* What was under way when the last daemon ended is in doubt: what it did is looked at, never guessed. */
static void vfjournal_reset(struct vfj_work *work)
{
    bool is_ours = work->next->head.policy == VFJ_POLICY_VFJOURNAL;
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        struct vfj_slot *slot = vfj_work_edit_slot(work, i);
        if (slot->pending != 0 && slot->pending_kind != VFJ_COMMAND_PROBE_SLOT)
            vfj_work_notice(work, slot, VFJ_REASON_IN_DOUBT);
        slot->pending = 0;
        slot->belief.fresh = 0;
        if (!is_ours) {
            slot->goal = VFJ_GOAL_NONE;
            slot->failures = 0;
            vfj_work_disarm(slot);
            vfj_work_forget_link(slot);
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
