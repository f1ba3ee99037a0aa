/* The daemon's helper that asks Azure Scheduled Events. */
#ifndef VFJ_TOOLS_DAEMON_SCHEDULED_H
#define VFJ_TOOLS_DAEMON_SCHEDULED_H

#include "tools/daemon/options.h"

/* Forks the helper when the options ask for it, before the daemon gives up root's rights. Logs a
 * failure and goes on without. */
void vfj_daemon_start_scheduled(struct vfj_daemon_options *options);

/* Ends the helper, if there is one. */
void vfj_daemon_end_scheduled(const struct vfj_daemon_options *options);

#endif
