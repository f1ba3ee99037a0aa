/* Ends a verb on the signals HUP, INT and TERM, without leaving temporary files behind. */
#ifndef VFJ_TOOLS_INTERRUPT_H
#define VFJ_TOOLS_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* After this call HUP, INT and TERM remove the private files of the verb (store/publish.h)
 * before they end the process. A pruning first completes its present step (store/prune.h). A
 * signal that was ignored remains ignored. */
void vfj_interrupt_handle(void);

/* Blocks or unblocks these signals. A verb blocks them while a command starts: a signal before
 * vfj_interrupt_set_child() does not reach the command. */
void vfj_interrupt_block(bool on);

/* Sets the process group of a running command, which then gets the signals, too; 0: none runs. */
void vfj_interrupt_set_child(pid_t group);

/* Ends the process by the signal that came during a pruning. Returns when there was none. */
void vfj_interrupt_end(void);

#endif
