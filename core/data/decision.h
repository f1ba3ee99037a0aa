/* The result of one step: transitions, commands and a deadline, as data. */
#ifndef VFJ_CORE_DATA_DECISION_H
#define VFJ_CORE_DATA_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/command.h"
#include "core/data/reason.h"

/* The states of a slot. X(symbol, persisted name, sentence for people) */
#define VFJ_SLOT_STATES(X)                                                               \
    X(DETACHED, "detached", "No VF is mapped to this hn.")                               \
    X(ATTACHED, "attached", "A VF is mapped; no delay runs.")                            \
    X(DELAYED, "delayed",                                                                \
      "hyperv_vf_delay runs, or is over and the VF is being joined. Transparent mode: "  \
      "hw.hn.vf_xpnt_attwait runs, or is over and hn(4) has not moved the data path.")   \
    X(LAGGED, "lagged",                                                                  \
      "An observation shows that laggN holds hn and the VF and has hn's configuration.") \
    X(SWITCHED, "switched",                                                              \
      "Transparent mode: an observation shows that hn(4) has moved the data path to the VF.")

/* The moves that a slot may make. A move has a row for each of its reasons. X(from, to, reason).
 * vfj_step_move() checks every move. */
#define VFJ_SLOT_MOVES(X)                 \
    X(DETACHED, ATTACHED, VF_ATTACHED)    \
    X(DETACHED, ATTACHED, VF_FOUND)       \
    X(ATTACHED, DETACHED, VF_DETACHED)    \
    X(ATTACHED, DETACHED, VF_LOST)        \
    X(ATTACHED, DETACHED, VF_REPLACED)    \
    X(ATTACHED, DETACHED, HN_RENAMED)     \
    X(ATTACHED, DETACHED, BOOTED)         \
    X(ATTACHED, DELAYED, DELAY_STARTED)   \
    X(ATTACHED, LAGGED, JOINED)           \
    X(DELAYED, DETACHED, VF_DETACHED)     \
    X(DELAYED, DETACHED, VF_LOST)         \
    X(DELAYED, DETACHED, VF_REPLACED)     \
    X(DELAYED, DETACHED, HN_RENAMED)      \
    X(DELAYED, DETACHED, BOOTED)          \
    X(DELAYED, ATTACHED, VF_DOWN)         \
    X(DELAYED, ATTACHED, NO_LINK)         \
    X(DELAYED, ATTACHED, VF_HELD)         \
    X(DELAYED, ATTACHED, CUSTOM_SCRIPT)   \
    X(DELAYED, ATTACHED, NOT_RUNNING)     \
    X(DELAYED, LAGGED, JOINED)            \
    X(LAGGED, DETACHED, VF_DETACHED)      \
    X(LAGGED, DETACHED, VF_LOST)          \
    X(LAGGED, DETACHED, VF_REPLACED)      \
    X(LAGGED, DETACHED, HN_RENAMED)       \
    X(LAGGED, DETACHED, BOOTED)           \
    X(LAGGED, ATTACHED, VF_DOWN)          \
    X(LAGGED, ATTACHED, NO_LINK)          \
    X(LAGGED, ATTACHED, VF_HELD)          \
    X(LAGGED, ATTACHED, LEFT)             \
    X(ATTACHED, DELAYED, ATTWAIT_STARTED) \
    X(ATTACHED, SWITCHED, SWITCHED)       \
    X(DELAYED, SWITCHED, SWITCHED)        \
    X(SWITCHED, DETACHED, VF_DETACHED)    \
    X(SWITCHED, DETACHED, VF_LOST)        \
    X(SWITCHED, DETACHED, VF_REPLACED)    \
    X(SWITCHED, DETACHED, HN_RENAMED)     \
    X(SWITCHED, DETACHED, BOOTED)         \
    X(SWITCHED, ATTACHED, VF_DOWN)        \
    X(SWITCHED, ATTACHED, NOT_RUNNING)

enum vfj_slot_state {
#define X(symbol, ...) VFJ_SLOT_##symbol,
    VFJ_SLOT_STATES(X)
#undef X
        VFJ_SLOT_STATE_COUNT
};

const char *vfj_slot_state_name(enum vfj_slot_state state);
const char *vfj_slot_state_text(enum vfj_slot_state state);

/* One row of VFJ_SLOT_MOVES. */
struct vfj_slot_move {
    uint8_t from, to; /* enum vfj_slot_state */
    uint8_t reason;   /* enum vfj_reason */
};

/* Returns the rows of VFJ_SLOT_MOVES, in their order. *count is their number. */
const struct vfj_slot_move *vfj_slot_moves(unsigned *count);

/* The first function returns true when VFJ_SLOT_MOVES has a row for the move. The second function
 * returns true when it has a row for the move and the reason. */
bool vfj_slot_state_may_follow(enum vfj_slot_state from, enum vfj_slot_state to);
bool vfj_slot_may_move(enum vfj_slot_state from, enum vfj_slot_state to, enum vfj_reason reason);

/* A change of a slot's state. With equal `from` and `to` it is a notice: a report about the slot
 * without a change. */
struct vfj_transition {
    struct vfj_name hn;
    struct vfj_name vf;
    /* counts the VFs of this hn; boot, hn, VF and generation together identify one attachment */
    uint64_t generation;
    uint8_t from, to; /* enum vfj_slot_state */
    uint8_t reason;   /* enum vfj_reason */
    int64_t delay_us; /* duration of a timer that the transition armed, else 0 */
};

/* The largest numbers of commands and transitions of one step. A step issues either a probe for
 * each slot and one for the map, or the batch of one slot. */
enum {
    VFJ_COMMANDS_MAX = VFJ_SLOTS_MAX + VFJ_BATCH_MAX + 2,
    VFJ_TRANSITIONS_MAX = 8 * VFJ_SLOTS_MAX
};

/* The parts of the next state that a step has written. The other parts of the next state are not
 * valid. */
struct vfj_touched {
    uint64_t slots; /* bit i: slots[i] */
    bool rc;
    bool scripts;
    /* There is no member for the head, which every step writes. */
};

struct vfj_decision {
    /* enum vfj_reason, a note for the event's record: why the event changed nothing, or what is
     * unusual about it */
    uint8_t note;
    uint16_t command_count;
    uint16_t transition_count;
    int64_t deadline_us; /* monotonic time of the next timer event; INT64_MAX: none */
    bool is_idle;        /* the daemon is stopping, no plan is active, and the daemon may end */
    struct vfj_touched touched;
    struct vfj_command commands[VFJ_COMMANDS_MAX];
    struct vfj_transition transitions[VFJ_TRANSITIONS_MAX];
};

/* Writes the body of a transition's record. */
void vfj_transition_encode(const struct vfj_transition *transition, struct vfj_text *body);

#endif
