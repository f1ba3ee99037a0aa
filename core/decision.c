/* Names and records of what a step answers. */
#include "core/decision.h"

#include "core/check.h"
#include "core/kv.h"

#define VFJ_MAY(symbol) (1u << VFJ_SLOT_##symbol)

/* One row of the table of states. */
struct slot_state {
    const char *name, *text;
    unsigned successors; /* bit 1 << state */
};

static const struct slot_state *row_of(enum vfj_slot_state state)
{
    static const struct slot_state rows[] = {
#define X(symbol, name_, successors_, text_) \
    [VFJ_SLOT_##symbol] = {.name = (name_), .text = (text_), .successors = (successors_)},
        VFJ_SLOT_STATES(X)
#undef X
    };
    VFJ_CHECK(state < VFJ_SLOT_STATE_COUNT);
    return &rows[state];
}

const char *vfj_slot_state_name(enum vfj_slot_state state)
{
    return row_of(state)->name;
}

const char *vfj_slot_state_text(enum vfj_slot_state state)
{
    return row_of(state)->text;
}

bool vfj_slot_state_may_follow(enum vfj_slot_state from, enum vfj_slot_state to)
{
    return (row_of(from)->successors >> to & 1) != 0;
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
