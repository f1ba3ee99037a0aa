/* Episodes: how long a slot was without the fast path, and why. Values in, values out. */
#ifndef VFJ_TOOLS_AUDIT_EPISODE_H
#define VFJ_TOOLS_AUDIT_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "store/record.h"

/* An episode of a slot begins with the row that moves the slot out of a fast state, or with the
 * first row about the slot. It ends with the row that moves the slot into a fast state again. A
 * fast state is one whose traffic takes the VF: "lagged" or "switched". */
bool vfj_state_is_fast(enum vfj_slot_state state);

/* Why an episode began. X(symbol, name, text) */
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

/* How an episode went. X(symbol, name, text) */
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

#define VFJ_SLOW_US INT64_C(120000000) /* the time limit of CLEAN, unless the user sets another */

enum {
    VFJ_EPISODE_FINDINGS_MAX = 8,
    /* Slots that lose their VF within that time are in one host event. */
    VFJ_TOGETHER_US = 2000000,
    /* A finding that soon after the end belongs to the episode: the guest is observed then. */
    VFJ_SETTLE_US = 60000000,
};

/* The place and the time of a row. */
struct vfj_point {
    uint64_t seq; /* 0: no row */
    uint64_t boot;
    int64_t wall_us;
    int64_t mono_us;
};

/* Returns the time between two rows, at least 0. Rows of one boot are measured by the monotonic
 * clock, and others by the wall clock. */
int64_t vfj_elapsed_us(const struct vfj_point *from, const struct vfj_point *to);

/* The changing commands of an episode. */
struct vfj_episode_commands {
    unsigned ran;     /* started, with an outcome */
    unsigned failed;  /* of them: the effect does not exist; a timeout, too */
    unsigned not_run; /* after a failure, or in observe mode */
    int64_t us;       /* the sum of their durations */
};

struct vfj_episode {
    uint64_t id;    /* seq of the row with which it begins: the same in every verb, for ever */
    uint64_t event; /* id of the host event's first episode; its own id for a single slot */
    struct vfj_name slot;
    uint8_t kind; /* enum vfj_episode_kind */
    bool ended;
    /* The journal's first record is younger than the beginning. The id is then that of the first
     * row about the slot, and all times are lower bounds. */
    bool began_before;
    struct vfj_point begin;
    struct vfj_point end;       /* open: the newest time that is known, seq 0 */
    uint64_t last;              /* seq of the last row that belongs to it */
    struct vfj_name vf_before;  /* empty: unknown */
    struct vfj_name vf_after;   /* empty: no VF attached */
    uint64_t generation_before; /* 0: unknown */
    uint64_t generation_after;
    uint8_t began_by; /* enum vfj_reason of the first row */
    /* enum vfj_reason of the last row; NONE while open. HN_RENAMED: the slot is gone, not ended. */
    uint8_t ended_by;
    uint8_t state;     /* enum vfj_slot_state after the newest row */
    unsigned leaves;   /* how often the VF left */
    unsigned gaps;     /* gap rows inside: events may be missing */
    unsigned restarts; /* starts of a daemon inside */
    unsigned boots;    /* boots of the guest inside */
    int64_t away_us;   /* time inside without a daemon, between its end and its start */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
    unsigned finding_count; /* all; the list holds different ones, the first of each */
    uint8_t findings[VFJ_EPISODE_FINDINGS_MAX]; /* enum vfj_reason; NONE ends the list */
    bool has_fault;                             /* a finding is a fault */
    struct vfj_episode_commands commands;       /* of vfj_episode_count_command() */
};

/* Returns the time from the beginning to the end. */
int64_t vfj_episode_us(const struct vfj_episode *episode);

enum vfj_episode_verdict vfj_episode_verdict(const struct vfj_episode *episode, int64_t slow_us);

/* Returns whether a notice with that reason reports a fault. */
bool vfj_reason_is_fault(enum vfj_reason reason);

/* Counts a command of the episode. `command` and `outcome` are decoded records. */
void vfj_episode_count_command(struct vfj_episode *episode, const struct vfj_command *command,
                               const struct vfj_outcome *outcome);

/* A transition's record. Its spans are those of the record. */
struct vfj_transition_row {
    struct vfj_name slot;
    struct vfj_name vf;
    uint8_t from, to; /* enum vfj_slot_state; VFJ_SLOT_STATE_COUNT: of a newer program */
    uint8_t reason;   /* enum vfj_reason; NONE for one of a newer program */
    uint64_t generation;
};

/* Reads the body of a transition. Returns false when it names no slot or lacks a state. */
bool vfj_transition_row_read(struct vfj_span body, struct vfj_transition_row *row);

typedef void vfj_episode_put(void *arg, const struct vfj_episode *episode);

/* A slot was in one state from the one point to the other. A state of a newer program gives none. */
struct vfj_state_span {
    struct vfj_name slot;
    uint8_t state; /* enum vfj_slot_state */
    struct vfj_point from, to;
};
typedef void vfj_state_span_put(void *arg, const struct vfj_state_span *span);

/* The VF of the slot left. */
typedef void vfj_leave_put(void *arg, struct vfj_name slot, const struct vfj_point *at);

/* Makes episodes of milestones (store/journal.h). Large: keep it on the heap. */
struct vfj_episodes {
    vfj_episode_put *put;         /* is called once for each episode, in no particular order */
    vfj_state_span_put *put_span; /* likewise for each span of a state; NULL: not called */
    vfj_leave_put *put_leave;     /* likewise each time that a VF leaves */
    void *arg;
    uint64_t first;           /* seq of the journal's first record; above 1: pruned */
    struct vfj_point stopped; /* the daemon's last end, until it starts */
    struct vfj_point newest;  /* of the rows that were taken */
    unsigned slot_count;
    struct vfj_episode_slot {
        struct vfj_name name;
        bool has_episode;       /* open, or ended and not yet put */
        struct vfj_point since; /* the newest change of state */
        uint8_t state;          /* enum vfj_slot_state */
        struct vfj_name vf;     /* the newest that a row names */
        uint64_t generation;
        struct vfj_episode episode;
    } slots[VFJ_SLOTS_MAX];
};

/* Begins. `first` is the seq of the journal's first record. The caller may set `put_span`
 * and `put_leave` then. */
void vfj_episodes_begin(struct vfj_episodes *episodes, uint64_t first, vfj_episode_put *put,
                        void *arg);

/* Takes the next milestone. Ignores records of other kinds. */
void vfj_episodes_take(struct vfj_episodes *episodes, const struct vfj_record *record);

/* Puts the open episodes. `now` is the time to which they last: the journal's newest record, or the
 * present. */
void vfj_episodes_end(struct vfj_episodes *episodes, const struct vfj_point *now);

/* Sets the host events of a list that is sorted by id. */
void vfj_episodes_join_events(struct vfj_episode *list, size_t count);

#endif
