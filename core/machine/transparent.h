/* Slots in transparent mode (hw.hn.vf_transparent=1): hn(4) itself ups the VF and moves the data
 * path. Here it is only recorded, on evidence: no command that changes anything is ever issued. Used
 * inside core/ only. */
#ifndef VFJ_CORE_MACHINE_TRANSPARENT_H
#define VFJ_CORE_MACHINE_TRANSPARENT_H

#include "core/data/finding.h"
#include "core/machine/context.h"

enum {
    VFJ_ATTWAIT_DEFAULT_S = 2, /* hw.hn.vf_xpnt_attwait where it can't be read */
    VFJ_SETTLE_S = 2,          /* from an edge to the snapshot that follows it */
};

/* The map of a guest in transparent mode: its hn interfaces get that mode, VFs attach and detach. A
 * slot whose hn and VF are joined, or whose plan is under way, keeps the other mode. */
void vfj_transparent_map(struct vfj_step_context *context, const struct vfj_map *map,
                         bool is_after_gap);

/* A map tells that the guest is not in transparent mode: no slot is. The VFs that they had are
 * taken to have left. */
void vfj_transparent_end(struct vfj_step_context *context);

/* A VF attached to the slot's hn, or left it. */
void vfj_transparent_attached(struct vfj_step_context *context, struct vfj_slot *slot);
void vfj_transparent_left(struct vfj_step_context *context, struct vfj_slot *slot);

/* Another boot, or a policy that takes no snapshots: nothing is known of the mode. */
void vfj_transparent_forget(struct vfj_slot *slot);

/* Timers of the slot are due by the head's time. */
void vfj_transparent_timer(struct vfj_step_context *context, struct vfj_slot *slot);

/* The slot's snapshot was taken. */
void vfj_transparent_observed(struct vfj_step_context *context, struct vfj_slot *slot,
                              const struct vfj_observation *answer);

/* vfj_reconcile() of a slot in transparent mode: state, timers, findings and snapshots. */
void vfj_transparent_reconcile(struct vfj_step_context *context, unsigned index);

#endif
