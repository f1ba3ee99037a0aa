/* Reports the progress of a verb's long work (store/progress.h). */
#ifndef VFJ_TOOLS_PROGRESS_H
#define VFJ_TOOLS_PROGRESS_H

#include <stdbool.h>

/* From this call on, a terminal at standard error shows the progress after one second, in one line
 * that is written again twice a second: how much is done, the rate, and the time left. On SIGINFO,
 * or SIGUSR1 where SIGINFO does not exist, the line goes to standard error in any case. `verb` is a
 * constant. With `prints`, the verb prints meanwhile, and shows no progress when standard output is
 * a terminal, too. */
void vfj_progress_report(const char *verb, bool prints);

/* Removes the line from the terminal, and shows no more. */
void vfj_progress_end(void);

/* Removes the line. A signal handler may call this function. */
void vfj_progress_clear(void);

#endif
