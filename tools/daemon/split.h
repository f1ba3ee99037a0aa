/* Privilege separation: an unprivileged process reads, decides and writes the journal. A monitor
 * keeps root's rights. */
#ifndef VFJ_TOOLS_DAEMON_SPLIT_H
#define VFJ_TOOLS_DAEMON_SPLIT_H

#include "tools/daemon/options.h"

/* Forks the monitor into options->guest_io.monitor, and makes this process the user of the
 * options. Stays one process when it is not root, when there is no such user, or when the journal
 * cannot be the user's. With a user named in the options each of these is an error. Logs an error
 * and returns false; the process must end then. */
bool vfj_daemon_split(struct vfj_daemon_options *options);

/* Enters capability mode when the options ask for it. Logs a failure and goes on. The caller has
 * opened the journal, taken the lock, and reported the start. */
void vfj_daemon_enter_capability_mode(const struct vfj_daemon_options *options);

/* Returns the result of the split: ", user _vfjournal, monitor 412", or ", one process: not
 * root". */
const char *vfj_daemon_split_description(void);

#endif
