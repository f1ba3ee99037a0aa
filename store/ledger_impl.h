/* The ledger object, which the ledger's source files share. */
#ifndef VFJ_STORE_LEDGER_IMPL_H
#define VFJ_STORE_LEDGER_IMPL_H

#include <limits.h>

#include "store/journal.h"
#include "store/ledger.h"
#include "store/replay.h"
#include "store/snapshot.h"
#include "store/write_queue.h"

/* The ledger keeps the state twice: after the last submitted event (machine, seq), and after the
 * last commit (committed, …). While it is detached with a full write queue, `committed` is the
 * state after the newest row in the queue. */
struct vfj_ledger {
    struct vfj_journal *journal;
    struct vfj_chain *chain;
    struct vfj_write_queue queue;
    enum vfj_on_error on_error;
    bool detached;
    bool rules_changed;
    uint64_t seq;         /* seq of the newest submitted row */
    uint64_t durable_seq; /* seq of the newest durable row */
    /* numbers of events since the ledger was detached: kept in the queue, and lost */
    uint64_t kept, lost;
    struct vfj_head_hash head;
    struct vfj_touched touched; /* parts in which machine.state differs from `committed` */
    struct vfj_event event; /* the current event, as the machine gets it: decoded from its row */
    struct vfj_machine machine;
    struct vfj_state committed;
    struct vfj_pending committed_pending;
    uint64_t committed_seq;
    bool cached; /* snapshots are read and written */
    /* this ledger has submitted a started event, which records the present rules */
    bool started;
    uint64_t snapshot_rows;       /* rows between snapshots */
    uint64_t snapshot_seq;        /* seq of the last snapshot; 0 for none */
    struct vfj_snapshot snapshot; /* members of the next snapshot, without the machine's state */
    uint64_t checkpoint_rows;     /* rows between state checkpoints */
    int64_t checkpoint_us;
    char path[PATH_MAX];
    int directory; /* descriptor of the journal's directory; -1: not open */
    char detail[VFJ_DIFFERENCE_SIZE];
};

void vfj_ledger_set_detail(struct vfj_ledger *ledger, const char *text);

/* Records the newest state checkpoint in `snapshot`, when `record` is a row of one. */
void vfj_ledger_note_state_checkpoint(struct vfj_snapshot *snapshot,
                                      const struct vfj_record *record);

/* Writes a snapshot when the ledger is idle and the last snapshot is at least `min_rows` rows
 * old. */
void vfj_ledger_write_snapshot(struct vfj_ledger *ledger, uint64_t min_rows);

#endif
