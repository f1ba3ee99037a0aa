/* Runs the command that the user has given to vfjournal bisect. */
#ifndef VFJ_TOOLS_BISECT_COMMAND_H
#define VFJ_TOOLS_BISECT_COMMAND_H

#include <stdint.h>

/* Exit statuses of the command. SKIP means that the command cannot test the file. A status above
 * STATUS_MAX ends the verb: sh(1) ends with 126 or 127 when it cannot run the command. */
enum { VFJ_BISECT_SKIP = 125, VFJ_BISECT_STATUS_MAX = 125 };

/* Runs `sh -c COMMAND vfjournal FILE` in its own process group. A command that is the name of a
 * program alone gets FILE as its argument. The environment variables VFJ_FILE
 * and VFJ_SEQ have the values of `file` and `seq`. The command's standard output goes to our
 * standard error, and its standard input is empty. Returns its exit status, or 128 plus the number
 * of the signal that ended it. Returns -1 and sets errno when the command could not be run. */
int vfj_bisect_run(const char *command, const char *file, uint64_t seq);

#endif
