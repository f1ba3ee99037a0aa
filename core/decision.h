/* What one step answers: the core explains itself in data. */
#ifndef VFJ_CORE_DECISION_H
#define VFJ_CORE_DECISION_H

#include <stdint.h>

#include "core/command.h"
#include "core/reason.h"

/* X(symbol, persisted name): the states of a slot. */
#define VFJ_SLOT_STATES(X)                                                             \
    X(DETACHED, "detached") /* no VF is mapped to this hn */                           \
    X(ATTACHED, "attached") /* a VF is mapped; no delay runs, it carries no traffic */ \
    X(DELAYED, "delayed")   /* hyperv_vf_delay runs, then VF_UP is awaited */          \
    X(LAGGED, "lagged")     /* seen: laggN holds hn and the VF and has hn's configuration */

enum vfj_slot_state {
#define X(symbol, name) VFJ_SLOT_##symbol,
    VFJ_SLOT_STATES(X)
#undef X
        VFJ_SLOT_STATE_COUNT
};

const char *vfj_slot_state_name(enum vfj_slot_state state);

/* A change of a slot's state, or, where from and to are the same, something to know about it (a notice). */
struct vfj_transition {
    struct vfj_name hn;
    struct vfj_name vf;
    uint64_t generation; /* counts the attachments to this hn: (boot, hn, VF, generation) names one */
    uint8_t from, to;    /* enum vfj_slot_state */
    uint8_t reason;      /* enum vfj_reason */
    int64_t delay_us;    /* of a timer that the transition armed, else 0 */
};

enum { VFJ_COMMANDS_MAX = VFJ_SLOTS_MAX + 2, VFJ_TRANSITIONS_MAX = 4 * VFJ_SLOTS_MAX };

/* Which parts of `next` a step has written; the rest of `next` is not to be looked at. */
struct vfj_touched {
    uint64_t slots; /* bit i: slots[i] */
    bool rc;
    bool scripts;
    /* the head is always written */
};

struct vfj_decision {
    uint8_t note; /* enum vfj_reason: why the event changed nothing, or what is odd about it; goes into its record */
    uint16_t command_count;
    uint16_t transition_count;
    int64_t deadline_us; /* mono time of the next timer event wanted; INT64_MAX for none */
    struct vfj_touched touched;
    struct vfj_command commands[VFJ_COMMANDS_MAX];
    struct vfj_transition transitions[VFJ_TRANSITIONS_MAX];
};

/* The body of a transition's record. */
void vfj_transition_encode(const struct vfj_transition *transition, struct vfj_text *body);

#endif
