/* Ends a verb on HUP, INT or TERM without leaving files behind. */
#ifndef VFJ_TOOLS_INTERRUPT_H
#define VFJ_TOOLS_INTERRUPT_H

/* From this call on, HUP, INT and TERM remove the private files of the verb (store/publish.h)
 * before the signal ends the process. A pruning ends after its present step first (store/prune.h).
 * A signal that is ignored stays ignored. */
void vfj_interrupt_handle(void);

/* Ends the process by the signal that a pruning has waited for. Returns when there was none. */
void vfj_interrupt_end(void);

#endif
