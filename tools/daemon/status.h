/* Writes a status report of the daemon into its log. */
#ifndef VFJ_TOOLS_DAEMON_STATUS_H
#define VFJ_TOOLS_DAEMON_STATUS_H

#include "store/ledger.h"

/* Logs one line about the daemon and one about each slot. When events wait in memory to be written,
 * logs a line about this first. `connected` is the path of devd's socket; it is empty while devd is
 * not connected. */
void vfj_daemon_status_log(const struct vfj_ledger *ledger, const char *connected, int64_t mono_us);

#endif
