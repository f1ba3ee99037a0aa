/* The ledger's object, shared by the files of the ledger. */
#ifndef VFJ_STORE_LEDGER_IMPL_H
#define VFJ_STORE_LEDGER_IMPL_H

#include <limits.h>

#include "store/journal.h"
#include "store/ledger.h"
#include "store/replay.h"
#include "store/snapshot.h"
#include "store/write_queue.h"

/* The ledger has two views: after the last submitted event (machine, seq), and after the last
 * commit (committed, …). While detached with a full write queue, "committed" is the view after
 * the newest row in the queue. */
struct vfj_ledger {
    struct vfj_journal *journal;
    struct vfj_chain *chain;
    struct vfj_write_queue queue;
    enum vfj_on_error on_error;
    bool detached;
    bool rules_changed;
    uint64_t seq;         /* seq of the newest submitted row */
    uint64_t durable_seq; /* seq of the newest durable row */
    uint64_t kept, lost;  /* events since the ledger was detached */
    struct vfj_head_hash head;
    struct vfj_touched touched; /* parts in which machine.state differs from `committed` */
    struct vfj_event event;     /* the current event, as decoded from its row */
    struct vfj_machine machine;
    struct vfj_state committed;
    struct vfj_pending committed_pending;
    uint64_t committed_seq;
    bool cached; /* snapshots are read and written */
    /* this ledger has submitted a started event of the present rules */
    bool started;
    uint64_t snapshot_rows;       /* rows between snapshots */
    uint64_t snapshot_seq;        /* seq of the last snapshot; 0 for none */
    struct vfj_snapshot snapshot; /* the next snapshot's members besides the state */
    uint64_t checkpoint_rows;     /* rows between state checkpoints */
    int64_t checkpoint_us;
    char path[PATH_MAX];
    int directory; /* the journal's directory, open; -1 for none */
    char detail[VFJ_DIFFERENCE_SIZE];
};

void vfj_ledger_set_detail(struct vfj_ledger *ledger, const char *text);

/* Notes in `snapshot` the newest state checkpoint, when `record` belongs to one. */
void vfj_ledger_note_state_checkpoint(struct vfj_snapshot *snapshot,
                                      const struct vfj_record *record);

/* Writes a snapshot when the ledger is idle and the last one is `min_rows` rows old. */
void vfj_ledger_write_snapshot(struct vfj_ledger *ledger, uint64_t min_rows);

#endif
