/* Computes the times of the events in an exported trace. */
#include "tools/export/timeline.h"

#include <stdlib.h>
#include <string.h>

bool vfj_times_put(struct vfj_times *times, uint64_t index, int64_t us)
{
    if (index >= times->size) {
        size_t size = times->size > 0 ? times->size : 1024;
        while (size <= index && size <= SIZE_MAX / (2 * sizeof *times->us))
            size *= 2;
        int64_t *more = index < size ? realloc(times->us, size * sizeof *more) : NULL;
        if (more == NULL)
            return false;
        memset(more + times->size, 0, (size - times->size) * sizeof *more);
        times->us = more;
        times->size = size;
    }
    times->us[index] = us;
    if (times->count <= index)
        times->count = index + 1;
    return true;
}

static void put(struct vfj_timeline *timeline, struct vfj_times *times, uint64_t index, int64_t us)
{
    timeline->failed |= !vfj_times_put(times, index, us);
}

int64_t vfj_times_get(const struct vfj_times *times, uint64_t index)
{
    return index < times->count ? times->us[index] : 0;
}

uint64_t vfj_event_answers(const struct vfj_event *event)
{
    if (event->kind == VFJ_EVENT_OBSERVED)
        return event->as.observed.command;
    return event->kind == VFJ_EVENT_FINISHED ? event->as.finished.command : 0;
}

bool vfj_timeline_same_instant(const struct vfj_timeline *timeline, uint64_t command, int64_t us)
{
    return command != 0 && vfj_times_get(&timeline->asked, command) == us + 1;
}

/* Returns the time of the row on the clock of the export. A boot begins where the previous boot
 * ended, plus the pause between both according to the wall clock. */
static int64_t time_of(struct vfj_timeline *timeline, const struct vfj_record *record)
{
    if (record->boot != timeline->boot) {
        int64_t pause_us = timeline->boot == 0 ? 0 : record->wall_us - timeline->last_wall_us;
        timeline->base_us = timeline->clock_us + (pause_us > 0 ? pause_us : 0) - record->mono_us;
        timeline->boot = record->boot;
    }
    timeline->last_wall_us = record->wall_us;
    return timeline->base_us + record->mono_us;
}

static bool is_skipped(const struct vfj_event *event)
{
    return event->kind == VFJ_EVENT_FINISHED && !vfj_outcome_ran(&event->as.finished);
}

static const struct vfj_change *first_change(const struct vfj_timeline *timeline,
                                             struct vfj_name hn)
{
    for (unsigned i = 0; i < timeline->change_count; i++) {
        if (vfj_name_equal(timeline->changes[i].hn, hn))
            return &timeline->changes[i];
    }
    return NULL;
}

/* Ends a changing command, so that the next command of its batch begins. */
static void end_change(struct vfj_timeline *timeline, uint64_t id, int64_t us)
{
    for (unsigned i = 0; i < timeline->change_count; i++) {
        struct vfj_name hn = timeline->changes[i].hn;
        if (timeline->changes[i].id != id)
            continue;
        timeline->change_count--;
        memmove(&timeline->changes[i], &timeline->changes[i + 1],
                (timeline->change_count - i) * sizeof timeline->changes[0]);
        const struct vfj_change *next = first_change(timeline, hn);
        if (next != NULL)
            put(timeline, &timeline->asked, next->id, us + 1);
        return;
    }
}

static void note_outcome(struct vfj_timeline *timeline, const struct vfj_event *event, int64_t us)
{
    uint64_t id = event->as.finished.command;
    if (!vfj_outcome_ran(&event->as.finished))
        put(timeline, &timeline->flags, id,
            vfj_times_get(&timeline->flags, id) | VFJ_COMMAND_IS_NOT_RUN);
    end_change(timeline, id, us);
}

/* Returns the time of an event other than a timer. A result comes later than the event before it,
 * so that the trace can have lines in between that say what the result shows. Two kinds of events
 * have no later time: the outcome of a skipped command, and a result that may come at the same time
 * as its cause. */
static int64_t place_event(const struct vfj_timeline *timeline, const struct vfj_event *event,
                           int64_t us)
{
    uint64_t command = vfj_event_answers(event);
    int64_t clock_us = timeline->clock_us;
    bool joins = vfj_timeline_same_instant(timeline, command, clock_us);
    if (is_skipped(event) && joins)
        return clock_us;
    if (us > clock_us)
        return us;
    return command != 0 && (!joins || vfj_times_get(&timeline->separate, command) != 0)
        ? clock_us + 1
        : clock_us;
}

/* Returns true when another timer became due between due_us and the time at which the timer fired.
 * The recorded event then belongs to both timers. */
static bool is_another_due(const struct vfj_timeline *timeline, int64_t due_us, int64_t us)
{
    const struct vfj_state *state = &timeline->machine->state;
    int64_t from_us = due_us - timeline->boot_us, until_us = us - timeline->boot_us;
    bool found = false;
    for (unsigned i = 0; i < state->head.slot_count; i++)
        found |= state->index.due_us[i] > from_us && state->index.due_us[i] <= until_us;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        found |= state->scripts.sleepers[i].due_us > from_us
            && state->scripts.sleepers[i].due_us <= until_us;
    return found;
}

/* Returns the time of a timer that fired: the time at which it was due. The time is later when
 * another event came first, or when another timer became due in the meantime. */
static int64_t place_timer(struct vfj_timeline *timeline, int64_t due_us, int64_t us)
{
    int64_t clock_us = timeline->clock_us;
    if (due_us == INT64_MAX)
        return us > clock_us ? us : clock_us;
    if (timeline->late_us == 0 && !is_another_due(timeline, due_us, us))
        return due_us > clock_us ? due_us : clock_us;
    us = us > clock_us ? us : clock_us + 1;
    us = us > due_us ? us : due_us;
    timeline->late_us = us - due_us;
    return us;
}

/* Called for an event that precedes a timer which was due before it. From this event on the timer
 * counts as late. */
static void hold_timer(struct vfj_timeline *timeline, const struct vfj_event *event, int64_t due_us,
                       int64_t us)
{
    bool joins = us == timeline->clock_us
        && vfj_timeline_same_instant(timeline, vfj_event_answers(event), us);
    if (joins || due_us == INT64_MAX || due_us + timeline->late_us > us)
        return;
    timeline->late_us = us - due_us + 1;
}

static bool begins_anew(const struct vfj_event *event)
{
    return event->kind == VFJ_EVENT_STARTED || event->kind == VFJ_EVENT_STOPPED;
}

static void empty(struct vfj_timeline *timeline)
{
    struct vfj_times *const all[]
        = {&timeline->events,  &timeline->deadlines, &timeline->late, &timeline->asked,
           &timeline->answers, &timeline->flags,     &timeline->kinds};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]->us);
}

void vfj_timeline_begin(struct vfj_timeline *timeline, struct vfj_machine *machine, uint64_t last)
{
    struct vfj_times separate = timeline->separate;
    empty(timeline);
    *timeline = (struct vfj_timeline){.machine = machine, .last = last, .separate = separate};
}

static int64_t place(struct vfj_timeline *timeline, const struct vfj_event *event, int64_t due_us,
                     int64_t own_us)
{
    if (event->kind == VFJ_EVENT_TIMER)
        return place_timer(timeline, due_us, own_us);
    int64_t us = place_event(timeline, event, own_us);
    hold_timer(timeline, event, due_us, us);
    return us;
}

void vfj_timeline_add(struct vfj_timeline *timeline, const struct vfj_record *record,
                      struct vfj_event *event, bool others)
{
    size_t number = timeline->events.count;
    bool is_boot = timeline->boot != 0 && record->boot != timeline->boot;
    int64_t own_us = time_of(timeline, record);
    int64_t due_us = number == 0 ? INT64_MAX : timeline->deadlines.us[number - 1];
    if (begins_anew(event))
        timeline->late_us = timeline->change_count = 0;
    if (event->kind == VFJ_EVENT_STARTED)
        due_us = INT64_MAX; /* no daemon ran before this event, so that no timer was due */
    bool is_other_timer
        /* in this program, the machine has no timer that is due by then */
        = others || (timeline->has_other_rules && due_us > own_us);
    if (event->kind == VFJ_EVENT_TIMER && is_other_timer && number > 0) {
        due_us = own_us > timeline->clock_us ? own_us : timeline->clock_us;
        put(timeline, &timeline->deadlines, number - 1, due_us);
    }
    int64_t us = place(timeline, event, due_us, own_us);
    put(timeline, &timeline->events, number, us);
    put(timeline, &timeline->late, number, timeline->late_us);
    if (event->kind == VFJ_EVENT_TIMER)
        timeline->late_us = 0;
    if (vfj_event_answers(event) != 0)
        put(timeline, &timeline->answers, vfj_event_answers(event), us + 1);
    if (event->kind == VFJ_EVENT_FINISHED)
        note_outcome(timeline, event, us);
    timeline->clock_us = us;
    timeline->boot_us = is_boot ? us : timeline->boot_us;
    event->kind = record->kind;
    event->wall_us = record->wall_us;
    event->mono_us = us - timeline->boot_us;
    vfj_machine_step(timeline->machine, event, record->seq, &timeline->event);
    int64_t deadline_us = timeline->machine->decision.deadline_us;
    put(timeline, &timeline->deadlines, number,
        others || deadline_us == INT64_MAX ? INT64_MAX : timeline->boot_us + deadline_us);
}

void vfj_timeline_leave_machine(struct vfj_timeline *timeline)
{
    put(timeline, &timeline->deadlines, timeline->events.count - 1, INT64_MAX);
}

/* Returns whether the command is extra or optional, as VFJ_COMMAND_IS_… bits; the command's record
 * does not contain this. */
static int64_t flags_of(const struct vfj_decision *decision, const struct vfj_command *command)
{
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *decided = &decision->commands[i];
        if (decided->id == command->id && decided->kind == command->kind)
            return (decided->is_extra ? VFJ_COMMAND_IS_EXTRA : 0)
                | (decided->is_optional ? VFJ_COMMAND_IS_OPTIONAL : 0);
    }
    return 0;
}

/* Returns true when the command begins immediately, and false when it waits for an earlier one. */
static bool begin_change(struct vfj_timeline *timeline, const struct vfj_command *command)
{
    if (vfj_command_reads(command) || vfj_name_is_empty(command->hn))
        return true;
    bool waits = first_change(timeline, command->hn) != NULL;
    if (timeline->change_count < VFJ_PLAY_PENDING_MAX)
        timeline->changes[timeline->change_count++]
            = (struct vfj_change){.id = command->id, .hn = command->hn};
    return !waits;
}

void vfj_timeline_add_command(struct vfj_timeline *timeline, const struct vfj_command *command)
{
    if (begin_change(timeline, command))
        put(timeline, &timeline->asked, command->id, timeline->clock_us + 1);
    put(timeline, &timeline->kinds, command->id, command->kind);
    put(timeline, &timeline->flags, command->id, flags_of(&timeline->machine->decision, command));
}

void vfj_timeline_complete(const struct vfj_timeline *timeline, struct vfj_command *command)
{
    int64_t flags = vfj_times_get(&timeline->flags, command->id);
    command->is_extra = (flags & VFJ_COMMAND_IS_EXTRA) != 0;
    command->is_optional = (flags & VFJ_COMMAND_IS_OPTIONAL) != 0;
}

void vfj_timeline_free(struct vfj_timeline *timeline)
{
    empty(timeline);
    free(timeline->separate.us);
    memset(timeline, 0, sizeof *timeline);
}
