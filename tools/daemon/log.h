/* The daemon's log. It goes to standard error and, with an option, also to syslog(3). Each line
 * begins with the name of the subsystem that the line is about. */
#ifndef VFJ_TOOLS_DAEMON_LOG_H
#define VFJ_TOOLS_DAEMON_LOG_H

#include "core/data/decision.h"
#include "core/data/event.h"

/* From now on, each line is also sent to syslog(3), with the facility daemon, the priority
 * notice and the tag vfjournal. */
void vfj_daemon_log_to_syslog(void);

/* Connects to syslogd now, if the log goes there. In capability mode this would no longer be
 * possible, because the path of syslogd's socket can't be opened. */
void vfj_daemon_log_connect(void);

/* Closes this process's connection to syslogd. The next line opens a new connection, with the
 * rights that the process has then. */
void vfj_daemon_log_disconnect(void);

/* Logs "SUBSYSTEM: " and the text that printf(3) would print. Bytes that could control a terminal
 * are replaced by '?'. */
void vfj_daemon_log(const char *subsystem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Logs a whole line, which must begin with the name of its subsystem. */
void vfj_daemon_log_line(const char *line);

/* Logs a line such as "hn0: delayed -> lagged, VF mce0: REASON". */
void vfj_daemon_log_transition(const struct vfj_transition *transition);

/* Logs a line such as "hn0: run: ifconfig lagg0 create". */
void vfj_daemon_log_command(const struct vfj_command *command);

/* For a command that failed, logs a line such as "command 12: exit 1: ifconfig: interface …".
 * Logs nothing for other commands. */
void vfj_daemon_log_outcome(const struct vfj_outcome *outcome);

/* Logs a line such as "scheduled: Freeze announced, not before …: TEXT". */
void vfj_daemon_log_scheduled(const struct vfj_scheduled *row);

#endif
