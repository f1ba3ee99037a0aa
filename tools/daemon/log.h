/* What the daemon says on standard error, and to syslog(3) if told so: one line each, the subsystem
 * first. */
#ifndef VFJ_TOOLS_DAEMON_LOG_H
#define VFJ_TOOLS_DAEMON_LOG_H

#include "core/data/decision.h"
#include "core/data/event.h"

/* From now on each line goes to syslog(3) as well: facility daemon, priority notice, tag vfjournal.
 */
void vfj_daemon_log_to_syslog(void);

/* Connect to syslogd now, if it is to be told anything: later its socket's name may be out of
 * reach. */
void vfj_daemon_log_connect(void);

/* Logs "SUBSYSTEM: ", and what printf(3) would print. Bytes that a terminal might act upon are
 * printed as '?'. */
void vfj_daemon_log(const char *subsystem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A whole line that begins with its subsystem. */
void vfj_daemon_log_line(const char *line);

/* "hn0: delayed -> lagged, VF mce0: why" */
void vfj_daemon_log_transition(const struct vfj_transition *transition);

/* "hn0: run: ifconfig lagg0 create" */
void vfj_daemon_log_command(const struct vfj_command *command);

/* Only of a command that failed: "command 12: exit 1: ifconfig: interface …" */
void vfj_daemon_log_outcome(const struct vfj_outcome *outcome);

#endif
