/* The decisions about a slot: its facts determine its state, timers and commands. */
#include "core/machine/reconcile.h"

#include <string.h>

#include "core/data/rc.h"
#include "core/machine/facts.h"
#include "core/machine/link.h"
#include "core/machine/map.h"
#include "core/machine/observed.h"
#include "core/machine/planner.h"
#include "core/machine/transparent.h"

enum {
    BATCHES_MAX = 16,    /* largest number of batches of one plan; the longest plan needs fewer */
    BACKOFF_FIRST_S = 1, /* pause after the first failure; each further failure doubles it */
    BACKOFF_MAX_S = 300, /* longest pause after a failure */
    /* pauses between observations during a conflict that only an administrator can end */
    CONFLICT_FIRST_S = 60,
    CONFLICT_MAX_S = 3600,
    RETRY_FIRST_S = 5, /* pauses before a new plan tries failed optional needs again */
    RETRY_MAX_S = 3600,
    SCRIPT_TRIES = 5, /* number of runs of a failing per-interface script after one VF_UP */
    SCRIPT_FIRST_S = 10,
    /* number of observations after hn's link came up; until the last one devd may start a
     * dhclient */
    RECHECKS_MAX = 5,
    LAST_LINK_S = 3, /* longest wait for a VF's link when the daemon is stopping */
    /* Pauses between observations of an idle slot. Before FreeBSD 15 no line reports that an
     * administrator, a jail or an agent has changed hn. */
    WATCH_FIRST_S = 20,
    WATCH_MAX_S = 600,
    WATCHES_MAX = 6, /* 20 s · 2⁵ exceeds WATCH_MAX_S */
};

/* The functions below report changes of state. */

/* Reports the departure of a VF that another VF replaced within this step. */
static void report_replaced(struct vfj_step_context *context, unsigned index, struct vfj_slot *slot)
{
    const struct vfj_slot *was = vfj_step_old_slot(context, index);
    if (slot->generation == was->generation || was->state == VFJ_SLOT_DETACHED
        || (context->replaced >> index & 1) != 0)
        return;
    context->replaced |= (uint64_t)1 << index;
    struct vfj_transition *made
        = vfj_step_move(context, slot, VFJ_SLOT_DETACHED, VFJ_REASON_VF_REPLACED);
    made->vf = was->vf;
    made->generation = was->generation;
}

static void report_state(struct vfj_step_context *context, struct vfj_slot *slot,
                         enum vfj_reason reason)
{
    enum vfj_slot_state state = vfj_slot_public_state(slot);
    if (state == slot->state)
        return;
    struct vfj_transition *made = vfj_step_move(context, slot, state, reason);
    const struct vfj_slot *was
        = vfj_step_old_slot(context, (unsigned)(slot - context->next->slots));
    if (state == VFJ_SLOT_DETACHED)
        made->vf = was->vf;
    if (reason == VFJ_REASON_DELAY_STARTED)
        made->delay_us = slot->timers.delay_us - context->next->head.mono_us;
}

void vfj_reconcile_state(struct vfj_step_context *context, unsigned index)
{
    struct vfj_slot *slot = &context->next->slots[index];
    report_replaced(context, index, slot);
    enum vfj_reason cause = (enum vfj_reason)context->causes[index];
    report_state(context, slot, cause);
}

/* The functions below set timers. */

static void arm(const struct vfj_step_context *context, int64_t *timer_us, int64_t pause_us)
{
    *timer_us = context->next->head.mono_us + pause_us;
}

/* Arms a timer to end in `pause_us`, unless it is armed already and ends no later. Returns true
 * when it armed the timer. */
static bool arm_earlier(const struct vfj_step_context *context, int64_t *timer_us, int64_t pause_us)
{
    if (*timer_us != VFJ_NEVER_US && *timer_us <= context->next->head.mono_us + pause_us)
        return false;
    arm(context, timer_us, pause_us);
    return true;
}

static void arm_delay(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->delay != VFJ_DELAY_DUE)
        return;
    vfj_link_forget(slot);
    if (slot->fault == VFJ_REASON_NO_LINK)
        slot->fault = VFJ_REASON_NONE;
    slot->delay = VFJ_DELAY_RUNNING;
    arm(context, &slot->timers.delay_us, vfj_rc_delay_s(vfj_step_rc(context)) * 1000000);
    report_state(context, slot, VFJ_REASON_DELAY_STARTED);
}

static void arm_link(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    int64_t duration_us = vfj_link_duration_us(context, slot);
    if (duration_us != VFJ_NEVER_US && slot->timers.link_us == VFJ_NEVER_US)
        arm(context, &slot->timers.link_us, duration_us);
    if (vfj_step_is_stopping(context) && slot->link.monitor == VFJ_LINK_MONITOR_WAITING)
        (void)arm_earlier(context, &slot->timers.link_us, LAST_LINK_S * 1000000);
}

/* Arms an observation after hn's link came up. While hn has the traffic, further observations
 * follow after 1, 2, 4 … seconds. Otherwise one observation suffices. */
static void arm_recheck(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    unsigned most = slot->joined || vfj_slot_is_on_vf(slot) ? 1 : RECHECKS_MAX;
    bool is_due
        = slot->plan.rechecks > 0 && slot->plan.rechecks <= most && vfj_observed_has_hn_port(slot);
    bool awaits_guest = !vfj_step_is_acting(context) && slot->timers.observe_us != VFJ_NEVER_US;
    if (is_due && !awaits_guest
        && arm_earlier(context, &slot->timers.observe_us,
                       vfj_step_pause_us(1, BACKOFF_MAX_S, slot->plan.rechecks)))
        slot->plan.rechecks++;
}

/* Arms the timer for the next periodic observation of an idle slot (watch_us), if laggN has hn's
 * configuration, or had it and was destroyed. */
static void arm_watch(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_idle = slot->activity == VFJ_ACTIVITY_IDLE && vfj_step_is_acting(context)
        && !vfj_name_is_empty(slot->unit)
        && (vfj_observed_has_taken_over(slot) || vfj_observed_is_lagg_lost(slot));
    if (!is_idle) {
        slot->timers.watch_us = VFJ_NEVER_US;
        return;
    }
    if (slot->timers.watch_us != VFJ_NEVER_US)
        return;
    if (slot->plan.watches < WATCHES_MAX)
        slot->plan.watches++;
    arm(context, &slot->timers.watch_us,
        vfj_step_pause_us(WATCH_FIRST_S, WATCH_MAX_S, slot->plan.watches));
}

/* The functions below set faults, and schedule retries. */

static void set_fault(struct vfj_step_context *context, struct vfj_slot *slot,
                      enum vfj_reason fault)
{
    if (fault != VFJ_REASON_NONE && slot->fault != fault)
        vfj_step_notice(context, slot, fault);
    slot->fault = (uint8_t)fault;
}

/* Returns true when no traffic uses the VF's data path: no lagg has the VF as a port, or laggN has
 * the VF but not hn. */
static bool is_vf_unused(const struct vfj_slot *slot)
{
    return vfj_name_is_empty(slot->observed.vf_lagg)
        || (vfj_observed_has_vf_port(slot) && !vfj_observed_has_hn_port(slot)
            && !vfj_observed_is_foreign(slot));
}

/* Takes the VF down when the plan cannot continue and the VF has the data path. hn then has the
 * traffic. Returns true when a batch was issued. */
static bool protect_traffic(struct vfj_step_context *context, struct vfj_slot *slot)
{
    const struct vfj_interface *vf = &slot->observed.vf;
    if (!vfj_step_is_acting(context) || slot->observed.script || vfj_name_is_empty(slot->vf)
        || !vfj_slot_is_on_vf(slot) || !vf->exists || !is_vf_unused(slot))
        return false;
    vfj_plan_take_vf_down(context, slot);
    return true;
}

/* Keeps the reason of the request until its probe, which runs now or when timers.observe_us is
 * due, has an answer. */
static void keep_reason(struct vfj_slot *slot)
{
    if (slot->request.asked < slot->request.wanted)
        slot->request.asked = slot->request.wanted;
    slot->request.wanted = VFJ_OBSERVE_NOT;
}

/* Handles a failed observation or a failed required command, and observes again. After the first
 * failure the observation comes at once, after later failures after a growing pause. Returns
 * true when a batch was issued. */
static bool handle_setback(struct vfj_step_context *context, struct vfj_slot *slot)
{
    enum vfj_reason reason = (enum vfj_reason)context->setback;
    if (slot->fault != reason || slot->plan.failures == 0)
        vfj_step_notice(context, slot, reason);
    slot->fault = (uint8_t)reason;
    /* BATCHES_MAX limits batches that succeed without effect; this batch failed */
    slot->plan.batches = 0;
    vfj_step_count_up(&slot->plan.failures);
    if (slot->plan.failures == 1) {
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
        return false;
    }
    if (reason != VFJ_REASON_PROBE_FAILED && !context->has_failed_down
        && protect_traffic(context, slot))
        return true;
    keep_reason(slot);
    arm(context, &slot->timers.observe_us,
        vfj_step_pause_us(BACKOFF_FIRST_S, BACKOFF_MAX_S, slot->plan.failures - 1u));
    return false;
}

/* Pauses a plan that needs somebody else to act before it can continue. */
static void pause_plan(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->timers.observe_us != VFJ_NEVER_US)
        return;
    vfj_step_count_up(&slot->plan.failures);
    arm(context, &slot->timers.observe_us,
        vfj_step_pause_us(CONFLICT_FIRST_S, CONFLICT_MAX_S, slot->plan.failures));
}

/* Returns true when this plan added an address to laggN, and laggN is foreign now: somebody
 * destroyed laggN and created it again while a batch ran. */
static bool has_added_to_foreign(const struct vfj_slot *slot)
{
    uint64_t issued = slot->plan.tried | slot->plan.failed;
    return (issued >> VFJ_NEED_INET & 1) != 0 && vfj_observed_is_foreign(slot);
}

/* Returns true when laggN has no port. A plan whose rows the journal lost may have added hn's
 * addresses to such a laggN, and a conflict now keeps hn out of it. */
static bool is_lagg_empty(const struct vfj_slot *slot)
{
    const struct vfj_interface *lagg = &slot->observed.lagg;
    return lagg->exists && lagg->port_count == 0 && !vfj_observed_is_foreign(slot);
}

static bool handle_conflict(struct vfj_step_context *context, struct vfj_slot *slot,
                            enum vfj_reason conflict)
{
    bool is_lost = vfj_step_is_acting(context) && vfj_observed_is_lagg_lost(slot);
    if (slot->fault != conflict) {
        slot->plan.failures = 0;
        slot->timers.observe_us = VFJ_NEVER_US;
    }
    set_fault(context, slot, conflict);
    slot->plan.batches = 0;
    /* the conflict is new, or the pause since it was last checked is over */
    if (slot->timers.observe_us == VFJ_NEVER_US)
        slot->plan.tried &= ~((uint64_t)1 << VFJ_NEED_GIVE_BACK | (uint64_t)1 << VFJ_NEED_TAKE_BACK
                              | vfj_plan_route_needs());
    pause_plan(context, slot);
    return protect_traffic(context, slot) || (is_lost && vfj_plan_give_back(context, slot))
        || (is_lagg_empty(slot) && vfj_plan_take_back(context, slot));
}

/* Returns true when laggN did not get rc.conf's words for hn, because they are too long for one
 * command. */
static bool has_too_long_words(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    const struct vfj_rc *rc = vfj_step_rc(context);
    const struct vfj_interface *lagg = &slot->observed.lagg;
    if (!vfj_observed_has_hn_port(slot))
        return false;
    return (!vfj_interface_has_family(lagg, false) && !vfj_rc_is_dhcp(rc, slot->hn)
            && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_INET))
        || (!vfj_interface_has_family(lagg, true) && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_INET6))
        || ((slot->plan.tried >> VFJ_NEED_RC_INET & 1) != 0
            && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_ALIASES));
}

/* Returns true when laggN got aliases of rc.conf, and rc.conf has more aliases than
 * VFJ_ALIASES_MAX. */
static bool has_too_many_aliases(const struct vfj_step_context *context,
                                 const struct vfj_slot *slot)
{
    const uint64_t given = (uint64_t)1 << VFJ_NEED_RC_INET | (uint64_t)1 << VFJ_NEED_RC_INET6;
    char args[VFJ_ARGS_SIZE];
    return (slot->plan.tried & given) != 0
        && vfj_rc_alias(vfj_step_rc(context), slot->hn, VFJ_ALIASES_MAX, args, sizeof args);
}

/* Returns the fault that remains when a plan ends. */
static enum vfj_reason standing_fault(const struct vfj_step_context *context,
                                      const struct vfj_slot *slot)
{
    /* a conflict that the machine does not end in observe mode, or when an administrator's
     * script runs */
    enum vfj_reason conflict = vfj_observed_port_conflict(slot);
    if (conflict != VFJ_REASON_NONE)
        return conflict;
    if (slot->link.tries > 0)
        return VFJ_REASON_NO_LINK;
    if (slot->script.failures > 0)
        return VFJ_REASON_SCRIPT_FAILED;
    for (unsigned need = 0; need < VFJ_NEED_COUNT; need++) {
        if ((slot->plan.failed >> need & 1) != 0
            && vfj_plan_fault((enum vfj_need)need) != VFJ_REASON_NONE)
            return vfj_plan_fault((enum vfj_need)need);
    }
    if (has_too_many_aliases(context, slot))
        return VFJ_REASON_TOO_MANY_ADDRESSES;
    if (has_too_long_words(context, slot))
        return VFJ_REASON_ARGS_TOO_LONG;
    return vfj_observed_has_taken_over(slot) && !slot->observed.script ? vfj_plan_use(context, slot)
                                                                       : VFJ_REASON_NONE;
}

/* Schedules an observation in observe mode, after a pause that grows each time: FreeBSD's scripts
 * or an administrator may join hn and VF. */
static void await_guest(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->plan.rechecks == 0)
        vfj_step_notice(context, slot, VFJ_REASON_NOT_JOINED_YET);
    vfj_step_count_up(&slot->plan.rechecks);
    arm(context, &slot->timers.observe_us,
        vfj_step_pause_us(2, BACKOFF_MAX_S, slot->plan.rechecks));
}

/* Schedules another run of a failed script. After SCRIPT_TRIES failures the script runs again only
 * after the next VF_UP. */
static void retry_script(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->script.failures < SCRIPT_TRIES)
        arm(context, &slot->timers.observe_us,
            vfj_step_pause_us(SCRIPT_FIRST_S, INT32_MAX, slot->script.failures));
    else
        slot->script.phase = VFJ_SCRIPT_RAN;
}

static void close_plan(struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_plan *plan = &slot->plan;
    bool had_failures = plan->failures > 0;
    plan->failed &= (plan->tried | (uint64_t)1 << VFJ_NEED_DHCLIENT) & ~vfj_plan_required_needs();
    plan->failures = 0;
    plan->phase = plan->phase == VFJ_PLAN_LOGGED ? VFJ_PLAN_LOGGED : VFJ_PLAN_NONE;
    if (vfj_step_is_acting(context) && slot->observed.hn.exists)
        slot->recovering = 0;
    if (had_failures && !vfj_slot_is_on_vf(slot) && plan->rechecks == 0)
        plan->rechecks = 1; /* hn's LINK_UP may have come while commands failed */
    set_fault(context, slot, standing_fault(context, slot));
    if (plan->failed == 0) {
        plan->retries = 0;
        return;
    }
    if (arm_earlier(context, &slot->timers.observe_us,
                    vfj_step_pause_us(RETRY_FIRST_S, RETRY_MAX_S, plan->retries + 1u)))
        vfj_step_count_up(&plan->retries);
}

/* Ends a plan that has no command left to issue. */
static void finish_plan(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool wants_port = vfj_plan_target(slot) >= VFJ_TARGET_JOINED;
    if (slot->observed.script && vfj_slot_is_on_vf(slot) && slot->delay == VFJ_DELAY_OVER) {
        slot->delay = VFJ_DELAY_NONE;
        report_state(context, slot, VFJ_REASON_CUSTOM_SCRIPT);
    }
    close_plan(context, slot);
    if (slot->observed.script && slot->script.phase == VFJ_SCRIPT_DUE && slot->script.failures > 0)
        retry_script(context, slot);
    if (!vfj_step_is_acting(context) && wants_port && !slot->joined && !slot->observed.script)
        await_guest(context, slot);
}

/* The functions below decide after an observation. */

/* Returns true when a command of the plan may have upped laggN after laggN and the VF were taken
 * down together. The VF was up earlier in the plan, and rc.conf configured hn, a port, anew. With
 * DHCP that takes a while. A VF whose delay is over is about to be upped anyway. */
static bool is_lagg_upped_again(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    const struct vfj_plan *plan = &slot->plan;
    /* a plan that joins the VF ups the VF, too, or found it up */
    bool was_vf_up = slot->before.vf.up || (plan->tried >> VFJ_NEED_VF_PORT & 1) != 0;
    if (plan->phase != VFJ_PLAN_ACTIVE || slot->delay != VFJ_DELAY_NONE
        || (plan->tried & vfj_plan_up_needs()) == 0 || !was_vf_up)
        return false;
    return view->hn.address_count > 0 || view->hn_dhclient != 0
        || vfj_rc_is_dhcp(vfj_step_rc(context), slot->hn);
}

/* Returns true when laggN and the VF were taken down together. `service netif restart` takes all
 * interfaces down, and ups only those of rc.conf. Nobody then chose that the VF is down. */
static bool was_all_taken_down(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    return vfj_observed_has_vf_port(slot) && vfj_observed_has_hn_port(slot) && !view->vf.up
        && (!view->lagg.up || is_lagg_upped_again(context, slot));
}

/* Returns true when the VF is a port and needs no delay: somebody took the VF down, or the plan is
 * about to up it. A VF that the active plan made a port, and whose delay is gone, has left and
 * attached again, so it needs one. */
static bool is_settled_port(const struct vfj_slot *slot)
{
    bool is_new = slot->plan.phase == VFJ_PLAN_ACTIVE && slot->delay == VFJ_DELAY_NONE
        && (slot->plan.tried >> VFJ_NEED_VF_PORT & 1) != 0;
    return vfj_observed_has_vf_port(slot) && !is_new;
}

/* Starts hyperv_vf_delay for a VF without the data path that no line announced, and for a VF
 * that was taken down together with laggN. */
static void decide_delay(const struct vfj_step_context *context, struct vfj_slot *slot,
                         enum vfj_observe asked)
{
    const struct vfj_interface *vf = &slot->observed.vf;
    if (vfj_name_is_empty(slot->vf) || slot->delay == VFJ_DELAY_RUNNING || slot->joined)
        return;
    if (vfj_slot_is_on_vf(slot))
        return;
    if (asked == VFJ_OBSERVE_REDISCOVERED
        || (asked == VFJ_OBSERVE_GAP && !is_settled_port(slot) && !vfj_link_is_held(slot)
            && vf->exists)
        || (was_all_taken_down(context, slot) && !vfj_link_is_held(slot)))
        slot->delay = VFJ_DELAY_DUE;
}

/* Ends the delay of a VF that already has the data path, since its VF_UP was missed. hn has no
 * traffic until the VF is joined. */
static void end_delay(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->delay != VFJ_DELAY_RUNNING || !vfj_slot_is_on_vf(slot))
        return;
    vfj_step_notice(context, slot, VFJ_REASON_VF_UP);
    slot->delay = VFJ_DELAY_OVER;
    slot->timers.delay_us = VFJ_NEVER_US;
}

static void begin_plan(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_watch = slot->request.watch != 0;
    enum vfj_reason conflict = vfj_observed_port_conflict(slot);
    if (conflict != VFJ_REASON_NONE)
        set_fault(context, slot, conflict);
    vfj_plan_begin(slot, is_watch);
}

/* Returns true when the guest has no network, or FreeBSD's scripts would cut it off. */
static bool is_network_at_risk(const struct vfj_slot *slot)
{
    bool is_vf_alone = vfj_slot_is_on_vf(slot) && !slot->joined;
    bool is_hn_lost = vfj_observed_has_taken_over(slot) && !vfj_observed_has_hn_port(slot);
    return !slot->observed.script
        && (is_vf_alone || is_hn_lost || vfj_observed_is_lagg_lost(slot)
            || vfj_observed_port_conflict(slot) != VFJ_REASON_NONE);
}

/* Returns true when the slot's plan may continue or begin. A stopping daemon finishes its own plans
 * and those of a killed daemon. It begins only plans that the guest's network needs. It also
 * observes a rediscovered VF, since that VF may have the data path. */
static bool may_go_on(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    return !vfj_step_is_stopping(context) || slot->recovering || slot->plan.phase == VFJ_PLAN_ACTIVE
        || is_network_at_risk(slot) || slot->link.monitor == VFJ_LINK_MONITOR_EXPIRED
        || vfj_link_wants_down(slot) || slot->request.wanted == VFJ_OBSERVE_REDISCOVERED;
}

/* Leaves the slot to the next daemon, which observes each slot when it starts. A delay that is
 * over is stored as one that ends at that start, so that the next daemon joins the VF. */
static void leave_to_next(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    slot->request.wanted = VFJ_OBSERVE_NOT;
    if (slot->delay != VFJ_DELAY_OVER)
        return;
    slot->delay = VFJ_DELAY_RUNNING;
    slot->timers.delay_us = context->next->head.mono_us;
}

/* Returns true when hn needs commands, however the VF is used: laggN was lost or has lost hn, or hn
 * is a port and has an address or a dhclient of its own. */
static bool is_base_due(const struct vfj_slot *slot)
{
    enum vfj_reason conflict = vfj_observed_port_conflict(slot);
    return (vfj_observed_has_taken_over(slot) && !vfj_observed_has_hn_port(slot))
        || vfj_observed_is_lagg_lost(slot) || vfj_plan_is_begun(slot)
        || conflict == VFJ_REASON_HN_HAS_ADDRESS || conflict == VFJ_REASON_HN_HAS_DHCLIENT;
}

/* Issues the next batch of the plan. When only the VF has a conflict, the target is laggN
 * without the VF, so that the commands that hn needs still run. Returns true when a batch was
 * issued. */
static bool go_on(struct vfj_step_context *context, struct vfj_slot *slot, enum vfj_reason conflict)
{
    enum vfj_target target = vfj_plan_target(slot);
    if (conflict != VFJ_REASON_NONE) {
        target = VFJ_TARGET_BASE;
        if (!is_base_due(slot) || !vfj_step_is_acting(context)
            || vfj_plan_conflict(context, slot, target) != VFJ_REASON_NONE)
            return false;
    }
    if (slot->plan.batches >= BATCHES_MAX || !vfj_plan_next_batch(context, slot, target))
        return false;
    slot->plan.batches++;
    return true;
}

/* Decides what the plan does next. Returns true when a batch was issued. */
static bool decide_plan(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_logged = slot->plan.phase == VFJ_PLAN_LOGGED && !vfj_step_is_acting(context);
    if (!may_go_on(context, slot))
        return false;
    if (slot->plan.phase != VFJ_PLAN_ACTIVE && !is_logged)
        begin_plan(context, slot);
    if (vfj_plan_is_begun(slot) && !slot->observed.hn.exists) {
        /* hn has left, or was renamed without a line. The plan continues when hn exists. */
        pause_plan(context, slot);
        return false;
    }
    if (has_added_to_foreign(slot) && vfj_plan_take_back(context, slot))
        return true;
    if (!vfj_plan_is_due(slot))
        slot->plan.failed = 0; /* no command is needed on laggN */
    if (!vfj_plan_is_due(slot) || is_logged) {
        finish_plan(context, slot);
        return false;
    }
    bool can_go_on = slot->observed.script || vfj_plan_vf_must_leave(context, slot);
    enum vfj_reason conflict
        = can_go_on ? VFJ_REASON_NONE : vfj_plan_conflict(context, slot, vfj_plan_target(slot));
    if (go_on(context, slot, conflict)) {
        if (!vfj_step_is_acting(context))
            slot->plan.phase = VFJ_PLAN_LOGGED;
        return true;
    }
    if (conflict == VFJ_REASON_NONE && slot->plan.batches >= BATCHES_MAX)
        conflict = VFJ_REASON_NOT_CONVERGING;
    if (conflict != VFJ_REASON_NONE)
        return handle_conflict(context, slot, conflict);
    finish_plan(context, slot);
    return false;
}

static bool decide(struct vfj_step_context *context, struct vfj_slot *slot, enum vfj_observe asked)
{
    if (slot->observed.hn.exists && !vfj_observed_has_taken_over(slot)
        && vfj_step_is_acting(context))
        /* nothing is left to recover: hn's configuration never left hn, or is on hn again */
        slot->recovering = 0;
    decide_delay(context, slot, asked);
    end_delay(context, slot);
    arm_delay(context, slot);
    if (vfj_link_wants_down(slot) && vfj_step_is_acting(context)) {
        vfj_plan_take_vf_down(context, slot);
        return true;
    }
    return decide_plan(context, slot);
}

/* The functions below issue observations. */

/* Waits for the map when hn's unit is unknown: hn's name has no unit, and no line reported the
 * renaming. Without the unit, the name of hn's lagg is unknown, too. */
static void await_unit(struct vfj_step_context *context, struct vfj_slot *slot)
{
    set_fault(context, slot, VFJ_REASON_NO_UNIT);
    memset(&slot->request, 0, sizeof slot->request);
    slot->plan.phase = VFJ_PLAN_NONE;
    slot->activity = VFJ_ACTIVITY_IDLE;
    vfj_map_request(context);
}

static void observe(struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_command *command = vfj_step_command(context, VFJ_COMMAND_PROBE_SLOT);
    command->hn = slot->hn;
    command->a = slot->hn;
    command->b = vfj_name_lagg(slot->unit);
    command->c = slot->vf;
    vfj_span_copy(command->text, sizeof command->text, vfj_span_of(slot->unit.text));
    slot->batch.first = command->id;
    slot->batch.count = 1;
    keep_reason(slot);
    slot->activity = VFJ_ACTIVITY_OBSERVING;
}

/* Decides the slot's next activity. */
static void decide_activity(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool has_batch = false;
    if (slot->activity == VFJ_ACTIVITY_RUNNING)
        return;
    bool is_subject = slot == context->subject;
    if (is_subject && context->setback != VFJ_REASON_NONE)
        has_batch = handle_setback(context, slot);
    if (is_subject && context->is_observed && slot->request.wanted == VFJ_OBSERVE_NOT) {
        enum vfj_observe asked = (enum vfj_observe)slot->request.asked;
        slot->request.asked = VFJ_OBSERVE_NOT;
        has_batch = decide(context, slot, asked);
    }
    if (!may_go_on(context, slot))
        leave_to_next(context, slot);
    if (has_batch) {
        slot->activity = VFJ_ACTIVITY_RUNNING;
        slot->plan.watches = 0;
    } else if (slot->request.wanted != VFJ_OBSERVE_NOT && vfj_name_is_empty(slot->unit)) {
        await_unit(context, slot);
    } else if (slot->request.wanted != VFJ_OBSERVE_NOT) {
        observe(context, slot);
    } else if (slot->activity != VFJ_ACTIVITY_OBSERVING) {
        slot->activity = VFJ_ACTIVITY_IDLE;
    }
}

static void reconcile_ordinary(struct vfj_step_context *context, unsigned index)
{
    struct vfj_slot *slot = &context->next->slots[index];
    vfj_reconcile_state(context, index);
    /* the delay of a VF that a line announced begins without an observation */
    arm_delay(context, slot);
    decide_activity(context, slot);
    arm_link(context, slot);
    arm_recheck(context, slot);
    if (slot->activity == VFJ_ACTIVITY_IDLE && vfj_slot_awaits_timer(slot))
        slot->activity = VFJ_ACTIVITY_WAITING;
    arm_watch(context, slot);
}

void vfj_reconcile(struct vfj_step_context *context, unsigned index)
{
    const struct vfj_slot *slot = &context->next->slots[index];
    if (vfj_slot_is_transparent(slot))
        vfj_transparent_reconcile(context, index);
    else
        reconcile_ordinary(context, index);
    enum vfj_activity was = (enum vfj_activity)vfj_step_old_slot(context, index)->activity;
    enum vfj_activity is = (enum vfj_activity)slot->activity;
    VFJ_CHECK(is == was || vfj_activity_may_follow(was, is));
}
