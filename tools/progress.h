/* Reports the progress of a verb's long operation (store/progress.h). */
#ifndef VFJ_TOOLS_PROGRESS_H
#define VFJ_TOOLS_PROGRESS_H

#include <stdbool.h>

/* After this call, a terminal at standard error shows the progress, from the first second on. It
 * is one line, which is rewritten twice a second, with the amount done, the rate and the
 * remaining time. On SIGINFO, or SIGUSR1 where SIGINFO does not exist, the line goes to standard
 * error in any case. `verb` is a constant. With `prints`, the verb prints in the meantime, and
 * no progress is shown when standard output is a terminal too. */
void vfj_progress_report(const char *verb, bool prints);

/* Erases the line, and shows no more progress. */
void vfj_progress_end(void);

/* Erases the line. A signal handler may call this function. */
void vfj_progress_clear(void);

#endif
