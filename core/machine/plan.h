/* The plan of a slot: the commands that remove the differences between observed and desired. Used
 * inside core/ only.
 *
 * The plan has no counter and predicts nothing. vfj_plan_next_batch() compares the last observation
 * with the desired configuration, in a fixed order of needs. The commands of the first phase with
 * an open need are the batch. A plan that a killed daemon, the stock scripts or an administrator
 * began therefore continues from any point. */
#ifndef VFJ_CORE_MACHINE_PLAN_H
#define VFJ_CORE_MACHINE_PLAN_H

#include "core/machine/context.h"

/* The target of a plan. */
enum vfj_target {
    /* a laggN that was begun has hn's configuration; without laggN no command runs */
    VFJ_TARGET_BASE,
    VFJ_TARGET_JOINED,    /* BASE, and the VF is a port */
    VFJ_TARGET_JOINED_UP, /* JOINED, and the VF is up */
};

/* Returns the target that follows from the slot's facts. */
enum vfj_target vfj_plan_target(const struct vfj_slot *slot);

/* Returns the reason why no command can reach this target, or NONE. */
enum vfj_reason vfj_plan_conflict(const struct vfj_step_context *context,
                                  const struct vfj_slot *slot, enum vfj_target target);

/* Returns the use of hn that laggN can't take over, or NONE. VLANs, a bridge, carp, another FIB
 * and another DHCP client are such uses. The last observation or rc.conf shows them. An unread
 * rc.conf counts, too. Input of a lagg port never reaches these uses, since the kernel passes it
 * to lagg(4) first (sys/net/if_ethersubr.c). */
enum vfj_reason vfj_plan_use(const struct vfj_step_context *context, const struct vfj_slot *slot);

/* Returns whether the fault is a reason of vfj_plan_use(). Another rc.conf may end such a fault. */
bool vfj_plan_is_use(enum vfj_reason fault);

/* Returns whether the slot needs a plan. hn must exist, with a VF to join, or with a laggN that
 * has hn's configuration, was begun, or was lost. */
bool vfj_plan_is_due(const struct vfj_slot *slot);

/* Returns whether laggN exists, and a plan has begun to build it. */
bool vfj_plan_is_begun(const struct vfj_slot *slot);

/* Returns whether laggN has all addresses that it is to have. Its ports hn and VF then have
 * neither an address nor a dhclient of their own. */
bool vfj_plan_is_configured(struct vfj_step_context *context, struct vfj_slot *slot);

/* Begins a plan, and keeps the last observation as hn's configuration. With `is_watch` the plan
 * does not try again options of laggN that had no effect. A kernel without IPv6 has such
 * options. */
void vfj_plan_begin(struct vfj_slot *slot, bool is_watch);

/* Issues the next batch towards the target. Returns false when this plan has tried all open
 * needs. */
bool vfj_plan_next_batch(struct vfj_step_context *context, struct vfj_slot *slot,
                         enum vfj_target target);

/* Returns whether the VF is a port of another slot's lagg, and not that slot's VF. The next
 * batch removes it from that lagg. The other slot's VF left while it was a port, and this VF
 * attached under its name. No administrator wants that, since the VF's MAC is not the other
 * hn's. */
bool vfj_plan_vf_must_leave(const struct vfj_step_context *context, const struct vfj_slot *slot);

/* Issues a batch of one command, which takes the VF down. */
void vfj_plan_take_vf_down(struct vfj_step_context *context, struct vfj_slot *slot);

/* Returns whether the need is required: the plan can't continue while the need is open. */
bool vfj_plan_is_required(enum vfj_need need);
/* Return the masks of all required needs, of all needs of the VF, and of all needs of routes. A
 * plan that ends has met the required needs. */
uint64_t vfj_plan_required_needs(void);
uint64_t vfj_plan_vf_needs(void);
uint64_t vfj_plan_route_needs(void);

/* Returns whether the need is about the VF. Such a need is void without the VF. */
bool vfj_plan_is_of_vf(enum vfj_need need);

/* Returns the fault of a slot whose optional need stays open, or NONE. */
enum vfj_reason vfj_plan_fault(enum vfj_need need);

#endif
