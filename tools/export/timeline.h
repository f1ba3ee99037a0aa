/* Computes the times of the events in an exported trace. */
#ifndef VFJ_TOOLS_EXPORT_TIMELINE_H
#define VFJ_TOOLS_EXPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/play.h"
#include "store/machine.h"
#include "store/record.h"

/* An array of times that grows as needed. An element that was never set is 0. */
struct vfj_times {
    int64_t *us;
    size_t count, size;
};

/* Sets the element `index`. Returns false when memory runs out. */
bool vfj_times_put(struct vfj_times *times, uint64_t index, int64_t us);
int64_t vfj_times_get(const struct vfj_times *times, uint64_t index);

/* Bits for facts about a command that its record does not contain. */
enum { VFJ_COMMAND_IS_EXTRA = 1, VFJ_COMMAND_IS_OPTIONAL = 2, VFJ_COMMAND_IS_NOT_RUN = 4 };

/* A changing command of a slot that has no outcome yet. When a slot has several, they run in the
 * order of their ids, and only the first one has begun. */
struct vfj_change {
    uint64_t id;
    struct vfj_name hn;
};

/* The times of a journal's events on one clock for all its boots, in microseconds after the first
 * event. Events are numbered from 0.
 *
 * A replay fires a timer when it is due, but a busy daemon fires it later. The trace reproduces
 * this lateness only where another event came before the timer. Each result of a command has a time
 * that no other event has, unless the command took no time and its result may come at the time of
 * its cause. */
struct vfj_timeline {
    struct vfj_machine *machine;
    struct vfj_record event; /* the row of the newest event as `machine` would write it */
    struct vfj_times events; /* indexed by event: the time of the event */
    /* indexed by event: when the first timer after this event is due; INT64_MAX: never */
    struct vfj_times deadlines;
    struct vfj_times late; /* indexed by event: how late timers fire at this event and after it */
    /* indexed by command: 1 plus the time at which the command began. A command of a batch begins
     * when the command before it has ended. */
    struct vfj_times asked;
    struct vfj_times answers; /* indexed by command: 1 plus the time of the command's result */
    struct vfj_times flags;   /* indexed by command: VFJ_COMMAND_IS_… */
    struct vfj_times kinds;   /* indexed by command: enum vfj_command_kind */
    /* indexed by command: 1 when the command's result must not come at the same time as its
     * cause */
    struct vfj_times separate;
    uint64_t last;        /* seq of the last record to export */
    bool has_other_rules; /* the current daemon has other rules than this program */
    bool failed;          /* memory ran out */
    uint64_t boot;
    int64_t clock_us, base_us, boot_us, last_wall_us, late_us;
    unsigned change_count;
    struct vfj_change changes[VFJ_PLAY_PENDING_MAX];
};

/* Starts another reading, with a machine that vfj_machine_init() has initialized. The machine then
 * receives each event at its time on the clock. Records after `last` are ignored. Does not change
 * `separate`. */
void vfj_timeline_begin(struct vfj_timeline *timeline, struct vfj_machine *machine, uint64_t last);

/* Decodes the row of the next event, and computes the times of the event. With `others`, other
 * rules than this program's made the decisions: a timer is then due when it fired in the
 * journal. */
void vfj_timeline_add(struct vfj_timeline *timeline, const struct vfj_record *record,
                      struct vfj_event *event, bool others);
/* Records that other rules than this program's decided about the newest event. */
void vfj_timeline_leave_machine(struct vfj_timeline *timeline);
/* Sets the facts about the command that its record does not contain. */
void vfj_timeline_complete(const struct vfj_timeline *timeline, struct vfj_command *command);
/* Adds a command that was decided at the newest event. */
void vfj_timeline_add_command(struct vfj_timeline *timeline, const struct vfj_command *command);

/* Returns true when the command with the id `command` began at `us`, the time of its result. */
bool vfj_timeline_same_instant(const struct vfj_timeline *timeline, uint64_t command, int64_t us);

/* Returns the id of the command whose result this event is, or 0. */
uint64_t vfj_event_answers(const struct vfj_event *event);

void vfj_timeline_free(struct vfj_timeline *timeline);

#endif
