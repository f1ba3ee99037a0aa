/* What the monitor does: requests, and nothing else. */
#ifndef VFJ_FREEBSD_PRIVSEP_MONITOR_PROCESS_H
#define VFJ_FREEBSD_PRIVSEP_MONITOR_PROCESS_H

#include <stdnoreturn.h>

#include "adapters/freebsd/privsep/monitor.h"

/* Be the monitor at that end of the socket pair, in a process of our own. It does what
 * vfj_request_check() lets pass, and ends at the first request that it does not: who asks that is
 * not the daemon any more. It ends with the connection, too; programs under way then go on by
 * themselves, as they do when a daemon that is one process ends. Signals to the daemon's process
 * group or terminal are not for it. */
noreturn void vfj_monitor_process(int socket, const struct vfj_monitor_settings *settings);

#endif
