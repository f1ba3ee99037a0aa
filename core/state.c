/* The machine's state: adopting a step's result, and the digest. */
#include "core/state.h"

#include <string.h>

#include "core/digest.h"

/* No padding: equal states are equal bytes. */
_Static_assert(sizeof(struct vfj_carry) == VFJ_ADDRESS_SIZE + 8, "padding in vfj_carry");
_Static_assert(sizeof(struct vfj_belief) == 24 + 32 + VFJ_ADDRESS_SIZE + VFJ_ADDRESSES_MAX * sizeof(struct vfj_carry),
               "padding in vfj_belief");
_Static_assert(sizeof(struct vfj_slot) == 24 + 3 * VFJ_NAME_SIZE + 16 + sizeof(struct vfj_belief),
               "padding in vfj_slot");
_Static_assert(sizeof(struct vfj_script_run) == 24 + 3 * VFJ_NAME_SIZE + VFJ_ARGS_SIZE, "padding in vfj_script_run");
_Static_assert(sizeof(struct vfj_sleeper) == 32 + VFJ_NAME_SIZE, "padding in vfj_sleeper");
_Static_assert(sizeof(struct vfj_head) == 32 + 64 + 8 + 24, "padding in vfj_head");

void vfj_state_init(struct vfj_state *state)
{
    memset(state, 0, sizeof *state);
    state->head.map_retry_us = VFJ_NEVER_US;
    state->head.due_us = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 1; i++)
        state->index.due_us[i] = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        state->slots[i].timer_us = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        state->scripts.sleepers[i].due_us = VFJ_NEVER_US;
}

void vfj_state_adopt(struct vfj_state *state, const struct vfj_state *next, const struct vfj_touched *touched)
{
    state->head = next->head;
    if (touched->rc) {
        state->rc = next->rc;
        state->index.digests[VFJ_SLOTS_MAX] = next->index.digests[VFJ_SLOTS_MAX];
    }
    if (touched->scripts) {
        state->scripts = next->scripts;
        state->index.due_us[VFJ_SLOTS_MAX] = next->index.due_us[VFJ_SLOTS_MAX];
        state->index.digests[VFJ_SLOTS_MAX + 1] = next->index.digests[VFJ_SLOTS_MAX + 1];
    }
    for (uint64_t left = touched->slots; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        state->slots[i] = next->slots[i];
        state->index.due_us[i] = next->index.due_us[i];
        state->index.digests[i] = next->index.digests[i];
        state->index.hn[i] = next->index.hn[i];
        state->index.vf[i] = next->index.vf[i];
    }
}

void vfj_touched_merge(struct vfj_touched *touched, const struct vfj_touched *more)
{
    touched->slots |= more->slots;
    touched->rc |= more->rc;
    touched->scripts |= more->scripts;
}

uint64_t vfj_state_digest(const struct vfj_state *state)
{
    return vfj_digest(&state->head, sizeof state->head, 0);
}
