/* Records the facts of a slot that devd's lines, timers, starts and boots report. */
#include "core/machine/facts.h"

#include <string.h>

#include "core/machine/link.h"
#include "core/machine/map.h"
#include "core/machine/observed.h"
#include "core/machine/plan.h"
#include "core/machine/transparent.h"

void vfj_request_observation(struct vfj_slot *slot, enum vfj_observe why)
{
    if (slot->request.wanted < why)
        slot->request.wanted = (uint8_t)why;
    slot->request.watch = 0;
}

void vfj_facts_script_due(struct vfj_slot *slot)
{
    slot->script.phase = VFJ_SCRIPT_DUE;
    slot->script.failures = 0;
    slot->plan.tried &= ~((uint64_t)1 << VFJ_NEED_SCRIPT);
    if (slot->fault == VFJ_REASON_SCRIPT_FAILED)
        slot->fault = VFJ_REASON_NONE;
}

void vfj_facts_no_delay(struct vfj_slot *slot)
{
    slot->delay = VFJ_DELAY_NONE;
    slot->timers.delay_us = VFJ_NEVER_US;
}

static void forget_vf(struct vfj_slot *slot)
{
    slot->plan.tried &= ~vfj_plan_vf_needs(); /* no command has run for the new VF */
    slot->plan.failed &= ~vfj_plan_vf_needs();
    /* the kernel deleted the routes through these addresses, too */
    if (slot->observed.vf.address_count > 0)
        slot->plan.failed |= vfj_plan_route_needs();
    memset(&slot->vf, 0, sizeof slot->vf);
    slot->data_path = VFJ_DATA_PATH_HN;
    vfj_facts_no_delay(slot);
    slot->joined = 0;
    vfj_link_forget(slot);
    vfj_facts_script_due(slot);
}

/* Requests an observation of each slot whose lagg has another slot's new VF as a port. The plan
 * of such a slot then removes the VF from that lagg. */
static void observe_holders(struct vfj_step_context *context, const struct vfj_slot *slot,
                            struct vfj_name vf)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_slot *other = vfj_step_slot(context, i);
        if (other != slot && vfj_interface_has_port(&other->observed.lagg, vf))
            vfj_request_observation(vfj_step_edit_slot(context, i), VFJ_OBSERVE_CHANGE);
    }
}

void vfj_facts_attach(struct vfj_step_context *context, struct vfj_slot *slot, struct vfj_name vf,
                      enum vfj_reason reason)
{
    /* without an earlier VF the facts stay: a VF_UP may have come before the map showed the VF */
    if (!vfj_name_is_empty(slot->vf))
        forget_vf(slot);
    slot->vf = vf;
    observe_holders(context, slot, vf);
    slot->generation++;
    slot->plan.rechecks = 0;
    if (slot->plan.phase == VFJ_PLAN_LOGGED)
        slot->plan.phase = VFJ_PLAN_NONE;
    if (vfj_slot_is_transparent(slot))
        vfj_transparent_attached(context, slot);
    vfj_step_cause(context, slot, reason);
}

void vfj_facts_detach(struct vfj_step_context *context, struct vfj_slot *slot,
                      enum vfj_reason reason)
{
    if (vfj_slot_is_on_vf(slot)) /* VF_DOWN was missed, and hn's LINK_UP may be missed, too */
        slot->plan.rechecks = 1;
    bool had_vf = !vfj_name_is_empty(slot->vf);
    forget_vf(slot);
    vfj_step_cause(context, slot, reason);
    if (vfj_slot_is_transparent(slot)) {
        if (had_vf)
            vfj_transparent_left(context, slot);
        return;
    }
    /* An active plan continues. The departure of the VF may have ended the plan's conflict. The
     * kernel may have deleted routes together with an address of the VF. */
    if (slot->plan.phase == VFJ_PLAN_ACTIVE || slot->activity == VFJ_ACTIVITY_OBSERVING
        || (slot->lagg_ours && slot->observed.vf.address_count > 0))
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
    else
        slot->fault = VFJ_REASON_NONE;
}

static void forget_plan(struct vfj_slot *slot)
{
    memset(&slot->plan, 0, sizeof slot->plan);
    memset(&slot->request, 0, sizeof slot->request);
    slot->fault = VFJ_REASON_NONE;
    slot->timers.observe_us = VFJ_NEVER_US;
    slot->timers.watch_us = VFJ_NEVER_US;
}

void vfj_facts_not_run(struct vfj_slot *slot, enum vfj_need need)
{
    slot->plan.tried &= ~((uint64_t)1 << need);
    slot->plan.failed |= (uint64_t)1 << need;
    if (need == VFJ_NEED_SCRIPT)
        slot->script.phase = VFJ_SCRIPT_DUE;
}

/* Discards the batch. A command without an outcome may or may not have changed the guest. */
static void forget_batch(struct vfj_slot *slot)
{
    for (unsigned i = slot->batch.ended;
         i < slot->batch.count && slot->activity == VFJ_ACTIVITY_RUNNING; i++)
        vfj_facts_not_run(slot, (enum vfj_need)slot->batch.needs[i]);
    memset(&slot->batch, 0, sizeof slot->batch);
    slot->activity = VFJ_ACTIVITY_IDLE;
}

void vfj_facts_boot(struct vfj_step_context *context, struct vfj_slot *slot)
{
    forget_vf(slot);
    forget_batch(slot);
    forget_plan(slot);
    memset(&slot->observed, 0, sizeof slot->observed);
    memset(&slot->before, 0, sizeof slot->before);
    memset(&slot->script, 0, sizeof slot->script);
    slot->lagg_ours = 0;
    slot->recovering = 1;
    vfj_transparent_forget(slot);
    vfj_step_cause(context, slot, VFJ_REASON_BOOTED);
}

/* Returns true when the last daemon ended while a command ran, or while a plan was active that
 * had issued commands. */
static bool was_cut_short(const struct vfj_slot *slot)
{
    return slot->activity == VFJ_ACTIVITY_RUNNING
        || (slot->plan.phase == VFJ_PLAN_ACTIVE && slot->plan.tried != 0);
}

void vfj_facts_restart(struct vfj_step_context *context, struct vfj_slot *slot, bool was_running)
{
    const struct vfj_head *head = &context->next->head;
    if (slot->activity == VFJ_ACTIVITY_RUNNING)
        vfj_step_notice(context, slot, VFJ_REASON_OUTCOME_UNKNOWN);
    slot->recovering |= was_running || was_cut_short(slot);
    forget_batch(slot);
    if (head->policy == VFJ_POLICY_VFJOURNAL) {
        if (slot->delay == VFJ_DELAY_RUNNING && slot->timers.delay_us == VFJ_NEVER_US) {
            /* under policy scripts, a sleeping script waited for the delay; no script runs now */
            slot->delay = VFJ_DELAY_NONE;
            vfj_step_cause(context, slot, VFJ_REASON_NOT_RUNNING);
        }
        return;
    }
    if (vfj_slot_is_transparent(slot)) {
        vfj_transparent_forget(slot);
        vfj_facts_no_delay(slot);
        slot->data_path = VFJ_DATA_PATH_HN;
        vfj_step_cause(context, slot, VFJ_REASON_NOT_RUNNING);
    }
    forget_plan(slot);
    slot->timers.delay_us = VFJ_NEVER_US;
    vfj_link_forget(slot);
}

void vfj_facts_stopping(struct vfj_slot *slot)
{
    if (slot->plan.phase == VFJ_PLAN_ACTIVE && slot->activity != VFJ_ACTIVITY_RUNNING
        && slot->activity != VFJ_ACTIVITY_OBSERVING)
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

void vfj_facts_configured(struct vfj_step_context *context)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_step_slot(context, i);
        if (slot->activity == VFJ_ACTIVITY_WAITING && vfj_plan_is_use((enum vfj_reason)slot->fault))
            vfj_request_observation(vfj_step_edit_slot(context, i), VFJ_OBSERVE_CHANGE);
    }
}

/* devd's lines */

/* Handles a line about the link or an address of hn. When hn is a port of laggN, schedules
 * observations 1, 2, 4 … s apart. After a LINK_UP, devd's stock rule may start a dhclient on hn.
 * An address line may mean that somebody changed hn's addresses. */
static void hn_changed(struct vfj_step_context *context, struct vfj_name name)
{
    unsigned index = vfj_step_find_hn(context, name);
    if (index < VFJ_SLOTS_MAX && vfj_observed_has_hn_port(vfj_step_slot(context, index)))
        vfj_step_edit_slot(context, index)->plan.rechecks = 1;
}

static void link_changed(struct vfj_step_context *context, const struct vfj_devd *devd)
{
    unsigned index = vfj_step_find_vf(context, devd->name);
    if (index < VFJ_SLOTS_MAX && vfj_slot_is_transparent(vfj_step_slot(context, index))) {
        if (devd->link_up)
            vfj_request_observation(vfj_step_edit_slot(context, index), VFJ_OBSERVE_CHANGE);
        return;
    }
    if (index < VFJ_SLOTS_MAX)
        vfj_link_changed(context, vfj_step_edit_slot(context, index), devd->link_up);
    if (devd->link_up)
        hn_changed(context, devd->name);
}

/* Handles an ATTACH of an hn that the host removed and gave back. Requests an observation if
 * hn's configuration is on laggN. */
static void hn_attached(struct vfj_step_context *context, struct vfj_name name)
{
    unsigned index = vfj_step_find_hn(context, name);
    if (index < VFJ_SLOTS_MAX && vfj_step_slot(context, index)->lagg_ours)
        vfj_request_observation(vfj_step_edit_slot(context, index), VFJ_OBSERVE_CHANGE);
}

static void vf_attached(struct vfj_step_context *context, struct vfj_name name)
{
    /* hn(4) accepts no interface of these two drivers as a VF (hn_ismyvf()) */
    if (vfj_name_has_driver(name, "lagg") || vfj_name_has_driver(name, "vlan")) {
        vfj_step_note(context, VFJ_REASON_NOT_A_VF);
        return;
    }
    unsigned index = vfj_step_find_vf(context, name);
    if (index < VFJ_SLOTS_MAX) {
        vfj_step_note(context, VFJ_REASON_DUPLICATE);
        /* the slot has the VF already: a DETACH may have been missed, unless the delay runs */
        if (vfj_step_slot(context, index)->delay != VFJ_DELAY_RUNNING)
            vfj_request_observation(vfj_step_edit_slot(context, index), VFJ_OBSERVE_REDISCOVERED);
    }
    hn_attached(context, name);
    vfj_map_request(context);
}

/* Requests observations after a lagg was destroyed, since that lagg may have blocked a slot or
 * held its ports. */
static void lagg_detached(struct vfj_step_context *context)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_step_slot(context, i);
        if (vfj_slot_is_transparent(slot))
            continue;
        if (slot->activity != VFJ_ACTIVITY_IDLE || slot->state == VFJ_SLOT_LAGGED
            || slot->lagg_ours)
            vfj_request_observation(vfj_step_edit_slot(context, i), VFJ_OBSERVE_CHANGE);
    }
}

static void vf_detached(struct vfj_step_context *context, struct vfj_name name)
{
    unsigned index = vfj_step_find_vf(context, name);
    if (index < VFJ_SLOTS_MAX)
        vfj_facts_detach(context, vfj_step_edit_slot(context, index), VFJ_REASON_VF_DETACHED);
    index = vfj_step_find_hn(context, name);
    if (index < VFJ_SLOTS_MAX)
        vfj_facts_detach(context, vfj_step_edit_slot(context, index), VFJ_REASON_VF_DETACHED);
    if (vfj_name_has_driver(name, "lagg"))
        lagg_detached(context);
}

/* Handles a VF_UP or VF_DOWN line about a slot in transparent mode, by a request for an
 * observation. Returns false when the slot is not in transparent mode. In transparent mode hn(4)
 * sends no such line, so another program sent it. */
static bool is_of_transparent_hn(struct vfj_step_context *context, unsigned index)
{
    if (!vfj_slot_is_transparent(vfj_step_slot(context, index)))
        return false;
    vfj_step_note(context, VFJ_REASON_TRANSPARENT);
    vfj_request_observation(vfj_step_edit_slot(context, index), VFJ_OBSERVE_CHANGE);
    return true;
}

static void vf_up(struct vfj_step_context *context, struct vfj_name hn)
{
    unsigned index = vfj_step_open_hn(context, hn);
    if (index == VFJ_SLOTS_MAX || is_of_transparent_hn(context, index))
        return;
    struct vfj_slot *slot = vfj_step_edit_slot(context, index);
    bool was_reported = slot->data_path == VFJ_DATA_PATH_VF_REPORTED;
    slot->data_path = VFJ_DATA_PATH_VF_REPORTED;
    if (was_reported)
        vfj_step_note(context, VFJ_REASON_LOST_VF_DOWN);
    if (slot->joined && !was_reported && !slot->observed.script)
        return; /* an observation has already shown that the VF has the data path */
    if (!slot->joined) {
        vfj_facts_script_due(slot);
        if (slot->delay == VFJ_DELAY_RUNNING)
            slot->delay = VFJ_DELAY_OVER;
        slot->timers.delay_us = VFJ_NEVER_US;
    }
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

static void vf_down(struct vfj_step_context *context, struct vfj_name hn)
{
    unsigned index = vfj_step_open_hn(context, hn);
    if (index == VFJ_SLOTS_MAX || is_of_transparent_hn(context, index))
        return;
    struct vfj_slot *slot = vfj_step_edit_slot(context, index);
    bool was_on_vf = vfj_slot_is_on_vf(slot);
    slot->data_path = VFJ_DATA_PATH_HN;
    slot->joined = 0;
    vfj_link_vf_down(context, slot);
    vfj_facts_script_due(slot);
    /* An administrator took the VF down, and it stays down. When an observation has already
     * shown that the VF does not have the data path, the line is late and changes nothing. When
     * VF_UP ended the delay and no observation has answered since, both lines may be late, and the
     * delay begins again. */
    if (slot->delay == VFJ_DELAY_OVER && was_on_vf) {
        vfj_facts_no_delay(slot);
        if (slot->plan.phase != VFJ_PLAN_ACTIVE && slot->activity == VFJ_ACTIVITY_OBSERVING)
            slot->delay = VFJ_DELAY_DUE;
    }
    vfj_step_cause(context, slot, VFJ_REASON_VF_DOWN);
    if (slot->activity == VFJ_ACTIVITY_OBSERVING || slot->plan.phase == VFJ_PLAN_ACTIVE)
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

/* Renames the slot of an hn, which keeps its unit. When another slot still has the new name from
 * an earlier boot, that slot gets the old name. */
static void rename_hn(struct vfj_step_context *context, const struct vfj_devd *devd)
{
    unsigned index = vfj_step_find_hn(context, devd->name);
    unsigned namesake = vfj_step_find_hn(context, devd->new_name);
    if (index == VFJ_SLOTS_MAX && namesake == VFJ_SLOTS_MAX
        && vfj_name_has_driver(devd->name, "hn"))
        index = vfj_step_open_hn(context, devd->name);
    if (index == VFJ_SLOTS_MAX)
        return;
    if (namesake < VFJ_SLOTS_MAX)
        vfj_step_edit_slot(context, namesake)->hn = devd->name;
    struct vfj_slot *slot = vfj_step_edit_slot(context, index);
    slot->hn = devd->new_name;
    if (slot->activity == VFJ_ACTIVITY_OBSERVING)
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

static void renamed(struct vfj_step_context *context, const struct vfj_devd *devd)
{
    unsigned index = vfj_step_find_vf(context, devd->name);
    if (index < VFJ_SLOTS_MAX) {
        struct vfj_slot *slot = vfj_step_edit_slot(context, index);
        slot->vf = devd->new_name;
        if (vfj_slot_is_transparent(slot)) /* hn(4) may have dropped the VF */
            vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
    }
    rename_hn(context, devd);
}

void vfj_facts_line(struct vfj_step_context *context)
{
    const struct vfj_devd *devd = &context->event->as.devd;
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        vf_attached(context, devd->name);
        break;
    case VFJ_DEVD_VF_DETACHED:
        vf_detached(context, devd->name);
        break;
    case VFJ_DEVD_VF_UP:
        vf_up(context, devd->name);
        break;
    case VFJ_DEVD_VF_DOWN:
        vf_down(context, devd->name);
        break;
    case VFJ_DEVD_RENAMED:
        renamed(context, devd);
        break;
    case VFJ_DEVD_LINK:
        link_changed(context, devd);
        break;
    case VFJ_DEVD_ADDRESS:
        hn_changed(context, devd->name);
        break;
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}

static bool take_due(struct vfj_step_context *context, int64_t *timer_us)
{
    if (*timer_us == VFJ_NEVER_US || *timer_us > context->next->head.mono_us)
        return false;
    *timer_us = VFJ_NEVER_US;
    return true;
}

void vfj_facts_timer(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (vfj_slot_is_transparent(slot)) {
        vfj_transparent_timer(context, slot);
        return;
    }
    /* a stopping daemon handles only the timers of vfj_slot_last_due_us() */
    bool all = !vfj_step_is_stopping(context);
    bool is_watch = all && take_due(context, &slot->timers.watch_us);
    if (all && take_due(context, &slot->timers.delay_us)) {
        slot->delay = VFJ_DELAY_OVER;
        is_watch = false;
    }
    if ((all || slot->plan.phase == VFJ_PLAN_ACTIVE) && take_due(context, &slot->timers.observe_us))
        is_watch = false;
    if ((all || slot->link.monitor == VFJ_LINK_MONITOR_WAITING)
        && take_due(context, &slot->timers.link_us)) {
        vfj_link_due(slot);
        is_watch = false;
    }
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
    slot->request.watch = is_watch;
}
