/* The ledger writes a row for each event and each decision of the machine, so that a replay of the
 * journal always leads to the machine's state. */
#include "store/ledger.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/ledger_impl.h"
#include "store/replay.h"

enum { WRITE_QUEUE_SIZE = 4 << 20 };

bool vfj_on_error_parse(struct vfj_span span, enum vfj_on_error *on_error)
{
    *on_error = vfj_span_is(span, "stop") ? VFJ_ON_ERROR_STOP : VFJ_ON_ERROR_CONTINUE;
    return vfj_span_is(span, "stop") || vfj_span_is(span, "continue");
}

void vfj_ledger_set_detail(struct vfj_ledger *ledger, const char *text)
{
    struct vfj_text detail = vfj_text_begin(ledger->detail, sizeof ledger->detail);
    vfj_text_add(&detail, text);
}

static enum vfj_status replay_failed(struct vfj_ledger *ledger,
                                     const struct vfj_replay_result *result)
{
    struct vfj_text detail = vfj_text_begin(ledger->detail, sizeof ledger->detail);
    if (result->verdict == VFJ_VERDICT_UNUSABLE) {
        vfj_text_add(&detail, vfj_journal_detail(ledger->journal));
        return (enum vfj_status)result->status;
    }
    vfj_text_format(&detail, "record %" PRIu64 ": %s (%s)", result->seq,
                    vfj_verdict_text((enum vfj_verdict)result->verdict), result->what);
    return result->verdict == VFJ_VERDICT_DIVERGED ? VFJ_DIVERGED : VFJ_JOURNAL_DAMAGED;
}

static void watch(void *arg, const struct vfj_record *record, const struct vfj_machine *machine)
{
    (void)machine;
    vfj_ledger_note_state_checkpoint(arg, record);
}

/* Restores the state from a snapshot and the journal's records after it. Returns false when a
 * check of the snapshot or of these records fails. */
static bool replay_from_snapshot(struct vfj_ledger *ledger, struct vfj_replay_result *result)
{
    struct vfj_replay_from from;
    const struct vfj_replay_checks checks
        = {.from = &from, .watch = watch, .arg = &ledger->snapshot};
    if (!ledger->cached
        || !vfj_snapshot_read(ledger->path, ledger->journal, ledger->chain, &ledger->machine,
                              &ledger->snapshot, &from))
        return false;
    vfj_replay_run(ledger->journal, &ledger->machine, &checks, result);
    ledger->rules_changed = ledger->snapshot.rules_changed;
    ledger->snapshot_seq = from.seq;
    return result->verdict == VFJ_VERDICT_SAME;
}

static void replay_all(struct vfj_ledger *ledger, struct vfj_replay_result *result)
{
    const struct vfj_replay_checks checks = {.watch = watch, .arg = &ledger->snapshot};
    ledger->snapshot = (struct vfj_snapshot){0};
    vfj_machine_init(&ledger->machine);
    vfj_replay_run(ledger->journal, &ledger->machine, &checks, result);
    ledger->rules_changed = result->verdict == VFJ_VERDICT_RULES_CHANGED;
    ledger->snapshot_seq = 0;
}

/* Restores the state that the machine has after the journal's last record. */
static enum vfj_status restore(struct vfj_ledger *ledger)
{
    struct vfj_replay_result result;
    if (!replay_from_snapshot(ledger, &result))
        replay_all(ledger, &result);
    if (result.verdict != VFJ_VERDICT_SAME && result.verdict != VFJ_VERDICT_RULES_CHANGED)
        return replay_failed(ledger, &result);
    ledger->head = result.head;
    ledger->seq = result.records;
    ledger->durable_seq = result.records;
    ledger->committed_seq = result.records;
    vfj_state_copy(&ledger->committed, &ledger->machine.state);
    vfj_pending_copy(&ledger->committed_pending, &ledger->machine.pending);
    return VFJ_OK;
}

/* Opens the directory that contains the file `path`. Returns -1 when it cannot be opened; the
 * ledger then has no snapshots. */
static int open_directory_of(const char *path)
{
    char directory[PATH_MAX];
    vfj_span_copy(directory, sizeof directory, vfj_span_of(path));
    char *slash = strrchr(directory, '/');
    if (slash == NULL)
        (void)strcpy(directory, ".");
    else
        slash[slash == directory ? 1 : 0] = '\0';
    return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static enum vfj_status open_ledger(struct vfj_ledger **ledger, const char *path,
                                   enum vfj_on_error on_error, bool cached)
{
    struct vfj_ledger *made = calloc(1, sizeof *made);
    *ledger = made;
    if (made == NULL)
        return VFJ_SYSTEM;
    made->on_error = on_error;
    made->directory = -1;
    vfj_ledger_set_state_checkpoints(made, VFJ_STATE_CHECKPOINT_ROWS,
                                     (int64_t)VFJ_STATE_CHECKPOINT_S * 1000000);
    vfj_ledger_set_snapshots(made, VFJ_SNAPSHOT_ROWS);
    made->cached = vfj_span_copy(made->path, sizeof made->path, vfj_span_of(path)) && cached;
    made->chain = vfj_chain_open();
    if (!vfj_write_queue_open(&made->queue, WRITE_QUEUE_SIZE) || made->chain == NULL) {
        vfj_ledger_set_detail(made, "out of memory");
        return VFJ_SYSTEM;
    }
    enum vfj_status status = vfj_journal_open(&made->journal, path, VFJ_JOURNAL_WRITE);
    if (status != VFJ_OK) {
        vfj_ledger_set_detail(made, vfj_journal_detail(made->journal));
        return status;
    }
    made->directory = open_directory_of(made->path);
    if (cached)
        vfj_journal_defer_wal_checkpoints(made->journal);
    return restore(made);
}

enum vfj_status vfj_ledger_open(struct vfj_ledger **ledger, const char *path,
                                enum vfj_on_error on_error)
{
    return open_ledger(ledger, path, on_error, false);
}

enum vfj_status vfj_ledger_open_cached(struct vfj_ledger **ledger, const char *path,
                                       enum vfj_on_error on_error)
{
    return open_ledger(ledger, path, on_error, true);
}

void vfj_ledger_set_write_queue(struct vfj_ledger *ledger, size_t bytes)
{
    vfj_write_queue_set_room(&ledger->queue, bytes);
}

void vfj_ledger_close(struct vfj_ledger *ledger)
{
    if (ledger == NULL)
        return;
    if (ledger->durable_seq >= ledger->snapshot_rows)
        vfj_ledger_write_snapshot(ledger, 1);
    vfj_journal_close(ledger->journal);
    vfj_chain_close(ledger->chain);
    vfj_write_queue_close(&ledger->queue);
    if (ledger->directory >= 0)
        (void)close(ledger->directory);
    free(ledger);
}

const char *vfj_ledger_detail(const struct vfj_ledger *ledger)
{
    return ledger != NULL ? ledger->detail : "out of memory";
}

/* Makes the state after the last submitted event the committed state. */
static void adopt(struct vfj_ledger *ledger)
{
    vfj_state_adopt(&ledger->committed, &ledger->machine.state, &ledger->touched);
    vfj_pending_copy(&ledger->committed_pending, &ledger->machine.pending);
    ledger->committed_seq = ledger->seq;
    memset(&ledger->touched, 0, sizeof ledger->touched);
}

/* Undoes the effects of all events that were submitted since the last commit. */
static void roll_back(struct vfj_ledger *ledger)
{
    vfj_state_adopt(&ledger->machine.state, &ledger->committed, &ledger->touched);
    vfj_pending_copy(&ledger->machine.pending, &ledger->committed_pending);
    ledger->seq = ledger->committed_seq;
    memset(&ledger->touched, 0, sizeof ledger->touched);
}

/* The head of the chain, and the snapshot's members, as they are after the rows of this
 * transaction. The ledger takes them over when the transaction is committed. */
struct written {
    struct vfj_head_hash head;
    struct vfj_snapshot snapshot;
};

/* Computes the row's chain, and appends the row to the journal. */
static enum vfj_status append(struct vfj_ledger *ledger, struct vfj_record *row,
                              struct written *written)
{
    written->snapshot.before = written->head;
    if (vfj_record_is_event(row))
        written->snapshot.event_seq = row->seq;
    vfj_ledger_note_state_checkpoint(&written->snapshot, row);
    vfj_chain_add(ledger->chain, row, &written->head);
    memcpy(row->chain, written->head.bytes, sizeof row->chain);
    return vfj_journal_append(ledger->journal, row);
}

/* Writes the queued rows in one transaction. After a failure the ledger and the journal are
 * unchanged. */
static enum vfj_status write_rows(struct vfj_ledger *ledger)
{
    struct written written = {.head = ledger->head, .snapshot = ledger->snapshot};
    struct vfj_record *row;
    enum vfj_status status = vfj_journal_begin(ledger->journal);
    for (size_t at = 0;
         status == VFJ_OK && (row = vfj_write_queue_next(&ledger->queue, &at)) != NULL;)
        status = append(ledger, row, &written);
    if (status == VFJ_OK)
        status = vfj_journal_commit(ledger->journal);
    if (status != VFJ_OK) {
        vfj_ledger_set_detail(ledger, vfj_journal_detail(ledger->journal));
        vfj_journal_rollback(ledger->journal);
        return status;
    }
    ledger->head = written.head;
    ledger->snapshot = written.snapshot;
    vfj_write_queue_clear(&ledger->queue);
    return VFJ_OK;
}

static uint64_t count_events(const struct vfj_write_queue *queue)
{
    uint64_t count = 0;
    const struct vfj_record *row;
    for (size_t at = 0; (row = vfj_write_queue_next(queue, &at)) != NULL;)
        count += vfj_record_is_event(row);
    return count;
}

/* Publishes, for other processes, how many events wait in memory. */
static void publish_waiting(struct vfj_ledger *ledger)
{
    vfj_journal_set_waiting(ledger->journal, vfj_ledger_waiting_events(ledger));
}

enum vfj_status vfj_ledger_commit(struct vfj_ledger *ledger)
{
    if (ledger->detached || vfj_write_queue_is_empty(&ledger->queue))
        return VFJ_OK;
    enum vfj_status status = write_rows(ledger);
    if (status == VFJ_OK) {
        adopt(ledger);
        ledger->durable_seq = ledger->seq;
    } else if (ledger->on_error == VFJ_ON_ERROR_CONTINUE) {
        ledger->detached = true;
        ledger->kept = count_events(&ledger->queue);
        ledger->lost = 0;
        publish_waiting(ledger);
        status = VFJ_OK;
    } else {
        roll_back(ledger);
        vfj_write_queue_clear(&ledger->queue);
    }
    return status;
}

/* Encodes the event into `body`, and decodes `body` again into the event that the machine gets. */
static enum vfj_status read_back(struct vfj_ledger *ledger, const struct vfj_event *event,
                                 struct vfj_text *body)
{
    vfj_event_encode(event, body);
    if (body->overflow)
        return VFJ_TOO_LONG;
    struct vfj_span written = {body->bytes, body->length};
    enum vfj_status status
        = vfj_event_decode((enum vfj_event_kind)event->kind, written, &ledger->event);
    ledger->event.kind = event->kind;
    ledger->event.wall_us = event->wall_us;
    ledger->event.mono_us = event->mono_us;
    return status;
}

/* Makes room for one more event: when the write queue is full, commits its rows. Returns VFJ_END
 * when the ledger is detached and the queue stays full. The event then gets no rows. */
static enum vfj_status make_room(struct vfj_ledger *ledger)
{
    if (vfj_write_queue_has_room(&ledger->queue))
        return VFJ_OK;
    if (!ledger->detached) {
        enum vfj_status status = vfj_ledger_commit(ledger);
        if (status != VFJ_OK || !ledger->detached)
            return status;
    }
    if (ledger->lost == 0)
        adopt(ledger);
    return VFJ_END;
}

static void keep_rows(struct vfj_ledger *ledger, const struct vfj_record *event,
                      const struct vfj_text *body)
{
    struct vfj_record row;
    vfj_write_queue_push(&ledger->queue, event, body);
    for (unsigned i = 0; i < vfj_machine_rows(&ledger->machine); i++) {
        struct vfj_text text = vfj_write_queue_body(&ledger->queue);
        vfj_machine_row(&ledger->machine, event, i, &row, &text);
        vfj_write_queue_push(&ledger->queue, &row, &text);
    }
}

static void step(struct vfj_ledger *ledger, struct vfj_record *row)
{
    *row = (struct vfj_record){.note = {"", 0}};
    vfj_machine_step(&ledger->machine, &ledger->event, ledger->seq + 1, row);
    vfj_touched_merge(&ledger->touched, &ledger->machine.decision.touched);
    if (ledger->event.kind == VFJ_EVENT_STARTED)
        ledger->started = ledger->event.as.started.rules == VFJ_RULES;
    ledger->seq += 1 + vfj_machine_rows(&ledger->machine);
}

enum vfj_status vfj_ledger_submit(struct vfj_ledger *ledger, const struct vfj_event *event,
                                  const struct vfj_decision **decision)
{
    struct vfj_record row;
    enum vfj_status room = make_room(ledger);
    if (room != VFJ_OK && room != VFJ_END)
        return room;
    struct vfj_text body = vfj_write_queue_body(&ledger->queue);
    enum vfj_status status = read_back(ledger, event, &body);
    if (status != VFJ_OK) {
        vfj_ledger_set_detail(ledger, vfj_status_text(status));
        return status;
    }
    step(ledger, &row);
    if (room == VFJ_OK) {
        keep_rows(ledger, &row, &body);
        ledger->kept++;
    } else {
        ledger->lost++;
    }
    if (ledger->detached)
        publish_waiting(ledger);
    if (decision != NULL)
        *decision = &ledger->machine.decision;
    return VFJ_OK;
}

bool vfj_ledger_note(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us, const char *body)
{
    if (vfj_ledger_has_lost(ledger) || !vfj_write_queue_has_room(&ledger->queue))
        return false;
    struct vfj_text text = vfj_write_queue_body(&ledger->queue);
    const struct vfj_record row = {
        .seq = ledger->seq + 1,
        .boot = ledger->machine.state.head.boot,
        .wall_us = wall_us,
        .mono_us = mono_us,
        .kind = VFJ_RECORD_JOURNAL,
        .note = {"", 0},
    };
    vfj_text_add(&text, body);
    if (text.overflow)
        return false;
    ledger->seq++;
    vfj_write_queue_push(&ledger->queue, &row, &text);
    return true;
}

bool vfj_ledger_waiting(const struct vfj_ledger *ledger)
{
    return !vfj_write_queue_is_empty(&ledger->queue);
}

bool vfj_ledger_detached(const struct vfj_ledger *ledger)
{
    return ledger->detached;
}

bool vfj_ledger_has_lost(const struct vfj_ledger *ledger)
{
    return ledger->detached && ledger->lost > 0;
}

static enum vfj_status submit_gap(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us,
                                  const struct vfj_reattached *reattached,
                                  const struct vfj_decision **decision)
{
    char bytes[128];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (reattached->lost > 0) {
        vfj_text_format(&text, "journal lost %" PRIu64 " events: it could not be written; ",
                        reattached->lost);
    } else {
        vfj_text_add(&text, VFJ_WRITTEN_AGAIN);
    }
    vfj_text_format(&text, "%" PRIu64 " events kept", reattached->kept);
    struct vfj_event gap = {.wall_us = wall_us,
                            .mono_us = mono_us,
                            .kind = VFJ_EVENT_GAP,
                            .as.text = {text.bytes, text.length}};
    return vfj_ledger_submit(ledger, &gap, decision);
}

enum vfj_status vfj_ledger_reattach(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us,
                                    struct vfj_reattached *reattached,
                                    const struct vfj_decision **decision)
{
    VFJ_CHECK(ledger->detached);
    enum vfj_status status = write_rows(ledger);
    if (status != VFJ_OK)
        return status;
    *reattached = (struct vfj_reattached){.kept = ledger->kept, .lost = ledger->lost};
    if (ledger->lost > 0)
        roll_back(ledger);
    else
        adopt(ledger);
    ledger->detached = false;
    publish_waiting(ledger);
    ledger->durable_seq = ledger->seq;
    return submit_gap(ledger, wall_us, mono_us, reattached, decision);
}

uint64_t vfj_ledger_waiting_events(const struct vfj_ledger *ledger)
{
    return ledger->detached ? ledger->kept + ledger->lost : 0;
}

const struct vfj_state *vfj_ledger_state(const struct vfj_ledger *ledger)
{
    return &ledger->machine.state;
}

uint64_t vfj_ledger_seq(const struct vfj_ledger *ledger)
{
    return ledger->seq;
}

uint64_t vfj_ledger_durable_seq(const struct vfj_ledger *ledger)
{
    return ledger->durable_seq;
}

struct vfj_head_hash vfj_ledger_head(const struct vfj_ledger *ledger)
{
    return ledger->head;
}

bool vfj_ledger_rules_changed(const struct vfj_ledger *ledger)
{
    return ledger->rules_changed;
}
