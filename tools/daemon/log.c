/* The daemon's log. It goes to standard error and, with an option, also to syslog(3). Each line
 * begins with the name of the subsystem that the line is about. */
#include "tools/daemon/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "core/data/finding.h"
#include "core/text/text.h"
#include "tools/scheduled_text.h"

enum { LINE_SIZE = 1024 };

static bool to_syslog;

void vfj_daemon_log_to_syslog(void)
{
    openlog("vfjournal", LOG_PID, LOG_DAEMON);
    to_syslog = true;
}

/* Closes the connection to syslogd even if this program opened none, because libc may have used
 * syslog(3) for its own messages. */
void vfj_daemon_log_disconnect(void)
{
    closelog();
    if (to_syslog)
        vfj_daemon_log_to_syslog();
}

void vfj_daemon_log_connect(void)
{
    if (to_syslog)
        openlog("vfjournal", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

/* Writes the line with a single write(2), so that lines of several processes do not mix. */
static void put(struct vfj_text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (text->bytes[i] < ' ' || text->bytes[i] > '~')
            text->bytes[i] = '?';
    }
    if (to_syslog)
        syslog(LOG_NOTICE, "%s", text->bytes);
    text->bytes[text->length] = '\n'; /* the newline takes the place of the text's NUL */
    (void)!write(STDERR_FILENO, text->bytes, text->length + 1);
}

static struct vfj_text begin(char line[LINE_SIZE], const char *subsystem)
{
    struct vfj_text text = vfj_text_begin(line, LINE_SIZE);
    vfj_text_add(&text, subsystem);
    return text;
}

void vfj_daemon_log(const char *subsystem, const char *format, ...)
{
    char line[LINE_SIZE];
    struct vfj_text text = begin(line, subsystem);
    va_list arguments;
    va_start(arguments, format);
    vfj_text_add(&text, ": ");
    vfj_text_format_list(&text, format, arguments);
    va_end(arguments);
    put(&text);
}

void vfj_daemon_log_line(const char *what)
{
    char line[LINE_SIZE];
    struct vfj_text text = begin(line, what);
    put(&text);
}

void vfj_daemon_log_transition(const struct vfj_transition *transition)
{
    char line[LINE_SIZE];
    const char *from = vfj_slot_state_name((enum vfj_slot_state)transition->from);
    const char *to = vfj_slot_state_name((enum vfj_slot_state)transition->to);
    bool moves = transition->from != transition->to;
    bool has_vf = !vfj_name_is_empty(transition->vf);
    struct vfj_text text = begin(line, transition->hn.text);
    vfj_text_format(&text, ": %s%s%s%s%s: %s", moves ? from : "", moves ? " -> " : "", to,
                    has_vf ? ", VF " : "", transition->vf.text,
                    vfj_reason_text((enum vfj_reason)transition->reason));
    const char *advice = vfj_reason_advice((enum vfj_reason)transition->reason);
    if (advice != NULL)
        vfj_text_format(&text, "; to do: %s", advice);
    put(&text);
}

void vfj_daemon_log_command(const struct vfj_command *command)
{
    char line[LINE_SIZE];
    struct vfj_argv argv;
    struct vfj_text text
        = begin(line, vfj_name_is_empty(command->hn) ? "command" : command->hn.text);
    vfj_text_add(&text, ": run: ");
    if (vfj_command_argv(command, 0, &argv))
        vfj_argv_print(&argv, &text);
    put(&text);
}

static const char *outcome_word(const struct vfj_outcome *outcome)
{
    switch ((enum vfj_outcome_kind)outcome->kind) {
    case VFJ_OUTCOME_EXITED:
        return "exit ";
    case VFJ_OUTCOME_SIGNALED:
        return "signal ";
    case VFJ_OUTCOME_TIMEOUT:
        return "took too long, ended by ";
    case VFJ_OUTCOME_ABSENT:
        return "not started, errno ";
    case VFJ_OUTCOME_NOT_RUN:
        return "not run, since a command before it failed: ";
    case VFJ_OUTCOME_SKIPPED:
    case VFJ_OUTCOME_COUNT:
        break;
    }
    return "";
}

void vfj_daemon_log_outcome(const struct vfj_outcome *outcome)
{
    char line[LINE_SIZE];
    if (vfj_outcome_ok(outcome))
        return;
    struct vfj_text text = begin(line, "command ");
    vfj_text_format(&text, "%" PRIu64 ": %s%" PRId32, outcome->command, outcome_word(outcome),
                    outcome->status);
    if (outcome->output[0] != '\0')
        vfj_text_format(&text, ": %.*s", (int)strcspn(outcome->output, "\n"), outcome->output);
    put(&text);
}

void vfj_daemon_log_scheduled(const struct vfj_scheduled *row)
{
    char line[LINE_SIZE];
    struct vfj_text text = begin(line, "scheduled: ");
    vfj_scheduled_describe(&text, row);
    put(&text);
}
