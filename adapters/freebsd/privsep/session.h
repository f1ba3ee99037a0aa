/* Leaves the controlling terminal, and waits for a child in this process's place. */
#ifndef VFJ_FREEBSD_PRIVSEP_SESSION_H
#define VFJ_FREEBSD_PRIVSEP_SESSION_H

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/types.h>

/* Leaves the controlling terminal. From then on this process can neither open /dev/tty nor send
 * keystrokes to the terminal by an open descriptor (TIOCSTI). Where only a whole session can leave,
 * as on FreeBSD, the process forks: the caller continues in the child, in a session of its own, and
 * the parent waits with vfj_session_end_as(). The caller has started no thread and no child. Returns
 * false, with errno, when there is no child. */
bool vfj_session_leave_terminal(void);

/* Passes the signals of a terminal and of a supervisor on to the child, and to its process group if
 * it leads one. Stops and continues it with this process. An ignored signal stays ignored. */
void vfj_session_pass_signals(pid_t child);

/* Waits for the child, and ends with its exit status or by its signal. */
noreturn void vfj_session_end_as(pid_t child);

#endif
