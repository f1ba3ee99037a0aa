/* The daemon's status report in its log. */
#ifndef VFJ_TOOLS_DAEMON_STATUS_H
#define VFJ_TOOLS_DAEMON_STATUS_H

#include "store/ledger.h"

/* Logs a line for the daemon and one for each slot, and before these a line if events wait in
 * memory. `connected` is the path of devd's socket, empty during a gap. */
void vfj_daemon_status_log(const struct vfj_ledger *ledger, const char *connected, int64_t mono_us);

#endif
