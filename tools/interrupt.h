/* Ends a verb on HUP, INT or TERM without leaving files behind. */
#ifndef VFJ_TOOLS_INTERRUPT_H
#define VFJ_TOOLS_INTERRUPT_H

/* After this call HUP, INT and TERM remove the private files of the verb (store/publish.h)
 * before they end the process. A pruning first completes its present step (store/prune.h). A
 * signal that was ignored remains ignored. */
void vfj_interrupt_handle(void);

/* Ends the process by the signal that came during a pruning. Returns when there was none. */
void vfj_interrupt_end(void);

#endif
