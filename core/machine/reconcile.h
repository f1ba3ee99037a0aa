/* The decisions about a slot. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_RECONCILE_H
#define VFJ_CORE_MACHINE_RECONCILE_H

#include "core/machine/context.h"

/* Decides what to do, from a slot's facts, at the end of a step that touched the slot. Only this
 * function issues the slot's commands, arms its timers and moves its state. */
void vfj_reconcile(struct vfj_step_context *context, unsigned index);

/* Moves the slot to the public state that follows from its facts, and does nothing else. */
void vfj_reconcile_state(struct vfj_step_context *context, unsigned index);

#endif
