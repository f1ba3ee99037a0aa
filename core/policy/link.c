/* Policy vfjournal: a VF that is up and has no link.
 *
 * As long as a VF is up hn pretends to have no link, so that with a VF that has none nothing carries traffic. It is
 * taken down again, hn carries on, and after a while it gets another try. */
#include "core/policy/link.h"

#include "core/policy/course.h"
#include "core/policy/issue.h"
#include "core/rc.h"

static const int64_t second_us = 1000000;

/* Each try costs the network for vfjournal_link_wait: the pauses between them, 5, 10, 20 … minutes, are long. */
enum { PAUSE_FIRST_S = 300, PAUSE_MAX_S = 3600 };

static int64_t pause_us(unsigned tries)
{
    return vfj_course_growing_us(PAUSE_FIRST_S, PAUSE_MAX_S, tries);
}

enum vfj_reason vfj_link_fault(const struct vfj_slot *slot)
{
    return slot->link_tries > 0 ? VFJ_REASON_NO_LINK : VFJ_REASON_NONE;
}

static void set_watch(struct vfj_slot *slot, enum vfj_watch watch, int64_t link_us)
{
    slot->watch = (uint8_t)watch;
    slot->link_us = link_us;
}

static void begin_waiting(struct vfj_work *work, struct vfj_slot *slot)
{
    int64_t wait_s = vfj_rc_link_wait_s(vfj_work_rc(work));
    if (wait_s > 0)
        set_watch(slot, VFJ_WATCH_WAITING, work->next->head.mono_us + wait_s * second_us);
    else
        vfj_work_forget_link(slot);
}

static void link_came(struct vfj_slot *slot)
{
    vfj_work_forget_link(slot);
    if (slot->fault == VFJ_REASON_NO_LINK)
        slot->fault = VFJ_REASON_NONE;
}

static void report(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->link_tries == 0)
        vfj_work_notice(work, slot, VFJ_REASON_NO_LINK);
    vfj_work_count_up(&slot->link_tries);
    slot->fault = VFJ_REASON_NO_LINK; /* already now: to take it down may take its time */
}

static void see_no_link(struct vfj_work *work, struct vfj_slot *slot)
{
    switch ((enum vfj_watch)slot->watch) {
    case VFJ_WATCH_NOT:
    case VFJ_WATCH_HELD: /* somebody upped it */
        begin_waiting(work, slot);
        break;
    case VFJ_WATCH_DUE:
        set_watch(slot, VFJ_WATCH_OVER, VFJ_NEVER_US);
        report(work, slot);
        break;
    case VFJ_WATCH_WAITING:
    case VFJ_WATCH_OVER:
        break;
    }
}

void vfj_link_see(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    bool is_ours = belief->vf_exists && vfj_name_is_empty(belief->vf_lagg);
    if (is_ours && belief->vf_no_link) {
        see_no_link(work, slot);
    } else if (is_ours && belief->vf_up) {
        link_came(slot);
    } else if (is_ours && slot->watch == VFJ_WATCH_OVER && work->next->head.mode == VFJ_MODE_ACT) {
        vfj_link_held(work, slot); /* the command said that it failed, and yet it was done */
    } else if (!is_ours || (slot->watch != VFJ_WATCH_HELD && slot->watch != VFJ_WATCH_NOT)) {
        vfj_work_forget_link(slot); /* somebody else took it down, or took it */
    }
}

void vfj_link_rest(struct vfj_work *work, struct vfj_slot *slot)
{
    /* so the VF is down: one that is up is watched, or has a link, and one that left is forgotten */
    if (slot->link_tries > 0 && slot->watch == VFJ_WATCH_NOT)
        set_watch(slot, VFJ_WATCH_HELD, work->next->head.mono_us + pause_us(slot->link_tries));
}

void vfj_link_changed(struct vfj_work *work, struct vfj_slot *slot, bool is_up)
{
    if (!slot->rxvf || slot->watch == VFJ_WATCH_HELD) /* what is down has no link, and is not missed */
        return;
    bool is_going = slot->watch == VFJ_WATCH_OVER && work->next->head.mode == VFJ_MODE_ACT;
    if (is_up && !is_going) /* else a command takes it down, or has done so: the look that follows tells */
        link_came(slot);
    else if (!is_up && slot->watch == VFJ_WATCH_NOT)
        begin_waiting(work, slot);
}

void vfj_link_due(struct vfj_work *work, struct vfj_slot *slot)
{
    bool is_held = slot->watch == VFJ_WATCH_HELD;
    set_watch(slot, is_held ? VFJ_WATCH_NOT : VFJ_WATCH_DUE, VFJ_NEVER_US);
    if (is_held)
        vfj_course_want(slot, VFJ_GOAL_JOIN_UP);
    vfj_course_look_first(work, slot);
}

void vfj_link_take_down(struct vfj_work *work, struct vfj_slot *slot)
{
    vfj_issue(work, slot, VFJ_COMMAND_DOWN)->a = slot->vf;
}

void vfj_link_held(struct vfj_work *work, struct vfj_slot *slot)
{
    set_watch(slot, VFJ_WATCH_HELD, work->next->head.mono_us + pause_us(slot->link_tries));
    vfj_course_leave_lagged(work, slot, VFJ_REASON_NO_LINK);
    if (slot->state == VFJ_SLOT_DELAYED)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, VFJ_REASON_NO_LINK);
    if (slot->goal >= VFJ_GOAL_JOIN)
        slot->goal = VFJ_GOAL_BASE;
    slot->belief.fresh = 0;
}
