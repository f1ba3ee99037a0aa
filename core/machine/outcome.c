/* Records the facts of a slot that answers to probes and outcomes of commands report. */
#include <string.h>

#include "core/data/rc.h"
#include "core/machine/facts.h"
#include "core/machine/link.h"
#include "core/machine/observed.h"
#include "core/machine/plan.h"

/* The functions below record which VF a view shows, and its data path. */

static void record_no_vf(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (!vfj_name_is_empty(slot->vf))
        vfj_facts_detach(context, slot, VFJ_REASON_VF_LOST);
    else if (vfj_slot_is_on_vf(slot))
        vfj_step_notice(context, slot, VFJ_REASON_VF_GONE);
}

/* Records that a VF_DOWN was missed. hn's LINK_UP may be missed, too, and the VF may have left and
 * attached again. */
static void record_missed_vf_down(struct vfj_step_context *context, struct vfj_slot *slot)
{
    vfj_step_cause(context, slot, VFJ_REASON_VF_DOWN);
    vfj_facts_script_due(slot);
    slot->plan.rechecks = 1;
    vfj_facts_no_delay(slot);
    if (slot->request.asked != VFJ_OBSERVE_REDISCOVERED)
        slot->request.asked = VFJ_OBSERVE_GAP;
}

static void record_data_path(struct vfj_step_context *context, struct vfj_slot *slot,
                             const struct vfj_view *view)
{
    bool was_on_vf = vfj_slot_is_on_vf(slot);
    if (vfj_name_is_empty(view->rxvf)) {
        slot->data_path = VFJ_DATA_PATH_HN;
        if (was_on_vf && view->vf.exists && !view->vf.up)
            record_missed_vf_down(context, slot);
    } else if (!was_on_vf) {
        slot->data_path = VFJ_DATA_PATH_VF_OBSERVED;
    }
}

/* Records the VF that a view names. Returns false when that VF is not the slot's VF. The view then
 * lacks the facts about the interface of that VF. */
static bool record_vf(struct vfj_step_context *context, struct vfj_slot *slot,
                      const struct vfj_view *view)
{
    struct vfj_name vf = vfj_view_vf(view);
    if (vfj_name_is_empty(vf)) {
        record_no_vf(context, slot);
        slot->data_path = VFJ_DATA_PATH_HN;
        return true;
    }
    if (!vfj_name_equal(slot->vf, vf)) {
        vfj_facts_attach(context, slot, vf, VFJ_REASON_VF_FOUND);
        vfj_request_observation(slot, VFJ_OBSERVE_REDISCOVERED);
        return false;
    }
    record_data_path(context, slot, view);
    return true;
}

/* Records the state of an administrator's script. When the VF became a port after the script
 * ran, and is not a port now, the VF left and attached again without a devd line. */
static void record_script(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_refused = slot->observed.script_refused[0] != '\0';
    if (slot->script.phase == VFJ_SCRIPT_JOINED && !vfj_observed_has_vf_port(slot))
        vfj_facts_script_due(slot);
    if (slot->script.phase == VFJ_SCRIPT_RAN && vfj_observed_has_vf_port(slot))
        slot->script.phase = VFJ_SCRIPT_JOINED;
    if (is_refused && !slot->script.refused)
        vfj_step_notice(context, slot, VFJ_REASON_SCRIPT_REFUSED);
    slot->script.refused = is_refused;
}

static void record_joined(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_joined_up = vfj_observed_is_joined_up(slot);
    if (!is_joined_up && slot->joined) {
        slot->joined = 0;
        vfj_step_cause(context, slot, VFJ_REASON_LEFT);
    }
    if (!is_joined_up || slot->joined || !vfj_plan_is_configured(context, slot))
        return;
    slot->joined = 1;
    vfj_facts_no_delay(slot);
    slot->plan.rechecks = 0;
    vfj_step_cause(context, slot, VFJ_REASON_JOINED);
}

static void record_transparent(struct vfj_step_context *context, struct vfj_slot *slot)
{
    context->next->head.transparent = 1;
    vfj_step_note(context, VFJ_REASON_TRANSPARENT);
    slot->plan.phase = VFJ_PLAN_NONE;
    slot->request.asked = VFJ_OBSERVE_NOT;
}

/* Records the gateways of hn or laggN. When an observation shows no default route, the gateways
 * of earlier observations stay. */
static void record_routers(struct vfj_slot *slot, const struct vfj_view *view)
{
    if (view->gateway.text[0] != '\0')
        slot->before.gateway = view->gateway;
    if (view->gateway6.text[0] != '\0')
        slot->before.gateway6 = view->gateway6;
}

/* Keeps the addresses and routes of a laggN that somebody destroyed, or destroyed and created again
 * for another use. The next laggN of the slot gets them. `was` and `routes` are those that the
 * previous observation showed. */
static void record_lost_lagg(struct vfj_slot *slot, const struct vfj_interface *was,
                             const struct vfj_kept_routes *routes)
{
    if (was->address_count == 0 || !vfj_observed_is_lagg_gone(slot))
        return;
    vfj_kept_routes_add_all(&slot->before.routes, routes);
    const struct vfj_interface wanted = slot->before.lagg;
    slot->before.lagg = *was;
    /* A view does not tell which addresses carp(4) shares. Another host may have one of them, so none
     * is kept: laggN gets the addresses of rc.conf. */
    if (was->carp)
        slot->before.lagg.address_count = 0;
    /* The active plan may still have to give laggN the addresses of a laggN destroyed earlier. */
    for (unsigned i = 0; i < wanted.address_count && slot->plan.phase == VFJ_PLAN_ACTIVE; i++) {
        if (!vfj_interface_has_host(&slot->before.lagg, &wanted.addresses[i]))
            (void)vfj_interface_add_address(&slot->before.lagg, &wanted.addresses[i]);
    }
}

void vfj_facts_observed(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_observation *answer)
{
    const struct vfj_view *view = &answer->as.view;
    memset(&slot->batch, 0, sizeof slot->batch);
    slot->activity = VFJ_ACTIVITY_IDLE;
    if (!answer->ok) {
        context->setback = VFJ_REASON_PROBE_FAILED;
        return;
    }
    if (view->transparent > 0) {
        record_transparent(context, slot);
        return;
    }
    if (!record_vf(context, slot, view))
        return;
    const struct vfj_interface lagg = slot->observed.lagg;
    const struct vfj_kept_routes routes = slot->observed.routes;
    bool was_ours = slot->lagg_ours && !vfj_observed_is_foreign(slot);
    vfj_observed_copy(&slot->observed, view);
    record_routers(slot, view);
    if (was_ours)
        record_lost_lagg(slot, &lagg, &routes);
    slot->lagg_ours |= vfj_observed_has_hn_port(slot) && !vfj_observed_is_foreign(slot);
    if (view->hn.exists) /* while hn is renamed or has left, nothing is known about its lagg */
        slot->lagg_ours &= vfj_observed_is_lagg_lost(slot)
            || (view->lagg.exists && !vfj_observed_is_foreign(slot));
    record_script(context, slot);
    vfj_link_observed(context, slot);
    record_joined(context, slot);
    context->is_observed = true;
}

/* The functions below record outcomes of commands. */

static enum vfj_reason reason_of_failure(const struct vfj_slot *slot, enum vfj_need need,
                                         const struct vfj_outcome *outcome)
{
    if (outcome->kind == VFJ_OUTCOME_TIMEOUT)
        return VFJ_REASON_COMMAND_TIMEOUT;
    return need == VFJ_NEED_VF_PORT && vfj_observed_mtu_differs(slot) ? VFJ_REASON_VF_MTU
                                                                      : VFJ_REASON_COMMAND_FAILED;
}

static void record_failure(struct vfj_step_context *context, struct vfj_slot *slot, unsigned index,
                           const struct vfj_outcome *outcome)
{
    enum vfj_need need = (enum vfj_need)slot->batch.needs[index];
    uint64_t bit = (uint64_t)1 << need;
    enum vfj_reason reason = reason_of_failure(slot, need, outcome);
    if (vfj_plan_is_of_vf(need) && vfj_name_is_empty(slot->vf))
        return; /* the need is void, since the VF has left */
    if (need == VFJ_NEED_SCRIPT) {
        slot->script.phase = VFJ_SCRIPT_DUE;
        vfj_step_count_up(&slot->script.failures);
        return;
    }
    slot->plan.failed |= bit;
    if (vfj_plan_is_required(need))
        slot->batch.failure = (uint8_t)reason;
    else if (need >= VFJ_NEED_STATIC_ROUTE && need < VFJ_NEED_GIVE_BACK
             && slot->batch.kinds[index] == VFJ_COMMAND_ROUTE_CHANGE
             && outcome->kind == VFJ_OUTCOME_EXITED)
        slot->plan.tried &= ~bit; /* the route does not exist, and the next batch adds it */
    else if (slot->plan.retries == 0)
        vfj_step_notice(context, slot, reason);
}

/* Requests an observation of each slot that has a VF. Called after a command that takes a VF out of
 * a lagg. The other slots' hns may have no traffic: one whose VF left the lagg must take this VF
 * down, and one that got the VF of that name while the command ran must join this VF again. */
static void observe_vfs(struct vfj_step_context *context)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        if (!vfj_name_is_empty(vfj_step_slot(context, i)->vf))
            vfj_request_observation(vfj_step_edit_slot(context, i), VFJ_OBSERVE_CHANGE);
    }
}

static void record_success(struct vfj_step_context *context, struct vfj_slot *slot,
                           enum vfj_need need)
{
    /* in another phase, the script ran for a VF that has left */
    if (need == VFJ_NEED_SCRIPT && slot->script.phase == VFJ_SCRIPT_RUNS) {
        slot->script.phase = VFJ_SCRIPT_RAN;
        slot->script.failures = 0;
    }
    if (need == VFJ_NEED_VF_DOWN)
        vfj_link_record_down(context, slot);
}

/* Ends the batch, and requests an observation of its effects. */
static void end_batch(struct vfj_step_context *context, struct vfj_slot *slot)
{
    context->setback = slot->batch.failure;
    context->has_failed_down
        = slot->batch.failure != VFJ_REASON_NONE && slot->batch.needs[0] == VFJ_NEED_VF_DOWN;
    memset(&slot->batch, 0, sizeof slot->batch);
    slot->activity = VFJ_ACTIVITY_IDLE;
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

void vfj_facts_finished(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_outcome *outcome)
{
    struct vfj_batch *batch = &slot->batch;
    unsigned index = batch->ended++;
    enum vfj_need need = (enum vfj_need)batch->needs[index];
    if (outcome->kind == VFJ_OUTCOME_NOT_RUN)
        vfj_facts_not_run(slot, need);
    else if (vfj_outcome_ok(outcome)
             || vfj_command_already_so((enum vfj_command_kind)batch->kinds[index], outcome))
        record_success(context, slot, need);
    else
        record_failure(context, slot, index, outcome);
    if (need == VFJ_NEED_VF_LEAVE)
        observe_vfs(context);
    if (batch->ended == batch->count)
        end_batch(context, slot);
}
