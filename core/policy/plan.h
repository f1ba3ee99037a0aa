/* Policy vfjournal: the next command on the way to a slot's goal. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_PLAN_H
#define VFJ_CORE_POLICY_PLAN_H

#include "core/work.h"

enum vfj_plan {
    VFJ_PLAN_COMMAND, /* a command was issued: its outcome comes first */
    VFJ_PLAN_DONE,    /* the guest is believed to be as the goal asks */
    VFJ_PLAN_FAULT,   /* it can't be reached: vfj_plan_obstacle() says why */
};

/* Issue the next command towards slot->goal, seen from slot->belief. There is no list of steps and no counter: each
 * command answers one thing that is not yet as it should be, so a plan begun by a dead daemon, by the scripts or by
 * the admin is finished from wherever it stands. */
enum vfj_plan vfj_plan_next(struct vfj_work *work, struct vfj_slot *slot);

/* Why the goal can't be reached, whatever is done; NONE when nothing is known to stand in its way. */
enum vfj_reason vfj_plan_obstacle(const struct vfj_slot *slot);

/* When all else is done: ask for a router's advertisement, if that is due. Before one comes laggN has no address of its own
 * making, nor a route; but a router that does not answer is to hold up nothing. True when a command was issued. */
bool vfj_plan_solicit(struct vfj_work *work, struct vfj_slot *slot);

/* Whether a plan with that goal can do anything about what is harmful: not without hn, nor where there is no lagg to finish,
 * nor with a per-interface script, for what that has taken over is its admin's. */
bool vfj_plan_mends(const struct vfj_slot *slot, enum vfj_goal goal);

#endif
