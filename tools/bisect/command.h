/* Runs the command that the user has given to vfjournal bisect. */
#ifndef VFJ_TOOLS_BISECT_COMMAND_H
#define VFJ_TOOLS_BISECT_COMMAND_H

#include <stdint.h>

enum { VFJ_BISECT_SKIP = 125, VFJ_BISECT_STATUS_MAX = 127 };

/* Runs `sh -c COMMAND vfjournal FILE` in a process group of its own, with VFJ_FILE and VFJ_SEQ
 * in its environment. Its standard output goes to our standard error, and its standard input is
 * empty. Returns its exit status; 128 plus the signal's number, when a signal ended it; or -1
 * with errno, when it could not be run. */
int vfj_bisect_run(const char *command, const char *file, uint64_t seq);

#endif
