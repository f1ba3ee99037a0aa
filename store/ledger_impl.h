/* The ledger's object, shared by the files of the ledger. */
#ifndef VFJ_STORE_LEDGER_IMPL_H
#define VFJ_STORE_LEDGER_IMPL_H

#include <limits.h>

#include "store/journal.h"
#include "store/ledger.h"
#include "store/replay.h"
#include "store/snapshot.h"
#include "store/write_queue.h"

/* There are two of everything: as of the last event submitted (machine, seq), and as of the last commit
 * (committed, …). While detached, "committed" is as of the newest row in the queue from the moment on when
 * the queue is full. */
struct vfj_ledger {
    struct vfj_journal *journal;
    struct vfj_chain *chain;
    struct vfj_write_queue queue;
    enum vfj_on_error on_error;
    bool detached;
    bool rules_changed;
    uint64_t seq;         /* of the newest row submitted */
    uint64_t durable_seq; /* of the newest row in the journal */
    uint64_t kept, lost;  /* events since it was detached */
    struct vfj_head_hash head;
    struct vfj_touched touched; /* parts in which machine.state differs from committed */
    struct vfj_event event;     /* as the machine sees it */
    struct vfj_machine machine;
    struct vfj_state committed;
    struct vfj_pending committed_pending;
    uint64_t committed_seq;
    bool cached;                  /* snapshots are read and written */
    bool ours;                    /* the newest start is of the present rules, and in this ledger */
    uint64_t snapshot_rows;       /* between snapshots */
    uint64_t snapshot_seq;        /* where the last snapshot is */
    struct vfj_snapshot snapshot; /* what the next one says besides the state */
    uint64_t checkpoint_rows;     /* between checkpoints: so many rows, or so long */
    int64_t checkpoint_us;
    char path[PATH_MAX];
    int directory; /* of the path; -1: none */
    char detail[VFJ_DIFFERENCE_SIZE];
};

void vfj_ledger_set_detail(struct vfj_ledger *ledger, const char *text);

/* Notes in `snapshot` the newest state checkpoint, when `record` belongs to one. */
void vfj_ledger_note_state_checkpoint(struct vfj_snapshot *snapshot, const struct vfj_record *record);

/* Writes a snapshot when the ledger is idle and at least `min_rows` rows came after the last one. */
void vfj_ledger_write_snapshot(struct vfj_ledger *ledger, uint64_t min_rows);

#endif
