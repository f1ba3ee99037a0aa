/* Playing a trace: the guest model as the world, simulated time, and a machine that is fed by it.
 */
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

/* Where the events go: a ledger, or a bare state. `submit` steps the machine and gives its
 * decision, borrowed until the next call. */
struct vfj_play_sink {
    void *context;
    enum vfj_status (*submit)(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision);
};

struct vfj_play_pending {
    int64_t due_us, duration_us;
    uint64_t order;
    bool is_dropped; /* a command of its batch failed: it is not run */
    struct vfj_command command;
};

struct vfj_play {
    struct vfj_play_sink sink;
    /* by the command line: the trace's own word counts for nothing */
    bool mode_fixed, policy_fixed;
    uint8_t mode, policy;
    bool started; /* the first event, or time, has come */
    bool running; /* no %crash without %restart */
    bool rc_changed;
    bool restart;           /* %mode or %policy came while it ran */
    bool stopping, is_idle; /* %stop came; and nothing is half-done any more */
    uint32_t boots;
    int64_t now_us;        /* after the first event */
    int64_t first_unix_us; /* Unix time of the first event */
    bool has_unix;         /* it is known */
    int64_t boot_us;       /* when the guest booted, on the same clock */
    int64_t stop_us;       /* when the daemon ends at the latest, while it is stopping */
    int64_t deadline_us;   /* that the machine last asked for, on the same clock; INT64_MAX none */
    int64_t late_us;       /* so much later do timers fire (%late) */
    uint64_t order;
    unsigned pending_count;
    struct vfj_guest guest;
    struct vfj_play_pending pending[VFJ_PLAY_PENDING_MAX];
    struct vfj_event event;      /* scratch */
    char line[VFJ_LINE_MAX + 1]; /* scratch: of %devd */
};

/* Begin: act and vfjournal, unless the command line (mode, policy: -1 for "as the trace says") or
 * the trace say otherwise. */
void vfj_play_init(struct vfj_play *play, struct vfj_play_sink sink, int mode, int policy);

/* First pass, over every line in turn: learn the guest's hn interfaces and check that time does not
 * run backwards. Nothing is submitted. False on an error (column and text set). */
bool vfj_play_check(struct vfj_play *play, const struct vfj_trace_line *line,
                    struct vfj_trace_error *error);

/* After the first pass: back to the beginning of the trace, what was learnt kept. */
void vfj_play_rewind(struct vfj_play *play);

/* Second pass. A status other than OK is the sink's, or TOO_MANY with the reason in error->what. */
enum vfj_status vfj_play_line(struct vfj_play *play, const struct vfj_trace_line *line,
                              struct vfj_trace_error *error);

/* After the last line: commands under way come to their end; timers stay running. */
enum vfj_status vfj_play_end(struct vfj_play *play);

#endif
