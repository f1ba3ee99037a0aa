/* One step under way: what the policies read, write and answer with. Used inside core/ only. */
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
    /* enum vfj_reason: why a slot's facts changed, for its transitions */
    uint8_t causes[VFJ_SLOTS_MAX];
    /* bit i: the departure of slot i's VF, which another one replaced, was reported */
    uint64_t replaced;
    struct vfj_slot *subject; /* the slot whose probe or command the event ends; NULL */
    uint8_t setback;          /* enum vfj_reason: why the subject can't go on at once */
    bool has_failed_down;     /* the setback: the VF could not be taken down */
    bool is_observed;         /* the event is a usable observation of the subject */
};

/* Say why the event changed nothing, or what is odd about it; the first word stays. */
void vfj_step_note(struct vfj_step_context *context, enum vfj_reason note);

/* Whether commands run; in observe mode they are only written down. */
static inline bool vfj_step_is_acting(const struct vfj_step_context *context)
{
    return context->next->head.mode == VFJ_MODE_ACT;
}

/* Whether the daemon was told to end: no new plan begins. */
static inline bool vfj_step_is_stopping(const struct vfj_step_context *context)
{
    return context->next->head.running == VFJ_RUNNING_STOPPING;
}

/* Parts of the state: to read, and to write. The head is context->next->head at any time. */
const struct vfj_rc *vfj_step_rc(const struct vfj_step_context *context);
/* Whether rc.conf was ever read in. */
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
/* The slot as it was before the event: blank when the event opened it. */
const struct vfj_slot *vfj_step_old_slot(const struct vfj_step_context *context, unsigned index);

/* When a timer event is to reach the slot; VFJ_NEVER_US: no timer of it fires. */
static inline int64_t vfj_step_timer_us(const struct vfj_step_context *context, unsigned index)
{
    const struct vfj_slot *slot = vfj_step_slot(context, index);
    return vfj_step_is_stopping(context) ? vfj_slot_last_due_us(slot) : vfj_slot_due_us(slot);
}

/* The index of a slot, or VFJ_SLOTS_MAX when there is none. */
unsigned vfj_step_find_hn(const struct vfj_step_context *context, struct vfj_name hn);
unsigned vfj_step_find_vf(const struct vfj_step_context *context, struct vfj_name vf);
unsigned vfj_step_find_unit(const struct vfj_step_context *context, struct vfj_name unit);
/* The slot that the command or probe with that id is under way for; not 0. */
unsigned vfj_step_find_command(const struct vfj_step_context *context, uint64_t command);
/* As find_hn, a new slot made when there is none yet; VFJ_SLOTS_MAX, and a note, when all are in
 * use. Its unit is taken from a name that is hn and a number, and of no other, until the kernel
 * says otherwise; not when another slot has it. */
unsigned vfj_step_open_hn(struct vfj_step_context *context, struct vfj_name hn);

/* A new command with its id, kind and time limit set, and optional: no other command waits for it.
 * All else is empty. */
struct vfj_command *vfj_step_command(struct vfj_step_context *context, enum vfj_command_kind kind);

/* Report that the slot moves to a state; checks that VFJ_SLOT_MOVES has the move with that reason.
 * The caller may change what the transition says beside names. */
struct vfj_transition *vfj_step_move(struct vfj_step_context *context, struct vfj_slot *slot,
                                     enum vfj_slot_state to, enum vfj_reason reason);
/* Report something about the slot, its state unchanged. */
void vfj_step_notice(struct vfj_step_context *context, const struct vfj_slot *slot,
                     enum vfj_reason reason);

/* Why the slot's facts changed in this step; the last reason stays: it belongs to the facts that
 * are left. */
void vfj_step_cause(struct vfj_step_context *context, const struct vfj_slot *slot,
                    enum vfj_reason reason);

/* Count up; the largest number stays. */
void vfj_step_count_up(uint8_t *count);

/* A pause of first_s seconds after the first failure, then twice as long each time, up to most_s.
 * Microseconds. */
int64_t vfj_step_pause_us(int64_t first_s, int64_t most_s, unsigned failures);

#endif
