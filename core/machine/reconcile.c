/* The one decider: state, timers and commands of a slot follow from its facts. */
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
    BATCHES_MAX = 16,    /* of one plan: more than the longest needs */
    BACKOFF_FIRST_S = 1, /* between tries after a failure: this at first, then twice as long … */
    BACKOFF_MAX_S = 300, /* up to this */
    /* between observations of a conflict that only an administrator can end */
    CONFLICT_FIRST_S = 60,
    CONFLICT_MAX_S = 3600,
    RETRY_FIRST_S = 5, /* between plans that try again what the guest's traffic does not need */
    RETRY_MAX_S = 3600,
    SCRIPT_TRIES = 5, /* of a per-interface script for one VF_UP */
    SCRIPT_FIRST_S = 10,
    RECHECKS_MAX = 5, /* observations after hn's link came up: devd's dhclient takes its time */
    LAST_LINK_S = 3,  /* a daemon that is about to end waits so long for a VF's link */
    /* Between observations of a slot with nothing under way. What an administrator, a jail or an
     * agent does to hn sends no line before FreeBSD 15. */
    WATCH_FIRST_S = 20,
    WATCH_MAX_S = 600,
    WATCHES_MAX = 6, /* 20 s · 2⁵ is the longest */
};

/* States */

/* One VF replaced another within the step: the old one's departure is reported first. */
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

static void publish_state(struct vfj_step_context *context, struct vfj_slot *slot,
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
    publish_state(context, slot, cause);
}

/* Timers */

static void arm(const struct vfj_step_context *context, int64_t *timer_us, int64_t pause_us)
{
    *timer_us = context->next->head.mono_us + pause_us;
}

/* Arm a timer that is not armed, or is due later. */
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
    publish_state(context, slot, VFJ_REASON_DELAY_STARTED);
}

static void arm_link(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    int64_t duration_us = vfj_link_duration_us(context, slot);
    if (duration_us != VFJ_NEVER_US && slot->timers.link_us == VFJ_NEVER_US)
        arm(context, &slot->timers.link_us, duration_us);
    if (vfj_step_is_stopping(context) && slot->link.monitor == VFJ_LINK_MONITOR_WAITING)
        (void)arm_earlier(context, &slot->timers.link_us, LAST_LINK_S * 1000000);
}

/* Observations 1, 2, 4 … seconds apart after hn's link came up, as long as hn carries the traffic;
 * else one. */
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

/* While laggN has hn's configuration and nothing is under way, the slot is observed now and then. */
static void arm_watch(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_calm = slot->activity == VFJ_ACTIVITY_IDLE && vfj_step_is_acting(context)
        && !vfj_name_is_empty(slot->unit)
        && (vfj_observed_has_taken_over(slot) || vfj_observed_is_lagg_lost(slot));
    if (!is_calm) {
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

/* Faults and retries */

static void set_fault(struct vfj_step_context *context, struct vfj_slot *slot,
                      enum vfj_reason fault)
{
    if (fault != VFJ_REASON_NONE && slot->fault != fault)
        vfj_step_notice(context, slot, fault);
    slot->fault = (uint8_t)fault;
}

/* Whether nothing uses the VF's data path: no lagg has the VF, or laggN has it and not hn. */
static bool is_vf_unused(const struct vfj_slot *slot)
{
    return vfj_name_is_empty(slot->observed.vf_lagg)
        || (vfj_observed_has_vf_port(slot) && !vfj_observed_has_hn_port(slot)
            && !vfj_observed_is_foreign(slot));
}

/* The plan can't go on while the VF has the data path: it is taken down, so that hn carries the
 * traffic. */
static bool protect_traffic(struct vfj_step_context *context, struct vfj_slot *slot)
{
    const struct vfj_interface *vf = &slot->observed.vf;
    if (!vfj_step_is_acting(context) || slot->observed.script || vfj_name_is_empty(slot->vf)
        || !vfj_slot_is_on_vf(slot) || !vf->exists || !is_vf_unused(slot))
        return false;
    vfj_plan_take_vf_down(context, slot);
    return true;
}

/* The requested observation is under way, or takes place when timers.observe_us has come. Its
 * reason is kept until it has its answer. */
static void keep_reason(struct vfj_slot *slot)
{
    if (slot->request.asked < slot->request.wanted)
        slot->request.asked = slot->request.wanted;
    slot->request.wanted = VFJ_OBSERVE_NOT;
}

/* An observation or a required command failed: once more at once, then after growing pauses. */
static bool handle_setback(struct vfj_step_context *context, struct vfj_slot *slot)
{
    enum vfj_reason reason = (enum vfj_reason)context->setback;
    if (slot->fault != reason || slot->plan.failures == 0)
        vfj_step_notice(context, slot, reason);
    slot->fault = (uint8_t)reason;
    slot->plan.batches = 0; /* those that fail are no sign that the guest does not obey */
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

/* What holds the plan up is not the program's to remove. */
static void pause_plan(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->timers.observe_us != VFJ_NEVER_US)
        return;
    vfj_step_count_up(&slot->plan.failures);
    arm(context, &slot->timers.observe_us,
        vfj_step_pause_us(CONFLICT_FIRST_S, CONFLICT_MAX_S, slot->plan.failures));
}

static bool handle_conflict(struct vfj_step_context *context, struct vfj_slot *slot,
                            enum vfj_reason conflict)
{
    if (slot->fault != conflict) {
        slot->plan.failures = 0;
        slot->timers.observe_us = VFJ_NEVER_US;
    }
    set_fault(context, slot, conflict);
    slot->plan.batches = 0;
    pause_plan(context, slot);
    return protect_traffic(context, slot);
}

/* rc.conf has words for hn that do not fit in one command, and laggN was given none of that kind.
 */
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

/* laggN was given rc.conf's aliases, and there are more than it can be given. */
static bool has_too_many_aliases(const struct vfj_step_context *context,
                                 const struct vfj_slot *slot)
{
    const uint64_t given = (uint64_t)1 << VFJ_NEED_RC_INET | (uint64_t)1 << VFJ_NEED_RC_INET6;
    char args[VFJ_ARGS_SIZE];
    return (slot->plan.tried & given) != 0
        && vfj_rc_alias(vfj_step_rc(context), slot->hn, VFJ_ALIASES_MAX, args, sizeof args);
}

/* The fault that stands when a plan has ended. */
static enum vfj_reason standing_fault(const struct vfj_step_context *context,
                                      const struct vfj_slot *slot)
{
    enum vfj_reason conflict
        /* in observe mode, and beside an administrator's script */
        = vfj_observed_port_conflict(slot);
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

/* In observe mode the guest itself joins hn and VF, or does not: observations, further and further
 * apart. */
static void await_guest(struct vfj_step_context *context, struct vfj_slot *slot)
{
    if (slot->plan.rechecks == 0)
        vfj_step_notice(context, slot, VFJ_REASON_NOT_JOINED_YET);
    vfj_step_count_up(&slot->plan.rechecks);
    arm(context, &slot->timers.observe_us,
        vfj_step_pause_us(2, BACKOFF_MAX_S, slot->plan.rechecks));
}

/* A failed script is tried again a few times, then given up until the next VF_UP. */
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
    if (vfj_step_is_acting(context))
        slot->recovering = 0;
    if (had_failures && !vfj_slot_is_on_vf(slot) && plan->rechecks == 0)
        plan->rechecks = 1; /* hn's LINK_UP may have come meanwhile */
    set_fault(context, slot, standing_fault(context, slot));
    if (plan->failed == 0) {
        plan->retries = 0;
        return;
    }
    if (arm_earlier(context, &slot->timers.observe_us,
                    vfj_step_pause_us(RETRY_FIRST_S, RETRY_MAX_S, plan->retries + 1u)))
        vfj_step_count_up(&plan->retries);
}

/* No need is open that this plan can still meet. */
static void finish_plan(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool wants_port = vfj_plan_target(slot) >= VFJ_TARGET_JOINED;
    if (slot->observed.script && vfj_slot_is_on_vf(slot) && slot->delay == VFJ_DELAY_OVER) {
        slot->delay = VFJ_DELAY_NONE;
        publish_state(context, slot, VFJ_REASON_CUSTOM_SCRIPT);
    }
    close_plan(context, slot);
    if (slot->observed.script && slot->script.phase == VFJ_SCRIPT_DUE && slot->script.failures > 0)
        retry_script(context, slot);
    if (!vfj_step_is_acting(context) && wants_port && !slot->joined && !slot->observed.script)
        await_guest(context, slot);
}

/* The decision after an observation */

/* Somebody took laggN down together with the VF, as `service netif restart` does with all
 * interfaces; it ups those of rc.conf only. The VF is nobody's choice then. */
static bool was_all_taken_down(const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    return vfj_observed_has_vf_port(slot) && vfj_observed_has_hn_port(slot) && !view->lagg.up
        && !view->vf.up;
}

/* Start hyperv_vf_delay for a VF that no line announced and that does not have the data path, and
 * for one that was not taken down for its own sake. */
static void decide_delay(struct vfj_slot *slot, enum vfj_observe asked)
{
    const struct vfj_interface *vf = &slot->observed.vf;
    if (vfj_name_is_empty(slot->vf) || slot->delay == VFJ_DELAY_RUNNING || slot->joined)
        return;
    if (vfj_slot_is_on_vf(slot))
        return;
    if (asked == VFJ_OBSERVE_REDISCOVERED
        || (asked == VFJ_OBSERVE_GAP && !vfj_observed_has_vf_port(slot) && !vfj_link_is_held(slot)
            && vf->exists)
        || (was_all_taken_down(slot) && !vfj_link_is_held(slot)))
        slot->delay = VFJ_DELAY_DUE;
}

/* The VF has the data path though its delay runs: VF_UP was missed. hn has no traffic until the VF
 * is joined. */
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

/* Whether the guest has no network as it is, or would lose it to the stock scripts. */
static bool is_in_danger(const struct vfj_slot *slot)
{
    bool is_stranded = vfj_slot_is_on_vf(slot) && !slot->joined;
    bool is_orphaned = vfj_observed_has_taken_over(slot) && !vfj_observed_has_hn_port(slot);
    return !slot->observed.script
        && (is_stranded || is_orphaned || vfj_observed_is_lagg_lost(slot)
            || vfj_observed_port_conflict(slot) != VFJ_REASON_NONE);
}

/* While the daemon is about to end, it goes on with what was begun, by itself or by a daemon that was
 * killed, and begins only what the guest's network needs. A VF that was just found may have the data
 * path. */
static bool may_go_on(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    return !vfj_step_is_stopping(context) || slot->recovering || slot->plan.phase == VFJ_PLAN_ACTIVE
        || is_in_danger(slot) || slot->link.monitor == VFJ_LINK_MONITOR_EXPIRED
        || vfj_link_wants_down(slot) || slot->request.wanted == VFJ_OBSERVE_REDISCOVERED;
}

/* The next daemon observes each slot, and joins a VF whose delay is over as soon as it starts. */
static void leave_to_next(const struct vfj_step_context *context, struct vfj_slot *slot)
{
    slot->request.wanted = VFJ_OBSERVE_NOT;
    if (slot->delay != VFJ_DELAY_OVER)
        return;
    slot->delay = VFJ_DELAY_RUNNING;
    slot->timers.delay_us = context->next->head.mono_us;
}

/* True when a batch was issued. */
static bool decide_plan(struct vfj_step_context *context, struct vfj_slot *slot)
{
    bool is_logged = slot->plan.phase == VFJ_PLAN_LOGGED && !vfj_step_is_acting(context);
    if (!may_go_on(context, slot))
        return false;
    if (slot->plan.phase != VFJ_PLAN_ACTIVE && !is_logged)
        begin_plan(context, slot);
    if (vfj_plan_is_begun(slot) && !slot->observed.hn.exists) {
        /* It was renamed, and no line told of it, or left: the plan goes on when it is there. */
        pause_plan(context, slot);
        return false;
    }
    if (!vfj_plan_is_due(slot))
        slot->plan.failed = 0; /* nothing is wanted of laggN */
    if (!vfj_plan_is_due(slot) || is_logged) {
        finish_plan(context, slot);
        return false;
    }
    bool can_go_on = slot->observed.script || vfj_plan_vf_must_leave(context, slot);
    enum vfj_reason conflict = can_go_on ? VFJ_REASON_NONE : vfj_plan_conflict(context, slot);
    if (conflict == VFJ_REASON_NONE && slot->plan.batches >= BATCHES_MAX)
        conflict = VFJ_REASON_NOT_CONVERGING;
    if (conflict != VFJ_REASON_NONE)
        return handle_conflict(context, slot, conflict);
    if (!vfj_plan_next_batch(context, slot)) {
        finish_plan(context, slot);
        return false;
    }
    slot->plan.batches++;
    if (!vfj_step_is_acting(context))
        slot->plan.phase = VFJ_PLAN_LOGGED;
    return true;
}

static bool decide(struct vfj_step_context *context, struct vfj_slot *slot, enum vfj_observe asked)
{
    if (!vfj_observed_has_taken_over(slot) && vfj_step_is_acting(context))
        slot->recovering = 0; /* nothing was moved yet, or all of it is with hn */
    decide_delay(slot, asked);
    end_delay(context, slot);
    arm_delay(context, slot);
    if (vfj_link_wants_down(slot) && vfj_step_is_acting(context)) {
        vfj_plan_take_vf_down(context, slot);
        return true;
    }
    return decide_plan(context, slot);
}

/* Observations */

/* An hn interface whose name does not tell its unit, and whose renaming was not received: which
 * lagg is whose can only be guessed. Nothing is done until the map, which is requested, tells. */
static void give_up(struct vfj_step_context *context, struct vfj_slot *slot)
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

/* What the slot does from here on. */
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
        give_up(context, slot);
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
    arm_delay(context, slot); /* of a VF that a line announced: it has no need of an observation */
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
