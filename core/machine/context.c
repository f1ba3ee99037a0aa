/* The functions by which one step reads and edits the state, and writes the decision. */
#include "core/machine/context.h"

#include <stddef.h>
#include <string.h>

#include "core/check.h"

void vfj_step_note(struct vfj_step_context *context, enum vfj_reason note)
{
    if (context->decision->note == VFJ_REASON_NONE)
        context->decision->note = (uint8_t)note;
}

const struct vfj_rc *vfj_step_rc(const struct vfj_step_context *context)
{
    return context->decision->touched.rc ? &context->next->rc : &context->now->rc;
}

bool vfj_step_has_rc(const struct vfj_step_context *context)
{
    return context->now->index.digests[VFJ_SLOTS_MAX] != 0;
}

const struct vfj_scripts *vfj_step_scripts(const struct vfj_step_context *context)
{
    return context->decision->touched.scripts ? &context->next->scripts : &context->now->scripts;
}

struct vfj_scripts *vfj_step_edit_scripts(struct vfj_step_context *context)
{
    if (!context->decision->touched.scripts) {
        context->next->scripts = context->now->scripts;
        context->decision->touched.scripts = true;
    }
    return &context->next->scripts;
}

struct vfj_slot *vfj_step_edit_slot(struct vfj_step_context *context, unsigned index)
{
    if (!vfj_step_is_written(context, index)) {
        context->next->slots[index] = context->now->slots[index];
        context->decision->touched.slots |= (uint64_t)1 << index;
    }
    return &context->next->slots[index];
}

const struct vfj_slot *vfj_step_old_slot(const struct vfj_step_context *context, unsigned index)
{
    static const struct vfj_slot blank;
    return index < context->now->head.slot_count ? &context->now->slots[index] : &blank;
}

unsigned vfj_step_find_hn(const struct vfj_step_context *context, struct vfj_name hn)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        if (vfj_name_equal(vfj_step_slot(context, i)->hn, hn))
            return i;
    }
    return VFJ_SLOTS_MAX;
}

unsigned vfj_step_find_vf(const struct vfj_step_context *context, struct vfj_name vf)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        if (vfj_name_equal(vfj_step_slot(context, i)->vf, vf))
            return i;
    }
    return VFJ_SLOTS_MAX;
}

unsigned vfj_step_find_unit(const struct vfj_step_context *context, struct vfj_name unit)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        if (vfj_name_equal(vfj_step_slot(context, i)->unit, unit))
            return i;
    }
    return VFJ_SLOTS_MAX;
}

unsigned vfj_step_find_command(const struct vfj_step_context *context, uint64_t command)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_batch *batch = &vfj_step_slot(context, i)->batch;
        if (batch->count > 0 && command == batch->first + batch->ended)
            return i;
    }
    return VFJ_SLOTS_MAX;
}

unsigned vfj_step_open_hn(struct vfj_step_context *context, struct vfj_name hn)
{
    struct vfj_head *head = &context->next->head;
    unsigned index = vfj_step_find_hn(context, hn);
    if (index < VFJ_SLOTS_MAX)
        return index;
    if (head->slot_count == VFJ_SLOTS_MAX) {
        vfj_step_note(context, VFJ_REASON_TOO_MANY_SLOTS);
        return VFJ_SLOTS_MAX;
    }
    index = head->slot_count++;
    struct vfj_slot *slot = &context->next->slots[index];
    context->decision->touched.slots |= (uint64_t)1 << index;
    vfj_slot_init(slot, hn);
    slot->recovering = 1;
    struct vfj_name unit = vfj_name_digits(hn);
    if (vfj_name_has_driver(hn, "hn") && vfj_step_find_unit(context, unit) == VFJ_SLOTS_MAX)
        slot->unit = unit;
    return index;
}

struct vfj_command *vfj_step_command(struct vfj_step_context *context, enum vfj_command_kind kind)
{
    struct vfj_decision *decision = context->decision;
    VFJ_CHECK(decision->command_count < VFJ_COMMANDS_MAX);
    struct vfj_command *command = &decision->commands[decision->command_count++];
    memset(command, 0, sizeof *command);
    command->id = ++context->next->head.command_last;
    command->kind = (uint8_t)kind;
    command->limit_ms = vfj_command_limit_ms(kind);
    command->is_optional = true;
    return command;
}

static struct vfj_transition *transition(struct vfj_step_context *context,
                                         const struct vfj_slot *slot, enum vfj_reason reason)
{
    struct vfj_decision *decision = context->decision;
    VFJ_CHECK(decision->transition_count < VFJ_TRANSITIONS_MAX);
    struct vfj_transition *made = &decision->transitions[decision->transition_count++];
    *made = (struct vfj_transition){
        .hn = slot->hn,
        .vf = slot->vf,
        .generation = slot->generation,
        .from = slot->state,
        .to = slot->state,
        .reason = (uint8_t)reason,
    };
    return made;
}

struct vfj_transition *vfj_step_move(struct vfj_step_context *context, struct vfj_slot *slot,
                                     enum vfj_slot_state to, enum vfj_reason reason)
{
    VFJ_CHECK(vfj_slot_may_move((enum vfj_slot_state)slot->state, to, reason));
    struct vfj_transition *made = transition(context, slot, reason);
    made->to = (uint8_t)to;
    slot->state = (uint8_t)to;
    return made;
}

void vfj_step_notice(struct vfj_step_context *context, const struct vfj_slot *slot,
                     enum vfj_reason reason)
{
    (void)transition(context, slot, reason);
}

void vfj_step_cause(struct vfj_step_context *context, const struct vfj_slot *slot,
                    enum vfj_reason reason)
{
    context->causes[slot - context->next->slots] = (uint8_t)reason;
}

void vfj_step_count_up(uint8_t *count)
{
    if (*count < UINT8_MAX)
        ++*count;
}

int64_t vfj_step_pause_us(int64_t first_s, int64_t most_s, unsigned failures)
{
    int64_t pause_s = first_s;
    for (unsigned i = 1; i < failures && pause_s < most_s; i++)
        pause_s *= 2;
    return (pause_s < most_s ? pause_s : most_s) * 1000000;
}
