/* Records facts of a slot that events report. No function here issues a command, arms a timer or
 * moves a state: core/machine/reconcile.c does. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_FACTS_H
#define VFJ_CORE_MACHINE_FACTS_H

#include "core/machine/context.h"

/* Requests an observation of the guest before any other decision. Of several requests the one with
 * the strongest reason stays. */
void vfj_request_observation(struct vfj_slot *slot, enum vfj_observe why);

/* The first function records that the kernel maps `vf` to the slot's hn; that VF replaces any VF
 * before it. The second one records that the kernel maps no VF to hn any more. */
void vfj_facts_attach(struct vfj_step_context *context, struct vfj_slot *slot, struct vfj_name vf,
                      enum vfj_reason reason);
void vfj_facts_detach(struct vfj_step_context *context, struct vfj_slot *slot,
                      enum vfj_reason reason);

/* Records a boot. The interfaces, processes and timers from before the boot are gone. */
void vfj_facts_boot(struct vfj_step_context *context, struct vfj_slot *slot);

/* Records the start of a daemon. The outcomes of commands that ran until then are unknown.
 * `was_running`: the last daemon did not report its end. */
void vfj_facts_restart(struct vfj_step_context *context, struct vfj_slot *slot, bool was_running);

/* Records that rc.conf was read. Requests an observation of each slot whose conflict may have ended
 * by a change of rc.conf. */
void vfj_facts_configured(struct vfj_step_context *context);

/* Records devd's line of the event. */
void vfj_facts_line(struct vfj_step_context *context);

/* Records that the daemon stops. Requests an observation of a slot with an active plan. */
void vfj_facts_stopping(struct vfj_slot *slot);

/* Records the answer to the slot's probe. */
void vfj_facts_observed(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_observation *answer);

/* Records the outcome of a command of the slot's batch. */
void vfj_facts_finished(struct vfj_step_context *context, struct vfj_slot *slot,
                        const struct vfj_outcome *outcome);

/* Records that no command for the need is known to have run. The need counts as not tried and as
 * failed. The next plan therefore issues the need's command even if no address moves. */
void vfj_facts_not_run(struct vfj_slot *slot, enum vfj_need need);

/* Handles the slot's timers that are due at head.mono_us, the time of the event. */
void vfj_facts_timer(struct vfj_step_context *context, struct vfj_slot *slot);

/* Clears the slot's delay, whether it is due, runs or is over. */
void vfj_facts_no_delay(struct vfj_slot *slot);

/* Makes the per-interface script due again. Called after a VF_UP or VF_DOWN, received or missed. */
void vfj_facts_script_due(struct vfj_slot *slot);

#endif
