/* Ends a verb on the signals HUP, INT and TERM, without leaving temporary files behind. */
#ifndef VFJ_TOOLS_INTERRUPT_H
#define VFJ_TOOLS_INTERRUPT_H

/* Installs handlers for HUP, INT and TERM. They remove the temporary files of the verb
 * (store/publish.h) and then end the process. While the journal is being pruned, the present step
 * of pruning is completed first (store/prune.h). A signal that was ignored before remains
 * ignored. */
void vfj_interrupt_handle(void);

/* Ends the process if a signal came while the journal was being pruned. Otherwise returns. */
void vfj_interrupt_end(void);

#endif
