/* The kernel's map: which VF belongs to which hn. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_MAP_H
#define VFJ_CORE_MACHINE_MAP_H

#include "core/machine/context.h"

/* Read the map; once more after the read that is under way. */
void vfj_map_request(struct vfj_step_context *context);

/* The map was read: VFs that are new attach, VFs that are not in it detach. After a gap every slot
 * is observed. */
void vfj_map_observed(struct vfj_step_context *context, const struct vfj_observation *answer);

#endif
