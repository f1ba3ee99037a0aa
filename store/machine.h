/* Steps the machine, and makes the rows of its decisions. The ledger and the replay use the same
 * functions, so that both get the same states and rows. */
#ifndef VFJ_STORE_MACHINE_H
#define VFJ_STORE_MACHINE_H

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/machine/state.h"
#include "core/machine/step.h"
#include "store/record.h"

/* The list of commands that have no outcome or answer yet, each with the seq of its row. That
 * seq becomes the cause of the outcome's row. When the list is full, its oldest entry is
 * dropped, and the outcome of that command gets no cause. */
enum { VFJ_PENDING_MAX = 512 };

struct vfj_pending {
    uint32_t count;
    struct {
        uint64_t id;
        uint64_t seq;
    } open[VFJ_PENDING_MAX];
};

void vfj_pending_add(struct vfj_pending *pending, uint64_t id, uint64_t seq);
/* Removes the entry of command `id`. Returns the seq of its row, or 0 when there is none. */
uint64_t vfj_pending_take(struct vfj_pending *pending, uint64_t id);
void vfj_pending_copy(struct vfj_pending *to, const struct vfj_pending *from);

struct vfj_machine {
    struct vfj_state state;
    struct vfj_state scratch; /* vfj_step() writes the next state here */
    struct vfj_decision decision;
    struct vfj_pending pending;
};

/* Sets the state of an empty journal. */
void vfj_machine_init(struct vfj_machine *machine);

/* Steps to the state after `event`, whose row has the seq `seq`. Stores the decision in
 * machine->decision. Fills in all members of the event's row except the body and the chain. */
void vfj_machine_step(struct vfj_machine *machine, const struct vfj_event *event, uint64_t seq,
                      struct vfj_record *row);

/* Returns how many rows follow the event's row: the decision's transitions, then its commands. */
unsigned vfj_machine_rows(const struct vfj_machine *machine);

/* Fills in one of the rows that follow the event's row `event`; `index` counts from 0. Appends
 * its body to `text`. */
void vfj_machine_row(const struct vfj_machine *machine, const struct vfj_record *event,
                     unsigned index, struct vfj_record *row, struct vfj_text *text);

#endif
