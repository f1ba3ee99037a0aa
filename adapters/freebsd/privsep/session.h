/* Leaves the controlling terminal. A parent process waits for its child and ends as the child
 * does. */
#ifndef VFJ_FREEBSD_PRIVSEP_SESSION_H
#define VFJ_FREEBSD_PRIVSEP_SESSION_H

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/types.h>

/* Leaves the controlling terminal. From then on this process can neither open /dev/tty nor send
 * keystrokes to the terminal by an open descriptor (TIOCSTI). Where only a whole session can leave,
 * as on FreeBSD, the process forks: the caller continues in the child, in a session of its own, and
 * the parent waits with vfj_session_end_as(). The caller has started no thread and no child.
 * Returns false, with errno, on failure. */
bool vfj_session_leave_terminal(void);

/* From now on, passes the signals of a terminal and of a supervisor on to `child`, and to its
 * process group if the child leads one. Stops and continues the child together with this process.
 * An ignored signal stays ignored. */
void vfj_session_pass_signals(pid_t child);

/* Waits for the child. Then this process ends with the child's exit status, or by the signal that
 * ended the child. */
noreturn void vfj_session_end_as(pid_t child);

#endif
