/* The ledger writes a row for each event and each decision of the machine, so that a replay of the
 * journal always leads to the machine's state. Commands run only after their rows are durable. */
#ifndef VFJ_STORE_LEDGER_H
#define VFJ_STORE_LEDGER_H

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/machine/state.h"
#include "core/status.h"
#include "store/chain.h"
#include "store/identity.h"
#include "store/prune_step.h"

/* What the ledger does when the journal cannot be written (option --on-journal-error). */
enum vfj_on_error {
    /* the ledger is detached: commands still run, since the network comes first, and their rows
     * wait in memory until vfj_ledger_reattach() writes them */
    VFJ_ON_ERROR_CONTINUE,
    VFJ_ON_ERROR_STOP, /* no command runs whose row is not durable */
};

bool vfj_on_error_parse(struct vfj_span span, enum vfj_on_error *on_error);

struct vfj_ledger;

/* clang-format off */
/* Opens or creates the journal at `path`, and replays all of it to restore the state. The caller
 * closes *ledger after a failure, too, since *ledger then has the detail. Only when memory runs out
 * is *ledger NULL. The ledger allocates all its memory here; later only SQLite allocates. A journal
 * written under other rules is no error. Fails as vfj_journal_open() does, and with:
 *
 *   DIVERGED         the replay finds another decision or state than recorded, under the present
 *                    rules
 *   JOURNAL_DAMAGED  the replay finds a record edited, missing or cut off */
/* clang-format on */
enum vfj_status vfj_ledger_open(struct vfj_ledger **ledger, const char *path,
                                enum vfj_on_error on_error);

/* Opens the ledger like vfj_ledger_open(), but restores the state from a valid snapshot
 * (store/snapshot.h) and replays only the records after it. Records before the snapshot are then
 * not checked. When the snapshot or the replay after it fails a check, the whole journal is
 * replayed. The ledger also writes snapshots. */
enum vfj_status vfj_ledger_open_cached(struct vfj_ledger **ledger, const char *path,
                                       enum vfj_on_error on_error);

enum { VFJ_STATE_CHECKPOINT_ROWS = 4096, VFJ_STATE_CHECKPOINT_S = 24 * 60 * 60 };

/* Sets how many rows, and how many microseconds, may lie between two state checkpoints. The
 * defaults are VFJ_STATE_CHECKPOINT_ROWS and VFJ_STATE_CHECKPOINT_S. */
void vfj_ledger_set_state_checkpoints(struct vfj_ledger *ledger, uint64_t rows, int64_t us);

enum { VFJ_SNAPSHOT_ROWS = 4096 }; /* a few milliseconds of replay */

/* Sets how many rows lie between two snapshots, and before the first. The default is
 * VFJ_SNAPSHOT_ROWS. */
void vfj_ledger_set_snapshots(struct vfj_ledger *ledger, uint64_t rows);

/* Sets how many bytes of rows may wait while the journal cannot be written. Beyond that, the
 * rows of one more event fit. The default and the maximum are 4 MiB. When the ledger is detached
 * and its write queue is full, the ledger loses events. */
void vfj_ledger_set_write_queue(struct vfj_ledger *ledger, size_t bytes);

/* Runs the maintenance that commits do not run. The caller calls this function after a commit,
 * while the commands of that commit run. When the WAL is long, runs a WAL checkpoint. When the
 * last state checkpoint is old, writes and commits a new one, so that the rows before it can be
 * pruned. A ledger opened by vfj_ledger_open_cached() writes a snapshot after many rows.
 * vfj_ledger_close() also writes a snapshot, but no state checkpoint. A state checkpoint that
 * cannot be written is no failure, but may detach the ledger. */
void vfj_ledger_maintain(struct vfj_ledger *ledger);

/* Runs one step of pruning by vfj_prune_step(), with its results. Also returns VFJ_END when rows
 * wait for a commit or the ledger is detached. */
enum vfj_status vfj_ledger_prune(struct vfj_ledger *ledger, const struct vfj_prune_rule *rule,
                                 int64_t wall_us, uint64_t spare, uint64_t *first);

/* vfj_ledger_first() reads the seq of the journal's first record, 0 for an empty journal.
 * vfj_ledger_free_bytes() reads the free bytes of the journal's file system. Both return false
 * when the value cannot be read now. */
bool vfj_ledger_first(struct vfj_ledger *ledger, uint64_t *first);
bool vfj_ledger_free_bytes(const struct vfj_ledger *ledger, uint64_t *bytes);

/* Returns true when the journal's path no longer names the journal's file, since somebody moved,
 * removed or replaced the file. The ledger still writes to the file that it opened. */
bool vfj_ledger_is_moved(const struct vfj_ledger *ledger);

/* Reads the identity of the journal from its durable rows by vfj_identity_read(), with its
 * results. Also returns VFJ_END while the ledger is detached. */
enum vfj_status vfj_ledger_identity(struct vfj_ledger *ledger, struct vfj_identity *identity);

/* Submits a row of kind "journal" with the given times. The row is no event for the machine. `body`
 * is "about=…" and more key=value pairs. Returns false when the row is too long, the write queue is
 * full, or the detached ledger has lost events. */
bool vfj_ledger_note(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us, const char *body);

/* Reads the Azure Scheduled Events that are open according to the journal: announced or started,
 * and not over. */
enum vfj_status vfj_ledger_read_scheduled(struct vfj_ledger *ledger,
                                          struct vfj_scheduled_list *open);

/* Closes the ledger and drops rows that are not committed. Does nothing when `ledger` is NULL. */
void vfj_ledger_close(struct vfj_ledger *ledger);

/* Returns a text with the cause of the last failure, perhaps empty. The text completes the text
 * of the status. Its bytes are untrusted, and must be quoted for a terminal. */
const char *vfj_ledger_detail(const struct vfj_ledger *ledger);

/* clang-format off */
/* Submits an event: steps the machine, and queues the rows of the event, its transitions and its
 * commands. The machine gets the event that the record decodes to, as in a replay. A devd event
 * needs only its `raw` member. Unless `decision` is NULL, *decision is the machine's decision,
 * valid until the next call on the ledger.
 *
 * Rows wait in the write queue for vfj_ledger_commit(). The caller submits events that arrive
 * together one by one, and commits them together. Commands that only read (vfj_command_reads) may
 * run at once, and their answers may be submitted before the commit. Changing commands run only
 * after vfj_ledger_commit() returned VFJ_OK. So only one commit, not two, lies between a devd line
 * and the command that it causes.
 *
 * A full write queue is committed first. Fails with:
 *
 *   BAD_BODY, TOO_LONG      the event is not well-formed; nothing changed
 *   as vfj_ledger_commit()  the full write queue was not committed; the event was not submitted */
/* clang-format on */
enum vfj_status vfj_ledger_submit(struct vfj_ledger *ledger, const struct vfj_event *event,
                                  const struct vfj_decision **decision);

/* clang-format off */
/* Makes all submitted rows durable in one transaction. Returns VFJ_OK when there are none. When
 * the journal cannot be written, on_error decides:
 *
 *   STOP      Returns the failure. State and rows go back to the last commit. The caller runs none
 *             of the submitted changing commands.
 *   CONTINUE  Returns VFJ_OK, and the ledger is detached. From then on rows stay in the
 *             write queue. The caller calls vfj_ledger_reattach() from time to time. */
/* clang-format on */
enum vfj_status vfj_ledger_commit(struct vfj_ledger *ledger);

/* Returns true when rows wait for a commit. */
bool vfj_ledger_waiting(const struct vfj_ledger *ledger);

/* Returns how many events wait in memory or were lost since the ledger was detached. Returns 0
 * when the ledger is attached. */
uint64_t vfj_ledger_waiting_events(const struct vfj_ledger *ledger);

bool vfj_ledger_detached(const struct vfj_ledger *ledger);

/* Returns true when a detached ledger has lost events. vfj_ledger_reattach() then also undoes
 * the effects that the lost events had on the state. */
bool vfj_ledger_has_lost(const struct vfj_ledger *ledger);

struct vfj_reattached {
    uint64_t kept; /* events that are written now */
    uint64_t lost; /* events that were lost, since the write queue had no room */
};

/* Tries to write the rows of a detached ledger. Returns the failure when they cannot be written;
 * the ledger then stays detached. After VFJ_OK the ledger is attached, and has submitted a gap
 * event with the given times. The caller commits that event like any other. *decision is the
 * machine's decision on it, as in vfj_ledger_submit(). The gap's text is "journal written again: K
 * events kept", or begins with "journal lost N events".
 *
 * The write queue keeps the oldest rows. A lost event has no row, and a replay cannot repeat its
 * effects. The ledger therefore undoes the effects of all lost events. The state is then the one
 * after the last kept event and the gap. A daemon that had died at the first loss would have the
 * same state.
 *
 * When reattached->lost > 0, the caller acts like a new daemon after such a death. The caller
 * drops its running commands, since the restored state has no record of them, and submits
 * started, configured and connected. The machine then observes the guest again. A replay thus
 * needs no rule for losses, and can check every digest and decision of a journal. */
enum vfj_status vfj_ledger_reattach(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us,
                                    struct vfj_reattached *reattached,
                                    const struct vfj_decision **decision);

/* Returns the state after all submitted events, valid until the next call that changes it. */
const struct vfj_state *vfj_ledger_state(const struct vfj_ledger *ledger);

/* Return the seq of the newest submitted record, and the seq of the newest durable record. */
uint64_t vfj_ledger_seq(const struct vfj_ledger *ledger);
uint64_t vfj_ledger_durable_seq(const struct vfj_ledger *ledger);

/* Returns the head of the chain after the newest durable record. A copy of it outside the guest
 * serves as an anchor. */
struct vfj_head_hash vfj_ledger_head(const struct vfj_ledger *ledger);

/* Returns true when a part of the journal was written under other rules, and a decision in it
 * differs from that of the present rules. */
bool vfj_ledger_rules_changed(const struct vfj_ledger *ledger);

#endif
