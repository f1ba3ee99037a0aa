/* The names of slot states, and the record bodies of transitions. */
#include "core/data/decision.h"

#include "core/check.h"
#include "core/text/kv.h"

const char *vfj_slot_state_name(enum vfj_slot_state state)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_SLOT_##symbol] = (name),
        VFJ_SLOT_STATES(X)
#undef X
    };
    VFJ_CHECK(state < VFJ_SLOT_STATE_COUNT);
    return names[state];
}

const char *vfj_slot_state_text(enum vfj_slot_state state)
{
    static const char *const texts[] = {
#define X(symbol, name, text) [VFJ_SLOT_##symbol] = (text),
        VFJ_SLOT_STATES(X)
#undef X
    };
    VFJ_CHECK(state < VFJ_SLOT_STATE_COUNT);
    return texts[state];
}

const struct vfj_slot_move *vfj_slot_moves(unsigned *count)
{
    static const struct vfj_slot_move moves[] = {
#define X(from, to, reason) {VFJ_SLOT_##from, VFJ_SLOT_##to, VFJ_REASON_##reason},
        VFJ_SLOT_MOVES(X)
#undef X
    };
    *count = sizeof moves / sizeof moves[0];
    return moves;
}

bool vfj_slot_state_may_follow(enum vfj_slot_state from, enum vfj_slot_state to)
{
    unsigned count;
    const struct vfj_slot_move *moves = vfj_slot_moves(&count);
    for (unsigned i = 0; i < count; i++) {
        if (moves[i].from == from && moves[i].to == to)
            return true;
    }
    return false;
}

bool vfj_slot_may_move(enum vfj_slot_state from, enum vfj_slot_state to, enum vfj_reason reason)
{
    unsigned count;
    const struct vfj_slot_move *moves = vfj_slot_moves(&count);
    for (unsigned i = 0; i < count; i++) {
        if (moves[i].from == from && moves[i].to == to && moves[i].reason == reason)
            return true;
    }
    return false;
}

void vfj_transition_encode(const struct vfj_transition *transition, struct vfj_text *body)
{
    vfj_kv_add_string(body, "slot", transition->hn.text);
    vfj_kv_add_string(body, "from", vfj_slot_state_name((enum vfj_slot_state)transition->from));
    vfj_kv_add_string(body, "to", vfj_slot_state_name((enum vfj_slot_state)transition->to));
    vfj_kv_add_string(body, "reason", vfj_reason_name((enum vfj_reason)transition->reason));
    if (!vfj_name_is_empty(transition->vf))
        vfj_kv_add_string(body, "vf", transition->vf.text);
    if (transition->generation != 0)
        vfj_kv_add_u64(body, "generation", transition->generation);
    if (transition->delay_us != 0)
        vfj_kv_add_i64(body, "delay_us", transition->delay_us);
}
