/* State checkpoints: rows of the journal that hold the machine's state. Pruning removes the rows
 * before one of them. */
#ifndef VFJ_STORE_STATE_CHECKPOINT_H
#define VFJ_STORE_STATE_CHECKPOINT_H

#include "core/machine/state_text.h"
#include "store/chain.h"
#include "store/machine.h"

/* clang-format off */
/* A state checkpoint is one or several consecutive rows of kind "checkpoint". One transaction
 * writes them. They come after the rows of an event and of all its transitions and commands. They
 * are rows of the hash chain, too. Whoever keeps a copy of the chain's head outside the guest can
 * therefore verify the state with that copy.
 *
 * Each row holds one part of the state. Its body begins with the number of the part and the number
 * of all parts. The first body continues with the rules in force, the chain's head before this row
 * (all bytes of the hash), and the digest of the state:
 *
 *     part=1 of=M rules=R head=HEX digest=HEX
 *     part=N of=M
 *
 * The items of the state (core/machine/state_text.h) follow, spread over the parts. Last come the
 * commands without an outcome or answer, each with its id and the seq of its row:
 *
 *     open=ID row=SEQ
 *
 * A journal whose first row is the first part of a state checkpoint begins with that state and
 * that chain's head. */
/* clang-format on */
enum {
    VFJ_STATE_CHECKPOINT_PARTS_MAX = 64,
};

/* A state checkpoint that is being written, part by part. */
struct vfj_state_checkpoint {
    const struct vfj_machine *machine;
    struct vfj_head_hash head;
    uint32_t rules;
    unsigned parts, part;
    struct vfj_state_cursor cursor;
    uint32_t open; /* number of the pending commands that were written already */
};

/* Begins a state checkpoint of the machine's state. `head` is the chain's head before its first
 * row. The caller must not change `machine` until all parts are written. */
void vfj_state_checkpoint_begin(struct vfj_state_checkpoint *checkpoint,
                                const struct vfj_machine *machine, const struct vfj_head_hash *head,
                                uint32_t rules);

/* Appends the body of the next part to the empty `text`, which has room for VFJ_BODY_MAX bytes.
 * Returns false when no part is left. */
bool vfj_state_checkpoint_write(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text);

/* Reads the chain's head and the version of the rules from the body of a first part. Returns
 * false when the body is not that of a first part. */
bool vfj_state_checkpoint_first(struct vfj_span body, struct vfj_head_hash *head, uint32_t *rules);

/* Returns true when the body is that of a last part. */
bool vfj_state_checkpoint_is_last(struct vfj_span body);

/* A state checkpoint that is being read, part by part. */
struct vfj_state_checkpoint_reader {
    struct vfj_machine *machine;
    struct vfj_state_reader reader; /* into machine->scratch */
    struct vfj_pending pending;
    unsigned parts, part;
    uint32_t rules;
    uint64_t digest;
};

enum vfj_state_checkpoint_read {
    VFJ_STATE_CHECKPOINT_MORE, /* more parts must follow */
    VFJ_STATE_CHECKPOINT_READ, /* the machine has the state */
    /* the body is no part of a state checkpoint, or no machine can continue from the state */
    VFJ_STATE_CHECKPOINT_WRONG,
};

void vfj_state_checkpoint_read_begin(struct vfj_state_checkpoint_reader *reader,
                                     struct vfj_machine *machine);

/* Reads the body of the next part, which is untrusted. machine->state changes only when it returns
 * VFJ_STATE_CHECKPOINT_READ. machine->scratch may change earlier. */
enum vfj_state_checkpoint_read vfj_state_checkpoint_read(struct vfj_state_checkpoint_reader *reader,
                                                         struct vfj_span body);

#endif
