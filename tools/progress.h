/* Shows the progress of a long operation (store/progress.h) on standard error. */
#ifndef VFJ_TOOLS_PROGRESS_H
#define VFJ_TOOLS_PROGRESS_H

#include <stdbool.h>

/* From this call on, progress is shown if standard error is a terminal. It is one line with the
 * amount done, the rate and the remaining time. The line appears after one second and is rewritten
 * twice a second. When the process gets SIGINFO (SIGUSR1 where SIGINFO does not exist), the line is
 * printed to standard error in any case. `verb` is a constant. With `prints`, the verb itself
 * prints during the operation, and no progress is shown if standard output is a terminal, too. */
void vfj_progress_report(const char *verb, bool prints);

/* Erases the line of progress. No progress is shown after this call. */
void vfj_progress_end(void);

/* Erases the line of progress. May be called in a signal handler. */
void vfj_progress_clear(void);

#endif
