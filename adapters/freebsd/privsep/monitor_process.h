/* The monitor process, which only serves requests. */
#ifndef VFJ_FREEBSD_PRIVSEP_MONITOR_PROCESS_H
#define VFJ_FREEBSD_PRIVSEP_MONITOR_PROCESS_H

#include <stdnoreturn.h>

#include "adapters/freebsd/privsep/monitor.h"

/* Runs the monitor at `socket`, in its own process. The monitor serves requests that
 * vfj_request_check() accepts. It ends at the first request that the check refuses, since only a
 * compromised daemon sends one, and at the end of the connection. Programs that run at that time
 * continue, as they do when a daemon without a monitor ends. The monitor ignores signals to the
 * daemon's process group and terminal. */
noreturn void vfj_monitor_process(int socket, const struct vfj_monitor_settings *settings);

#endif
