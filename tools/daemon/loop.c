/* The daemon's event loop. Each line of devd becomes an event, which the loop passes to the ledger,
 * the writer of the journal. The ledger returns a decision with commands. The outcomes of these
 * commands are events again. */
#include "tools/daemon/loop.h"

#include <string.h>

#include "core/check.h"
#include "core/machine/step.h"
#include "core/text/kv.h"
#include "tools/daemon/log.h"
#include "tools/daemon/status.h"

static const char moved[] = "the journal was moved"; /* the reason for the end of the daemon */

static int64_t now_us(struct vfj_daemon_loop *loop)
{
    struct vfj_event event;
    vfj_guest_io_stamp(loop->guest_io, &event);
    return event.mono_us;
}

static void forget_held(struct vfj_daemon_loop *loop)
{
    loop->held_count = 0;
    loop->batch_count = 0;
}

/* Ends the loop because the journal can't be written. A command runs only after its row is durable,
 * so the commands that wait for a commit are never run. */
static void fail(struct vfj_daemon_loop *loop)
{
    vfj_daemon_log("journal", "can't be written, the daemon stops: %s",
                   vfj_ledger_detail(loop->ledger));
    loop->failed = true;
    forget_held(loop);
    vfj_guest_io_break(loop->guest_io);
}

static void note_detached(struct vfj_daemon_loop *loop)
{
    if (loop->reattach_us != 0 || !vfj_ledger_detached(loop->ledger))
        return;
    vfj_daemon_log("journal", "can't be written, rows wait in memory: %s",
                   vfj_ledger_detail(loop->ledger));
    loop->reattach_us = now_us(loop) + VFJ_REATTACH_AFTER_US;
    vfj_guest_io_wake_at(loop->guest_io, loop->reattach_us);
}

static bool must_end_for_moved(const struct vfj_daemon_loop *loop)
{
    return loop->maintenance.is_moved && !loop->ends_for_moved;
}

/* Sets the next wake-up of the loop. Used while no row waits for a commit. */
static void wake_later(struct vfj_daemon_loop *loop)
{
    int64_t at_us = loop->reattach_us != 0 ? loop->reattach_us : INT64_MAX;
    if (must_end_for_moved(loop))
        at_us = 0;
    if (loop->maintenance_us != 0 && loop->maintenance_us < at_us)
        at_us = loop->maintenance_us;
    vfj_guest_io_wake_at(loop->guest_io, at_us);
}

/* Does one step of the journal's maintenance when the loop has nothing else to do. Commits the
 * step's rows immediately. */
static void maintain(struct vfj_daemon_loop *loop)
{
    struct vfj_event now;
    vfj_guest_io_stamp(loop->guest_io, &now);
    loop->maintenance_us
        = vfj_daemon_maintenance_step(&loop->maintenance, loop->ledger, now.wall_us, now.mono_us);
    if (vfj_ledger_waiting(loop->ledger) && vfj_ledger_commit(loop->ledger) != VFJ_OK)
        fail(loop);
    else
        note_detached(loop);
    wake_later(loop);
}

/* Runs the commands that waited until their rows were durable, one batch for each decision. */
static void run_held(struct vfj_daemon_loop *loop)
{
    unsigned from = 0;
    for (unsigned i = 0; i < loop->batch_count; i++) {
        vfj_guest_io_change(loop->guest_io, &loop->held[from], loop->batch_ends[i] - from);
        from = loop->batch_ends[i];
    }
    for (unsigned i = 0; i < loop->held_count; i++)
        vfj_daemon_log_command(&loop->held[i]);
    forget_held(loop);
}

/* Makes the submitted rows durable. Then runs the commands that these rows contain. */
static void commit(struct vfj_daemon_loop *loop)
{
    if (vfj_ledger_commit(loop->ledger) != VFJ_OK) {
        fail(loop);
        return;
    }
    loop->waiting_us = 0;
    loop->waiting = 0;
    loop->urgent = false;
    wake_later(loop);
    note_detached(loop);
    run_held(loop);
    vfj_ledger_maintain(loop->ledger);
    maintain(loop);
}

static void take_command(struct vfj_daemon_loop *loop, const struct vfj_command *command)
{
    if (vfj_command_reads(command)) {
        loop->probes++;
        vfj_guest_io_probe(loop->guest_io, command);
    } else if (loop->started.mode == VFJ_MODE_ACT) {
        VFJ_CHECK(loop->held_count < VFJ_HELD_MAX);
        loop->held[loop->held_count++] = *command;
    } else {
        VFJ_CHECK(loop->skipped_count < VFJ_HELD_MAX);
        loop->skipped[loop->skipped_count++] = command->id;
    }
}

static void take_decision(struct vfj_daemon_loop *loop, const struct vfj_decision *decision)
{
    unsigned held = loop->held_count;
    for (unsigned i = 0; i < decision->transition_count; i++)
        vfj_daemon_log_transition(&decision->transitions[i]);
    for (unsigned i = 0; i < decision->command_count; i++)
        take_command(loop, &decision->commands[i]);
    if (loop->held_count > held)
        loop->batch_ends[loop->batch_count++] = loop->held_count;
    vfj_guest_io_set_deadline(loop->guest_io, decision->deadline_us);
}

/* Returns true when the event is a line of devd that concerns no slot and therefore does not change
 * the machine's state. */
static bool changes_nothing(const struct vfj_event *event, const struct vfj_decision *decision)
{
    return event->kind == VFJ_EVENT_DEVD && decision->command_count == 0
        && decision->transition_count == 0 && decision->touched.slots == 0
        && !decision->touched.scripts;
}

/* Logs, once, what kind of guest this is, if the daemon has nothing to do in it. */
static void log_guest(struct vfj_daemon_loop *loop, const struct vfj_event *event)
{
    const struct vfj_map *map = &event->as.observed.as.map;
    if (loop->guest_logged || event->kind != VFJ_EVENT_OBSERVED
        || event->as.observed.probe != VFJ_PROBE_MAP || !event->as.observed.ok)
        return;
    loop->guest_logged = true;
    if (map->transparent == VFJ_TRANSPARENT_ABSENT && !map->has_list)
        vfj_daemon_log("guest",
                       "the kernel has no hn(4), so this is no guest of Hyper-V or Azure: "
                       "there is no VF to record");
    else if (map->transparent > 0 && loop->started.mode == VFJ_MODE_ACT)
        vfj_daemon_log("guest",
                       "hn(4) is in transparent mode and moves the data path itself: "
                       "act mode has nothing to act upon, and what happens is recorded");
}

static void submit(struct vfj_daemon_loop *loop, const struct vfj_event *event)
{
    const struct vfj_decision *decision = NULL;
    if (loop->held_count > VFJ_HELD_MAX - VFJ_COMMANDS_MAX)
        commit(loop);
    if (loop->failed)
        return;
    enum vfj_status status = vfj_ledger_submit(loop->ledger, event, &decision);
    if (status == VFJ_BAD_BODY || status == VFJ_TOO_LONG) {
        vfj_daemon_log("journal", "an event that can't be recorded: %s", vfj_status_text(status));
        return;
    }
    if (status != VFJ_OK) {
        fail(loop);
        return;
    }
    if (loop->waiting_us == 0)
        loop->waiting_us = event->mono_us;
    loop->waiting++;
    log_guest(loop, event);
    loop->urgent = loop->urgent || !changes_nothing(event, decision);
    take_decision(loop, decision);
}

/* For observe mode: ends each changing command immediately with the outcome `skipped`. After this
 * outcome the machine may order the next command. */
static void answer_skipped(struct vfj_daemon_loop *loop)
{
    while (loop->skipped_count > 0 && !loop->failed) {
        struct vfj_event event = {.kind = VFJ_EVENT_FINISHED};
        event.as.finished.kind = VFJ_OUTCOME_SKIPPED;
        event.as.finished.command = loop->skipped[0];
        memmove(loop->skipped, loop->skipped + 1, --loop->skipped_count * sizeof loop->skipped[0]);
        vfj_guest_io_stamp(loop->guest_io, &event);
        submit(loop, &event);
    }
}

static void submit_now(struct vfj_daemon_loop *loop, struct vfj_event *event)
{
    vfj_guest_io_stamp(loop->guest_io, event);
    submit(loop, event);
    answer_skipped(loop);
}

static void remember_connection(struct vfj_daemon_loop *loop, const struct vfj_event *event)
{
    if (event->kind == VFJ_EVENT_CONNECTED)
        vfj_span_copy(loop->connected, sizeof loop->connected, event->as.text);
    else if (event->kind == VFJ_EVENT_GAP)
        loop->connected[0] = '\0';
}

static void log_unfinished(struct vfj_daemon_loop *loop, const char *what)
{
    const struct vfj_state *state = vfj_ledger_state(loop->ledger);
    bool is_stopping = state->head.running == VFJ_RUNNING_STOPPING;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (vfj_slot_is_unfinished(&state->slots[i], is_stopping))
            vfj_daemon_log("stop", "%s: %s", what, state->slots[i].hn.text);
    }
}

static void on_event(void *context, const struct vfj_event *event)
{
    struct vfj_daemon_loop *loop = context;
    if (event->kind == VFJ_EVENT_OBSERVED && loop->probes > 0)
        loop->probes--;
    if (event->kind == VFJ_EVENT_FINISHED)
        vfj_daemon_log_outcome(&event->as.finished);
    if (event->kind == VFJ_EVENT_STOPPED && loop->stopping != NULL)
        log_unfinished(loop, "not finished, and left to the next start");
    if (event->kind == VFJ_EVENT_SCHEDULED)
        vfj_daemon_log_scheduled(&event->as.scheduled);
    remember_connection(loop, event);
    submit(loop, event);
    answer_skipped(loop);
}

/* Returns the monotonic time by which the submitted events must be committed; 0: immediately.
 * `more` is true when further events are ready. */
static int64_t commit_due_us(const struct vfj_daemon_loop *loop, bool more)
{
    if (loop->held_count > 0 || loop->waiting >= VFJ_COMMIT_EVENTS)
        return 0;
    if (vfj_guest_io_is_in_batch(loop->guest_io))
        return loop->waiting_us + VFJ_COMMIT_IN_BATCH_US;
    return more || loop->probes > 0 || !loop->urgent ? loop->waiting_us + VFJ_COMMIT_AFTER_US : 0;
}

/* Ends the loop if a signal asked the daemon to end and no plan is active any more. Returns true
 * when it did. */
static bool end_when_idle(struct vfj_daemon_loop *loop)
{
    if (loop->stopping == NULL || loop->failed
        || !vfj_state_is_idle(vfj_ledger_state(loop->ledger)))
        return false;
    loop->stopping = NULL;
    vfj_daemon_log("stop", "what was begun is finished");
    vfj_guest_io_end(loop->guest_io,
                     loop->ends_for_moved ? moved : "a signal, and what was begun is finished");
    return true;
}

/* Called after events that arrived together; decides when to commit. `more` is true when further
 * events are ready. The loop commits immediately when a changing command waits for the commit.
 * Otherwise it commits when all expected events have arrived: the results of running observations
 * and the outcomes of a running batch. Lines that concern no slot are committed later, by a
 * timer. */
static void on_batch_end(void *context, bool more)
{
    struct vfj_daemon_loop *loop = context;
    if (end_when_idle(loop) || loop->failed || loop->waiting_us == 0)
        return;
    int64_t due_us = commit_due_us(loop, more);
    if (now_us(loop) < due_us)
        vfj_guest_io_wake_at(loop->guest_io, due_us);
    else
        commit(loop);
}

static void submit_stopping(struct vfj_daemon_loop *loop)
{
    struct vfj_event stopping
        = {.kind = VFJ_EVENT_STOPPING, .as.text = vfj_span_of(loop->stopping)};
    submit_now(loop, &stopping);
}

/* Restarts the machine after rows were lost. The machine gets the events of a daemon that starts
 * now after the earlier one crashed when the rows were lost. */
static void start_anew(struct vfj_daemon_loop *loop)
{
    struct vfj_event started = {.kind = VFJ_EVENT_STARTED, .as.started = loop->started};
    struct vfj_event connected
        = {.kind = VFJ_EVENT_CONNECTED, .as.text = vfj_span_of(loop->connected)};
    vfj_guest_io_forget(loop->guest_io);
    loop->probes = 0;
    forget_held(loop);
    loop->skipped_count = 0;
    submit_now(loop, &started);
    vfj_guest_io_configure(loop->guest_io);
    if (loop->connected[0] != '\0')
        submit_now(loop, &connected);
    if (loop->stopping != NULL)
        submit_stopping(loop);
}

/* Called when a command ends that was started before rows were lost. The last observation may lack
 * its effects. A gap event therefore makes the machine observe the guest again. No such event is
 * necessary while devd is not connected, because that is a gap already. */
static void on_late_exit(void *context)
{
    struct vfj_daemon_loop *loop = context;
    struct vfj_event gap
        = {.kind = VFJ_EVENT_GAP,
           .as.text = vfj_span_of("a command that was under way when rows were lost has ended")};
    struct vfj_event connected
        = {.kind = VFJ_EVENT_CONNECTED, .as.text = vfj_span_of(loop->connected)};
    if (loop->connected[0] == '\0')
        return;
    submit_now(loop, &gap);
    submit_now(loop, &connected);
    on_batch_end(loop, false);
}

/* Returns true when a command that changes the guest runs, or is about to run. */
static bool is_changing(const struct vfj_daemon_loop *loop)
{
    const struct vfj_state *state = vfj_ledger_state(loop->ledger);
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (state->slots[i].activity == VFJ_ACTIVITY_RUNNING)
            return true;
    }
    return false;
}

static void reattach(struct vfj_daemon_loop *loop)
{
    struct vfj_reattached reattached;
    const struct vfj_decision *decision = NULL;
    struct vfj_event times;
    vfj_guest_io_stamp(loop->guest_io, &times);
    loop->reattach_us = times.mono_us + VFJ_REATTACH_AFTER_US;
    /* Only the state in memory has the plans that a stopping daemon finishes, and the commands that
     * run. An observation before such a command has ended would be wrong afterwards. */
    bool must_wait
        = (loop->stopping != NULL || is_changing(loop)) && vfj_ledger_has_lost(loop->ledger);
    if (must_wait
        || vfj_ledger_reattach(loop->ledger, times.wall_us, times.mono_us, &reattached, &decision)
            != VFJ_OK) {
        vfj_guest_io_wake_at(loop->guest_io, loop->reattach_us);
        return;
    }
    loop->reattach_us = 0;
    loop->waiting_us = times.mono_us;
    vfj_daemon_log("journal", "is written again%s",
                   reattached.lost > 0 ? ", but rows were lost" : "");
    if (reattached.lost > 0)
        start_anew(loop);
    else
        take_decision(loop, decision);
    answer_skipped(loop);
    commit(loop);
}

/* Asks the daemon to end because its journal was moved. Until the end, rows are written to the file
 * that is open, wherever it is now, so that none is lost. A new journal at the old path could not
 * continue these rows. */
static void end_for_moved(struct vfj_daemon_loop *loop)
{
    loop->ends_for_moved = true;
    vfj_daemon_log("journal",
                   "was moved, removed or replaced under the daemon, which ends; all rows are in "
                   "the file that was open");
    vfj_guest_io_stop(loop->guest_io, moved);
}

static void on_wake(void *context)
{
    struct vfj_daemon_loop *loop = context;
    if (must_end_for_moved(loop))
        end_for_moved(loop);
    else if (loop->reattach_us != 0 && now_us(loop) >= loop->reattach_us)
        reattach(loop);
    else
        commit(loop);
}

static void on_stopping(void *context, const char *reason)
{
    struct vfj_daemon_loop *loop = context;
    if (loop->failed || vfj_state_is_idle(vfj_ledger_state(loop->ledger))) {
        vfj_guest_io_end(loop->guest_io, reason);
        return;
    }
    log_unfinished(loop, "what was begun is finished first");
    loop->stopping = reason;
    submit_stopping(loop);
    on_batch_end(loop, false);
}

static void on_asked(void *context)
{
    struct vfj_daemon_loop *loop = context;
    vfj_daemon_status_log(loop->ledger, loop->connected, now_us(loop));
}

/* Writes a row of kind "journal". The machine gets no event for this row. */
static void note(struct vfj_daemon_loop *loop, const char *body)
{
    struct vfj_event now;
    vfj_guest_io_stamp(loop->guest_io, &now);
    if (loop->failed || !vfj_ledger_note(loop->ledger, now.wall_us, now.mono_us, body))
        return;
    if (loop->waiting_us == 0)
        loop->waiting_us = now.mono_us;
    on_batch_end(loop, false);
}

/* Called when rc.conf cannot be read. Writes a row of kind "journal" with the complaint. The
 * machine gets no event and keeps its configuration. */
static void on_unread(void *context, const char *complaint)
{
    char body[256];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_kv_add_string(&text, "about", "rc-unread");
    vfj_kv_add_string(&text, "why", complaint);
    note(context, body);
}

/* Called when lines of devd came late. Logs this and writes a row about it. While devd runs a slow
 * action of devd.conf(5), all later lines wait. */
static void on_late(void *context, int64_t delay_us, unsigned lines)
{
    char body[256];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_kv_add_string(&text, "about", "devd-late");
    vfj_kv_add_i64(&text, "delay_us", delay_us);
    vfj_kv_add_u64(&text, "lines", lines);
    vfj_daemon_log("devd", "sent %u line%s up to %lld ms after the kernel", lines,
                   lines == 1 ? "" : "s", (long long)(delay_us / 1000));
    note(context, body);
}

static void on_log(void *context, const char *line)
{
    (void)context;
    vfj_daemon_log_line(line);
}

struct vfj_guest_io_listener vfj_daemon_loop_listener(struct vfj_daemon_loop *loop)
{
    return (struct vfj_guest_io_listener){
        .event = on_event,
        .batch_end = on_batch_end,
        .late_exit = on_late_exit,
        .wake = on_wake,
        .stopping = on_stopping,
        .asked = on_asked,
        .unread = on_unread,
        .late = on_late,
        .log = on_log,
        .context = loop,
    };
}

/* Writes the rows that are still in memory, if the journal can be written now. When rows were lost,
 * the row about the daemon's end is one of them, and the next daemon starts as after a kill. */
static void commit_last(struct vfj_daemon_loop *loop)
{
    struct vfj_reattached reattached;
    struct vfj_event now;
    vfj_guest_io_stamp(loop->guest_io, &now);
    if (vfj_ledger_detached(loop->ledger))
        (void)vfj_ledger_reattach(loop->ledger, now.wall_us, now.mono_us, &reattached, NULL);
    if (vfj_ledger_commit(loop->ledger) != VFJ_OK)
        fail(loop);
}

/* Submits a gap event for the time before this start: the previous daemon ended without a `stopped`
 * row, and since then no daemon received events. */
static void submit_gap_of_dead_daemon(struct vfj_daemon_loop *loop)
{
    struct vfj_event gap
        = {.kind = VFJ_EVENT_GAP,
           .as.text = vfj_span_of("the last daemon ended without a record; none ran until now")};
    submit_now(loop, &gap);
}

/* Writes a row that identifies the guest and the journal, soon after the daemon's start. If the
 * guest is cloned, the journal thus names the clone from its first start on. The UUID of a new
 * journal is computed from its first row, which must therefore be durable. */
static void note_identity(struct vfj_daemon_loop *loop)
{
    struct vfj_identity *identity = &loop->maintenance.identity;
    struct vfj_event now;
    char body[256];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    enum vfj_status status = vfj_ledger_identity(loop->ledger, identity);
    if (status == VFJ_END && !loop->failed) {
        commit(loop);
        status = vfj_ledger_identity(loop->ledger, identity);
    }
    if (status != VFJ_OK || loop->failed) {
        memset(identity, 0, sizeof *identity);
        return;
    }
    (void)vfj_span_copy(identity->host, sizeof identity->host, vfj_span_of(loop->host));
    vfj_kv_add_string(&text, "about", "identity");
    vfj_identity_add(&text, identity);
    vfj_guest_io_stamp(loop->guest_io, &now);
    (void)vfj_ledger_note(loop->ledger, now.wall_us, now.mono_us, body);
}

void vfj_daemon_loop_run(struct vfj_daemon_loop *loop)
{
    struct vfj_event started = {.kind = VFJ_EVENT_STARTED, .as.started = loop->started};
    bool has_died = vfj_ledger_state(loop->ledger)->head.running != VFJ_RUNNING_NOT;
    submit_now(loop, &started);
    if (has_died)
        submit_gap_of_dead_daemon(loop);
    if (loop->host[0] != '\0')
        note_identity(loop);
    on_batch_end(loop, false);
    vfj_guest_io_run(loop->guest_io);
    if (!loop->failed)
        commit_last(loop);
}
