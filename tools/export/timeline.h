/* The clock of an exported trace. */
#ifndef VFJ_TOOLS_EXPORT_TIMELINE_H
#define VFJ_TOOLS_EXPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/play.h"
#include "store/machine.h"
#include "store/record.h"

/* Times by index, grown as needed. An index that was never set has 0. */
struct vfj_times {
    int64_t *us;
    size_t count, size;
};

/* Returns false without memory. */
bool vfj_times_put(struct vfj_times *times, uint64_t index, int64_t us);
int64_t vfj_times_get(const struct vfj_times *times, uint64_t index);

/* Facts of a command that its record lacks. */
enum { VFJ_COMMAND_IS_EXTRA = 1, VFJ_COMMAND_IS_OPTIONAL = 2, VFJ_COMMAND_IS_NOT_RUN = 4 };

/* A changing command of a slot without an answer. Of several, oldest first, all but the first wait.
 */
struct vfj_change {
    uint64_t id;
    struct vfj_name hn;
};

/* One clock over all boots of a journal: microseconds after its first event. Events are numbered
 * from 0.
 *
 * A replay fires a timer when it is due. A busy daemon fires it later. The trace has that delay
 * only where another event came first. Each answer has an instant of its own, unless it took no
 * time and may share that of its cause. */
struct vfj_timeline {
    struct vfj_machine *machine;
    struct vfj_record event; /* row of the newest event, as `machine` has it */
    struct vfj_times events; /* by event: its time */
    /* by event: when the next timer is due after it; INT64_MAX: never */
    struct vfj_times deadlines;
    struct vfj_times late; /* by event: by how much timers are late from before it on */
    /* by command: when it began, and 1: one of a batch does when the one before it ended */
    struct vfj_times asked;
    struct vfj_times answers; /* by command: time of its answer, and 1 */
    struct vfj_times flags;   /* by command: VFJ_COMMAND_IS_... */
    struct vfj_times kinds;   /* by command: enum vfj_command_kind */
    /* by command: 1 when its answer may not share an instant with its cause */
    struct vfj_times separate;
    uint64_t last;        /* seq of the last record that counts */
    bool has_other_rules; /* the present daemon has */
    bool failed;          /* without memory */
    uint64_t boot;
    int64_t clock_us, base_us, boot_us, last_wall_us, late_us;
    unsigned change_count;
    struct vfj_change changes[VFJ_PLAY_PENDING_MAX];
};

/* Begins again with a machine as vfj_machine_init() leaves it, which steps the events at the times
 * of the clock. Ignores records after `last`. Keeps `separate`. */
void vfj_timeline_begin(struct vfj_timeline *timeline, struct vfj_machine *machine, uint64_t last);

/* Decodes the next event row, and sets its times to the clock's. Where other rules have decided
 * (`others`), timers are due when the journal has them. */
void vfj_timeline_add(struct vfj_timeline *timeline, const struct vfj_record *record,
                      struct vfj_event *event, bool others);
/* Notes that other rules have decided on the newest event. */
void vfj_timeline_leave_machine(struct vfj_timeline *timeline);
/* Sets the facts that the command's record lacks. */
void vfj_timeline_complete(const struct vfj_timeline *timeline, struct vfj_command *command);
/* Adds a decoded command row of the newest event. */
void vfj_timeline_add_command(struct vfj_timeline *timeline, const struct vfj_command *command);

/* Returns whether the answer, an event at that time, came in the instant of its command. */
bool vfj_timeline_same_instant(const struct vfj_timeline *timeline, uint64_t command, int64_t us);

/* Returns the id of the command that the event answers, or 0. */
uint64_t vfj_event_answers(const struct vfj_event *event);

void vfj_timeline_free(struct vfj_timeline *timeline);

#endif
