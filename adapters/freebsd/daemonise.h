/* Going on in the background, with the outcome of the start as the answer to who started us. */
#ifndef VFJ_FREEBSD_DAEMONISE_H
#define VFJ_FREEBSD_DAEMONISE_H

#include <stdbool.h>

/* Fork, and go on in the child: in a session of its own, in the directory /. Before any thread is
 * started, any child, and any database opened. The parent waits, and ends with 0 when the child is
 * ready, or with the child's own exit status. False, with errno, when there is no child. */
bool vfj_daemonise(void);

/* The start has succeeded: let the parent end, and let go of the standard descriptors. Nothing when
 * there is no parent that waits. */
void vfj_daemonise_ready(void);

#endif
