/* Checkpoints: the machine's state in rows of the journal, so that the rows before can be taken away. */
#ifndef VFJ_STORE_STATE_CHECKPOINT_H
#define VFJ_STORE_STATE_CHECKPOINT_H

#include "core/state_text.h"
#include "store/chain.h"
#include "store/machine.h"

/* A checkpoint is one row or several in a row, of kind "checkpoint" and in one transaction, after an event and all that
 * followed from it. They are chained as any row: a head that was kept elsewhere vouches for the state, too. Each body begins
 * with part=N of=M, the first with
 *
 *     part=1 of=M rules=R head=HEX digest=HEX
 *
 * R is the version of the rules in force, `head` the chain's head before this row, whole, `digest` that of the state. Then
 * comes the state, its items (core/state_text.h) shared out among the parts, and for each command whose answer has not come
 *
 *     open=ID row=SEQ
 *
 * with its id and the seq of its row. A journal whose first row is the first part of a checkpoint begins with that state and
 * that head. */
enum {
    VFJ_STATE_CHECKPOINT_PARTS_MAX = 64,
};

/* A checkpoint being written. */
struct vfj_state_checkpoint {
    const struct vfj_machine *machine;
    struct vfj_head_hash head;
    uint32_t rules;
    unsigned parts, part;
    struct vfj_state_place place;
    uint32_t open; /* entries of pending written */
};

/* Begin one of the machine's state with the chain's head before it; `machine` must stay as it is until all is written. */
void vfj_state_checkpoint_begin(struct vfj_state_checkpoint *checkpoint, const struct vfj_machine *machine,
                                const struct vfj_head_hash *head, uint32_t rules);

/* Append the next part's body to the empty `text`, which has room for VFJ_BODY_MAX bytes; false when there are no more. */
bool vfj_state_checkpoint_write(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text);

/* What the body of a first part says: the chain's head before it, and the rules. False when it is none. */
bool vfj_state_checkpoint_first(struct vfj_span body, struct vfj_head_hash *head, uint32_t *rules);

/* Whether the body is that of the last part. */
bool vfj_state_checkpoint_is_last(struct vfj_span body);

/* A checkpoint being read. */
struct vfj_state_checkpoint_reader {
    struct vfj_machine *machine;
    struct vfj_state_reader reader; /* into machine->scratch */
    struct vfj_pending pending;
    unsigned parts, part;
    uint32_t rules;
    uint64_t digest;
};

enum vfj_state_checkpoint_read {
    VFJ_STATE_CHECKPOINT_MORE,  /* parts are missing yet */
    VFJ_STATE_CHECKPOINT_READ,  /* the machine has the state */
    VFJ_STATE_CHECKPOINT_WRONG, /* this is none, or not one that the machine can go on from */
};

void vfj_state_checkpoint_read_begin(struct vfj_state_checkpoint_reader *reader, struct vfj_machine *machine);

/* The next part, whoever wrote it. The machine is changed when the answer is READ, and only then, but for its scratch. */
enum vfj_state_checkpoint_read vfj_state_checkpoint_read(struct vfj_state_checkpoint_reader *reader,
                                                         struct vfj_span body);

#endif
