/* State checkpoints: the machine's state in rows of the journal. Pruning removes the rows before
 * a state checkpoint. */
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
 * commands without an answer, each with its id and the seq of its row:
 *
 *     open=ID row=SEQ
 *
 * A journal whose first row is the first part of a state checkpoint begins with that state and
 * that chain's head. */
/* clang-format on */
enum {
    VFJ_STATE_CHECKPOINT_PARTS_MAX = 64,
};

/* A state checkpoint that is being written. */
struct vfj_state_checkpoint {
    const struct vfj_machine *machine;
    struct vfj_head_hash head;
    uint32_t rules;
    unsigned parts, part;
    struct vfj_state_cursor cursor;
    uint32_t open; /* number of pending commands already written */
};

/* Begins a state checkpoint of the machine's state. `head` is the chain's head before it.
 * The caller must not change `machine` until all parts are written. */
void vfj_state_checkpoint_begin(struct vfj_state_checkpoint *checkpoint,
                                const struct vfj_machine *machine, const struct vfj_head_hash *head,
                                uint32_t rules);

/* Appends the body of the next part to the empty `text`, which has room for VFJ_BODY_MAX bytes.
 * Returns false when no part is left. */
bool vfj_state_checkpoint_write(struct vfj_state_checkpoint *checkpoint, struct vfj_text *text);

/* Reads the head and the rules from the body of a first part. Returns false when the body is not
 * that of a first part. */
bool vfj_state_checkpoint_first(struct vfj_span body, struct vfj_head_hash *head, uint32_t *rules);

/* Returns true when the body is that of a last part. */
bool vfj_state_checkpoint_is_last(struct vfj_span body);

/* A state checkpoint that is being read. */
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
    /* no state checkpoint, or one that the machine cannot continue from */
    VFJ_STATE_CHECKPOINT_WRONG,
};

void vfj_state_checkpoint_read_begin(struct vfj_state_checkpoint_reader *reader,
                                     struct vfj_machine *machine);

/* Reads the body of the next part, which is untrusted. The machine changes only when the result
 * is READ; its scratch state may change before. */
enum vfj_state_checkpoint_read vfj_state_checkpoint_read(struct vfj_state_checkpoint_reader *reader,
                                                         struct vfj_span body);

#endif
