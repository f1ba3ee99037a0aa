/* The machine's state: adopting a step's result, and the digest. */
#include "core/state.h"

#include <stddef.h>
#include <string.h>

#include "core/check.h"
#include "core/digest.h"

/* No padding: equal states are equal bytes. */
_Static_assert(sizeof(struct vfj_carry) == VFJ_ADDRESS_SIZE + 8, "padding in vfj_carry");
_Static_assert(sizeof(struct vfj_belief)
                   == 24 + 40 + VFJ_NAME_SIZE + 2 * VFJ_ADDRESS_SIZE + VFJ_ADDRESSES_MAX * sizeof(struct vfj_carry),
               "padding in vfj_belief");
_Static_assert(sizeof(struct vfj_slot) == 32 + 3 * VFJ_NAME_SIZE + 24 + sizeof(struct vfj_belief),
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
        state->slots[i].timer_us = state->slots[i].link_us = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        state->scripts.sleepers[i].due_us = VFJ_NEVER_US;
}

int64_t vfj_slot_due_us(const struct vfj_slot *slot)
{
    if (slot->timer_us == VFJ_NEVER_US || slot->link_us == VFJ_NEVER_US)
        return slot->timer_us == VFJ_NEVER_US ? slot->link_us : slot->timer_us;
    return slot->timer_us < slot->link_us ? slot->timer_us : slot->link_us;
}

/* Of a slot what is in use: most have one address to carry over, not all that there is room for. */
static size_t slot_size(const struct vfj_slot *slot)
{
    VFJ_CHECK(slot->belief.carry_count <= VFJ_ADDRESSES_MAX);
    return offsetof(struct vfj_slot, belief.carry) + slot->belief.carry_count * sizeof slot->belief.carry[0];
}

void vfj_slot_copy(struct vfj_slot *to, const struct vfj_slot *from)
{
    memcpy(to, from, slot_size(from));
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
        vfj_slot_copy(&state->slots[i], &next->slots[i]);
        state->index.due_us[i] = next->index.due_us[i];
        state->index.digests[i] = next->index.digests[i];
        state->index.pending[i] = next->index.pending[i];
        state->index.hn[i] = next->index.hn[i];
        state->index.vf[i] = next->index.vf[i];
        state->index.hn_tags[i] = next->index.hn_tags[i];
        state->index.vf_tags[i] = next->index.vf_tags[i];
    }
}

void vfj_state_index_slot(struct vfj_state *state, unsigned i)
{
    const struct vfj_slot *slot = &state->slots[i];
    state->index.due_us[i] = vfj_slot_due_us(slot);
    state->index.pending[i] = slot->pending;
    state->index.hn[i] = slot->hn;
    state->index.vf[i] = slot->vf;
    state->index.hn_tags[i] = vfj_name_tag(slot->hn);
    state->index.vf_tags[i] = vfj_name_tag(slot->vf);
    state->index.digests[i] = vfj_digest(slot, slot_size(slot), i);
}

void vfj_state_index_rc(struct vfj_state *state)
{
    state->index.digests[VFJ_SLOTS_MAX] = vfj_digest(&state->rc, strlen(state->rc.text), VFJ_SLOTS_MAX);
}

static int64_t earliest_sleeper(const struct vfj_scripts *scripts)
{
    int64_t earliest = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && scripts->sleeping > 0; i++) {
        const struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US && sleeper->pending == 0
            && (earliest == VFJ_NEVER_US || sleeper->due_us < earliest))
            earliest = sleeper->due_us;
    }
    return earliest;
}

void vfj_state_index_scripts(struct vfj_state *state)
{
    state->index.due_us[VFJ_SLOTS_MAX] = earliest_sleeper(&state->scripts);
    state->index.digests[VFJ_SLOTS_MAX + 1] = vfj_digest(&state->scripts, sizeof state->scripts, VFJ_SLOTS_MAX + 1);
}

static bool can_be_indexed(const struct vfj_state *state)
{
    bool right = state->head.slot_count <= VFJ_SLOTS_MAX && memchr(state->rc.text, '\0', sizeof state->rc.text) != NULL;
    for (unsigned i = 0; right && i < state->head.slot_count; i++)
        right = state->slots[i].belief.carry_count <= VFJ_ADDRESSES_MAX;
    return right;
}

bool vfj_state_index(struct vfj_state *state)
{
    uint64_t parts = 0;
    if (!can_be_indexed(state))
        return false;
    for (unsigned i = 0; i < state->head.slot_count; i++)
        vfj_state_index_slot(state, i);
    if (state->index.digests[VFJ_SLOTS_MAX] != 0)
        vfj_state_index_rc(state);
    if (state->index.digests[VFJ_SLOTS_MAX + 1] != 0)
        vfj_state_index_scripts(state);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 2; i++)
        parts ^= state->index.digests[i];
    return parts == state->head.parts;
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
