/* Policy vfjournal: the next command on the way to a slot's goal.
 *
 * The order is the one that was seen to lose next to nothing on a real FreeBSD: laggN is built on hn while hn still
 * has its link, address, routes and lease go over, the VF becomes a port, and only then it is upped; hn then pretends
 * link down while lagg already has another port (vfjournal-hyperv(7)). */
#include "core/policy/plan.h"

#include "core/policy/addresses.h"
#include "core/policy/belief.h"
#include "core/policy/issue.h"
#include "core/policy/routes.h"

static bool issue_up(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name interface, uint8_t which)
{
    vfj_issue(work, slot, VFJ_COMMAND_UP)->a = interface;
    slot->pending_index = which;
    return true;
}

static bool stop_dhclient(struct vfj_work *work, struct vfj_slot *slot, uint64_t pid, uint8_t whose)
{
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_DHCLIENT_STOP);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add_u64(&text, pid);
    slot->pending_index = whose;
    return true;
}

static bool carry_lease(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_LEASE);
    command->b = command->a;
    command->a = slot->hn;
    return true;
}

/* laggN with hn as its first port, up. */
static bool plan_lagg(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (!belief->lagg_exists)
        return vfj_issue(work, slot, VFJ_COMMAND_CREATE) != NULL;
    if (!belief->lagg_no_dad)
        return vfj_issue(work, slot, VFJ_COMMAND_NO_DAD) != NULL;
    if (!belief->hn_up)
        return issue_up(work, slot, slot->hn, VFJ_UP_HN);
    if (!belief->lagg_has_hn && belief->lease == 1 && vfj_addresses_by_dhcp(work, slot))
        return carry_lease(work, slot);
    if (belief->hn_dhclient != 0)
        return stop_dhclient(work, slot, belief->hn_dhclient, VFJ_DHCLIENT_HN);
    if (!belief->lagg_has_hn) {
        vfj_issue(work, slot, VFJ_COMMAND_JOIN_FIRST)->b = slot->hn;
        return true;
    }
    if (!belief->lagg_up)
        return issue_up(work, slot, vfj_name_lagg(slot->unit), VFJ_UP_LAGG);
    return false;
}

/* Always in the background: the address has been carried over, and no other slot may wait for a lease. */
static bool plan_dhclient(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!vfj_addresses_want_dhclient(work, slot) || slot->belief.dhclient_tried)
        return false;
    return vfj_issue(work, slot, VFJ_COMMAND_DHCLIENT_BACKGROUND) != NULL;
}

static bool plan_configuration(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->belief.vf_dhclient != 0 && vfj_addresses_take_from_vf(slot))
        return stop_dhclient(work, slot, slot->belief.vf_dhclient, VFJ_DHCLIENT_VF);
    if (vfj_addresses_next(work, slot))
        return true;
    if (!slot->belief.lagg_rtadv && vfj_addresses_want_rtadv(work, slot))
        return vfj_issue(work, slot, VFJ_COMMAND_RTADV) != NULL;
    return vfj_routes_next(work, slot) || plan_dhclient(work, slot);
}

/* Whether the VF is a port of the lagg of another slot, whose VF it is not: a join for a VF of that name, which left while
 * the join ran, has put it there. It has another MAC than that slot's hn, so nobody can have meant it. */
static bool is_astray(const struct vfj_work *work, const struct vfj_slot *slot)
{
    if (slot->goal < VFJ_GOAL_JOIN || vfj_name_is_empty(slot->belief.vf_lagg))
        return false;
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *other = vfj_work_slot(work, i);
        if (vfj_name_equal(vfj_name_lagg(other->unit), slot->belief.vf_lagg))
            return other->belief.lagg_has_hn && !vfj_name_equal(other->vf, slot->vf);
    }
    return false;
}

/* First of all: whatever becomes of this slot, it was not to be there. */
static bool take_out(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!is_astray(work, slot))
        return false;
    vfj_work_notice(work, slot, VFJ_REASON_VF_ASTRAY);
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_LEAVE);
    command->a = slot->belief.vf_lagg;
    command->b = slot->vf;
    return true;
}

static bool plan_vf(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (slot->goal < VFJ_GOAL_JOIN || !belief->vf_exists)
        return false;
    if (!belief->lagg_has_vf) {
        vfj_issue(work, slot, VFJ_COMMAND_JOIN)->b = slot->vf;
        return true;
    }
    if (slot->goal == VFJ_GOAL_JOIN_UP && !belief->vf_up)
        return issue_up(work, slot, slot->vf, VFJ_UP_VF);
    return false;
}

bool vfj_plan_solicit(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (belief->solicit != 1 || !belief->lagg_has_hn || !vfj_addresses_want_rtadv(work, slot))
        return false;
    return vfj_issue(work, slot, VFJ_COMMAND_RTSOL) != NULL;
}

/* The admin's own script does it all, as with the scripts: the VF is upped, and the script runs once it is. */
static bool plan_script(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->goal == VFJ_GOAL_JOIN_UP && !slot->belief.vf_up)
        return issue_up(work, slot, slot->vf, VFJ_UP_VF);
    if (slot->goal < VFJ_GOAL_JOIN || !slot->rxvf || slot->belief.script_ran)
        return false;
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_SCRIPT);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, vfj_own_script_path((enum vfj_own_script)slot->belief.script));
    vfj_text_add(&text, slot->hn.text);
    return true;
}

enum vfj_reason vfj_plan_obstacle(const struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (vfj_name_is_empty(vfj_name_lagg(slot->unit)))
        return VFJ_REASON_NO_UNIT;
    if (belief->hn_elsewhere)
        return VFJ_REASON_HN_IN_OTHER_LAGG;
    if (belief->lagg_foreign)
        return VFJ_REASON_FOREIGN_LAGG;
    if (!vfj_name_is_empty(belief->vf_lagg) && slot->goal >= VFJ_GOAL_JOIN)
        return VFJ_REASON_VF_IN_OTHER_LAGG;
    if (belief->carry_truncated)
        return VFJ_REASON_TOO_MANY_ADDRESSES;
    return VFJ_REASON_NONE;
}

/* If the VF left, or is not to be joined: is there anything half-done to finish? */
static bool is_due(const struct vfj_slot *slot, enum vfj_goal goal)
{
    const struct vfj_belief *belief = &slot->belief;
    return belief->hn_exists && (goal >= VFJ_GOAL_JOIN || belief->lagg_has_hn || vfj_belief_is_orphaned(belief));
}

bool vfj_plan_mends(const struct vfj_slot *slot, enum vfj_goal goal)
{
    return is_due(slot, goal) && !slot->belief.script;
}

enum vfj_plan vfj_plan_next(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!is_due(slot, (enum vfj_goal)slot->goal))
        return VFJ_PLAN_DONE;
    if (take_out(work, slot))
        return VFJ_PLAN_COMMAND;
    if (slot->belief.script)
        return plan_script(work, slot) ? VFJ_PLAN_COMMAND : VFJ_PLAN_DONE;
    if (vfj_plan_obstacle(slot) != VFJ_REASON_NONE)
        return VFJ_PLAN_FAULT;
    if (plan_lagg(work, slot) || plan_configuration(work, slot) || plan_vf(work, slot))
        return VFJ_PLAN_COMMAND;
    return VFJ_PLAN_DONE;
}
