/* The ledger's maintenance: state checkpoints, snapshots, pruning, free space. */
#include <string.h>
#include <sys/statvfs.h>

#include "store/ledger_impl.h"
#include "store/state_checkpoint.h"

void vfj_ledger_set_state_checkpoints(struct vfj_ledger *ledger, uint64_t rows, int64_t us)
{
    ledger->checkpoint_rows = rows;
    ledger->checkpoint_us = us;
}

void vfj_ledger_set_snapshots(struct vfj_ledger *ledger, uint64_t rows)
{
    ledger->snapshot_rows = rows;
}

void vfj_ledger_note_state_checkpoint(struct vfj_snapshot *snapshot,
                                      const struct vfj_record *record)
{
    bool is_checkpoint = record->kind == VFJ_RECORD_CHECKPOINT;
    if (is_checkpoint)
        snapshot->checkpoint_seq = record->seq;
    if (is_checkpoint || record->seq == 1)
        snapshot->checkpoint_wall_us = record->wall_us;
}

static bool is_idle(const struct vfj_ledger *ledger)
{
    return !ledger->detached && vfj_write_queue_is_empty(&ledger->queue);
}

/* Returns true when a state checkpoint is due. The checkpoint must follow a started event of this
 * daemon, since that event records the rules. */
static bool is_checkpoint_due(const struct vfj_ledger *ledger)
{
    const struct vfj_snapshot *snapshot = &ledger->snapshot;
    return ledger->started && is_idle(ledger) && ledger->durable_seq > snapshot->checkpoint_seq
        && (ledger->durable_seq - snapshot->checkpoint_seq >= ledger->checkpoint_rows
            || ledger->event.wall_us - snapshot->checkpoint_wall_us >= ledger->checkpoint_us);
}

static void write_checkpoint(struct vfj_ledger *ledger)
{
    struct vfj_state_checkpoint checkpoint;
    uint64_t first = ledger->seq + 1;
    vfj_state_checkpoint_begin(&checkpoint, &ledger->machine, &ledger->head, VFJ_RULES);
    for (;;) {
        struct vfj_text text = vfj_write_queue_body(&ledger->queue);
        if (!vfj_state_checkpoint_write(&checkpoint, &text))
            break;
        const struct vfj_record row = {
            .seq = ++ledger->seq,
            .cause = ledger->seq > first ? first : 0,
            .boot = ledger->machine.state.head.boot,
            .wall_us = ledger->event.wall_us,
            .mono_us = ledger->event.mono_us,
            .kind = VFJ_RECORD_CHECKPOINT,
            .note = {"", 0},
        };
        vfj_write_queue_push(&ledger->queue, &row, &text);
    }
    (void)vfj_ledger_commit(ledger);
}

void vfj_ledger_write_snapshot(struct vfj_ledger *ledger, uint64_t min_rows)
{
    if (!ledger->cached || ledger->directory < 0 || !ledger->started || !is_idle(ledger)
        || ledger->durable_seq - ledger->snapshot_seq < min_rows || vfj_ledger_is_moved(ledger))
        return;
    ledger->snapshot.seq = ledger->durable_seq;
    ledger->snapshot.rules_changed = ledger->rules_changed;
    vfj_snapshot_write(ledger->directory, ledger->path, &ledger->machine, &ledger->snapshot);
    ledger->snapshot_seq = ledger->durable_seq;
}

void vfj_ledger_maintain(struct vfj_ledger *ledger)
{
    vfj_journal_wal_checkpoint(ledger->journal);
    if (is_checkpoint_due(ledger))
        write_checkpoint(ledger);
    vfj_ledger_write_snapshot(ledger, ledger->snapshot_rows);
}

bool vfj_ledger_is_moved(const struct vfj_ledger *ledger)
{
    return vfj_journal_is_moved(ledger->journal, ledger->directory);
}

bool vfj_ledger_first(struct vfj_ledger *ledger, uint64_t *first)
{
    return is_idle(ledger) && vfj_journal_first(ledger->journal, first) == VFJ_OK;
}

enum vfj_status vfj_ledger_identity(struct vfj_ledger *ledger, struct vfj_identity *identity)
{
    return ledger->detached ? VFJ_END : vfj_identity_read(ledger->journal, identity);
}

bool vfj_ledger_free_bytes(const struct vfj_ledger *ledger, uint64_t *bytes)
{
    struct statvfs facts;
    if (ledger->directory < 0 || fstatvfs(ledger->directory, &facts) != 0)
        return false;
    *bytes = (uint64_t)facts.f_bavail * facts.f_frsize;
    return true;
}

enum vfj_status vfj_ledger_prune(struct vfj_ledger *ledger, const struct vfj_prune_rule *rule,
                                 int64_t wall_us, uint64_t spare, uint64_t *first)
{
    if (!is_idle(ledger))
        return VFJ_END;
    enum vfj_status status = vfj_prune_step(ledger->journal, rule, wall_us, spare, first);
    if (status != VFJ_OK && status != VFJ_END)
        vfj_ledger_set_detail(ledger, vfj_journal_detail(ledger->journal));
    return status;
}

enum vfj_status vfj_ledger_read_scheduled(struct vfj_ledger *ledger,
                                          struct vfj_scheduled_list *open)
{
    struct vfj_record record;
    struct vfj_scheduled row;
    enum vfj_status status;
    memset(open, 0, sizeof *open);
    vfj_journal_walk_scheduled(ledger->journal, 1);
    while ((status = vfj_journal_next_raw(ledger->journal, &record)) == VFJ_OK) {
        if (vfj_scheduled_decode(record.body, &row))
            vfj_scheduled_take(open, &row);
    }
    vfj_journal_walk_end(ledger->journal);
    return status == VFJ_END ? VFJ_OK : status;
}
