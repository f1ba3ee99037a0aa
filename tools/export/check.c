/* Checks an exported trace against its journal.
 *
 * The trace is played, with the journal in the place of the machine: after each event, the commands
 * are those that the journal has after this event, and a timer fires when it fired according to the
 * journal. The guest model carries out the commands, as in any replay. */
#include "tools/export/check.h"

#include <stdlib.h>
#include <string.h>

#include "tools/export/facts.h"
#include "tools/replay/trace_file.h"

struct check {
    struct vfj_journal *journal;
    const struct vfj_timeline *timeline;
    struct vfj_export_fault *fault;
    uint64_t seq; /* seq of the newest row that was read */
    bool has_row; /* `row` contains the row of the next event */
    struct vfj_record row;
    size_t at; /* number of the next event, from 0 */
    struct vfj_event event, recorded;
    struct vfj_decision decision;
    struct vfj_play play;
    char body[VFJ_BODY_MAX];
};

/* Records the difference. Returns a status that ends the replay. */
static enum vfj_status differ(struct check *check, const char *what)
{
    check->fault->seq = check->row.seq;
    check->fault->event = check->at;
    check->fault->what = what;
    return VFJ_BAD_BODY;
}

static enum vfj_status take_command(struct check *check)
{
    struct vfj_command *command = &check->decision.commands[check->decision.command_count];
    if (check->decision.command_count == VFJ_COMMANDS_MAX)
        return differ(check, "more commands than one event leads to");
    if (vfj_command_decode(check->row.body, command) != VFJ_OK)
        return differ(check, "a command that is unknown here");
    vfj_timeline_complete(check->timeline, command);
    check->decision.command_count++;
    return VFJ_OK;
}

/* Reads the commands of the current event and the row of the next event. */
static enum vfj_status read_on(struct check *check)
{
    enum vfj_status status = VFJ_OK;
    check->has_row = false;
    check->decision.command_count = 0;
    while (status == VFJ_OK && !check->has_row && check->seq < check->timeline->last) {
        if ((status = vfj_journal_next_raw(check->journal, &check->row)) != VFJ_OK)
            break;
        if (check->row.seq != ++check->seq)
            return VFJ_JOURNAL_DAMAGED;
        check->has_row = vfj_record_is_event(&check->row);
        if (check->row.kind == VFJ_RECORD_COMMAND)
            status = take_command(check);
    }
    return status;
}

static bool same_text(struct vfj_span a, struct vfj_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

/* Returns the event as it would be after writing and reading its record, which replaces some bytes
 * of a reason. */
static const struct vfj_event *as_recorded(struct check *check, const struct vfj_event *event)
{
    struct vfj_text body = vfj_text_begin(check->body, sizeof check->body);
    vfj_event_encode(event, &body);
    struct vfj_span span = {body.bytes, body.length};
    memset(&check->event, 0, sizeof check->event);
    if (body.overflow
        || vfj_event_decode((enum vfj_event_kind)event->kind, span, &check->event) != VFJ_OK)
        return NULL;
    return &check->event;
}

static enum vfj_command_kind kind_of(const struct check *check, uint64_t id)
{
    return (enum vfj_command_kind)vfj_times_get(&check->timeline->kinds, id);
}

/* Returns a description of the event that the replay has, or NULL when it equals the recorded
 * event. */
static const char *difference(const struct check *check, const struct vfj_event *event)
{
    const struct vfj_event *recorded = &check->recorded;
    if (event->kind != check->row.kind)
        return vfj_event_kind_name((enum vfj_event_kind)event->kind);
    if (vfj_event_answers(event) != vfj_event_answers(recorded))
        return "the answer to another command";
    switch ((enum vfj_event_kind)event->kind) {
    case VFJ_EVENT_STARTED:
        return event->as.started.mode == recorded->as.started.mode
                && event->as.started.policy == recorded->as.started.policy
            ? NULL
            : "another mode or policy";
    case VFJ_EVENT_CONFIGURED:
        return vfj_rc_means_same(event->as.rc, recorded->as.rc) ? NULL : "other values of rc.conf";
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_STOPPED:
    case VFJ_EVENT_GAP:
        return same_text(event->as.text, recorded->as.text) ? NULL : "another reason";
    case VFJ_EVENT_DEVD:
        return same_text(event->as.devd.raw, recorded->as.devd.raw) ? NULL : "another line";
    case VFJ_EVENT_OBSERVED:
        return vfj_observation_means_same(&event->as.observed, &recorded->as.observed)
            ? NULL
            : "another answer";
    case VFJ_EVENT_FINISHED:
        return vfj_outcome_means_same(kind_of(check, event->as.finished.command),
                                      &event->as.finished, &recorded->as.finished)
            ? NULL
            : "another outcome";
    case VFJ_EVENT_SCHEDULED:
        return vfj_scheduled_equal(&event->as.scheduled, &recorded->as.scheduled)
            ? NULL
            : "another scheduled event";
    case VFJ_EVENT_CONNECTED:
    case VFJ_EVENT_TIMER:
    case VFJ_EVENT_COUNT:
        break;
    }
    return NULL;
}

static enum vfj_status submit(void *context, const struct vfj_event *played,
                              const struct vfj_decision **decision)
{
    struct check *check = context;
    const struct vfj_event *event = as_recorded(check, played);
    if (!check->has_row)
        return differ(check, "an event after the last one");
    memset(&check->recorded, 0, sizeof check->recorded);
    if (vfj_event_decode((enum vfj_event_kind)check->row.kind, check->row.body, &check->recorded)
        != VFJ_OK)
        return differ(check, "an event that can't be read");
    const char *what = event != NULL ? difference(check, event) : "an event that can't be recorded";
    if (what != NULL)
        return differ(check, what);
    int64_t deadline_us = vfj_times_get(&check->timeline->deadlines, check->at++);
    check->decision.deadline_us
        = deadline_us == INT64_MAX ? INT64_MAX : deadline_us - check->play.boot_us;
    *decision = &check->decision;
    return read_on(check);
}

static bool play_trace(struct check *check, struct vfj_span trace)
{
    struct vfj_trace_place place = {0};
    enum vfj_status status;
    vfj_journal_walk(check->journal, 1, VFJ_FORWARD);
    if ((status = read_on(check)) == VFJ_OK) {
        vfj_play_init(&check->play, (struct vfj_play_sink){.context = check, .submit = submit}, -1,
                      -1);
        status = vfj_trace_play(trace, &check->play, &place);
    }
    if (status == VFJ_OK && check->has_row)
        status = differ(check, "nothing");
    if (status == VFJ_OK || check->fault->what != NULL)
        return status == VFJ_OK;
    if (place.what != NULL)
        (void)differ(check, place.what);
    else
        check->fault->status = status;
    return false;
}

bool vfj_export_check(struct vfj_journal *journal, struct vfj_span trace,
                      const struct vfj_timeline *timeline, struct vfj_export_fault *fault)
{
    struct check *check = calloc(1, sizeof *check);
    *fault = (struct vfj_export_fault){.status = check != NULL ? VFJ_OK : VFJ_SYSTEM};
    if (check == NULL)
        return false;
    check->journal = journal;
    check->timeline = timeline;
    check->fault = fault;
    bool right = play_trace(check, trace);
    vfj_journal_walk_end(journal);
    free(check);
    return right;
}
