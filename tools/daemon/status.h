/* The daemon's own status report. */
#ifndef VFJ_TOOLS_DAEMON_STATUS_H
#define VFJ_TOOLS_DAEMON_STATUS_H

#include "store/ledger.h"

/* Logs a line for the daemon, and one for each slot. A line about events that wait in memory comes
 * first. `connected` is devd's socket, empty during a gap. */
void vfj_daemon_status_log(const struct vfj_ledger *ledger, const char *connected, int64_t mono_us);

#endif
