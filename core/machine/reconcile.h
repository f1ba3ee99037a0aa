/* The one decider. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_RECONCILE_H
#define VFJ_CORE_MACHINE_RECONCILE_H

#include "core/machine/context.h"

/* Decide on a slot's facts, at the end of a step that touched it. The only place that issues a
 * slot's commands, arms its timers and moves its state. */
void vfj_reconcile(struct vfj_step_context *context, unsigned index);

/* Move the state alone, where another policy decides. */
void vfj_reconcile_state(struct vfj_step_context *context, unsigned index);

#endif
