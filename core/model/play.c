/* Plays a trace with the guest model, simulated time, and a machine. */
#include "core/model/play.h"

#include <string.h>

#include "core/check.h"
#include "core/machine/step.h"
#include "core/text/trace_quote.h"

void vfj_play_init(struct vfj_play *play, struct vfj_play_sink sink, int mode, int policy)
{
    memset(play, 0, sizeof *play);
    play->sink = sink;
    play->mode_fixed = mode >= 0;
    play->policy_fixed = policy >= 0;
    play->mode = (uint8_t)(mode >= 0 ? mode : VFJ_MODE_ACT);
    play->policy = (uint8_t)(policy >= 0 ? policy : VFJ_POLICY_VFJOURNAL);
    play->deadline_us = INT64_MAX;
    vfj_guest_init(&play->guest);
}

void vfj_play_rewind(struct vfj_play *play)
{
    play->now_us = 0;
    play->has_unix = false;
    play->started = false;
}

/* Converts the line's time to the clock of the play. That clock is 0 at the first event, or has
 * the relative time that the first event gives. */
static bool to_clock(struct vfj_play *play, const struct vfj_trace_time *time, int64_t *clock_us)
{
    *clock_us = play->now_us;
    switch ((enum vfj_trace_time_form)time->form) {
    case VFJ_TIME_SAME:
        break;
    case VFJ_TIME_RELATIVE:
        *clock_us = time->us;
        break;
    case VFJ_TIME_AFTER:
        *clock_us += time->us;
        break;
    case VFJ_TIME_UNIX:
        if (!play->has_unix) {
            play->has_unix = true;
            play->first_unix_us = time->us - play->now_us;
        }
        *clock_us = time->us - play->first_unix_us;
        break;
    }
    return *clock_us >= play->now_us;
}

static bool has_time(const struct vfj_trace_line *line)
{
    return line->kind == VFJ_TRACE_EVENT || line->kind == VFJ_TRACE_AT;
}

bool vfj_play_check(struct vfj_play *play, const struct vfj_trace_line *line,
                    struct vfj_trace_error *error)
{
    int64_t clock_us;
    vfj_guest_learn(&play->guest, line);
    if (!has_time(line))
        return true;
    if (!to_clock(play, &line->time, &clock_us)) {
        *error
            = (struct vfj_trace_error){line->kind == VFJ_TRACE_AT ? 5 : 1, "time runs backwards"};
        return false;
    }
    play->now_us = clock_us;
    return true;
}

static enum vfj_status drain(struct vfj_play *play, const struct vfj_decision *decision);

static struct vfj_event *blank_event(struct vfj_play *play, enum vfj_event_kind kind)
{
    memset(&play->event, 0, sizeof play->event);
    play->event.kind = (uint8_t)kind;
    play->event.mono_us = play->now_us - play->boot_us;
    play->event.wall_us = play->first_unix_us + play->now_us;
    return &play->event;
}

static enum vfj_status submit_only(struct vfj_play *play, const struct vfj_decision **decision)
{
    enum vfj_status status = play->sink.submit(play->sink.context, &play->event, decision);
    if (status == VFJ_OK)
        play->is_idle = (*decision)->is_idle;
    if (status == VFJ_OK)
        play->deadline_us = (*decision)->deadline_us == INT64_MAX
            ? INT64_MAX
            : (*decision)->deadline_us + play->boot_us;
    return status;
}

static enum vfj_status submit(struct vfj_play *play)
{
    const struct vfj_decision *decision;
    enum vfj_status status = submit_only(play, &decision);
    return status == VFJ_OK ? drain(play, decision) : status;
}

static enum vfj_status submit_text(struct vfj_play *play, enum vfj_event_kind kind,
                                   struct vfj_span text)
{
    blank_event(play, kind)->as.text = text;
    return submit(play);
}

static enum vfj_status configure(struct vfj_play *play)
{
    play->rc_changed = false;
    blank_event(play, VFJ_EVENT_CONFIGURED)->as.rc = vfj_span_of(play->guest.rc.text);
    return submit(play);
}

/* Starts the daemon, but submits neither rc.conf nor the connection to devd. */
static enum vfj_status start_alone(struct vfj_play *play)
{
    struct vfj_started *started = &blank_event(play, VFJ_EVENT_STARTED)->as.started;
    struct vfj_text boot_id = vfj_text_begin(started->boot_id, sizeof started->boot_id);
    vfj_text_add(&boot_id, "boot-");
    vfj_text_add_u64(&boot_id, play->boots + 1u);
    started->mode = play->mode;
    started->policy = play->policy;
    started->rules = VFJ_RULES;
    play->started = play->running = true;
    play->restart = false;
    play->rc_changed = false;
    return submit(play);
}

static enum vfj_status connect(struct vfj_play *play)
{
    return submit_text(play, VFJ_EVENT_CONNECTED, vfj_span_of("trace"));
}

static enum vfj_status start(struct vfj_play *play)
{
    enum vfj_status status = start_alone(play);
    if (status == VFJ_OK)
        status = configure(play);
    return status == VFJ_OK ? connect(play) : status;
}

/* The due time of a command that waits until the earlier commands of its batch have ended. */
static const int64_t not_begun_us = INT64_MAX;

/* Returns the next command of the slot's batch, or NULL when there is none. */
static struct vfj_play_pending *next_of_batch(struct vfj_play *play, struct vfj_name hn)
{
    struct vfj_play_pending *found = NULL;
    for (unsigned i = 0; i < play->pending_count; i++) {
        struct vfj_play_pending *pending = &play->pending[i];
        if (!vfj_command_reads(&pending->command) && vfj_name_equal(pending->command.hn, hn)
            && (found == NULL || pending->order < found->order))
            found = pending;
    }
    return found;
}

static void begin(struct vfj_play *play, struct vfj_play_pending *pending)
{
    bool runs = vfj_command_reads(&pending->command)
        || (play->mode == VFJ_MODE_ACT && !pending->is_dropped);
    pending->duration_us = runs ? vfj_guest_duration_us(&play->guest, &pending->command) : 0;
    pending->due_us = play->now_us + pending->duration_us;
}

/* Begins the command after `ended` in its batch. After the failure of a required command
 * (`is_stopped`), the next command is only dropped. */
static void go_on(struct vfj_play *play, const struct vfj_play_pending *ended, bool is_stopped)
{
    struct vfj_play_pending *next
        = vfj_name_is_empty(ended->command.hn) ? NULL : next_of_batch(play, ended->command.hn);
    if (next == NULL)
        return;
    next->is_dropped = is_stopped;
    begin(play, next);
}

static void execute(struct vfj_play *play, const struct vfj_play_pending *pending)
{
    const struct vfj_command *command = &pending->command;
    if (vfj_command_reads(command)) {
        vfj_guest_observe(&play->guest, command,
                          &blank_event(play, VFJ_EVENT_OBSERVED)->as.observed);
        return;
    }
    struct vfj_outcome *outcome = &blank_event(play, VFJ_EVENT_FINISHED)->as.finished;
    outcome->command = command->id;
    if (pending->is_dropped)
        outcome->kind = VFJ_OUTCOME_NOT_RUN;
    else if (play->mode == VFJ_MODE_ACT)
        vfj_guest_run(&play->guest, command, outcome);
    else
        outcome->kind = VFJ_OUTCOME_SKIPPED;
    outcome->duration_us = pending->duration_us;
    go_on(play, pending, pending->is_dropped || vfj_command_stops_batch(command, outcome));
}

static bool enqueue(struct vfj_play *play, const struct vfj_command *command)
{
    bool waits = !vfj_command_reads(command) && !vfj_name_is_empty(command->hn)
        && next_of_batch(play, command->hn) != NULL;
    if (play->pending_count == VFJ_PLAY_PENDING_MAX)
        return false;
    struct vfj_play_pending *pending = &play->pending[play->pending_count++];
    *pending = (struct vfj_play_pending){
        .due_us = not_begun_us, .order = play->order++, .command = *command};
    if (!waits)
        begin(play, pending);
    return true;
}

/* Returns the index of the command that ends first. Of several commands that end at the same
 * time, returns the one that was issued first. */
static unsigned earliest(const struct vfj_play *play)
{
    unsigned found = 0;
    for (unsigned i = 1; i < play->pending_count; i++) {
        const struct vfj_play_pending *a = &play->pending[i], *b = &play->pending[found];
        if (a->due_us < b->due_us || (a->due_us == b->due_us && a->order < b->order))
            found = i;
    }
    return found;
}

static struct vfj_play_pending take(struct vfj_play *play, unsigned index)
{
    struct vfj_play_pending pending = play->pending[index];
    play->pending[index] = play->pending[--play->pending_count];
    return pending;
}

/* Queues the commands of a decision. Executes all commands that are due now, and the commands that
 * follow from their outcomes. */
static enum vfj_status drain(struct vfj_play *play, const struct vfj_decision *decision)
{
    enum vfj_status status = VFJ_OK;
    for (;;) {
        for (unsigned i = 0; i < decision->command_count; i++) {
            if (!enqueue(play, &decision->commands[i]))
                return VFJ_TOO_MANY;
        }
        unsigned next = earliest(play);
        if (play->pending_count == 0 || play->pending[next].due_us > play->now_us)
            return VFJ_OK;
        struct vfj_play_pending pending = take(play, next);
        execute(play, &pending);
        if ((status = submit_only(play, &decision)) != VFJ_OK)
            return status;
    }
}

/* Kills the daemon. Its children finish their commands, and the machine receives no outcome. */
static void crash(struct vfj_play *play)
{
    while (play->pending_count > 0 && play->pending[earliest(play)].due_us != not_begun_us) {
        struct vfj_play_pending pending = take(play, earliest(play));
        if (!vfj_command_reads(&pending.command) && play->mode == VFJ_MODE_ACT)
            vfj_guest_run(&play->guest, &pending.command, &play->event.as.finished);
    }
    play->pending_count = 0;
    play->running = play->stopping = false;
    play->deadline_us = INT64_MAX;
}

static enum vfj_status end(struct vfj_play *play, struct vfj_span reason)
{
    enum vfj_status status = play->running ? submit_text(play, VFJ_EVENT_STOPPED, reason) : VFJ_OK;
    crash(play);
    return status;
}

/* Ends a stopping daemon as soon as no plan is unfinished, at the latest at stop_us. */
static enum vfj_status end_stop(struct vfj_play *play)
{
    if (!play->stopping || (!play->is_idle && play->now_us < play->stop_us))
        return VFJ_OK;
    return end(play, vfj_span_of(play->is_idle ? "stop" : "stop, and something is half-done"));
}

/* Handles %stop. A %stop with a reason only submits STOPPING; the trace then ends the daemon by
 * %end. After a %stop without a reason, the daemon ends by itself. */
static enum vfj_status begin_stop(struct vfj_play *play, struct vfj_span reason)
{
    if (!play->running || play->stopping)
        return VFJ_OK;
    if (reason.length > 0)
        return submit_text(play, VFJ_EVENT_STOPPING, reason);
    play->stopping = true;
    play->stop_us = play->now_us + VFJ_STOP_WITHIN_S * INT64_C(1000000);
    enum vfj_status status = submit_text(play, VFJ_EVENT_STOPPING, vfj_span_of("stop"));
    return status == VFJ_OK ? end_stop(play) : status;
}

/* Returns the time of the next timer or outcome. Sets *is_outcome to true for an outcome. At
 * equal times a timer comes first, then an outcome, then the end of a stopping daemon. */
static int64_t next_us(const struct vfj_play *play, bool timers, bool *is_outcome)
{
    int64_t outcome_us = play->pending_count > 0 ? play->pending[earliest(play)].due_us : INT64_MAX;
    bool has_timer = (timers || play->stopping) && play->deadline_us <= INT64_MAX - play->late_us;
    int64_t timer_us = has_timer ? play->deadline_us + play->late_us : INT64_MAX;
    *is_outcome = outcome_us < timer_us;
    return *is_outcome ? outcome_us : timer_us;
}

/* Advances the clock to `until_us`. Submits outcomes and timers that are due, each at its own
 * time. */
static enum vfj_status run_until(struct vfj_play *play, int64_t until_us, bool timers)
{
    enum vfj_status status = VFJ_OK;
    while (status == VFJ_OK && play->running) {
        bool is_outcome = false;
        int64_t due_us = next_us(play, timers, &is_outcome);
        bool is_end = play->stopping && play->stop_us < due_us;
        if (is_end)
            due_us = play->stop_us;
        if (due_us == INT64_MAX || due_us > until_us)
            break;
        if (due_us > play->now_us)
            play->now_us = due_us;
        if (is_outcome && !is_end) {
            struct vfj_play_pending pending = take(play, earliest(play));
            execute(play, &pending);
        } else if (!is_end) {
            blank_event(play, VFJ_EVENT_TIMER);
        }
        if (!is_end)
            status = submit(play);
        if (status == VFJ_OK)
            status = end_stop(play);
    }
    return status;
}

/* Restarts the daemon. Waits until a stopping daemon has ended. */
static enum vfj_status restart(struct vfj_play *play)
{
    enum vfj_status status = play->stopping ? run_until(play, play->stop_us, true) : VFJ_OK;
    if (status == VFJ_OK)
        status = end(play, vfj_span_of("restart"));
    return status == VFJ_OK ? start(play) : status;
}

static enum vfj_status boot(struct vfj_play *play, bool stopped)
{
    crash(play);
    vfj_guest_boot(&play->guest);
    play->boots++;
    play->boot_us = play->now_us;
    return stopped ? VFJ_OK : start(play);
}

/* Handles %start, which may also be the first line of a trace. Kills a running daemon before it
 * starts another. */
static enum vfj_status start_slowly(struct vfj_play *play)
{
    crash(play);
    return start_alone(play);
}

static enum vfj_status gap(struct vfj_play *play, struct vfj_span reason)
{
    if (!play->running)
        return VFJ_OK;
    enum vfj_status status = submit_text(play, VFJ_EVENT_GAP, reason);
    return status == VFJ_OK ? connect(play) : status;
}

/* Starts the daemon, restarts it, or submits the new rc.conf, if one of these is due before the
 * next line. */
static enum vfj_status settle(struct vfj_play *play)
{
    enum vfj_status status = VFJ_OK;
    if (!play->started)
        return start(play);
    if (play->running && play->restart)
        status = restart(play);
    return status == VFJ_OK && play->running && play->rc_changed ? configure(play) : status;
}

static enum vfj_status move_to(struct vfj_play *play, const struct vfj_trace_time *time)
{
    int64_t clock_us;
    enum vfj_status status = VFJ_OK;
    VFJ_CHECK(to_clock(play, time, &clock_us));
    if (!play->started) {
        play->now_us = clock_us;
        play->boot_us = 0;
    }
    if ((status = settle(play)) != VFJ_OK || (status = run_until(play, clock_us, true)) != VFJ_OK)
        return status;
    /* never turns the clock back: a restart may have advanced it past the line's time */
    if (clock_us > play->now_us)
        play->now_us = clock_us;
    return VFJ_OK;
}

static enum vfj_status happen(struct vfj_play *play, const struct vfj_trace_line *line)
{
    struct vfj_span raw = line->event;
    struct vfj_text text = vfj_text_begin(play->line, sizeof play->line);
    enum vfj_status status = move_to(play, &line->time);
    struct vfj_devd *devd = &blank_event(play, VFJ_EVENT_DEVD)->as.devd;
    if (status != VFJ_OK)
        return status;
    if (line->kind == VFJ_TRACE_DEVD) {
        (void)vfj_bytes_unescape(line->event, &text);
        raw = (struct vfj_span){play->line, text.length};
    }
    vfj_devd_parse(raw, devd);
    vfj_guest_happen(&play->guest, devd);
    status = play->running ? submit(play) : VFJ_OK;
    return status == VFJ_OK ? end_stop(play) : status;
}

static enum vfj_status submit_scheduled(struct vfj_play *play, const struct vfj_scheduled *row)
{
    blank_event(play, VFJ_EVENT_SCHEDULED)->as.scheduled = *row;
    return play->running ? submit(play) : VFJ_OK;
}

static void choose(struct vfj_play *play, const struct vfj_trace_line *line)
{
    bool is_mode = line->kind == VFJ_TRACE_MODE;
    uint8_t *choice = is_mode ? &play->mode : &play->policy;
    if (is_mode ? play->mode_fixed : play->policy_fixed)
        return;
    play->restart |= *choice != line->choice;
    *choice = line->choice;
}

static enum vfj_status direct(struct vfj_play *play, const struct vfj_trace_line *line,
                              struct vfj_trace_error *error)
{
    const char *refusal = vfj_guest_direct(&play->guest, line);
    play->rc_changed |= line->kind == VFJ_TRACE_RC || line->kind == VFJ_TRACE_NORC;
    if (refusal == NULL)
        return VFJ_OK;
    *error = (struct vfj_trace_error){1, refusal};
    return VFJ_TOO_MANY;
}

/* Applies a directive about the daemon at the line's time. */
static enum vfj_status befall(struct vfj_play *play, const struct vfj_trace_line *line)
{
    enum vfj_status status = line->kind == VFJ_TRACE_START || line->kind == VFJ_TRACE_CONFIGURE
        ? VFJ_OK
        : settle(play);
    if (status != VFJ_OK)
        return status;
    switch ((int)line->kind) {
    case VFJ_TRACE_CRASH:
        crash(play);
        return VFJ_OK;
    case VFJ_TRACE_STOP:
        return begin_stop(play, line->reason);
    case VFJ_TRACE_END:
        return end(play, line->reason);
    case VFJ_TRACE_RESTART:
        return restart(play);
    case VFJ_TRACE_BOOT:
        return boot(play, line->stopped);
    case VFJ_TRACE_START:
        return start_slowly(play);
    case VFJ_TRACE_CONFIGURE:
        return play->running ? configure(play) : VFJ_OK;
    case VFJ_TRACE_CONNECT:
        return play->running ? connect(play) : VFJ_OK;
    case VFJ_TRACE_LOST:
        return play->running ? submit_text(play, VFJ_EVENT_GAP, line->reason) : VFJ_OK;
    case VFJ_TRACE_GAP:
        return gap(play, line->reason);
    case VFJ_TRACE_SCHEDULED:
        return submit_scheduled(play, &line->scheduled);
    default:
        VFJ_CHECK(false);
    }
}

enum vfj_status vfj_play_line(struct vfj_play *play, const struct vfj_trace_line *line,
                              struct vfj_trace_error *error)
{
    *error
        = (struct vfj_trace_error){1, "more commands under way at once than a replay holds (512)"};
    switch ((enum vfj_trace_kind)line->kind) {
    case VFJ_TRACE_BLANK:
    case VFJ_TRACE_VERSION:
    case VFJ_TRACE_COUNT:
        return VFJ_OK;
    case VFJ_TRACE_EVENT:
    case VFJ_TRACE_DEVD:
        return happen(play, line);
    case VFJ_TRACE_AT:
        return move_to(play, &line->time);
    case VFJ_TRACE_MODE:
    case VFJ_TRACE_POLICY:
        choose(play, line);
        return VFJ_OK;
    case VFJ_TRACE_LATE:
        play->late_us = line->us;
        return VFJ_OK;
    case VFJ_TRACE_CRASH:
    case VFJ_TRACE_STOP:
    case VFJ_TRACE_END:
    case VFJ_TRACE_RESTART:
    case VFJ_TRACE_BOOT:
    case VFJ_TRACE_START:
    case VFJ_TRACE_CONFIGURE:
    case VFJ_TRACE_CONNECT:
    case VFJ_TRACE_LOST:
    case VFJ_TRACE_GAP:
    case VFJ_TRACE_SCHEDULED:
        return befall(play, line);
    case VFJ_TRACE_SYSCTL:
    case VFJ_TRACE_NOSYSCTL:
    case VFJ_TRACE_RC:
    case VFJ_TRACE_NORC:
    case VFJ_TRACE_IF:
    case VFJ_TRACE_NOIF:
    case VFJ_TRACE_VF:
    case VFJ_TRACE_FILE:
    case VFJ_TRACE_NOFILE:
    case VFJ_TRACE_FAIL:
    case VFJ_TRACE_SLOW:
        return direct(play, line, error);
    }
    VFJ_CHECK(false);
}

enum vfj_status vfj_play_end(struct vfj_play *play)
{
    enum vfj_status status = settle(play);
    return status == VFJ_OK ? run_until(play, INT64_MAX, false) : status;
}
