/* Leaves the controlling terminal. If that needs a fork, the parent process waits for its child,
 * and ends with the child's exit status or signal. */
#ifndef VFJ_FREEBSD_PRIVSEP_SESSION_H
#define VFJ_FREEBSD_PRIVSEP_SESSION_H

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/types.h>

/* Leaves the controlling terminal. From then on this process can neither open /dev/tty nor send
 * keystrokes to the terminal by an open descriptor (TIOCSTI). Where a single process cannot
 * leave the terminal of its session, as on FreeBSD, this function forks: the caller continues in
 * the child, in a session of its own, and the parent waits with vfj_session_end_as(). The caller
 * has started no thread and no child. Returns false, with errno, on failure. */
bool vfj_session_leave_terminal(void);

/* After this call, a signal that a terminal or a supervisor sends to this process also goes to
 * `child`, or to the process group of `child` if it leads one. Stops and continues the child
 * together with this process. An ignored signal stays ignored. */
void vfj_session_pass_signals(pid_t child);

/* Waits for the child. Then this process ends with the child's exit status, or by the signal that
 * ended the child. */
noreturn void vfj_session_end_as(pid_t child);

#endif
