/* Policy vfjournal: which VF the kernel maps to which hn, and VFs that come and go. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_VFMAP_H
#define VFJ_CORE_POLICY_VFMAP_H

#include "core/work.h"

/* Read the map; again when it has been read, if it is being read. */
void vfj_vfmap_ask(struct vfj_work *work);

/* It was read: VFs that are new attach, VFs that are not there detach. After a gap every slot is looked at. */
void vfj_vfmap_observed(struct vfj_work *work, const struct vfj_observation *answer);

/* The slot's VF is gone. */
void vfj_vfmap_detach(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason);

#endif
