/* The journal file: an append-only table of records in SQLite. */
#ifndef VFJ_STORE_JOURNAL_H
#define VFJ_STORE_JOURNAL_H

#include "core/limits.h"
#include "core/status.h"
#include "store/record.h"

enum vfj_journal_mode {
    /* Reads, and never changes the file. A daemon may write the file at the same time, or the
     * file may come from another guest. Schema and version are checked first, and SQLite runs in
     * defensive mode with low limits. Without a -wal file, or with a -wal file that no process
     * has open (no -shm), SQLite takes no locks and makes no files. If the file changes while it
     * is read without locks, reading fails with VFJ_JOURNAL_BUSY. */
    VFJ_JOURNAL_READ,
    /* Appends. Makes the file with mode 0600 when it does not exist, but not its directory. Only
     * one process can write: it holds flock(2) on PATH.lock, which it removes at the end. The
     * lock needs a file of its own: on FreeBSD flock(2) and SQLite's fcntl(2) locks exclude each
     * other on one file. */
    VFJ_JOURNAL_WRITE,
    /* Prunes the oldest rows (store/prune_step.h), also while a daemon writes the journal. SQLite's
     * locks suffice for pruning. Does not create the file, append to it, or take the writer's
     * lock. */
    VFJ_JOURNAL_PRUNE,
};

struct vfj_journal;

/* clang-format off */
/* Opens the journal `path`. *journal is NULL only without memory. After a failure, too, *journal
 * has the detail and the caller closes it. A refused file is left unchanged, byte for byte. Fails
 * with:
 *
 *   JOURNAL_ABSENT    no such file (READ and PRUNE)
 *   JOURNAL_NOT_OURS  a directory, no database, another program's database, or another schema
 *   JOURNAL_NEWER     the file's user_version is newer than this program
 *   JOURNAL_DAMAGED   the file is empty, truncated, or malformed to SQLite
 *   JOURNAL_BUSY      another process writes it (WRITE)
 *   JOURNAL_ACCESS    the path or its permissions forbid it; the detail has the errno text
 *   JOURNAL_IO        the file cannot be read or written; the detail has the errno text
 *   SYSTEM            no memory */
/* clang-format on */
enum vfj_status vfj_journal_open(struct vfj_journal **journal, const char *path,
                                 enum vfj_journal_mode mode);

/* Returns true when the path of a journal that is open for writing no longer names the open file
 * (vfj_file_is_moved()). */
bool vfj_journal_is_moved(const struct vfj_journal *journal, int directory);

/* Returns the version of SQLite, as "3.40.1". */
const char *vfj_journal_library_version(void);

/* Closes the journal. Rolls an open transaction back. Does nothing when `journal` is NULL. */
void vfj_journal_close(struct vfj_journal *journal);

/* Returns a text with the cause of the last failure, perhaps empty. The text completes the text
 * of the status. Its bytes are untrusted, and must be quoted for a terminal. */
const char *vfj_journal_detail(const struct vfj_journal *journal);

/* Read the seq of the oldest and of the newest record, or 0 when there are no records. */
enum vfj_status vfj_journal_first(struct vfj_journal *journal, uint64_t *seq);
enum vfj_status vfj_journal_last(struct vfj_journal *journal, uint64_t *seq);

/* Sets *seq to the first record whose wall time is at least `wall_us`, or to 0 when there is
 * none. Samples the times of every VFJ_CLOCKS_STEPth record. Reads the records between two
 * samples only when their times may reach `wall_us`. A wall clock that was set and set back
 * between two samples, within one boot, is not detected. */
enum { VFJ_CLOCKS_STEP = 1024 };
enum vfj_status vfj_journal_since(struct vfj_journal *journal, int64_t wall_us, uint64_t *seq);

/* Reads the earliest and the latest wall time of all records. */
enum vfj_status vfj_journal_times(struct vfj_journal *journal, int64_t *least_us, int64_t *most_us);

/* Functions that write. The caller gives each record the next seq and its chain. When
 * vfj_journal_commit() returns VFJ_OK, the rows are durable (WAL, synchronous=FULL). After any
 * failure the caller rolls back, and readers do not see the transaction. When a sync failed, a
 * power cut may still bring the rows of that transaction back. No command has run for those
 * rows. */
enum vfj_status vfj_journal_begin(struct vfj_journal *journal);
enum vfj_status vfj_journal_append(struct vfj_journal *journal, const struct vfj_record *record);
enum vfj_status vfj_journal_commit(struct vfj_journal *journal);
void vfj_journal_rollback(struct vfj_journal *journal);

/* By default, a commit that leaves a long WAL also runs a WAL checkpoint, which may take longer
 * than the commit. vfj_journal_defer_wal_checkpoints() stops that. From then on the caller calls
 * vfj_journal_wal_checkpoint() after commits, when no event waits. That call does nothing while
 * the WAL is short. */
void vfj_journal_defer_wal_checkpoints(struct vfj_journal *journal);
void vfj_journal_wal_checkpoint(struct vfj_journal *journal);

/* Publishes, for other processes, how many events wait in memory for this journal
 * (store/lock.h). */
void vfj_journal_set_waiting(struct vfj_journal *journal, uint64_t events);

/* Begins a walk: a reading of the records one after another, from the record `from` on. A
 * journal has one walk at a time. The walk reads the journal as it was at the walk's beginning.
 * When the walk cannot begin, vfj_journal_next() returns the failure. */
enum vfj_direction { VFJ_FORWARD, VFJ_BACKWARD };
void vfj_journal_walk(struct vfj_journal *journal, uint64_t from, enum vfj_direction direction);

/* Begins a walk forward that reads milestones only: transitions, gaps, and the starts and ends of
 * daemons. With `outcomes`, the walk also reads the outcomes of commands. In a journal of
 * user_version 5 or newer, the walk reads only pages that hold such rows. */
void vfj_journal_walk_milestones(struct vfj_journal *journal, uint64_t from, bool outcomes);

/* Begin a walk backward from the newest record. vfj_journal_walk_reports() reads only rows of
 * kind "journal", without an index. vfj_journal_walk_starts() reads only the starts of daemons. */
void vfj_journal_walk_reports(struct vfj_journal *journal);
void vfj_journal_walk_starts(struct vfj_journal *journal);

/* Begins a walk forward that reads only the rows of Azure Scheduled Events. A journal of a
 * user_version before 6 has no such rows. */
void vfj_journal_walk_scheduled(struct vfj_journal *journal, uint64_t from);

/* Reads the next record of the walk. Returns VFJ_END after the last one. The record's spans are
 * valid until the next call. Fails with VFJ_JOURNAL_DAMAGED when the columns of a row cannot be
 * those of a record, or the seqs run the wrong way. The caller checks that no seq is missing.
 *
 * vfj_journal_next() replaces passwords in the body (store/secret.h). Older versions wrote
 * passwords, and a forged journal may have some. A caller that prints rows therefore calls this
 * function. vfj_journal_next_raw() leaves the body as it is, for the chain and for the machine. */
enum vfj_status vfj_journal_next(struct vfj_journal *journal, struct vfj_record *record);
enum vfj_status vfj_journal_next_raw(struct vfj_journal *journal, struct vfj_record *record);

/* Ends the walk. During a walk no WAL checkpoint can remove frames from the WAL that the walk
 * still reads. */
void vfj_journal_walk_end(struct vfj_journal *journal);

/* Reads one record by its seq, also during a walk. Returns VFJ_END when there is none. The
 * record's spans are valid until the next call of either function. The functions differ as
 * vfj_journal_next() and vfj_journal_next_raw() do. */
enum vfj_status vfj_journal_get(struct vfj_journal *journal, uint64_t seq,
                                struct vfj_record *record);
enum vfj_status vfj_journal_get_raw(struct vfj_journal *journal, uint64_t seq,
                                    struct vfj_record *record);

/* Replaces the passwords in the body of a record that no function above returned. When it replaces
 * any, record->body is a span of `bytes` afterwards. */
void vfj_record_mask(char bytes[VFJ_BODY_MAX + 1], struct vfj_record *record);

#endif
