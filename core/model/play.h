/* Plays a trace with the guest model, simulated time, and a machine. */
#ifndef VFJ_CORE_MODEL_PLAY_H
#define VFJ_CORE_MODEL_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/model/guest.h"
#include "core/model/trace.h"
#include "core/status.h"

enum { VFJ_PLAY_PENDING_MAX = 512 };

/* The receiver of the events: a ledger or only a state. `submit` steps the machine and returns
 * its decision, which is valid until the next call. */
struct vfj_play_sink {
    void *context;
    enum vfj_status (*submit)(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision);
};

struct vfj_play_pending {
    int64_t due_us, duration_us;
    uint64_t order;
    bool is_dropped; /* the command does not run, since an earlier command of its batch failed */
    struct vfj_command command;
};

struct vfj_play {
    struct vfj_play_sink sink;
    /* the mode or policy comes from the command line, and %mode or %policy has no effect */
    bool mode_fixed, policy_fixed;
    uint8_t mode, policy;
    bool started; /* the first event or the first time of the trace was read */
    bool running; /* the daemon was started, and has neither crashed nor ended since */
    bool rc_changed;
    bool restart; /* %mode or %policy came while the daemon ran */
    /* stopping: a %stop line was read; is_idle: the machine has no unfinished plan */
    bool stopping, is_idle;
    uint32_t boots;
    int64_t now_us;        /* time since the first event */
    int64_t first_unix_us; /* Unix time of the first event */
    bool has_unix;         /* first_unix_us is known */
    int64_t boot_us;       /* time of the boot, in the same clock as now_us */
    int64_t stop_us;       /* latest time at which a stopping daemon ends */
    /* deadline of the machine's last decision, in the same clock as now_us; INT64_MAX: none */
    int64_t deadline_us;
    int64_t late_us; /* delay of each timer (%late) */
    uint64_t order;
    unsigned pending_count;
    struct vfj_guest guest;
    struct vfj_play_pending pending[VFJ_PLAY_PENDING_MAX];
    struct vfj_event event;      /* scratch */
    char line[VFJ_LINE_MAX + 1]; /* scratch: the line of %devd */
};

/* Begins a play. `mode` and `policy` come from the command line. When one is -1, the trace sets
 * it, or it is act or vfjournal by default. */
void vfj_play_init(struct vfj_play *play, struct vfj_play_sink sink, int mode, int policy);

/* Reads a line in the first pass over the trace, in which the caller passes every line in order.
 * Adds hn interfaces to the guest, and checks that times do not decrease. Submits nothing. On an
 * error, returns false and fills in *error. */
bool vfj_play_check(struct vfj_play *play, const struct vfj_trace_line *line,
                    struct vfj_trace_error *error);

/* Returns to the beginning of the trace after the first pass. Keeps the names of hn interfaces. */
void vfj_play_rewind(struct vfj_play *play);

/* Plays a line in the second pass over the trace, in which the caller passes every line in order.
 * Returns the sink's status, or TOO_MANY with the reason in error->what. */
enum vfj_status vfj_play_line(struct vfj_play *play, const struct vfj_trace_line *line,
                              struct vfj_trace_error *error);

/* Ends the play after the last line. Lets running commands end, but no armed timer fires. */
enum vfj_status vfj_play_end(struct vfj_play *play);

#endif
