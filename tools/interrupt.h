/* Ends a verb on the signals HUP, INT and TERM, without leaving temporary files behind. */
#ifndef VFJ_TOOLS_INTERRUPT_H
#define VFJ_TOOLS_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* Installs handlers for HUP, INT and TERM. They remove the temporary files of the verb
 * (store/publish.h) and then end the process. While the journal is being pruned, the present step
 * of pruning is completed first (store/prune.h). A signal that was ignored before remains
 * ignored. */
void vfj_interrupt_handle(void);

/* Blocks or unblocks HUP, INT and TERM. A verb blocks them while it starts a command, because a
 * signal that comes before vfj_interrupt_set_child() would not be passed to the command. */
void vfj_interrupt_block(bool on);

/* Sets the process group of the command that runs now, to which HUP, INT and TERM are then passed;
 * 0: no command runs. */
void vfj_interrupt_set_child(pid_t group);

/* Ends the process if a signal came while the journal was being pruned. Otherwise returns. */
void vfj_interrupt_end(void);

#endif
