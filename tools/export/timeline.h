/* Gives the events of an exported trace their times. */
#ifndef VFJ_TOOLS_EXPORT_TIMELINE_H
#define VFJ_TOOLS_EXPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/play.h"
#include "store/machine.h"
#include "store/record.h"

/* Times by index. The array grows as needed, and an index that was never set has the time 0. */
struct vfj_times {
    int64_t *us;
    size_t count, size;
};

/* Returns false when memory runs out. */
bool vfj_times_put(struct vfj_times *times, uint64_t index, int64_t us);
int64_t vfj_times_get(const struct vfj_times *times, uint64_t index);

/* Facts of a command that its record does not have. */
enum { VFJ_COMMAND_IS_EXTRA = 1, VFJ_COMMAND_IS_OPTIONAL = 2, VFJ_COMMAND_IS_NOT_RUN = 4 };

/* A slot's changing command without an answer. When a slot has several, in the order of their
 * ids, only the first has begun. */
struct vfj_change {
    uint64_t id;
    struct vfj_name hn;
};

/* The times of a journal's events, on one clock for all its boots: microseconds after the first
 * event. Events are numbered from 0.
 *
 * A replay fires a timer when it is due, but a busy daemon fires it later. The trace has this
 * delay only where another event came before the timer. Each answer has an instant of its own,
 * unless it took no time and may be in the instant of its cause. */
struct vfj_timeline {
    struct vfj_machine *machine;
    struct vfj_record event; /* the row of the newest event, as `machine` writes it */
    struct vfj_times events; /* indexed by event: the time of the event */
    /* indexed by event: when the next timer after the event is due; INT64_MAX: never */
    struct vfj_times deadlines;
    struct vfj_times late; /* indexed by event: the delay of timers at this event and after it */
    /* indexed by command: 1 plus the time when the command began. A command of a batch begins
     * when the command before it has ended. */
    struct vfj_times asked;
    struct vfj_times answers; /* indexed by command: 1 plus the time of the command's answer */
    struct vfj_times flags;   /* indexed by command: VFJ_COMMAND_IS_… */
    struct vfj_times kinds;   /* indexed by command: enum vfj_command_kind */
    /* indexed by command: 1 when the command's answer must not be in the instant of its cause */
    struct vfj_times separate;
    uint64_t last;        /* the last record that is exported */
    bool has_other_rules; /* whether the current daemon has other rules than this program */
    bool failed;          /* whether memory ran out */
    uint64_t boot;
    int64_t clock_us, base_us, boot_us, last_wall_us, late_us;
    unsigned change_count;
    struct vfj_change changes[VFJ_PLAY_PENDING_MAX];
};

/* Begins again with a machine just initialized by vfj_machine_init(). The machine steps each
 * event at its time on the clock. Records after `last` are ignored. `separate` is kept. */
void vfj_timeline_begin(struct vfj_timeline *timeline, struct vfj_machine *machine, uint64_t last);

/* Decodes the row of the next event, and gives the event its times on the clock. When other
 * rules decide (`others`), a timer is due when it fired in the journal. */
void vfj_timeline_add(struct vfj_timeline *timeline, const struct vfj_record *record,
                      struct vfj_event *event, bool others);
/* Notes that other rules decided on the newest event. */
void vfj_timeline_leave_machine(struct vfj_timeline *timeline);
/* Sets the facts of the command that its record does not have. */
void vfj_timeline_complete(const struct vfj_timeline *timeline, struct vfj_command *command);
/* Adds a command that the newest event led to. */
void vfj_timeline_add_command(struct vfj_timeline *timeline, const struct vfj_command *command);

/* Returns whether an answer at `us` comes in the same instant as its command began. */
bool vfj_timeline_same_instant(const struct vfj_timeline *timeline, uint64_t command, int64_t us);

/* Returns the id of the command that the event answers, or 0. */
uint64_t vfj_event_answers(const struct vfj_event *event);

void vfj_timeline_free(struct vfj_timeline *timeline);

#endif
