/* Privilege separation: an unprivileged process reads, decides and writes the journal, and a
 * small process, the monitor, keeps root's rights. */
#ifndef VFJ_TOOLS_DAEMON_SPLIT_H
#define VFJ_TOOLS_DAEMON_SPLIT_H

#include "tools/daemon/options.h"

/* Starts the monitor, sets options->guest_io.monitor, and makes this process run as the user in the
 * options. Does none of this when the process is not root, when the user does not exist, or when
 * the journal cannot belong to the user. If the options name a user, each of these three conditions
 * is an error. On an error, logs it and returns false, and the caller must end the process. */
bool vfj_daemon_split(struct vfj_daemon_options *options);

/* Enters capability mode if the options ask for it. When that fails, logs the failure, and the
 * daemon continues without it. The caller has opened the journal, taken the lock and logged the
 * start before. */
void vfj_daemon_enter_capability_mode(const struct vfj_daemon_options *options);

/* Returns a text for the log about the two processes, such as ", user _vfjournal, monitor 412" or
 * ", one process: not root". */
const char *vfj_daemon_split_description(void);

#endif
