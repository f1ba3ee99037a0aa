/* Runs the user's command of a bisection. */
#ifndef VFJ_TOOLS_BISECT_COMMAND_H
#define VFJ_TOOLS_BISECT_COMMAND_H

#include <stdint.h>

enum { VFJ_BISECT_SKIP = 125, VFJ_BISECT_STATUS_MAX = 127 };

/* From this call on, HUP, INT and TERM first end the command's processes and remove the verb's
 * private files, and then end this process. */
void vfj_bisect_handle_signals(void);

/* Runs `sh -c COMMAND vfjournal FILE` in a process group of its own, with VFJ_FILE and VFJ_SEQ
 * in its environment. Its standard output goes to our standard error, and its standard input is
 * empty. Returns its exit status; 128 plus the signal's number, when a signal ended it; or -1
 * with errno, when it could not be run. */
int vfj_bisect_run(const char *command, const char *file, uint64_t seq);

#endif
