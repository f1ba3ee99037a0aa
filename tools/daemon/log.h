/* The daemon's log, on standard error and perhaps by syslog(3). A line begins with its
 * subsystem. */
#ifndef VFJ_TOOLS_DAEMON_LOG_H
#define VFJ_TOOLS_DAEMON_LOG_H

#include "core/data/decision.h"
#include "core/data/event.h"

/* Sends each line to syslog(3) from now on, too: facility daemon, priority notice, tag
 * vfjournal. */
void vfj_daemon_log_to_syslog(void);

/* Connects to syslogd now, if lines go there. Capability mode makes its socket's name
 * unreachable. */
void vfj_daemon_log_connect(void);

/* Closes the connection to syslogd that this process has. The next line connects again, with the
 * rights that the process has then. */
void vfj_daemon_log_disconnect(void);

/* Logs "SUBSYSTEM: ", and what printf(3) would print. Bytes that a terminal might act upon are
 * printed as '?'. */
void vfj_daemon_log(const char *subsystem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Logs a whole line, which begins with its subsystem. */
void vfj_daemon_log_line(const char *line);

/* Logs "hn0: delayed -> lagged, VF mce0: REASON". */
void vfj_daemon_log_transition(const struct vfj_transition *transition);

/* Logs "hn0: run: ifconfig lagg0 create". */
void vfj_daemon_log_command(const struct vfj_command *command);

/* Logs "command 12: exit 1: ifconfig: interface …" for a command that failed, and nothing for
 * others. */
void vfj_daemon_log_outcome(const struct vfj_outcome *outcome);

#endif
