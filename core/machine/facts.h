/* Facts of a slot, as events report them. Nothing here issues a command, arms a timer or moves a
 * state: that is core/machine/reconcile.c. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_FACTS_H
#define VFJ_CORE_MACHINE_FACTS_H

#include "core/machine/context.h"

/* The guest is to be observed before anything else is decided; of several requests the strongest
 * stays. */
void vfj_request_observation(struct vfj_slot *slot, enum vfj_observe why);

/* The kernel maps a VF to the slot's hn, or no VF any more. Attaching replaces the VF that is
 * there. */
void vfj_facts_attach(struct vfj_step_context *context, struct vfj_slot *slot, struct vfj_name vf,
                      enum vfj_reason reason);
void vfj_facts_detach(struct vfj_step_context *context, struct vfj_slot *slot,
                      enum vfj_reason reason);

/* The boot's end: interfaces, processes and timers of the boot before are gone. */
void vfj_facts_boot(struct vfj_step_context *context, struct vfj_slot *slot);

/* A daemon starts: outcomes of commands under way are unknown. `was_running`: the daemon before did
 * not report its end. */
void vfj_facts_restart(struct vfj_step_context *context, struct vfj_slot *slot, bool was_running);

/* rc.conf was read: what it held up may go on. */
void vfj_facts_configured(struct vfj_step_context *context);

/* devd's line of the event. */
void vfj_facts_line(struct vfj_step_context *context);

/* The daemon is about to end: what the slot's plan has begun is observed once more. */
void vfj_facts_stopping(struct vfj_slot *slot);

/* The slot's probe has its answer. */
void vfj_facts_observed(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_observation *answer);

/* A command of the slot's batch has ended. */
void vfj_facts_finished(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_outcome *outcome);

/* No command for the need ran, as far as is known: it counts as untried and failed, so that a plan
 * issues its command even if no address moves. */
void vfj_facts_not_run(struct vfj_slot *slot, enum vfj_need need);

/* Timers of the slot are due by the head's time. */
void vfj_facts_timer(struct vfj_step_context *context, struct vfj_slot *slot);

/* The slot has no delay any more: neither is one due, nor does one run, nor is the VF to be upped
 * after one. */
void vfj_facts_no_delay(struct vfj_slot *slot);

/* The per-interface script is due again: VF_UP or VF_DOWN was received, or missed. */
void vfj_facts_script_due(struct vfj_slot *slot);

#endif
