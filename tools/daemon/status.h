/* How things stand, said by the daemon itself. */
#ifndef VFJ_TOOLS_DAEMON_STATUS_H
#define VFJ_TOOLS_DAEMON_STATUS_H

#include "core/machine/state.h"

/* Log a line for the daemon and one for each slot. `connected` is devd's socket, empty while there
 * is a gap; `seq` the newest durable record. */
void vfj_daemon_status_log(const struct vfj_state *state, const char *connected, uint64_t seq,
                           int64_t mono_us);

#endif
