/* The plan of a slot: which commands remove the differences between observed and desired. Used
 * inside core/ only.
 *
 * The plan has no counter and predicts nothing. vfj_plan_next_batch() compares the last observation
 * with what is desired, in a fixed order of needs, and issues the commands of the first phase in
 * which a need is open. So a plan that a killed daemon, the stock scripts or an administrator began
 * is finished from wherever it stands. */
#ifndef VFJ_CORE_MACHINE_PLAN_H
#define VFJ_CORE_MACHINE_PLAN_H

#include "core/machine/context.h"

/* What is to become of hn and its VF. */
enum vfj_target {
    /* what was begun is finished: laggN on hn has all that hn had; without lagg, nothing */
    VFJ_TARGET_BASE,
    VFJ_TARGET_JOINED,    /* and the VF is a port */
    VFJ_TARGET_JOINED_UP, /* and the VF is up */
};

/* The slot's target, by its facts. */
enum vfj_target vfj_plan_target(const struct vfj_slot *slot);

/* Why the target can't be reached, whatever commands run; NONE. */
enum vfj_reason vfj_plan_conflict(const struct vfj_step_context *context,
                                  const struct vfj_slot *slot);

/* The use of hn that laggN can't take over, by the last observation or rc.conf: VLANs, a bridge,
 * carp, another FIB, another DHCP client; or that rc.conf's is not known. A lagg port's input
 * reaches none of these (sys/net/if_ethersubr.c gives it to lagg(4) first). NONE, or the reason. */
enum vfj_reason vfj_plan_use(const struct vfj_step_context *context, const struct vfj_slot *slot);

/* Whether the fault is a reason of vfj_plan_use(), which another rc.conf may end. */
bool vfj_plan_is_use(enum vfj_reason fault);

/* Whether there is anything to do for the target: there is not without hn, nor where no lagg was
 * begun and none is wanted. */
bool vfj_plan_is_due(const struct vfj_slot *slot);

/* Whether a command of the plan under way was for laggN, which is there. */
bool vfj_plan_is_begun(const struct vfj_slot *slot);

/* Whether laggN has all that it is to take over from hn and the VF, and these have nothing left of
 * their own. */
bool vfj_plan_is_configured(struct vfj_step_context *context, struct vfj_slot *slot);

/* Begin a plan: what is observed now is what hn had. When the watch asked for the observation,
 * options of laggN that were tried and did not take (a kernel without IPv6) are not tried again. */
void vfj_plan_begin(struct vfj_slot *slot, bool is_watch);

/* Issue the next batch; false: no need is open that was not tried in this plan. */
bool vfj_plan_next_batch(struct vfj_step_context *context, struct vfj_slot *slot);

/* Whether the VF is a port of the lagg of another slot, whose VF it is not: the next batch takes it
 * out of that. The other slot's VF left while it was joined, and this VF attached under its name.
 * Nobody can have meant that, since its MAC is not that hn's. */
bool vfj_plan_vf_must_leave(const struct vfj_step_context *context, const struct vfj_slot *slot);

/* Issue one batch of one command that takes the VF down. */
void vfj_plan_take_vf_down(struct vfj_step_context *context, struct vfj_slot *slot);

/* Whether the plan can't go on while that need is open. */
bool vfj_plan_is_required(enum vfj_need need);
/* The mask of all such needs: a plan that ends has met them. */
uint64_t vfj_plan_required_needs(void);
uint64_t vfj_plan_vf_needs(void);
uint64_t vfj_plan_route_needs(void);

/* Whether the need is about the VF, and void without it. */
bool vfj_plan_is_of_vf(enum vfj_need need);

/* The fault of a slot whose optional need stays open; NONE. */
enum vfj_reason vfj_plan_fault(enum vfj_need need);

#endif
