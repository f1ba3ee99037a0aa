/* Episodes. An episode is a time in which a slot's traffic did not go through its VF; it has a
 * reason, a duration and a verdict. This code does no I/O. */
#ifndef VFJ_TOOLS_AUDIT_EPISODE_H
#define VFJ_TOOLS_AUDIT_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "store/record.h"

/* Returns true when the slot's traffic goes through the VF in this state; the fast states are
 * "lagged" and "switched". An episode of a slot begins with the row that moves the slot out of a
 * fast state, or with the first row about the slot. It ends with the row that moves the slot into a
 * fast state again. */
bool vfj_state_is_fast(enum vfj_slot_state state);

/* The kinds of episodes, as a list X(symbol, name, text). The kind is the reason why the episode
 * began. */
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

/* The verdicts on an episode, as a list X(symbol, name, text). */
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

/* The default for the longest duration of an episode with the verdict CLEAN, in microseconds. */
#define VFJ_SLOW_US INT64_C(120000000)

enum {
    VFJ_EPISODE_FINDINGS_MAX = 8,
    /* When several slots lose their VF within this time, the cause is one host event. */
    VFJ_TOGETHER_US = 2000000,
    /* A finding within this time after the end of an episode still belongs to the episode, because
     * the guest is being observed during this time. */
    VFJ_SETTLE_US = 60000000,
};

/* The sequence number and the times of a row in the journal. */
struct vfj_point {
    uint64_t seq; /* 0: there is no row */
    uint64_t boot;
    int64_t wall_us;
    int64_t mono_us;
};

/* Returns the time between two rows, at least 0. Uses the monotonic clock when both rows are of the
 * same boot, and otherwise the wall clock. */
int64_t vfj_elapsed_us(const struct vfj_point *from, const struct vfj_point *to);

/* How many commands that change the guest were part of an episode. */
struct vfj_episode_commands {
    unsigned ran; /* number of commands that ran and have an outcome */
    /* number of commands that ran without their intended effect; a timeout counts too */
    unsigned failed;
    /* number of commands that did not run: after a failed command, or in observe mode */
    unsigned not_run;
    int64_t us; /* sum of the durations of all commands */
};

struct vfj_announcement;

struct vfj_episode {
    /* seq of the row with which the episode begins. The id never changes, and all verbs use it */
    uint64_t id;
    /* id of the first episode that the same host event caused; an episode alone has its own id
     * here */
    uint64_t event;
    struct vfj_name slot;
    uint8_t kind; /* enum vfj_episode_kind */
    bool ended;
    /* The episode began before the journal's first record. The id is then that of the first row
     * about the slot, and all times are lower bounds. */
    bool began_before;
    struct vfj_point begin;
    struct vfj_point end;       /* while the episode lasts: the newest known time, with seq 0 */
    uint64_t last;              /* seq of the last row that belongs to the episode */
    struct vfj_name vf_before;  /* empty: unknown */
    struct vfj_name vf_after;   /* empty: no VF attached */
    uint64_t generation_before; /* 0: unknown */
    uint64_t generation_after;
    uint8_t began_by; /* enum vfj_reason of the first row of the episode */
    /* enum vfj_reason of the episode's last row; NONE: the episode has not ended. HN_RENAMED: the
     * episode will have no end, because the slot no longer exists. */
    uint8_t ended_by;
    uint8_t state;     /* enum vfj_slot_state that the newest row names */
    unsigned leaves;   /* how often the VF left within the episode */
    unsigned gaps;     /* how many rows within the episode say that devd's events may be missing */
    unsigned restarts; /* how many daemons started within the episode */
    unsigned boots;    /* how often the guest booted within the episode */
    int64_t away_us;   /* time within the episode during which no daemon ran */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
    /* number of all findings, repeated ones included; the list below has each different finding
     * once */
    unsigned finding_count;
    uint8_t findings[VFJ_EPISODE_FINDINGS_MAX]; /* enum vfj_reason; NONE ends the list */
    bool has_fault;                             /* one of the findings is a fault */
    struct vfj_episode_commands commands;       /* filled in by vfj_episode_count_command() */
    /* The event of Azure Scheduled Events to which the episode belongs (announce.h), or NULL. */
    const struct vfj_announcement *announcement;
    /* the daemon asked Azure's service when the episode began, so an announcement would be known */
    bool is_watched;
};

/* Returns true when the VF left in this episode without an announcement, although the daemon asked
 * Azure's service at that time. An episode of kind FALLBACK does not count, because it needs no
 * event of the host. */
bool vfj_episode_is_unannounced(const struct vfj_episode *episode);

/* Returns the duration of the episode. */
int64_t vfj_episode_us(const struct vfj_episode *episode);

enum vfj_episode_verdict vfj_episode_verdict(const struct vfj_episode *episode, int64_t slow_us);

/* Returns true when a notice with this reason reports a fault. */
bool vfj_reason_is_fault(enum vfj_reason reason);

/* Counts a command as part of the episode, by its outcome. `command` and `outcome` are decoded
 * records. */
void vfj_episode_count_command(struct vfj_episode *episode, const struct vfj_command *command,
                               const struct vfj_outcome *outcome);

/* The decoded record of a transition, a slot's change from one state to another. */
struct vfj_transition_row {
    struct vfj_name slot;
    struct vfj_name vf;
    /* enum vfj_slot_state; VFJ_SLOT_STATE_COUNT: a state that only newer programs know */
    uint8_t from, to;
    uint8_t reason; /* enum vfj_reason; NONE: no reason, or one that only newer programs know */
    uint64_t generation;
};

/* Reads the body of a transition's record. Returns false when the body names no slot or lacks a
 * state. */
bool vfj_transition_row_read(struct vfj_span body, struct vfj_transition_row *row);

typedef void vfj_episode_put(void *arg, const struct vfj_episode *episode);

/* The period that a slot spent in one state. No such period is reported for a state that only newer
 * programs know. */
struct vfj_state_span {
    struct vfj_name slot;
    uint8_t state; /* enum vfj_slot_state */
    struct vfj_point from, to;
};
typedef void vfj_state_span_put(void *arg, const struct vfj_state_span *span);

/* Called for each row that reports that a slot's VF left. */
typedef void vfj_leave_put(void *arg, struct vfj_name slot, const struct vfj_point *at);

/* Makes episodes from the journal's milestones, the rows that matter for them (store/journal.h).
 * This struct is large: allocate it on the heap. */
struct vfj_episodes {
    vfj_episode_put *put; /* called once for each episode, in no particular order */
    /* called for each period that a slot spent in one state; NULL: not called */
    vfj_state_span_put *put_span;
    vfj_leave_put *put_leave; /* called each time that a slot's VF leaves; NULL: not called */
    void *arg;
    /* seq of the journal's first record; when it is above 1, the journal was pruned */
    uint64_t first;
    struct vfj_point stopped; /* row at which the last daemon ended; empty while a daemon runs */
    struct vfj_point newest;  /* the newest row that was read */
    unsigned slot_count;
    struct vfj_episode_slot {
        struct vfj_name name;
        /* `episode` is in use: it was not passed to `put` yet */
        bool has_episode;
        struct vfj_point since; /* the row that moved the slot into its present state */
        uint8_t state;          /* enum vfj_slot_state */
        struct vfj_name vf;     /* the VF in the newest row that names one */
        uint64_t generation;
        struct vfj_episode episode;
    } slots[VFJ_SLOTS_MAX];
};

/* Prepares the reading of milestones. `first` is the seq of the journal's first record. After this
 * call the caller may set `put_span` and `put_leave`. */
void vfj_episodes_begin(struct vfj_episodes *episodes, uint64_t first, vfj_episode_put *put,
                        void *arg);

/* Handles the next milestone. Ignores records of other kinds. */
void vfj_episodes_take(struct vfj_episodes *episodes, const struct vfj_record *record);

/* Passes the episodes that have not ended to `put`. `now` is the time up to which they last: that
 * of the journal's newest record, or the present. */
void vfj_episodes_end(struct vfj_episodes *episodes, const struct vfj_point *now);

/* Sets the member `event` of each episode: episodes of one host event get the same value. The list
 * must be sorted by id. */
void vfj_episodes_join_events(struct vfj_episode *list, size_t count);

#endif
