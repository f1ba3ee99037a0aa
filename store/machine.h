/* The machine as store drives it: state, scratch and decision in one object, and which row asked for which
 * answer. The ledger and replay drive it the same way, so that what was lived and what is replayed can't
 * differ in that. */
#ifndef VFJ_STORE_MACHINE_H
#define VFJ_STORE_MACHINE_H

#include "core/decision.h"
#include "core/event.h"
#include "core/state.h"
#include "core/step.h"
#include "store/record.h"

/* Commands whose answer has not come, with the seq of their row: what an answer gives as its cause. When more
 * are open than there is room for, the oldest is forgotten; its answer then has no cause. */
enum { VFJ_PENDING_MAX = 512 };

struct vfj_pending {
    uint32_t count;
    struct {
        uint64_t id;
        uint64_t seq;
    } open[VFJ_PENDING_MAX];
};

void vfj_pending_add(struct vfj_pending *pending, uint64_t id, uint64_t seq);
/* The seq, or 0; the entry is taken out. */
uint64_t vfj_pending_take(struct vfj_pending *pending, uint64_t id);
void vfj_pending_copy(struct vfj_pending *to, const struct vfj_pending *from);

struct vfj_machine {
    struct vfj_state state;
    struct vfj_state scratch;
    struct vfj_decision decision;
    struct vfj_pending pending;
};

/* The state of an empty journal. */
void vfj_machine_init(struct vfj_machine *machine);

/* Step to the state after `event`, whose row has number `seq`; machine->decision is the answer. Fills in the
 * event's row but for its body: seq, cause, boot, times, kind, note, digest. */
void vfj_machine_step(struct vfj_machine *machine, const struct vfj_event *event, uint64_t seq, struct vfj_record *row);

/* How many rows follow the event's row: the decision's transitions, then its commands. */
unsigned vfj_machine_rows(const struct vfj_machine *machine);

/* Fill in the `index`th of them after the event's row `event`; its body is appended to `text`. */
void vfj_machine_row(const struct vfj_machine *machine, const struct vfj_record *event, unsigned index,
                     struct vfj_record *row, struct vfj_text *text);

#endif
