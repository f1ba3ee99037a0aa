/* The kernel's map of VFs to hn interfaces. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_MAP_H
#define VFJ_CORE_MACHINE_MAP_H

#include "core/machine/context.h"

/* Requests the map. When a map probe runs already, another one follows it. */
void vfj_map_request(struct vfj_step_context *context);

/* Records the answer to a map probe. A VF that is new in the map attaches, and a VF that the map
 * lacks detaches. After a gap every slot is observed. */
void vfj_map_observed(struct vfj_step_context *context, const struct vfj_observation *answer);

#endif
