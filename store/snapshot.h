/* Snapshots: files that cache the machine's state. A daemon that starts with a snapshot replays
 * only the end of a long journal. */
#ifndef VFJ_STORE_SNAPSHOT_H
#define VFJ_STORE_SNAPSHOT_H

#include "store/journal.h"
#include "store/machine.h"
#include "store/replay.h"

/* clang-format off */
/* A snapshot is the file PATH-snapshot beside the journal PATH. The file can be removed
 * at any time, and is not synced. The file holds structures as they are in memory. Only the
 * program that wrote it reads it, on the same machine. A snapshot is valid when:
 *
 *   - It is a regular file of this user, no other user can write it, and its SHA-256 is right.
 *   - Its program, rules and sizes of all structures are the present ones.
 *   - The journal has the snapshot's newest record, and the chain of that record follows from the
 *     snapshot's head. The snapshot is then of this journal, and all bits of its head are right.
 *   - The parts of the state have the digests in the state's head.
 *   - The state has the digest of the newest event's record. Only decisions of that event and
 *     rows that the machine does not see follow that record.
 *
 * A digest of 64 bits does not stop forgers. Such a digest suffices, since a user who can
 * write the snapshot can also write the journal. The replay of the later records checks the
 * pending commands. */
/* clang-format on */

struct vfj_snapshot {
    uint64_t seq;                /* seq of the newest record */
    uint64_t event_seq;          /* seq of the newest event's record */
    struct vfj_head_hash before; /* the chain's head before the record `seq` */
    bool rules_changed;          /* vfj_ledger_rules_changed() */
    /* seq of the last row of the newest state checkpoint; 0 for none */
    uint64_t checkpoint_seq;
    /* wall time of the row `checkpoint_seq`, or of the journal's first record if there is none */
    int64_t checkpoint_wall_us;
};

/* Reads the snapshot of `journal` into `machine` and `snapshot`, and sets *from to the record after
 * which the replay must begin. Returns false when there is no valid snapshot; the contents of
 * `machine` are then undefined. */
bool vfj_snapshot_read(const char *path, struct vfj_journal *journal, struct vfj_chain *chain,
                       struct vfj_machine *machine, struct vfj_snapshot *snapshot,
                       struct vfj_replay_from *from);

/* Writes a snapshot of the state after the record snapshot->seq, which must be durable.
 * `directory` is a descriptor of the journal's directory, since the process may be unable to
 * look paths up. Returns true when the snapshot was written. After a failure the old snapshot
 * may or may not exist. */
bool vfj_snapshot_write(int directory, const char *path, const struct vfj_machine *machine,
                        const struct vfj_snapshot *snapshot);

#endif
