/* The journal object, which the journal's source files share. */
#ifndef VFJ_STORE_JOURNAL_IMPL_H
#define VFJ_STORE_JOURNAL_IMPL_H

#include <limits.h>
#include <sqlite3.h>

#include "core/limits.h"
#include "store/file.h"
#include "store/journal.h"
#include "store/short_body.h"

/* Every statement of the journal. journal.c has their texts. */
enum vfj_statement {
    VFJ_STATEMENT_BEGIN,
    VFJ_STATEMENT_COMMIT,
    VFJ_STATEMENT_ROLLBACK,
    VFJ_STATEMENT_APPEND,
    VFJ_STATEMENT_LAST,
    /* vfj_journal_open() prepares the statements up to here; the others at their first use */
    VFJ_STATEMENT_FORWARD,
    VFJ_STATEMENT_BACKWARD,
    VFJ_STATEMENT_MILESTONES,
    VFJ_STATEMENT_REPORTS,
    VFJ_STATEMENT_STARTS,
    VFJ_STATEMENT_SCHEDULED,
    VFJ_STATEMENT_ONE,
    VFJ_STATEMENT_BASE,
    VFJ_STATEMENT_FIRST,
    VFJ_STATEMENT_SINCE,
    VFJ_STATEMENT_CLOCKS,
    VFJ_STATEMENT_TIMES,
    VFJ_STATEMENT_NEXT_STATE_CHECKPOINT,
    VFJ_STATEMENT_WALL_TIME,
    VFJ_STATEMENT_PRUNE,
    VFJ_STATEMENT_COUNT
};

/* The longest row that SQLite reads, in bytes. SQLite refuses a longer row before it reads the
 * row, since the rows of a crafted file may share one long chain of pages. */
enum { VFJ_LENGTH_READ = 1 << 16 };

/* A state checkpoint (a saved state) that could become the journal's first row. */
struct vfj_prune_point {
    uint64_t seq;
    int64_t wall_us;
};

struct vfj_journal {
    sqlite3 *db;
    sqlite3_stmt *statements[VFJ_STATEMENT_COUNT];
    sqlite3_stmt *walk;          /* the current walk; NULL for none */
    enum vfj_status walk_status; /* why the newest walk could not begin; VFJ_OK: it began */
    uint64_t walk_last;          /* seq of the last record that the walk read; 0 before the first */
    enum vfj_direction direction;
    enum vfj_journal_mode mode;
    int version; /* user_version */
    /* SQLite takes no locks, and each read checks whether the file has changed */
    bool immutable;
    int lock;          /* the writer's lock; -1 for none */
    uint64_t last;     /* for a writer: seq of the newest durable record */
    uint64_t appended; /* seq of the newest record in the open transaction */
    int wal_pages;     /* pages in the WAL after the newest commit */
    /* the first state checkpoint after the first row; seq 0: not searched yet */
    struct vfj_prune_point next_checkpoint;
    /* seq up to which pruning has searched for `next_checkpoint` */
    uint64_t searched;
    /* seq up to which pruning has searched for the start of a daemon with the present rules, and
     * the seq of the newest such start; 0: none */
    uint64_t starts_searched, present_start;
    struct vfj_bases bases; /* for a writer: the bases of short bodies (store/short_body.h) */
    /* bodies that vfj_body_lengthen() made of short ones: [0] of the record of vfj_journal_get(),
     * [1] of the walk's record */
    char bodies[2][VFJ_BASE_SIZE];
    struct vfj_file_facts facts;
    struct vfj_file_identity identity; /* for a writer: identity of the open files */
    char path[PATH_MAX];
    char detail[512];
    /* bodies whose passwords were replaced: [0] of the walk's newest record, [1] of the record of
     * vfj_journal_get() */
    char masked[2][VFJ_BODY_MAX + 1];
};

/* Resets the statement, so that it can be bound and stepped. Prepares it at its first use. */
enum vfj_status vfj_journal_prepare(struct vfj_journal *journal, enum vfj_statement statement);

/* Runs a statement without result rows. */
enum vfj_status vfj_journal_run(struct vfj_journal *journal, enum vfj_statement statement);

/* Runs a statement with the schema's triggers off. The triggers refuse two statements of this
 * program: pruning, and the first row of a pruned journal. */
enum vfj_status vfj_journal_run_untriggered(struct vfj_journal *journal,
                                            enum vfj_statement statement);

/* Moves the whole WAL into the database, and truncates the WAL. */
void vfj_journal_empty_wal(struct vfj_journal *journal);

/* Stores as the detail that `column` of row `seq` cannot belong to a record. Returns
 * VFJ_JOURNAL_DAMAGED. */
enum vfj_status vfj_journal_damaged(struct vfj_journal *journal, uint64_t seq, const char *column);

/* Returns true, and stores the detail, when the open file of an immutable journal has changed
 * since it was opened. The caller then returns VFJ_JOURNAL_BUSY. */
bool vfj_journal_has_changed(struct vfj_journal *journal);

/* Stores SQLite's error as the detail. Returns the status for the result code. */
enum vfj_status vfj_journal_failed(struct vfj_journal *journal, int code);

/* Begins a new detail. */
struct vfj_text vfj_journal_begin_detail(struct vfj_journal *journal);

#endif
