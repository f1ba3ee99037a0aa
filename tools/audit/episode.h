/* Episodes: how long a slot was without the fast path, and why. This code does no I/O. */
#ifndef VFJ_TOOLS_AUDIT_EPISODE_H
#define VFJ_TOOLS_AUDIT_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "store/record.h"

/* An episode of a slot begins with the row that moves the slot out of a fast state, or with the
 * first row about the slot. It ends with the row that moves the slot into a fast state again. In
 * a fast state, "lagged" or "switched", the traffic goes through the VF. Returns whether the
 * state is fast. */
bool vfj_state_is_fast(enum vfj_slot_state state);

/* The reasons why an episode began: X(symbol, name, text). */
#define VFJ_EPISODE_KINDS(X)                                                    \
    X(MIGRATION, "migration", "the VF left, and came back or another came")     \
    X(FALLBACK, "fallback", "traffic went to hn's own path, and the VF stayed") \
    X(BOOT, "boot", "the guest booted")                                         \
    X(FIRST, "first", "the journal's first rows about the slot, until the VF was in use")

enum vfj_episode_kind {
#define X(symbol, ...) VFJ_EPISODE_##symbol,
    VFJ_EPISODE_KINDS(X)
#undef X
        VFJ_EPISODE_KIND_COUNT
};

/* The verdicts on an episode: X(symbol, name, text). */
#define VFJ_EPISODE_VERDICTS(X)                                                              \
    X(CLEAN, "clean", "back within the time limit, and nothing failed")                      \
    X(SLOW, "slow", "nothing failed, and it took longer than the time limit")                \
    X(FAILED, "failed", "the VF is in use again, and a command failed or a fault was found") \
    X(UNFINISHED, "unfinished", "the VF is not in use yet")

enum vfj_episode_verdict {
#define X(symbol, ...) VFJ_EPISODE_##symbol,
    VFJ_EPISODE_VERDICTS(X)
#undef X
        VFJ_EPISODE_VERDICT_COUNT
};

const char *vfj_episode_kind_name(enum vfj_episode_kind kind);
const char *vfj_episode_kind_text(enum vfj_episode_kind kind);
const char *vfj_episode_verdict_name(enum vfj_episode_verdict verdict);

/* The time limit of CLEAN in microseconds, unless the user sets another one. */
#define VFJ_SLOW_US INT64_C(120000000)

enum {
    VFJ_EPISODE_FINDINGS_MAX = 8,
    /* Slots that lose their VF within this time belong to the same host event. */
    VFJ_TOGETHER_US = 2000000,
    /* A finding within this time after the end belongs to the episode: the guest is observed
     * meanwhile. */
    VFJ_SETTLE_US = 60000000,
};

/* The place and the time of a row. */
struct vfj_point {
    uint64_t seq; /* 0: there is no row */
    uint64_t boot;
    int64_t wall_us;
    int64_t mono_us;
};

/* Returns the time between two rows, at least 0. Uses the monotonic clock for rows of the same
 * boot, and otherwise the wall clock. */
int64_t vfj_elapsed_us(const struct vfj_point *from, const struct vfj_point *to);

/* The changing commands of an episode. */
struct vfj_episode_commands {
    unsigned ran;     /* commands that ran and have an outcome */
    unsigned failed;  /* those of `ran` whose effect is missing; a timeout counts too */
    unsigned not_run; /* commands that did not run: after a failure, or in observe mode */
    int64_t us;       /* sum of the durations */
};

struct vfj_announcement;

struct vfj_episode {
    /* seq of the row with which the episode begins: never changes, and is the same in every verb */
    uint64_t id;
    uint64_t event; /* id of the host event's first episode; its own id for a single slot */
    struct vfj_name slot;
    uint8_t kind; /* enum vfj_episode_kind */
    bool ended;
    /* The episode began before the journal's first record. The id is then that of the first row
     * about the slot, and all times are lower bounds. */
    bool began_before;
    struct vfj_point begin;
    struct vfj_point end;       /* an open episode has the newest known time here, and seq 0 */
    uint64_t last;              /* seq of the last row that belongs to the episode */
    struct vfj_name vf_before;  /* empty: unknown */
    struct vfj_name vf_after;   /* empty: no VF attached */
    uint64_t generation_before; /* 0: unknown */
    uint64_t generation_after;
    uint8_t began_by; /* enum vfj_reason of the first row */
    /* enum vfj_reason of the last row; NONE while open. HN_RENAMED: the episode has no end,
     * because the slot is gone. */
    uint8_t ended_by;
    uint8_t state;     /* enum vfj_slot_state after the newest row */
    unsigned leaves;   /* number of times that the VF left */
    unsigned gaps;     /* number of gap rows within the episode: events may be missing */
    unsigned restarts; /* number of daemon starts within the episode */
    unsigned boots;    /* number of boots within the episode */
    int64_t away_us;   /* time within the episode without a daemon */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
    unsigned finding_count; /* number of all findings; the list has each different one once */
    uint8_t findings[VFJ_EPISODE_FINDINGS_MAX]; /* enum vfj_reason; NONE ends the list */
    bool has_fault;                             /* one of the findings is a fault */
    struct vfj_episode_commands commands;       /* filled in by vfj_episode_count_command() */
    /* The event of Azure Scheduled Events that the episode belongs to (announce.h), or NULL; and
     * whether the service was watched when the episode began. */
    const struct vfj_announcement *announcement;
    bool is_watched;
};

/* Returns whether the VF left in this episode without an announcement, although the service was
 * watched. Fallbacks do not count, since they need no event of the host. */
bool vfj_episode_is_unannounced(const struct vfj_episode *episode);

/* Returns the time from the beginning to the end. */
int64_t vfj_episode_us(const struct vfj_episode *episode);

enum vfj_episode_verdict vfj_episode_verdict(const struct vfj_episode *episode, int64_t slow_us);

/* Returns whether a notice with that reason reports a fault. */
bool vfj_reason_is_fault(enum vfj_reason reason);

/* Counts a command of the episode. `command` and `outcome` are decoded records. */
void vfj_episode_count_command(struct vfj_episode *episode, const struct vfj_command *command,
                               const struct vfj_outcome *outcome);

/* A transition's record, decoded. Its spans point into the record. */
struct vfj_transition_row {
    struct vfj_name slot;
    struct vfj_name vf;
    uint8_t from, to; /* enum vfj_slot_state; VFJ_SLOT_STATE_COUNT: a state of a newer program */
    uint8_t reason;   /* enum vfj_reason; NONE for a reason of a newer program */
    uint64_t generation;
};

/* Reads the body of a transition. Returns false when it names no slot or lacks a state. */
bool vfj_transition_row_read(struct vfj_span body, struct vfj_transition_row *row);

typedef void vfj_episode_put(void *arg, const struct vfj_episode *episode);

/* The time that a slot spent in one state. There is none for a state of a newer program. */
struct vfj_state_span {
    struct vfj_name slot;
    uint8_t state; /* enum vfj_slot_state */
    struct vfj_point from, to;
};
typedef void vfj_state_span_put(void *arg, const struct vfj_state_span *span);

/* Called when the VF of the slot left. */
typedef void vfj_leave_put(void *arg, struct vfj_name slot, const struct vfj_point *at);

/* Makes episodes from milestones (store/journal.h). This struct is large: allocate it on the
 * heap. */
struct vfj_episodes {
    vfj_episode_put *put;         /* called once for each episode, in any order */
    vfj_state_span_put *put_span; /* called for each span of a state; NULL: not called */
    vfj_leave_put *put_leave;     /* called each time that a VF leaves; NULL: not called */
    void *arg;
    uint64_t first; /* seq of the journal's first record; above 1 the journal was pruned */
    struct vfj_point stopped; /* the daemon's last end, until a daemon starts */
    struct vfj_point newest;  /* the newest row so far */
    unsigned slot_count;
    struct vfj_episode_slot {
        struct vfj_name name;
        bool has_episode;       /* the episode is open, or has ended but was not passed on yet */
        struct vfj_point since; /* time of the newest change of state */
        uint8_t state;          /* enum vfj_slot_state */
        struct vfj_name vf;     /* the newest VF that a row names */
        uint64_t generation;
        struct vfj_episode episode;
    } slots[VFJ_SLOTS_MAX];
};

/* Begins. `first` is the seq of the journal's first record. Afterwards the caller may set
 * `put_span` and `put_leave`. */
void vfj_episodes_begin(struct vfj_episodes *episodes, uint64_t first, vfj_episode_put *put,
                        void *arg);

/* Takes the next milestone. Ignores records of other kinds. */
void vfj_episodes_take(struct vfj_episodes *episodes, const struct vfj_record *record);

/* Passes on the open episodes. `now` is the time up to which they last: that of the journal's
 * newest record, or the present. */
void vfj_episodes_end(struct vfj_episodes *episodes, const struct vfj_point *now);

/* Sets the host event of each episode in a list that is sorted by id. */
void vfj_episodes_join_events(struct vfj_episode *list, size_t count);

#endif
