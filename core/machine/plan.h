/* The plan of a slot: the commands that remove the differences between observed and desired. Used
 * inside core/ only, except vfj_plan_target(), which is also called to print a state.
 *
 * The plan has no counter and predicts nothing. vfj_plan_next_batch() compares the last observation
 * with the desired configuration, in a fixed order of needs. The commands for the first phase with
 * an open need are the batch. A plan therefore continues from any point, whoever began it: a killed
 * daemon, FreeBSD's scripts or an administrator. */
#ifndef VFJ_CORE_MACHINE_PLAN_H
#define VFJ_CORE_MACHINE_PLAN_H

#include "core/machine/context.h"

/* The target of a plan. */
enum vfj_target {
    /* when a plan has begun laggN, laggN has hn's configuration; otherwise no command runs */
    VFJ_TARGET_BASE,
    VFJ_TARGET_JOINED,    /* BASE, and the VF is a port */
    VFJ_TARGET_JOINED_UP, /* JOINED, and the VF is up */
};

/* Returns how far a plan for the slot must go, which follows from the slot's facts. */
enum vfj_target vfj_plan_target(const struct vfj_slot *slot);

/* Returns the reason why no command can reach the target, or NONE. */
enum vfj_reason vfj_plan_conflict(const struct vfj_step_context *context,
                                  const struct vfj_slot *slot, enum vfj_target target);

/* Returns the use of hn that laggN cannot take over, or NONE. Such uses are VLANs, a bridge, carp,
 * another FIB and another DHCP client. The last observation or rc.conf shows them. While rc.conf
 * was never read, hn counts as used. The kernel passes all input of a lagg port to lagg(4) first
 * (sys/net/if_ethersubr.c), so these uses would get no input. */
enum vfj_reason vfj_plan_use(const struct vfj_step_context *context, const struct vfj_slot *slot);

/* Returns true when the fault is a reason of vfj_plan_use(). A change of rc.conf may end such a
 * fault. */
bool vfj_plan_is_use(enum vfj_reason fault);

/* Returns true when the slot needs a plan: hn exists, and there is a VF to join, or a laggN that
 * has hn's configuration, is half built, or was lost. */
bool vfj_plan_is_due(const struct vfj_slot *slot);

/* Returns true when laggN exists and a plan has begun to build it. */
bool vfj_plan_is_begun(const struct vfj_slot *slot);

/* Returns true when laggN has all desired addresses, and its ports hn and VF have neither an
 * address nor a dhclient of their own. */
bool vfj_plan_is_configured(struct vfj_step_context *context, struct vfj_slot *slot);

/* Begins a plan, and keeps the last observation as hn's configuration. With `is_watch`, commands
 * that set an option of laggN are not issued again, even when the option is still missing. On a
 * kernel without IPv6 such a command never has an effect. */
void vfj_plan_begin(struct vfj_slot *slot, bool is_watch);

/* Issues the next batch towards the target. Returns false when this plan has already tried all open
 * needs. */
bool vfj_plan_next_batch(struct vfj_step_context *context, struct vfj_slot *slot,
                         enum vfj_target target);

/* Returns true when the VF is a port of another slot's lagg. The next batch then removes it from
 * that lagg. That slot's own VF left while it was a port, and this VF attached under the same
 * name. No administrator wants this, since the VF's MAC address is not that of the other slot's
 * hn. */
bool vfj_plan_vf_must_leave(const struct vfj_step_context *context, const struct vfj_slot *slot);

/* Issues a batch that gives hn the addresses, the default route and the dhclient of a laggN that
 * was lost. Called when a conflict keeps the plan from creating laggN again. A plan issues such
 * a batch once. Returns true when a batch was issued. */
bool vfj_plan_give_back(struct vfj_step_context *context, struct vfj_slot *slot);

/* Issues a batch that deletes hn's addresses from a laggN that does not have hn as a port. Returns
 * true when a batch was issued. */
bool vfj_plan_take_back(struct vfj_step_context *context, struct vfj_slot *slot);

/* Issues a batch of one command, which takes the VF down. */
void vfj_plan_take_vf_down(struct vfj_step_context *context, struct vfj_slot *slot);

/* Returns true when the need is required: the plan cannot continue while the need is open. */
bool vfj_plan_is_required(enum vfj_need need);
/* Return the masks of all required needs, of all needs about the VF, of all needs about routes, and
 * of all needs whose commands up laggN. When a plan ends, the required needs are met. */
uint64_t vfj_plan_required_needs(void);
uint64_t vfj_plan_vf_needs(void);
uint64_t vfj_plan_route_needs(void);
uint64_t vfj_plan_up_needs(void);

/* Returns true when the need is about the VF. Such a need is void when the VF leaves. */
bool vfj_plan_is_of_vf(enum vfj_need need);

/* Returns the fault of a slot whose optional need stays open, or NONE. */
enum vfj_reason vfj_plan_fault(enum vfj_need need);

#endif
