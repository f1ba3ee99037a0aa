/* Puts the daemon into the background. The parent's exit status reports whether the start
 * succeeded. */
#ifndef VFJ_FREEBSD_DAEMONISE_H
#define VFJ_FREEBSD_DAEMONISE_H

#include <stdbool.h>

/* Forks, and returns in the child, which has its own session and the working directory /. The
 * caller has started no thread and no child, and opened no database. The parent waits. The parent
 * exits with 0 when the child has called vfj_daemonise_ready(), otherwise with the child's exit
 * status. Returns false, with errno, when a system call fails. */
bool vfj_daemonise(void);

/* Reports a successful start: the parent exits, and the standard descriptors become /dev/null. Does
 * nothing when no parent waits. */
void vfj_daemonise_ready(void);

#endif
