/* Steps the machine, and makes the rows of its decisions. */
#include "store/machine.h"

#include <string.h>

#include "core/check.h"

void vfj_pending_add(struct vfj_pending *pending, uint64_t id, uint64_t seq)
{
    if (pending->count == VFJ_PENDING_MAX) {
        pending->count--;
        memmove(&pending->open[0], &pending->open[1], pending->count * sizeof pending->open[0]);
    }
    pending->open[pending->count].id = id;
    pending->open[pending->count].seq = seq;
    pending->count++;
}

uint64_t vfj_pending_take(struct vfj_pending *pending, uint64_t id)
{
    for (uint32_t i = 0; i < pending->count; i++) {
        if (pending->open[i].id != id)
            continue;
        uint64_t seq = pending->open[i].seq;
        pending->count--;
        memmove(&pending->open[i], &pending->open[i + 1],
                (pending->count - i) * sizeof pending->open[0]);
        return seq;
    }
    return 0;
}

void vfj_pending_copy(struct vfj_pending *to, const struct vfj_pending *from)
{
    to->count = from->count;
    memcpy(to->open, from->open, from->count * sizeof from->open[0]);
}

void vfj_machine_init(struct vfj_machine *machine)
{
    vfj_state_init(&machine->state);
    machine->pending.count = 0;
}

/* Returns the seq of the row of the command whose outcome or answer this event is. Returns 0
 * when there is none. */
static uint64_t cause_of(struct vfj_machine *machine, const struct vfj_event *event)
{
    if (event->kind == VFJ_EVENT_FINISHED)
        return vfj_pending_take(&machine->pending, event->as.finished.command);
    if (event->kind == VFJ_EVENT_OBSERVED)
        return vfj_pending_take(&machine->pending, event->as.observed.command);
    /* A new daemon receives no outcome of commands that an earlier daemon began. */
    if (event->kind == VFJ_EVENT_STARTED)
        machine->pending.count = 0;
    return 0;
}

void vfj_machine_step(struct vfj_machine *machine, const struct vfj_event *event, uint64_t seq,
                      struct vfj_record *row)
{
    const struct vfj_decision *decision = &machine->decision;
    vfj_step(&machine->state, event, &machine->scratch, &machine->decision);
    VFJ_CHECK(decision->command_count <= VFJ_COMMANDS_MAX
              && decision->transition_count <= VFJ_TRANSITIONS_MAX);
    vfj_state_adopt(&machine->state, &machine->scratch, &decision->touched);
    row->seq = seq;
    row->cause = cause_of(machine, event);
    row->boot = machine->state.head.boot;
    row->wall_us = event->wall_us;
    row->mono_us = event->mono_us;
    row->kind = event->kind;
    row->note = vfj_span_of(vfj_reason_name((enum vfj_reason)decision->note));
    row->digest = vfj_state_digest(&machine->state);
    for (unsigned i = 0; i < decision->command_count; i++)
        vfj_pending_add(&machine->pending, decision->commands[i].id,
                        seq + 1 + decision->transition_count + i);
}

unsigned vfj_machine_rows(const struct vfj_machine *machine)
{
    return (unsigned)machine->decision.transition_count + machine->decision.command_count;
}

void vfj_machine_row(const struct vfj_machine *machine, const struct vfj_record *event,
                     unsigned index, struct vfj_record *row, struct vfj_text *text)
{
    const struct vfj_decision *decision = &machine->decision;
    VFJ_CHECK(index < vfj_machine_rows(machine));
    *row = (struct vfj_record){
        .seq = event->seq + 1 + index,
        .cause = event->seq,
        .boot = event->boot,
        .wall_us = event->wall_us,
        .mono_us = event->mono_us,
        .note = {"", 0},
    };
    if (index < decision->transition_count) {
        row->kind = VFJ_RECORD_TRANSITION;
        vfj_transition_encode(&decision->transitions[index], text);
    } else {
        row->kind = VFJ_RECORD_COMMAND;
        vfj_command_encode(&decision->commands[index - decision->transition_count], text);
    }
    row->body = (struct vfj_span){text->bytes, text->length};
    VFJ_CHECK(!text->overflow);
}
