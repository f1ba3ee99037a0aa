/* Privilege separation: an unprivileged process reads, decides and writes the journal, and a
 * small process, the monitor, keeps root's rights. */
#ifndef VFJ_TOOLS_DAEMON_SPLIT_H
#define VFJ_TOOLS_DAEMON_SPLIT_H

#include "tools/daemon/options.h"

/* Starts the monitor, sets options->guest_io.monitor, and makes this process run as the user in
 * the options. Stays one process when it is not root, when there is no such user, or when the
 * journal cannot belong to the user. When the options name a user, each of these is an error
 * instead. On an error, logs it and returns false; the process must end then. */
bool vfj_daemon_split(struct vfj_daemon_options *options);

/* Enters capability mode if the options ask for it. When that fails, logs the failure, and the
 * daemon continues. Before this call, the caller opens the journal, takes the lock and reports
 * the start. */
void vfj_daemon_enter_capability_mode(const struct vfj_daemon_options *options);

/* Returns a text about the result of the split, such as ", user _vfjournal, monitor 412" or ",
 * one process: not root". */
const char *vfj_daemon_split_description(void);

#endif
