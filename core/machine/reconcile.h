/* The decisions about a slot. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_RECONCILE_H
#define VFJ_CORE_MACHINE_RECONCILE_H

#include "core/machine/context.h"

/* Decides from a slot's facts, at the end of a step that touched the slot. No other function issues
 * the slot's commands, arms its timers or moves its state. */
void vfj_reconcile(struct vfj_step_context *context, unsigned index);

/* Only moves the slot's state to the one that follows from its facts. */
void vfj_reconcile_state(struct vfj_step_context *context, unsigned index);

#endif
