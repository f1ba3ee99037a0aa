/* The daemon as two processes: a user without rights, who reads, decides and writes the journal,
 * and root's monitor. */
#ifndef VFJ_TOOLS_DAEMON_SPLIT_H
#define VFJ_TOOLS_DAEMON_SPLIT_H

#include "tools/daemon/options.h"

/* Fork the monitor off into options->guest_io.monitor, and be the user. When we are not root, or
 * there is no such user, or the journal can't be its own, we stay as we are, unless the user was
 * named: then that is an error. So is everything that fails when it has begun. False: it was said
 * why, and the process must end. */
bool vfj_daemon_split(struct vfj_daemon_options *options);

/* If told so, and as the user, enter capability mode; that we can't is said, and we go on without.
 * When the journal is open, the lock taken and the start answered. */
void vfj_daemon_enter_capability_mode(const struct vfj_daemon_options *options);

/* Append what has become of it: ", user _vfjournal, monitor 412", or ", one process: not root". */
void vfj_daemon_split_describe(struct vfj_text *text);

#endif
