/* Link monitor: takes down a VF that is up without link. Used inside core/ only.
 *
 * While a VF is up, hn pretends to have no link. A VF that is up without link therefore leaves the
 * guest without traffic. The machine takes such a VF down, so that hn has the traffic. After a
 * pause it ups the VF again, since the link may be back.
 *
 * The machine also takes down a VF that has the data path and cannot be joined. The link monitor
 * records that, too, so that the VF stays down until it can be joined. */
#ifndef VFJ_CORE_MACHINE_LINK_H
#define VFJ_CORE_MACHINE_LINK_H

#include "core/machine/context.h"

/* Clears the facts about the link of the slot's VF. */
void vfj_link_forget(struct vfj_slot *slot);

/* Records whether the VF has a link in the slot's new observation. */
void vfj_link_observed(struct vfj_step_context *context, struct vfj_slot *slot);

/* Records a devd line about the VF's link. `is_up`: the link came up. */
void vfj_link_changed(struct vfj_step_context *context, struct vfj_slot *slot, bool is_up);

/* Records a VF_DOWN of the slot's hn. */
void vfj_link_vf_down(const struct vfj_step_context *context, struct vfj_slot *slot);

/* Handles timers.link_us when it is due: the link monitor enters its next phase. */
void vfj_link_due(struct vfj_slot *slot);

/* Records that a command of the machine took the VF down. A VF without link stays down until a
 * timer fires. A VF that cannot be joined stays down until it can be joined. */
void vfj_link_record_down(struct vfj_step_context *context, struct vfj_slot *slot);

/* The first function returns true when the machine must take the VF down for its missing link. The
 * second one returns true when the machine took the VF down and keeps it down. */
bool vfj_link_wants_down(const struct vfj_slot *slot);
bool vfj_link_is_held(const struct vfj_slot *slot);

/* Returns the duration of the monitor's phase in microseconds. Returns VFJ_NEVER_US for a phase
 * without a time limit. */
int64_t vfj_link_duration_us(const struct vfj_step_context *context, const struct vfj_slot *slot);

#endif
