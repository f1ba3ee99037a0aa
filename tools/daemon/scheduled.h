/* Starts and ends the daemon's helper process, which asks Azure Scheduled Events. */
#ifndef VFJ_TOOLS_DAEMON_SCHEDULED_H
#define VFJ_TOOLS_DAEMON_SCHEDULED_H

#include "tools/daemon/options.h"

/* Starts the helper if the options ask for it. Call this before the daemon gives up root's rights.
 * When the start fails, logs the failure; the daemon then runs without the helper. */
void vfj_daemon_start_scheduled(struct vfj_daemon_options *options);

/* Ends the helper, if it runs. */
void vfj_daemon_end_scheduled(const struct vfj_daemon_options *options);

#endif
