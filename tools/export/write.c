/* The second reading of a journal for an export: writes the trace.
 *
 * The lines for an event form a group, together with the lines for everything that happens at the
 * same time because of the event. The facts about the guest that an event needs are written before
 * its group. They take effect after the previous group. */
#include <stdlib.h>
#include <string.h>

#include "core/text/trace_quote.h"
#include "tools/export/state.h"

/* the duration of a command whose outcome the journal does not have */
static const int64_t never_us = 100000000000000;

static void add_line(struct vfj_export *export, const char *word, int64_t us, struct vfj_span rest)
{
    struct vfj_text *text = &export->group_text;
    vfj_text_add(text, word);
    if (us >= 0)
        vfj_text_add_seconds(text, us);
    if (rest.length > 0 && word[0] != '\0')
        vfj_text_add_char(text, ' ');
    vfj_text_add_span(text, rest);
    vfj_text_add_char(text, '\n');
}

static void flush(struct vfj_export *export)
{
    if (export->group_text.overflow)
        vfj_export_fail(export, "more lines in one instant than fit");
    (void)fputs(export->group, export->mirror.out);
    export->group_text = vfj_text_begin(export->group, sizeof export->group);
}

/* Begins a new group at this time. Writes a %late line when timers are later or less late from here
 * on. */
static void open_group(struct vfj_export *export, int64_t us)
{
    char line[64];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    int64_t late_us = vfj_times_get(&export->timeline.late, export->at);
    flush(export);
    export->group_us = us;
    if (late_us == export->late_us)
        return;
    export->late_us = late_us;
    vfj_text_add(&text, "%late ");
    vfj_text_add_seconds(&text, late_us);
    (void)fprintf(export->mirror.out, "%s\n", line);
}

/* Writes a %at line when the time of the group is after the present time of the trace. */
static void move_clock(struct vfj_export *export)
{
    if (export->begun && export->group_us > export->now_us)
        add_line(export, "%at ", export->group_us, vfj_span_of(""));
    export->now_us = export->group_us;
}

/* Returns the oldest command for this hn that changes the guest and has no outcome yet. Returns
 * NULL when there is none. */
static const struct vfj_command *first_change(const struct vfj_export *export, struct vfj_name hn)
{
    for (unsigned i = 0; i < export->open_count && !vfj_name_is_empty(hn); i++) {
        if (!vfj_command_reads(&export->open[i]) && vfj_name_equal(export->open[i].hn, hn))
            return &export->open[i];
    }
    return NULL;
}

/* Returns true when the command waits for an earlier command of its batch. */
static bool waits(const struct vfj_export *export, const struct vfj_command *command)
{
    const struct vfj_command *first
        = vfj_command_reads(command) ? NULL : first_change(export, command->hn);
    return first != NULL && first != command;
}

/* Called when the daemon has ended: its running commands that change the guest still take
 * effect. */
static void end_open(struct vfj_export *export)
{
    for (unsigned i = 0; i < export->open_count && export->mode == VFJ_MODE_ACT; i++) {
        const struct vfj_command *command = &export->open[i];
        if (!vfj_command_reads(command) && !waits(export, command))
            vfj_mirror_run_unanswered(&export->mirror, command);
    }
    export->open_count = 0;
    export->running = false;
}

/* Writes a line that says how long the command, which begins now, will take. */
static void emit_duration(struct vfj_export *export, const struct vfj_command *command,
                          int64_t now_us)
{
    bool runs = vfj_command_reads(command) || export->mode == VFJ_MODE_ACT;
    int64_t answer_us = vfj_times_get(&export->timeline.answers, command->id) - 1;
    if (runs && (vfj_times_get(&export->timeline.flags, command->id) & VFJ_COMMAND_IS_NOT_RUN) == 0)
        vfj_mirror_duration(&export->mirror, command,
                            answer_us < 0 ? never_us : answer_us - now_us);
}

static void open_command(struct vfj_export *export, const struct vfj_command *command)
{
    if (export->open_count == VFJ_PLAY_PENDING_MAX) {
        vfj_export_fail(export, "more commands under way at once than a replay holds (512)");
        return;
    }
    struct vfj_command *opened = &export->open[export->open_count++];
    *opened = *command;
    if (!waits(export, opened))
        emit_duration(export, opened, export->now_us);
}

/* Removes the command with this id from the commands without an outcome, because its outcome was
 * read. Returns false when there is no such command. */
static bool take_open(struct vfj_export *export, uint64_t id, struct vfj_command *command)
{
    for (unsigned i = 0; i < export->open_count; i++) {
        if (export->open[i].id != id)
            continue;
        *command = export->open[i];
        export->open_count--;
        memmove(&export->open[i], &export->open[i + 1],
                (export->open_count - i) * sizeof export->open[0]);
        return true;
    }
    vfj_export_fail(export, "the answer to a command that was not under way");
    return false;
}

static void emit_choice(struct vfj_export *export, const struct vfj_started *started)
{
    if (!export->begun || export->mode != started->mode)
        (void)fprintf(export->mirror.out, "%%mode %s\n",
                      vfj_mode_name((enum vfj_mode)started->mode));
    if (!export->begun || export->policy != started->policy)
        (void)fprintf(export->mirror.out, "%%policy %s\n",
                      vfj_policy_name((enum vfj_policy)started->policy));
    export->mode = started->mode;
    export->policy = started->policy;
}

/* Writes the facts about the guest that hold before the first event. */
static void begin(struct vfj_export *export)
{
    struct vfj_mirror *mirror = &export->mirror;
    char line[64];
    for (unsigned i = 0; i < mirror->guest.if_count; i++) {
        const struct vfj_guest_if *interface = &mirror->guest.ifs[i];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        mirror->known[mirror->known_count++] = interface->facts.name;
        vfj_text_add(&text, "%if ");
        vfj_text_add(&text, interface->facts.name.text);
        vfj_text_add(&text, " up");
        if (!vfj_name_has_driver(interface->facts.name, "hn")) {
            vfj_text_add(&text, " unit ");
            vfj_text_add(&text, interface->unit.text);
        }
        vfj_mirror_direct(mirror, line);
    }
    for (unsigned i = 0; !mirror->cautious && i < export->first_count; i++) {
        if (!export->firsts[i].changed)
            vfj_mirror_begin(&export->mirror, &export->firsts[i].observed.as.view);
    }
}

/* Writes the start of a daemon. If the journal does not say how the previous daemon ended, it
 * crashed after its last event. */
static void started(struct vfj_export *export, const struct vfj_record *record, int64_t us)
{
    bool is_boot = export->begun && record->boot != export->boot;
    if (export->running) {
        add_line(export, "%crash", -1, vfj_span_of(""));
        end_open(export);
    }
    open_group(export, us);
    if (!export->begun)
        begin(export);
    emit_choice(export, &export->event.as.started);
    move_clock(export);
    if (is_boot) {
        add_line(export, "%boot stopped", -1, vfj_span_of(""));
        vfj_guest_boot(&export->mirror.guest);
    }
    add_line(export, "%start", -1, vfj_span_of(""));
    export->begun = export->running = true;
    export->boot = record->boot;
}

static void befallen(struct vfj_export *export, int64_t us, const char *word,
                     struct vfj_span reason)
{
    open_group(export, us);
    move_clock(export);
    add_line(export, word, -1, reason);
}

static void configured(struct vfj_export *export, int64_t us)
{
    open_group(export, us);
    /* the new values must not take effect before the time of this event */
    if (us > export->now_us) {
        move_clock(export);
        flush(export);
    }
    vfj_mirror_rc(&export->mirror, export->event.as.rc);
    add_line(export, "%configure", -1, vfj_span_of(""));
}

/* Writes to which hn the VF belongs that attaches by this event. The journal shows this only in
 * later records. */
static void emit_pair(struct vfj_export *export)
{
    if (export->attached == export->attachment_count
        || export->attachments[export->attached].event != export->at)
        return;
    const struct vfj_attachment *attachment = &export->attachments[export->attached++];
    if (!vfj_name_is_empty(attachment->hn))
        vfj_mirror_pair(&export->mirror, attachment->vf, attachment->hn);
}

/* Returns true when the line can be written to a trace unchanged. */
static bool is_plain(struct vfj_span raw)
{
    if (raw.length == 0 || raw.length > VFJ_LINE_MAX - 32 || memchr("!+-?", raw.text[0], 4) == NULL)
        return false;
    return memchr(raw.text, '\n', raw.length) == NULL && memchr(raw.text, '\0', raw.length) == NULL
        && raw.text[raw.length - 1] != '\r';
}

static void devd(struct vfj_export *export, int64_t us)
{
    const struct vfj_devd *line = &export->event.as.devd;
    char escaped[VFJ_LINE_MAX];
    struct vfj_text text = vfj_text_begin(escaped, sizeof escaped - sizeof "%devd ");
    open_group(export, us);
    emit_pair(export);
    if (is_plain(line->raw)) {
        add_line(export, "@", us, line->raw);
        export->now_us = us;
    } else {
        vfj_bytes_escape(&text, line->raw);
        if (text.overflow)
            vfj_export_fail(export, "a line of devd that is longer than a trace's lines");
        move_clock(export);
        add_line(export, "%devd", -1, (struct vfj_span){escaped, text.length});
    }
    vfj_guest_happen(&export->mirror.guest, line);
}

/* Begins a new group for a command's result. If the result comes at the same time as its cause,
 * continues the cause's group and returns true. */
static bool open_answer(struct vfj_export *export, uint64_t command, int64_t us)
{
    bool joins
        = us == export->group_us && vfj_timeline_same_instant(&export->timeline, command, us);
    if (!joins)
        open_group(export, us);
    return joins;
}

/* Called after a result was written. With `joins`, the result is in the group of its cause. If the
 * trace had `lines_before` lines before and has more now, these lines are written before the whole
 * group and may take effect too early. Then records the result in export->early. */
static void close_answer(struct vfj_export *export, uint64_t command, bool joins,
                         uint64_t lines_before)
{
    if (joins && export->mirror.lines > lines_before
        && !vfj_times_put(&export->early, export->at, (int64_t)command))
        vfj_export_fail_system(export, VFJ_SYSTEM);
    move_clock(export);
}

static void observed(struct vfj_export *export, int64_t us)
{
    struct vfj_command command;
    if (!take_open(export, export->event.as.observed.command, &command))
        return;
    bool joins = open_answer(export, command.id, us);
    uint64_t lines = export->mirror.lines;
    vfj_mirror_answer(&export->mirror, &command, &export->event.as.observed);
    close_answer(export, command.id, joins, lines);
}

static void finished(struct vfj_export *export, int64_t us)
{
    const struct vfj_outcome *outcome = &export->event.as.finished;
    struct vfj_command command;
    if (!take_open(export, outcome->command, &command))
        return;
    bool joins = open_answer(export, command.id, us);
    uint64_t lines = export->mirror.lines;
    if (vfj_command_reads(&command))
        vfj_export_fail(export, "the outcome of a command that only reads");
    else if (vfj_outcome_ran(outcome))
        vfj_mirror_run(&export->mirror, &command, outcome);
    const struct vfj_command *next = first_change(export, command.hn);
    if (next != NULL)
        emit_duration(export, next, us);
    close_answer(export, command.id, joins, lines);
}

static void scheduled(struct vfj_export *export, int64_t us)
{
    static const char key[] = "phase=";
    char body[VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_scheduled_encode(&export->event.as.scheduled, &text);
    befallen(export, us, "%scheduled", vfj_span_of(body + sizeof key - 1));
}

static void write_event(struct vfj_export *export, const struct vfj_record *record, int64_t us)
{
    switch ((enum vfj_event_kind) export->event.kind) {
    case VFJ_EVENT_STARTED:
        started(export, record, us);
        break;
    case VFJ_EVENT_STOPPING:
        befallen(export, us, "%stop", export->event.as.text);
        break;
    case VFJ_EVENT_STOPPED:
        befallen(export, us, "%end", export->event.as.text);
        end_open(export);
        break;
    case VFJ_EVENT_CONFIGURED:
        configured(export, us);
        break;
    case VFJ_EVENT_CONNECTED:
        befallen(export, us, "%connect", vfj_span_of(""));
        break;
    case VFJ_EVENT_GAP:
        befallen(export, us, "%lost", export->event.as.text);
        break;
    case VFJ_EVENT_DEVD:
        devd(export, us);
        break;
    case VFJ_EVENT_OBSERVED:
        observed(export, us);
        break;
    case VFJ_EVENT_FINISHED:
        finished(export, us);
        break;
    case VFJ_EVENT_TIMER:
        open_group(export, us);
        move_clock(export);
        break;
    case VFJ_EVENT_SCHEDULED:
        scheduled(export, us);
        break;
    case VFJ_EVENT_COUNT:
        break;
    }
}

void vfj_export_write(struct vfj_export *export, const struct vfj_record *record)
{
    struct vfj_command command;
    if (vfj_export_event(export, record)) {
        write_event(export, record, export->timeline.events.us[export->at]);
        export->at++;
    } else if (vfj_export_command(export, record, &command)) {
        vfj_timeline_complete(&export->timeline, &command);
        open_command(export, &command);
    }
    if (export->mirror.failed)
        vfj_export_fail_system(export, VFJ_SYSTEM);
    if (export->mirror.wrong != NULL)
        vfj_export_fail(export, export->mirror.wrong);
}

void vfj_export_write_end(struct vfj_export *export)
{
    flush(export);
    if (export->running && export->open_count > 0)
        (void)fputs("%crash\n", export->mirror.out);
}
