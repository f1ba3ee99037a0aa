/* The context of one step: the data that policies read, and the decision that they write. Used
 * inside core/ only. */
#ifndef VFJ_CORE_MACHINE_CONTEXT_H
#define VFJ_CORE_MACHINE_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/check.h"
#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/machine/state.h"

struct vfj_step_context {
    const struct vfj_state *now;
    struct vfj_state *next;
    struct vfj_decision *decision;
    const struct vfj_event *event;
    /* enum vfj_reason: for each slot, the reason of the last change of its facts in this step */
    uint8_t causes[VFJ_SLOTS_MAX];
    /* bit i: this step has reported that another VF replaced the VF of slot i */
    uint64_t replaced;
    /* the slot whose probe or command ended with this event; NULL: none */
    struct vfj_slot *subject;
    /* enum vfj_reason: failure of the probe or batch of `subject` that ended with this event;
     * NONE: no failure */
    uint8_t setback;
    bool has_failed_down; /* `setback` is the failure of a command that takes the VF down */
    bool is_observed;     /* the event is an observation of `subject` that this step can use */
};

/* Adds a note to the decision: why the event changed nothing, or what is unusual about the
 * event. Of several notes the first one stays. */
void vfj_step_note(struct vfj_step_context *context, enum vfj_reason note);

/* Returns true in act mode, in which commands run. In observe mode the journal only records
 * them. */
static inline bool vfj_step_is_acting(const struct vfj_step_context *context)
{
    return context->next->head.mode == VFJ_MODE_ACT;
}

/* Returns true when the daemon is stopping. No new plan begins then. */
static inline bool vfj_step_is_stopping(const struct vfj_step_context *context)
{
    return context->next->head.running == VFJ_RUNNING_STOPPING;
}

/* The functions below return parts of the state. vfj_step_edit_…() return a part of the next
 * state, and add that part to decision->touched. The head is always context->next->head. */
const struct vfj_rc *vfj_step_rc(const struct vfj_step_context *context);
/* Returns true when rc.conf was read at least once. */
bool vfj_step_has_rc(const struct vfj_step_context *context);
const struct vfj_scripts *vfj_step_scripts(const struct vfj_step_context *context);
struct vfj_scripts *vfj_step_edit_scripts(struct vfj_step_context *context);
static inline bool vfj_step_is_written(const struct vfj_step_context *context, unsigned index)
{
    VFJ_CHECK(index < context->next->head.slot_count);
    return (context->decision->touched.slots >> index & 1) != 0;
}
static inline const struct vfj_slot *vfj_step_slot(const struct vfj_step_context *context,
                                                   unsigned index)
{
    return vfj_step_is_written(context, index) ? &context->next->slots[index]
                                               : &context->now->slots[index];
}
struct vfj_slot *vfj_step_edit_slot(struct vfj_step_context *context, unsigned index);
/* Returns the slot as it was before the event, or a blank slot if the event opened it. */
const struct vfj_slot *vfj_step_old_slot(const struct vfj_step_context *context, unsigned index);

/* Returns the time of the slot's next timer event, or VFJ_NEVER_US. */
static inline int64_t vfj_step_timer_us(const struct vfj_step_context *context, unsigned index)
{
    const struct vfj_slot *slot = vfj_step_slot(context, index);
    return vfj_step_is_stopping(context) ? vfj_slot_last_due_us(slot) : vfj_slot_due_us(slot);
}

/* Return the index of the slot with the given hn, VF or unit. Return VFJ_SLOTS_MAX when no slot
 * has it. */
unsigned vfj_step_find_hn(const struct vfj_step_context *context, struct vfj_name hn);
unsigned vfj_step_find_vf(const struct vfj_step_context *context, struct vfj_name vf);
unsigned vfj_step_find_unit(const struct vfj_step_context *context, struct vfj_name unit);
/* Returns the index of the slot that next waits for the outcome or observation of the command
 * with the id `command`, which is not 0. Returns VFJ_SLOTS_MAX when there is none. */
unsigned vfj_step_find_command(const struct vfj_step_context *context, uint64_t command);
/* Returns the index of hn's slot, and opens a slot when hn has none. Returns VFJ_SLOTS_MAX, and
 * sets a note, when all slots are in use. When the name is "hn" and a number, and no other slot
 * has that number as unit, the new slot gets it as unit. The kernel's map may correct the unit
 * later. */
unsigned vfj_step_open_hn(struct vfj_step_context *context, struct vfj_name hn);

/* Adds a command to the decision, with its id, kind and time limit. The command is optional: no
 * other command needs it. The caller fills in the other members, which are zero. */
struct vfj_command *vfj_step_command(struct vfj_step_context *context, enum vfj_command_kind kind);

/* Moves the slot to a state, and adds the transition to the decision. Checks that VFJ_SLOT_MOVES
 * has the move with that reason. The caller may change the other members of the transition. */
struct vfj_transition *vfj_step_move(struct vfj_step_context *context, struct vfj_slot *slot,
                                     enum vfj_slot_state to, enum vfj_reason reason);
/* Adds a notice about the slot to the decision. The slot's state does not change. */
void vfj_step_notice(struct vfj_step_context *context, const struct vfj_slot *slot,
                     enum vfj_reason reason);

/* Records the reason of a change of the slot's facts. Of several reasons in one step the last
 * stays, since it belongs to the facts at the end of the step. */
void vfj_step_cause(struct vfj_step_context *context, const struct vfj_slot *slot,
                    enum vfj_reason reason);

/* Increments the counter, up to its maximum. */
void vfj_step_count_up(uint8_t *count);

/* Returns a pause in microseconds: `first_s` seconds after the first failure, doubled by each
 * further one, at most `most_s` seconds. */
int64_t vfj_step_pause_us(int64_t first_s, int64_t most_s, unsigned failures);

#endif
