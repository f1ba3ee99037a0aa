/* Link monitor: a VF that is up and has no link, or that can't be joined. Used inside core/ only.
 *
 * While a VF is up hn pretends to have no link, so that with a VF that has none nothing carries
 * traffic. The VF is taken down again, hn carries on, and after a pause the VF gets another try. */
#ifndef VFJ_CORE_MACHINE_LINK_H
#define VFJ_CORE_MACHINE_LINK_H

#include "core/machine/context.h"

/* Nothing is known of the link of the slot's VF. */
void vfj_link_forget(struct vfj_slot *slot);

/* The slot's new observation shows whether the VF has its link. */
void vfj_link_observed(struct vfj_step_context *context, struct vfj_slot *slot);

/* A line reported that the VF's link came or went. */
void vfj_link_changed(struct vfj_step_context *context, struct vfj_slot *slot, bool is_up);

/* VF_DOWN was received. */
void vfj_link_vf_down(const struct vfj_step_context *context, struct vfj_slot *slot);

/* timers.link_us has come. */
void vfj_link_due(struct vfj_slot *slot);

/* Record that our command took the VF down: for want of a link, until a timer, or for a conflict,
 * until that is gone. */
void vfj_link_record_down(struct vfj_step_context *context, struct vfj_slot *slot);

/* Whether the VF is to be taken down, or is held down. */
bool vfj_link_wants_down(const struct vfj_slot *slot);
bool vfj_link_is_held(const struct vfj_slot *slot);

/* How long the monitor's present phase lasts, in microseconds; VFJ_NEVER_US: it has no end of its
 * own. */
int64_t vfj_link_duration_us(const struct vfj_step_context *context, const struct vfj_slot *slot);

#endif
