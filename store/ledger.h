/* The ledger keeps the machine's state and the journal equal: nothing is acted upon that is not recorded. */
#ifndef VFJ_STORE_LEDGER_H
#define VFJ_STORE_LEDGER_H

#include "core/decision.h"
#include "core/event.h"
#include "core/state.h"
#include "core/status.h"
#include "store/chain.h"
#include "store/prune_step.h"

/* What to do when the journal can't be written: --on-journal-error. */
enum vfj_on_error {
    VFJ_ON_ERROR_CONTINUE, /* the network comes first: decide in memory, keep the rows, write them later */
    VFJ_ON_ERROR_STOP,     /* what can't be recorded is not done */
};

bool vfj_on_error_parse(struct vfj_span span, enum vfj_on_error *on_error);

struct vfj_ledger;

/* Open or make the journal at PATH (vfj_journal_open has the statuses) and bring the state up by replaying
 * all of it. Besides: DIVERGED         replay finds another decision or state than recorded, under the
 * present rules JOURNAL_DAMAGED  replay finds a record edited, missing or cut off A journal written under
 * other rules is no error. On failure, too, *ledger is to be closed and has the detail; it is NULL only
 * without memory. All memory is taken here; nothing later allocates but SQLite. */
enum vfj_status vfj_ledger_open(struct vfj_ledger **ledger, const char *path, enum vfj_on_error on_error);

/* As vfj_ledger_open, but begin with a snapshot (store/snapshot.h) when there is one that can be believed, and replay only
 * what came after it; and leave one behind. What is before it is then not checked. The state is the same as without: when it
 * or what follows from it is in doubt, the whole journal is replayed. */
enum vfj_status vfj_ledger_open_cached(struct vfj_ledger **ledger, const char *path, enum vfj_on_error on_error);

enum { VFJ_STATE_CHECKPOINT_ROWS = 4096, VFJ_STATE_CHECKPOINT_S = 24 * 60 * 60 };

/* How many rows, and how much time, there are between checkpoints; VFJ_STATE_CHECKPOINT_ROWS and _S unless said otherwise. */
void vfj_ledger_set_state_checkpoints(struct vfj_ledger *ledger, uint64_t rows, int64_t us);

enum { VFJ_SNAPSHOT_ROWS = 4096 }; /* they are replayed in a few milliseconds */

/* How many rows there are between snapshots, and before the first; VFJ_SNAPSHOT_ROWS unless said otherwise. */
void vfj_ledger_set_snapshots(struct vfj_ledger *ledger, uint64_t rows);

/* How many bytes of rows wait for a journal that can't be written, before events are lost: what is said here and the rows of
 * one event, never more than the 4 MiB that the ledger has, which it takes unless said otherwise. */
void vfj_ledger_set_write_queue(struct vfj_ledger *ledger, size_t bytes);

/* Do what a commit does not: shorten the WAL when it is long; write a checkpoint, and commit it, when enough rows or time came
 * after the last one, so that what is before can be pruned; and, opened so, write a snapshot when many rows were committed
 * since the last one. To be called after commits when their commands are under way. vfj_ledger_close does so, too, but for
 * checkpoints. A checkpoint that can't be written is no failure of the ledger's, but may detach it. */
void vfj_ledger_maintain(struct vfj_ledger *ledger);

/* One small step of pruning, as vfj_prune_step() has it; VFJ_END as well while something waits or the ledger is detached. */
enum vfj_status vfj_ledger_prune(struct vfj_ledger *ledger, const struct vfj_prune_rule *rule, int64_t wall_us,
                                 uint64_t spare, uint64_t *first);

/* The first record of the journal, 0 for an empty one; and how many bytes are free for it. False when that can't be told. */
bool vfj_ledger_first(struct vfj_ledger *ledger, uint64_t *first);
bool vfj_ledger_free_bytes(const struct vfj_ledger *ledger, uint64_t *bytes);

/* Submit a row that the machine does not see: what befell the journal itself, "about=…" and more pairs. False when there is no
 * room for it, or it is too long. */
bool vfj_ledger_note(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us, const char *body);

/* NULL is allowed. What was submitted and not committed is lost: commit before. */
void vfj_ledger_close(struct vfj_ledger *ledger);

/* What failed last: what is to be added to the status's text for people, perhaps nothing. Its bytes are not safe for a
 * terminal. */
const char *vfj_ledger_detail(const struct vfj_ledger *ledger);

/* Step by one event. The machine sees what the event's record decodes to, so that a replay sees the same; of
 * a devd event only `raw` is looked at. *decision, if not NULL, is what follows; it holds until the next call
 * on the ledger.
 *
 * The rows of the event, its transitions and its commands wait in memory for vfj_ledger_commit. Events that
 * arrive together are submitted one after the other and committed together. Of the decision's commands, those
 * that only read the guest (vfj_command_reads) may be run at once, and their answers be submitted before the
 * commit; changing ones run only after vfj_ledger_commit has answered VFJ_OK: one commit, not two, between a
 * devd line and the command that it causes.
 *
 *   BAD_BODY, TOO_LONG  the event is not well-formed; nothing has happened
 *   JOURNAL_IO, _BUSY … as of vfj_ledger_commit, which is called first when too much waits; the event was not
 * stepped */
enum vfj_status vfj_ledger_submit(struct vfj_ledger *ledger, const struct vfj_event *event,
                                  const struct vfj_decision **decision);

/* Make all that was submitted durable, in one transaction. Nothing submitted: VFJ_OK.
 *
 * When the journal can't be written, by on_error:
 *   STOP      the failure is returned; all that was submitted since the last commit is undone, state and
 * rows, and none of its changing commands may run. CONTINUE  VFJ_OK: the ledger is detached from here on. It
 * goes on in memory, rows wait in a bounded backlog, and vfj_ledger_reattach is to be called from time to
 * time. */
enum vfj_status vfj_ledger_commit(struct vfj_ledger *ledger);

/* Whether anything waits for a commit. */
bool vfj_ledger_waiting(const struct vfj_ledger *ledger);

bool vfj_ledger_detached(const struct vfj_ledger *ledger);

struct vfj_reattached {
    uint64_t kept; /* events written now */
    uint64_t lost; /* events for which the backlog had no room */
};

/* While detached: try to write what waits. On failure (returned) the ledger stays detached. On VFJ_OK it is
 * attached, and a gap event at the given times has been submitted, which the caller commits like any other;
 * *decision as in submit. Its text is "journal written again: K events kept", or, if any were lost, begins
 * with "journal lost N events".
 *
 * The backlog keeps the oldest rows. When events were lost (reattached->lost > 0), what they led to can't be
 * replayed, so it is given up: the state is the one after the last event kept, then the gap. That is where a
 * daemon would be that died at the first loss, and the caller goes on as that daemon's successor: it forgets
 * the commands under way, whose answers mean nothing to this state, and submits started, configured and
 * connected; the machine then probes the guest. So a replay needs no rule for losses: every digest and every
 * decision in a journal can be checked. */
enum vfj_status vfj_ledger_reattach(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us,
                                    struct vfj_reattached *reattached, const struct vfj_decision **decision);

/* The state after all that was submitted; holds until the next call that changes it. */
const struct vfj_state *vfj_ledger_state(const struct vfj_ledger *ledger);

/* The newest record: submitted, and durable. */
uint64_t vfj_ledger_seq(const struct vfj_ledger *ledger);
uint64_t vfj_ledger_durable_seq(const struct vfj_ledger *ledger);

/* The chain's head after the newest durable record: what may leave the guest as an anchor. */
struct vfj_head_hash vfj_ledger_head(const struct vfj_ledger *ledger);

/* Whether the journal was written under other rules in part, and decides otherwise now. */
bool vfj_ledger_rules_changed(const struct vfj_ledger *ledger);

#endif
