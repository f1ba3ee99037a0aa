/* Policy vfjournal: the course of a slot, from a goal over looks and commands to its end. */
#include "core/policy/course.h"

#include "core/policy/addresses.h"
#include "core/policy/belief.h"
#include "core/policy/link.h"
#include "core/policy/plan.h"
#include "core/policy/routes.h"
#include "core/policy/vfmap.h"
#include "core/rc.h"

static const int64_t second_us = 1000000;

enum {
    STEPS_MAX = 120,       /* commands of one plan: far more than the longest needs */
    BACKOFF_MAX_S = 300,   /* the longest pause between tries */
    OBSTACLE_PAUSE_S = 60, /* between looks at what only an admin can change: this at first, then twice as long … */
    OBSTACLE_PAUSE_MAX_S = 3600,
    ROUTE_PAUSE_S = 5,   /* after an IPv6 default route that did not move: this at first, then twice as long … */
    SCRIPT_TRIES = 5,    /* of a per-interface script for one VF_UP */
    SCRIPT_PAUSE_S = 10, /* between them: this at first, then twice as long … */
};

static bool is_acting(const struct vfj_work *work)
{
    return work->next->head.mode == VFJ_MODE_ACT;
}

int64_t vfj_course_backoff_us(unsigned times)
{
    int64_t pause_s = times < 9 ? (int64_t)1 << times : BACKOFF_MAX_S;
    return (pause_s < BACKOFF_MAX_S ? pause_s : BACKOFF_MAX_S) * second_us;
}

int64_t vfj_course_growing_us(int64_t first_s, int64_t most_s, unsigned failures)
{
    int64_t pause_s = first_s;
    for (unsigned i = 1; i < failures && pause_s < most_s; i++)
        pause_s *= 2;
    return (pause_s < most_s ? pause_s : most_s) * second_us;
}

/* The delay is never given up for another timer: what else is due waits for it. */
static void arm_later(struct vfj_work *work, struct vfj_slot *slot, enum vfj_timer timer, int64_t delay_us)
{
    if (slot->timer != VFJ_TIMER_DELAY)
        vfj_work_arm(work, slot, timer, delay_us);
}

void vfj_course_start_delay(struct vfj_work *work, struct vfj_slot *slot)
{
    int64_t delay_us = vfj_rc_delay_s(vfj_work_rc(work)) * second_us;
    vfj_work_forget_link(slot);
    vfj_work_arm(work, slot, VFJ_TIMER_DELAY, delay_us);
    vfj_work_move(work, slot, VFJ_SLOT_DELAYED, VFJ_REASON_DELAY_STARTED);
    work->decision->transitions[work->decision->transition_count - 1].delay_us = delay_us;
}

/* Goals */

void vfj_course_want(struct vfj_slot *slot, enum vfj_goal goal)
{
    if (slot->goal == VFJ_GOAL_NONE) {
        vfj_belief_begin(&slot->belief);
        slot->steps = 0;
    }
    if (slot->goal < goal)
        slot->goal = (uint8_t)goal;
}

/* Look at the slot now, or when the plan under way has ended. */
void vfj_course_look_soon(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->goal != VFJ_GOAL_NONE) {
        slot->look_again = 1;
        return;
    }
    vfj_course_want(slot, VFJ_GOAL_LOOK);
    vfj_course_advance(work, slot);
}

void vfj_course_watch_link(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!slot->belief.lagg_has_hn)
        return;
    slot->rechecks = 0;
    if (slot->timer == VFJ_TIMER_NONE) /* else what is due will look */
        vfj_work_arm(work, slot, VFJ_TIMER_RECHECK, second_us);
}

bool vfj_course_is_looking(const struct vfj_slot *slot)
{
    return slot->pending != 0 && slot->pending_kind == VFJ_COMMAND_PROBE_SLOT;
}

/* A look that began before something happened may not have seen it: its answer is not taken, the guest is looked at
 * again. */
void vfj_course_look_anew(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!vfj_course_is_looking(slot))
        return;
    slot->pending = 0;
    vfj_course_advance(work, slot);
}

void vfj_course_look_first(struct vfj_work *work, struct vfj_slot *slot)
{
    vfj_course_want(slot, VFJ_GOAL_LOOK);
    slot->belief.fresh = 0;
    vfj_course_advance(work, slot);
}

/* What is still at fault when a plan has ended. */
static enum vfj_reason standing_fault(const struct vfj_slot *slot)
{
    enum vfj_reason harm = vfj_belief_harm(&slot->belief); /* stays in observe mode, and with an admin's own script */
    enum vfj_reason fault = harm != VFJ_REASON_NONE ? harm : vfj_link_fault(slot);
    if (fault == VFJ_REASON_NONE && slot->belief.script_failures > 0)
        fault = VFJ_REASON_SCRIPT_FAILED;
    if (fault == VFJ_REASON_NONE && slot->belief.gateway6_failures > 0)
        fault = VFJ_REASON_ROUTE_STAYS;
    if (fault == VFJ_REASON_NONE && slot->belief.args_too_long)
        fault = VFJ_REASON_ARGS_TOO_LONG;
    return fault;
}

static void end_plan(struct vfj_work *work, struct vfj_slot *slot)
{
    bool had_failed = slot->failures > 0;
    slot->goal = VFJ_GOAL_NONE;
    slot->failures = 0;
    vfj_link_rest(work, slot);
    slot->fault = (uint8_t)standing_fault(slot);
    if (slot->timer == VFJ_TIMER_RETRY)
        vfj_work_disarm(slot);
    if (had_failed && !slot->rxvf) /* a LINK_UP of hn may have come meanwhile, and a dhclient may still come */
        vfj_course_watch_link(work, slot);
    if (slot->look_again) {
        slot->look_again = 0;
        vfj_course_look_soon(work, slot);
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

void vfj_course_leave_lagged(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason)
{
    if (slot->state == VFJ_SLOT_LAGGED)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, reason);
}

static void fail(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason, bool is_obstacle)
{
    if (slot->fault != reason || slot->failures == 0)
        vfj_work_notice(work, slot, reason);
    if (is_obstacle && slot->fault != reason)
        slot->failures = 0; /* the pauses for it begin with the shortest, whatever failed before */
    slot->fault = (uint8_t)reason;
    slot->belief.fresh = 0;
    slot->steps = 0;
    vfj_work_count_up(&slot->failures);
    if (is_obstacle)
        arm_later(work, slot, VFJ_TIMER_RETRY,
                  vfj_course_growing_us(OBSTACLE_PAUSE_S, OBSTACLE_PAUSE_MAX_S, slot->failures));
    else if (slot->failures == 1)
        vfj_course_advance(work, slot);
    else
        arm_later(work, slot, VFJ_TIMER_RETRY, vfj_course_backoff_us(slot->failures - 2u));
}

/* An hn interface whose name does not tell its unit, and whose renaming was not seen: what the kernel says of dev.hn.N,
 * and which lagg is whose, can only be guessed. The map, which is asked for, may tell; nothing is done until it does. */
static void give_up(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->fault != VFJ_REASON_NO_UNIT)
        vfj_work_notice(work, slot, VFJ_REASON_NO_UNIT);
    slot->fault = VFJ_REASON_NO_UNIT;
    slot->goal = VFJ_GOAL_NONE;
    slot->look_again = 0;
    slot->found = VFJ_FOUND_NOT;
    vfj_vfmap_ask(work);
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
    slot->belief.fresh = 0;
}

/* Whether a VF that is found down has its delay before it. A port that is down was taken down by somebody, and is left so; but
 * for one whose delay was over, and whose plan came to nothing because hn was not there under the name that it was known
 * by. */
static bool is_to_be_timed(const struct vfj_work *work, const struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (slot->timer == VFJ_TIMER_DELAY)
        return false;
    if (is_acting(work) && slot->state == VFJ_SLOT_DELAYED && belief->vf_exists && !belief->vf_up)
        return true;
    return slot->found == VFJ_FOUND_NEW || (slot->found == VFJ_FOUND_AGAIN && !belief->lagg_has_vf);
}

static void pursue(struct vfj_work *work, struct vfj_slot *slot, enum vfj_goal goal)
{
    slot->goal = (uint8_t)goal;
    vfj_course_advance(work, slot);
}

/* The VF has the data path, and its VF_UP was not heard: hn has no traffic until the VF is joined. */
static void end_delay(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->timer != VFJ_TIMER_DELAY)
        return;
    vfj_work_notice(work, slot, VFJ_REASON_VF_UP);
    vfj_work_disarm(slot);
}

static bool lacks_addresses(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return is_acting(work) && (slot->belief.moved || vfj_addresses_lack(work, slot));
}

static bool owes_gateway6(const struct vfj_work *work, const struct vfj_belief *belief)
{
    bool has_failed = belief->gateway6_failures > 0 && belief->lagg_has_hn && !belief->gateway6_on_lagg;
    return is_acting(work) && (has_failed || vfj_belief_lacks_gateway6(belief));
}

/* What a look without a plan leads to. */
static void judge(struct vfj_work *work, struct vfj_slot *slot)
{
    enum vfj_reason harm = vfj_belief_harm(&slot->belief);
    bool is_due = is_to_be_timed(work, slot);
    bool is_mapped = !vfj_name_is_empty(slot->vf);
    bool lacks = lacks_addresses(work, slot);
    bool is_joined = is_mapped && !lacks && vfj_belief_is_joined(slot);
    enum vfj_goal goal = is_mapped && slot->rxvf ? VFJ_GOAL_JOIN : VFJ_GOAL_BASE;
    if (!vfj_belief_carries(slot))
        vfj_course_leave_lagged(work, slot, VFJ_REASON_LEFT);
    if (harm != VFJ_REASON_NONE && slot->fault != harm)
        vfj_work_notice(work, slot, harm);
    if (harm != VFJ_REASON_NONE && vfj_plan_mends(slot, goal)) {
        slot->fault = (uint8_t)harm;
        slot->look_again = is_acting(work); /* then for the rest */
        pursue(work, slot, goal);
        return;
    }
    slot->found = VFJ_FOUND_NOT;
    if (is_joined && !vfj_addresses_want_dhclient(work, slot)) {
        enter_lagged(work, slot);
    } else if (goal == VFJ_GOAL_JOIN) {
        end_delay(work, slot);
        pursue(work, slot, goal);
        return;
    } else if (is_mapped && is_due) {
        vfj_course_start_delay(work, slot);
    }
    if (!is_joined && (lacks || vfj_belief_is_orphaned(&slot->belief))) {
        pursue(work, slot, VFJ_GOAL_BASE);
    } else if (owes_gateway6(work, &slot->belief)) {
        pursue(work, slot, goal);
    } else {
        slot->belief.gateway6_failures = 0;
        end_plan(work, slot);
    }
}

/* A join is not held up by a route of IPv6, nor is that given up. */
static void retry_gateway6(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (!is_acting(work) || !vfj_belief_lacks_gateway6(belief)) {
        belief->gateway6_failures = 0;
        return;
    }
    if (belief->gateway6_failures == 0)
        vfj_work_notice(work, slot, VFJ_REASON_ROUTE_STAYS);
    vfj_work_count_up(&belief->gateway6_failures);
    arm_later(work, slot, VFJ_TIMER_RECHECK,
              vfj_course_growing_us(ROUTE_PAUSE_S, OBSTACLE_PAUSE_MAX_S, belief->gateway6_failures));
}

/* Why hn and its VF are not joined, though nothing is left to do: the admin's script does that, or the guest itself. */
static void conclude_not_joined(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->belief.script && slot->rxvf) {
        if (slot->state == VFJ_SLOT_DELAYED)
            vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, VFJ_REASON_CUSTOM_SCRIPT);
    } else if (!is_acting(work) && slot->goal >= VFJ_GOAL_JOIN) {
        if (slot->rechecks == 0)
            vfj_work_notice(work, slot, VFJ_REASON_NOT_JOINED_YET);
        arm_later(work, slot, VFJ_TIMER_RECHECK, vfj_course_backoff_us(slot->rechecks + 1u));
        vfj_work_count_up(&slot->rechecks);
    }
}

/* Nothing is left to do, and the last view says so. */
static void conclude(struct vfj_work *work, struct vfj_slot *slot)
{
    bool joined = !vfj_name_is_empty(slot->vf) && vfj_belief_is_joined(slot);
    if (!vfj_belief_carries(slot))
        vfj_course_leave_lagged(work, slot, VFJ_REASON_LEFT);
    if (joined)
        enter_lagged(work, slot);
    if (vfj_plan_solicit(work, slot))
        return;
    if (!joined)
        conclude_not_joined(work, slot);
    retry_gateway6(work, slot);
    end_plan(work, slot);
}

/* In observe mode a plan is written down once for each attachment, not at each look. */
static bool is_written_down(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return !is_acting(work) && slot->paper;
}

void vfj_course_advance(struct vfj_work *work, struct vfj_slot *slot)
{
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
    if (slot->watch == VFJ_WATCH_OVER && is_acting(work)) {
        vfj_link_take_down(work, slot);
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
    switch (vfj_plan_next(work, slot)) {
    case VFJ_PLAN_COMMAND:
        break;
    case VFJ_PLAN_FAULT:
        fail(work, slot, vfj_plan_obstacle(slot), true);
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

/* A VF that was a port when its script had run, and is none any more, left and came back, or was taken out, and no line told
 * of it: it is joined again, as any other is. */
static void view_script_ran(struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (belief->script_ran == VFJ_SCRIPT_JOINED && !belief->lagg_has_vf)
        vfj_belief_script_anew(slot);
    if (belief->script_ran == VFJ_SCRIPT_RAN && belief->lagg_has_vf)
        belief->script_ran = VFJ_SCRIPT_JOINED;
}

/* Said once: who can write a script to that place shall not keep the hn from being joined as any other. */
static void view_script(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_view *view)
{
    view_script_ran(slot);
    bool is_refused = view->script_refused[0] != '\0';
    if (is_refused && !slot->belief.script_refused)
        vfj_work_notice(work, slot, VFJ_REASON_SCRIPT_REFUSED);
    slot->belief.script_refused = is_refused;
}

/* A VF that no event told of, found in the middle of a plan: one that has the data path is joined now, any other has
 * its delay first, when what was begun is finished. */
static void view_new_vf(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_view *view)
{
    if (!vfj_name_is_empty(slot->vf))
        vfj_work_detach(work, slot, VFJ_REASON_VF_LOST);
    vfj_work_attach(work, slot, vfj_view_vf(view), VFJ_REASON_VF_FOUND);
    slot->paper = 0;
    slot->found = VFJ_FOUND_NEW;
    vfj_belief_script_anew(slot);
    if (slot->goal == VFJ_GOAL_LOOK)
        return;
    bool is_up = !vfj_name_is_empty(view->rxvf);
    slot->goal = is_up ? VFJ_GOAL_JOIN : VFJ_GOAL_BASE;
    slot->look_again = !is_up;
}

/* A VF that is being joined because it was up is down: its VF_DOWN was not heard, and perhaps it left and came back. What
 * is to become of it is judged when what was begun is finished. */
static void view_vf_down(struct vfj_slot *slot, const struct vfj_view *view)
{
    if (slot->goal != VFJ_GOAL_JOIN || !view->vf.exists || view->vf.up || !vfj_name_is_empty(view->rxvf))
        return;
    slot->goal = VFJ_GOAL_BASE;
    slot->look_again = 1;
    if (slot->found == VFJ_FOUND_NOT)
        slot->found = VFJ_FOUND_AGAIN;
}

/* The view tells which VF the kernel maps to this hn: that is taken before anything is planned. */
static void view_vf(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_view *view)
{
    bool was_up = slot->rxvf != 0;
    struct vfj_name vf = vfj_view_vf(view);
    if (vfj_name_is_empty(vf)) {
        view_no_vf(work, slot);
    } else if (!vfj_name_equal(slot->vf, vf)) {
        view_new_vf(work, slot, view);
    }
    if (was_up && vfj_name_is_empty(view->rxvf)) { /* its VF_DOWN was not heard, nor perhaps the LINK_UP of hn */
        vfj_belief_script_anew(slot);
        vfj_course_watch_link(work, slot);
    }
    slot->rxvf = !vfj_name_is_empty(view->rxvf);
    slot->up_heard &= slot->rxvf;
    view_vf_down(slot, view);
}

/* What was done last, by a daemon that died or before there was one, may not be known. What rc.conf gives hn and no interface
 * has was on its way then, and its routes went with it; before hn is a port nothing is. A script that has not joined has
 * not run. */
static void view_in_doubt(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (!slot->doubt || !is_acting(work))
        return;
    slot->doubt = 0;
    if (belief->script) {
        if (!vfj_belief_carries(slot))
            vfj_belief_script_anew(slot);
    } else if ((belief->lagg_has_hn && !belief->lagg_foreign) || vfj_belief_is_orphaned(belief)) {
        vfj_addresses_recall(work, slot);
        vfj_routes_recall(work, slot);
    }
}

void vfj_course_observed(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_observation *answer)
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
        vfj_course_advance(work, slot);
        return;
    }
    vfj_belief_see(slot, view);
    view_in_doubt(work, slot);
    view_script(work, slot, view);
    vfj_link_see(work, slot);
    vfj_course_advance(work, slot);
}

/* A static route or an IPv6 address of rc.conf that can't be added keeps nobody from the rest: rc(8) goes on as well. Nor
 * does an IPv6 default route, which is tried again, or a router that does not answer. */
static bool is_bearable(const struct vfj_slot *slot, const struct vfj_outcome *outcome)
{
    if (slot->pending_kind == VFJ_COMMAND_RTSOL)
        return true;
    bool is_route = slot->pending_kind == VFJ_COMMAND_ROUTE_ADD && slot->pending_index != VFJ_ROUTE_DEFAULT;
    bool is_inet6 = slot->pending_kind == VFJ_COMMAND_CONFIGURE
        && (slot->pending_index == VFJ_CONFIGURE_INET6 || slot->pending_index == VFJ_CONFIGURE_ALIAS6);
    return outcome->kind == VFJ_OUTCOME_EXITED && (is_route || is_inet6);
}

static enum vfj_reason reason_of_failure(const struct vfj_slot *slot, const struct vfj_outcome *outcome)
{
    if (outcome->kind == VFJ_OUTCOME_TIMEOUT)
        return VFJ_REASON_COMMAND_TIMEOUT;
    bool is_mtu = slot->pending_kind == VFJ_COMMAND_JOIN && slot->belief.vf_mtu_differs;
    return is_mtu ? VFJ_REASON_VF_MTU : VFJ_REASON_COMMAND_FAILED;
}

/* The originals run the script once and don't look at how it ends. */
static void fail_script(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (belief->script_failures++ == 0)
        vfj_work_notice(work, slot, VFJ_REASON_SCRIPT_FAILED);
    slot->fault = VFJ_REASON_SCRIPT_FAILED;
    belief->fresh = 0;
    if (belief->script_failures < SCRIPT_TRIES) {
        arm_later(work, slot, VFJ_TIMER_RETRY,
                  vfj_course_growing_us(SCRIPT_PAUSE_S, INT32_MAX, belief->script_failures));
        return;
    }
    belief->script_ran = VFJ_SCRIPT_RAN;
    vfj_course_advance(work, slot);
}

void vfj_course_finished(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_outcome *outcome)
{
    slot->pending = 0;
    if (vfj_outcome_ok(outcome) || vfj_command_already_so((enum vfj_command_kind)slot->pending_kind, outcome)) {
        vfj_belief_did(slot);
        if (slot->pending_kind == VFJ_COMMAND_DOWN)
            vfj_link_held(work, slot);
        vfj_course_advance(work, slot);
    } else if (slot->pending_kind == VFJ_COMMAND_ROUTE_CHANGE && outcome->kind == VFJ_OUTCOME_EXITED) {
        vfj_belief_route_not_changed(slot);
        vfj_course_advance(work, slot);
    } else if (is_bearable(slot, outcome)) {
        vfj_work_notice(work, slot, reason_of_failure(slot, outcome));
        vfj_belief_bore(slot);
        vfj_course_advance(work, slot);
    } else if (slot->pending_kind == VFJ_COMMAND_SCRIPT) {
        fail_script(work, slot);
    } else {
        fail(work, slot, reason_of_failure(slot, outcome), false);
    }
}
