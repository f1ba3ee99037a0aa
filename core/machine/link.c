/* Link monitor: takes down a VF that is up without link, and sets the time when the VF is upped
 * again. */
#include "core/machine/link.h"

#include "core/data/rc.h"
#include "core/machine/facts.h"
#include "core/machine/observed.h"

/* Pauses in seconds before the machine ups a VF without link again: 1, 2, 4 … minutes. If the VF
 * then still has no link, the guest has no network for vfjournal_link_wait seconds. A LINK_UP of
 * the VF ends the pause early, unless the VF was up without link more than EARLY_TRIES_MAX times
 * in a row. */
enum { PAUSE_FIRST_S = 60, PAUSE_MAX_S = 3600, EARLY_TRIES_MAX = 3 };

static void set_monitor(struct vfj_slot *slot, enum vfj_link_monitor monitor)
{
    slot->link.monitor = (uint8_t)monitor;
    slot->timers.link_us = VFJ_NEVER_US; /* vfj_reconcile() arms the timer */
}

void vfj_link_forget(struct vfj_slot *slot)
{
    set_monitor(slot, VFJ_LINK_MONITOR_OFF);
    slot->link.tries = 0;
}

bool vfj_link_is_held(const struct vfj_slot *slot)
{
    return slot->link.monitor == VFJ_LINK_MONITOR_HELD
        || slot->link.monitor == VFJ_LINK_MONITOR_RETRY;
}

bool vfj_link_wants_down(const struct vfj_slot *slot)
{
    return slot->link.monitor == VFJ_LINK_MONITOR_NO_LINK;
}

static void begin_waiting(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (vfj_rc_link_wait_s(vfj_step_rc(context)) > 0)
        set_monitor(slot, VFJ_LINK_MONITOR_WAITING);
    else
        vfj_link_forget(slot);
}

static void link_came(struct vfj_slot *slot)
{
    vfj_link_forget(slot);
    if (slot->fault == VFJ_REASON_NO_LINK)
        slot->fault = VFJ_REASON_NONE;
}

static void expire(struct vfj_step_context *context, struct vfj_slot *slot)
{
    set_monitor(slot, VFJ_LINK_MONITOR_NO_LINK);
    if (slot->link.tries == 0)
        vfj_step_notice(context, slot, VFJ_REASON_NO_LINK);
    vfj_step_count_up(&slot->link.tries);
    /* the fault is set before the command that takes the VF down ends, since that may take long */
    slot->fault = VFJ_REASON_NO_LINK;
}

static void observed_without_link(struct vfj_step_context *context, struct vfj_slot *slot)
{
    switch ((enum vfj_link_monitor)slot->link.monitor) {
    case VFJ_LINK_MONITOR_OFF:
    /* the machine had taken the VF down, and an administrator upped it */
    case VFJ_LINK_MONITOR_HELD:
    case VFJ_LINK_MONITOR_RETRY:
        begin_waiting(context, slot);
        break;
    case VFJ_LINK_MONITOR_EXPIRED:
        expire(context, slot);
        break;
    case VFJ_LINK_MONITOR_WAITING:
    case VFJ_LINK_MONITOR_NO_LINK:
        break;
    }
}

/* Returns true when the machine has issued a command that takes the VF down, either since the VF
 * has no link, or since the VF has the data path and cannot be joined. */
static bool is_going_down(const struct vfj_slot *slot)
{
    return vfj_link_wants_down(slot) || (slot->plan.failed >> VFJ_NEED_VF_DOWN & 1) != 0;
}

void vfj_link_observed(struct vfj_step_context *context, struct vfj_slot *slot)
{
    const struct vfj_interface *vf = &slot->observed.vf;
    bool is_ours = vf->exists && vfj_name_is_empty(vfj_observed_other_lagg_of_vf(slot));
    if (vfj_observed_lacks_link(slot)) {
        observed_without_link(context, slot);
    } else if (is_ours && vf->up) {
        link_came(slot);
    } else if (is_ours && is_going_down(slot) && vfj_step_is_acting(context)) {
        /* the VF is down, although the command reported a failure */
        vfj_link_record_down(context, slot);
    } else if (!is_ours || !vfj_link_is_held(slot)) {
        vfj_link_forget(slot); /* somebody else took the VF down, or joined it to another lagg */
    }
}

/* Ends the pause of a VF that is down, after a LINK_UP line: some drivers report the link of a
 * VF that is down. If the VF still has the data path, the line was sent before the VF went down,
 * and the pause continues. */
static void end_pause(struct vfj_slot *slot)
{
    if (vfj_slot_is_on_vf(slot) || slot->link.monitor != VFJ_LINK_MONITOR_HELD
        || slot->link.tries > EARLY_TRIES_MAX)
        return;
    set_monitor(slot, VFJ_LINK_MONITOR_RETRY);
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

void vfj_link_changed(struct vfj_step_context *context, struct vfj_slot *slot, bool is_up)
{
    if (is_up)
        end_pause(slot);
    /* an interface that is down has no link, and its changes of link do not matter */
    if (!vfj_slot_is_on_vf(slot) || vfj_link_is_held(slot))
        return;
    bool is_going = vfj_link_wants_down(slot) && vfj_step_is_acting(context);
    /* While a command takes the VF down, this line changes nothing: the next observation
     * decides. */
    if (is_up && !is_going) {
        link_came(slot);
        /* a command that needs the link, such as dhclient(8), may have failed without it */
        if (slot->plan.failed != 0)
            vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
    } else if (!is_up && slot->link.monitor == VFJ_LINK_MONITOR_OFF) {
        begin_waiting(context, slot);
    }
}

/* Clears the facts about the VF's link, unless a command of the machine took the VF down or is
 * going to. When somebody else took the VF down, its link does not matter. The line may come late,
 * when the VF is up again without link. An observation then decides. */
void vfj_link_vf_down(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_ours
        = vfj_link_is_held(slot) || (vfj_link_wants_down(slot) && vfj_step_is_acting(context));
    if (is_ours)
        return;
    if (slot->link.monitor != VFJ_LINK_MONITOR_OFF)
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
    link_came(slot);
}

void vfj_link_due(struct vfj_slot *slot)
{
    if (slot->link.monitor == VFJ_LINK_MONITOR_HELD) {
        set_monitor(slot, VFJ_LINK_MONITOR_RETRY);
    } else {
        set_monitor(slot, VFJ_LINK_MONITOR_EXPIRED);
    }
}

void vfj_link_record_down(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool has_no_link = vfj_link_wants_down(slot);
    slot->plan.failed &= ~((uint64_t)1 << VFJ_NEED_VF_DOWN);
    /* A VF without link stays down until a timer fires. A VF that could not be joined is joined
     * as soon as the conflict that kept it from being joined has ended. */
    set_monitor(slot, has_no_link ? VFJ_LINK_MONITOR_HELD : VFJ_LINK_MONITOR_RETRY);
    slot->joined = 0;
    vfj_facts_no_delay(slot);
    vfj_step_cause(context, slot, has_no_link ? VFJ_REASON_NO_LINK : VFJ_REASON_VF_HELD);
}

int64_t vfj_link_duration_us(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    switch ((enum vfj_link_monitor)slot->link.monitor) {
    case VFJ_LINK_MONITOR_WAITING:
        return vfj_rc_link_wait_s(vfj_step_rc(context)) * 1000000;
    case VFJ_LINK_MONITOR_HELD:
        return vfj_step_pause_us(PAUSE_FIRST_S, PAUSE_MAX_S, slot->link.tries);
    case VFJ_LINK_MONITOR_RETRY:
    case VFJ_LINK_MONITOR_OFF:
    case VFJ_LINK_MONITOR_EXPIRED:
    case VFJ_LINK_MONITOR_NO_LINK:
        break;
    }
    return VFJ_NEVER_US;
}
