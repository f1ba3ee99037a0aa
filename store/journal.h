/* The journal file: an append-only table of records in SQLite. */
#ifndef VFJ_STORE_JOURNAL_H
#define VFJ_STORE_JOURNAL_H

#include "core/status.h"
#include "store/record.h"

enum vfj_journal_mode {
    /* Reads, and never changes the file. It may be a live journal of a running daemon, or one that somebody
     * mailed: schema and versions are checked first, SQLite runs defensive and with low limits. A journal
     * without -wal file, or with one that nobody has open (no -shm), is opened without locks, so that nothing is
     * written beside it; if it changes meanwhile, reading ends with VFJ_JOURNAL_BUSY rather than with wrong rows. */
    VFJ_JOURNAL_READ,
    /* Appends. The file is made, with mode 0600, when it does not exist; its directory is not. One writer at
     * a time: it holds flock(2) on PATH.lock, which is a file of its own because on FreeBSD flock and
     * SQLite's fcntl(2) locks on one file exclude each other. The lock file is removed at an orderly end. */
    VFJ_JOURNAL_WRITE,
    /* Takes the oldest rows away (store/prune_step.h), also while a daemon writes the journal: SQLite's own locks do. Nothing is made,
     * appended or locked otherwise. */
    VFJ_JOURNAL_PRUNE,
};

struct vfj_journal;

/* Open PATH. On failure, too, *journal is to be closed, and holds the detail; it is NULL only without memory.
 *
 *   JOURNAL_ABSENT    there is no such file (READ)
 *   JOURNAL_NOT_OURS  a directory, no database, another program's, or a schema that is not ours
 *   JOURNAL_NEWER     its user_version is newer than this program
 *   JOURNAL_DAMAGED   it was one of ours: truncated, empty, or SQLite finds it malformed
 *   JOURNAL_BUSY      another process writes it (WRITE)
 *   JOURNAL_IO        it can't be opened, read or written; the detail is the system's word
 *
 * A file that is refused is left as it was, byte for byte. */
enum vfj_status vfj_journal_open(struct vfj_journal **journal, const char *path, enum vfj_journal_mode mode);

/* NULL is allowed. An open transaction is rolled back. */
void vfj_journal_close(struct vfj_journal *journal);

/* What failed last: what is to be added to the status's text for people, perhaps nothing. Its bytes are not safe for a
 * terminal. */
const char *vfj_journal_detail(const struct vfj_journal *journal);

/* The oldest and the newest seq; 0 when there are no records. */
enum vfj_status vfj_journal_first(struct vfj_journal *journal, uint64_t *seq);
enum vfj_status vfj_journal_last(struct vfj_journal *journal, uint64_t *seq);

/* Writing. Each record's seq is the next one, its chain is given. vfj_journal_commit is durable when it returns VFJ_OK (WAL,
 * synchronous=FULL). After any failure the caller rolls back; nothing of the transaction is then seen by a reader. (After
 * a failed sync a power cut may yet bring the transaction back: appended rows that nobody acted upon.) */
enum vfj_status vfj_journal_begin(struct vfj_journal *journal);
enum vfj_status vfj_journal_append(struct vfj_journal *journal, const struct vfj_record *record);
enum vfj_status vfj_journal_commit(struct vfj_journal *journal);
void vfj_journal_rollback(struct vfj_journal *journal);

/* A commit after which the WAL is long moves it into the database, which may take longer than the commit itself. From this
 * call on only vfj_journal_wal_checkpoint does so, when it is long; it is to be called after commits, when nobody waits. */
void vfj_journal_defer_wal_checkpoints(struct vfj_journal *journal);
void vfj_journal_wal_checkpoint(struct vfj_journal *journal);

/* Reading. One walk at a time per journal; it sees the journal as it was when it began. Where it can't begin, what
 * vfj_journal_next answers says why. */
enum vfj_direction { VFJ_FORWARD, VFJ_BACKWARD };
void vfj_journal_walk(struct vfj_journal *journal, uint64_t from, enum vfj_direction direction);

/* The next record of the walk, or VFJ_END. Its spans hold until the next call. A row whose columns can't be
 * those of a record is VFJ_JOURNAL_DAMAGED; whether a seq is missing is for the caller to see, they only
 * never run the wrong way. */
enum vfj_status vfj_journal_next(struct vfj_journal *journal, struct vfj_record *record);

/* End the walk; until then a checkpoint can't shorten the WAL past it. */
void vfj_journal_walk_end(struct vfj_journal *journal);

/* One record by its seq, beside a walk; VFJ_END when there is none. Its spans hold until the next call of
 * this. */
enum vfj_status vfj_journal_get(struct vfj_journal *journal, uint64_t seq, struct vfj_record *record);

/* One record as a JSON object, without newline; holds until the next call. For a record that vfj_journal_get
 * or a walk has found sound. */
enum vfj_status vfj_journal_json(struct vfj_journal *journal, uint64_t seq, struct vfj_span *json);

#endif
