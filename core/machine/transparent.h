/* Slots in transparent mode (hw.hn.vf_transparent=1). hn(4) itself ups the VF and moves the data
 * path. The machine only records that, from snapshots, and issues no command that changes the
 * guest. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_TRANSPARENT_H
#define VFJ_CORE_MACHINE_TRANSPARENT_H

#include "core/data/finding.h"
#include "core/machine/context.h"

enum {
    /* seconds of hw.hn.vf_xpnt_attwait if the kernel does not give its value */
    VFJ_ATTWAIT_DEFAULT_S = 2,
    /* pause in seconds between an edge (struct vfj_transparent_facts) and the snapshot after it */
    VFJ_AFTER_EDGE_S = 2,
};

/* Records the map of a guest in transparent mode. Its hn interfaces get transparent mode. VFs
 * attach and detach as the map shows. A slot that is joined or has a plan stays in ordinary
 * mode. With `is_after_gap`, each slot in transparent mode is observed again. */
void vfj_transparent_map(struct vfj_step_context *context, const struct vfj_map *map,
                         bool is_after_gap);

/* Records that the guest is not in transparent mode. All slots get ordinary mode, and the VFs of
 * slots that were in transparent mode count as detached. */
void vfj_transparent_end(struct vfj_step_context *context);

/* The first function records that a VF attached to the slot's hn, the second one that the VF
 * left. */
void vfj_transparent_attached(struct vfj_step_context *context, struct vfj_slot *slot);
void vfj_transparent_left(struct vfj_step_context *context, struct vfj_slot *slot);

/* Clears the facts about transparent mode. Called after a boot, and for a policy that takes no
 * snapshots. */
void vfj_transparent_forget(struct vfj_slot *slot);

/* Handles the slot's timers that are due at head.mono_us, the time of the event. */
void vfj_transparent_timer(struct vfj_step_context *context, struct vfj_slot *slot);

/* Records the slot's snapshot. */
void vfj_transparent_observed(struct vfj_step_context *context, struct vfj_slot *slot,
                              const struct vfj_observation *answer);

/* Does the work of vfj_reconcile() for a slot in transparent mode: state, timers, findings and
 * snapshots. */
void vfj_transparent_reconcile(struct vfj_step_context *context, unsigned index);

#endif
