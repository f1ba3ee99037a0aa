/* The daemon's own status report. */
#ifndef VFJ_TOOLS_DAEMON_STATUS_H
#define VFJ_TOOLS_DAEMON_STATUS_H

#include "core/machine/state.h"

/* Logs a line for the daemon, and one for each slot. `connected` is devd's socket, empty during a
 * gap. `seq` is the newest durable record. */
void vfj_daemon_status_log(const struct vfj_state *state, const char *connected, uint64_t seq,
                           int64_t mono_us);

#endif
