/* A cache of the machine's state, so that a start need not replay a long journal. */
#ifndef VFJ_STORE_SNAPSHOT_H
#define VFJ_STORE_SNAPSHOT_H

#include "store/journal.h"
#include "store/machine.h"
#include "store/replay.h"

/* The file PATH-snapshot beside the journal PATH. It is never the truth: it can be removed at any time, is not synced, and is
 * read by the program that wrote it only, on the machine that did, for the memory of structures is in it. It is believed
 * when
 *
 *   - it is a regular file of ours that nobody else can write, and its SHA-256 holds;
 *   - program, rules and the sizes of all structures are the present ones;
 *   - the journal has its newest record, whose chain follows from the head that the snapshot holds: it is of this
 *     journal, and its head is right in all of its 256 bits;
 *   - the parts of the state are what the state's head sums up, and the state has the digest that the newest event's
 *     record has, with nothing after it that the machine sees but what that event led to.
 *
 * Whoever can write the file can write the journal, too; so the digest of 64 bits, no match for a forger, is enough. What
 * was pending is seen to be right by the replay of what came after. */

struct vfj_snapshot {
    uint64_t seq;                /* of the newest record */
    uint64_t event_seq;          /* of the newest event's */
    struct vfj_head_hash before; /* the chain's head before the newest record */
    bool rules_changed;          /* vfj_ledger_rules_changed() */
    uint64_t checkpoint_seq;     /* of the newest checkpoint's last row; 0: there is none */
    int64_t checkpoint_wall_us;  /* when that was; without one, when the journal began */
};

/* False when there is no snapshot of `journal` that can be believed; the machine's contents are then undefined. */
bool vfj_snapshot_read(const char *path, struct vfj_journal *journal, struct vfj_chain *chain,
                       struct vfj_machine *machine, struct vfj_snapshot *snapshot, struct vfj_replay_from *from);

/* The machine is in the state after record snapshot->seq, which is durable. `directory` is the journal's, open: a
 * process may have no other names left by now. Whether it could be written; if not, a snapshot that was there may be
 * or not be. */
bool vfj_snapshot_write(int directory, const char *path, const struct vfj_machine *machine,
                        const struct vfj_snapshot *snapshot);

#endif
