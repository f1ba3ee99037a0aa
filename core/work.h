/* One step under way: what the policies read, write and answer with. Used inside core/ only. */
#ifndef VFJ_CORE_WORK_H
#define VFJ_CORE_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/check.h"
#include "core/decision.h"
#include "core/event.h"
#include "core/state.h"

struct vfj_work {
    const struct vfj_state *now;
    struct vfj_state *next;
    struct vfj_decision *decision;
    const struct vfj_event *event;
};

/* Say why the event changed nothing, or what is odd about it; the first word stays. */
void vfj_work_note(struct vfj_work *work, enum vfj_reason note);

/* Parts of the state: to read, and to write. The head is work->next->head at any time. */
const struct vfj_rc *vfj_work_rc(const struct vfj_work *work);
const struct vfj_scripts *vfj_work_scripts(const struct vfj_work *work);
struct vfj_scripts *vfj_work_edit_scripts(struct vfj_work *work);
/* Here, like the next ones, so that to look at all slots is no call for each. */
static inline bool vfj_work_is_written(const struct vfj_work *work, unsigned index)
{
    VFJ_CHECK(index < work->next->head.slot_count);
    return (work->decision->touched.slots >> index & 1) != 0;
}
static inline const struct vfj_slot *vfj_work_slot(const struct vfj_work *work, unsigned index)
{
    return vfj_work_is_written(work, index) ? &work->next->slots[index] : &work->now->slots[index];
}
struct vfj_slot *vfj_work_edit_slot(struct vfj_work *work, unsigned index);
/* vfj_slot_due_us() of a slot. */
static inline int64_t vfj_work_due_us(const struct vfj_work *work, unsigned index)
{
    return vfj_work_is_written(work, index) ? vfj_slot_due_us(&work->next->slots[index])
                                            : work->now->index.due_us[index];
}

/* The index of a slot, or VFJ_SLOTS_MAX when there is none. */
unsigned vfj_work_find_hn(const struct vfj_work *work, struct vfj_name hn);
unsigned vfj_work_find_vf(const struct vfj_work *work, struct vfj_name vf);
unsigned vfj_work_find_unit(const struct vfj_work *work, struct vfj_name unit);
/* Whose command under way had that id when the step began; not 0. */
unsigned vfj_work_find_pending(const struct vfj_work *work, uint64_t command);
/* As find_hn, a new slot made when there is none yet; VFJ_SLOTS_MAX, and a note, when all are in use. Its unit is taken
 * from a name that is hn and a number, and of no other, until the kernel says otherwise; not when another slot has it. */
unsigned vfj_work_open_hn(struct vfj_work *work, struct vfj_name hn);

/* A new command with its id, kind and time limit set, all else empty. */
struct vfj_command *vfj_work_command(struct vfj_work *work, enum vfj_command_kind kind);

/* Move the slot to a state and say why. */
void vfj_work_move(struct vfj_work *work, struct vfj_slot *slot, enum vfj_slot_state to, enum vfj_reason reason);
/* Something to know about the slot, its state unchanged. */
void vfj_work_notice(struct vfj_work *work, const struct vfj_slot *slot, enum vfj_reason reason);

/* A VF was mapped to the slot's hn, or is gone. Attaching another VF than the one there detaches that first. */
void vfj_work_attach(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name vf, enum vfj_reason reason);
void vfj_work_detach(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason);

/* Arm the slot's timer, or stop it. */
void vfj_work_arm(struct vfj_work *work, struct vfj_slot *slot, enum vfj_timer timer, int64_t delay_us);
void vfj_work_disarm(struct vfj_slot *slot);

/* One more of something; the most that can be counted stays. */
void vfj_work_count_up(uint8_t *count);

/* Nothing is known of the link of the slot's VF: it is another one, or there is none. */
void vfj_work_forget_link(struct vfj_slot *slot);

#endif
