/* What the files of the journal share; for nobody else. */
#ifndef VFJ_STORE_JOURNAL_IMPL_H
#define VFJ_STORE_JOURNAL_IMPL_H

#include <limits.h>
#include <sqlite3.h>

#include "core/limits.h"
#include "store/file.h"
#include "store/journal.h"

/* Every statement of the journal. Texts are in journal.c. */
enum vfj_statement {
    VFJ_STATEMENT_BEGIN,
    VFJ_STATEMENT_COMMIT,
    VFJ_STATEMENT_ROLLBACK,
    VFJ_STATEMENT_APPEND,
    VFJ_STATEMENT_LAST,
    VFJ_STATEMENT_FORWARD, /* vfj_journal_open() prepares the statements up to here; the others wait for their first use */
    VFJ_STATEMENT_BACKWARD,
    VFJ_STATEMENT_ONE,
    VFJ_STATEMENT_JSON,
    VFJ_STATEMENT_FIRST,
    VFJ_STATEMENT_NEXT_STATE_CHECKPOINT,
    VFJ_STATEMENT_PRUNE,
    VFJ_STATEMENT_COUNT
};

/* SQLite refuses a longer row before it reads it: rows of a crafted file may share one long chain of pages. JSON needs more
 * while it is made. */
enum { VFJ_LENGTH_READ = 1 << 16, VFJ_LENGTH_JSON = 1 << 20 };

/* A checkpoint that the journal could begin with. */
struct vfj_prune_point {
    uint64_t seq;
    int64_t wall_us;
};

struct vfj_journal {
    sqlite3 *db;
    sqlite3_stmt *statements[VFJ_STATEMENT_COUNT];
    sqlite3_stmt *walk;          /* FORWARD or BACKWARD under way; NULL none */
    enum vfj_status walk_status; /* why the newest walk could not begin; OK it did */
    uint64_t walk_last;          /* seq of the walk's newest record; 0 before the first */
    enum vfj_direction direction;
    enum vfj_journal_mode mode;
    int version;                            /* user_version */
    bool immutable;                         /* opened without locks: changes are watched for */
    int lock;                               /* the writer's; -1 none */
    uint64_t last;                          /* the writer: seq of the newest durable record */
    uint64_t appended;                      /* seq of the newest record in the open transaction */
    int wal_pages;                          /* deferred checkpoints: pages that the WAL had after the newest commit */
    struct vfj_prune_point next_checkpoint; /* of store/prune_step.c: after the first row; seq 0 when it is not known */
    uint64_t searched;                      /* after the first row, none up to here */
    struct vfj_file_facts facts;
    char path[PATH_MAX];
    char detail[512];
};

/* Make statement ready to be bound and stepped. */
enum vfj_status vfj_journal_prepare(struct vfj_journal *journal, enum vfj_statement statement);

/* Run a statement that has no rows. */
enum vfj_status vfj_journal_run(struct vfj_journal *journal, enum vfj_statement statement);

/* Run it with the schema's triggers off: for the two statements of ours that they refuse, pruning and the first row of a pruned
 * journal. */
enum vfj_status vfj_journal_run_untriggered(struct vfj_journal *journal, enum vfj_statement statement);

/* Move the WAL into the database, and leave nothing in it. */
void vfj_journal_empty_wal(struct vfj_journal *journal);

/* Say that the column of the record can't be one: VFJ_JOURNAL_DAMAGED. */
enum vfj_status vfj_journal_damaged(struct vfj_journal *journal, uint64_t seq, const char *column);

/* Keep SQLite's word as the detail; the status that the result code stands for. */
enum vfj_status vfj_journal_failed(struct vfj_journal *journal, int code);

/* Begin a detail of our own. */
struct vfj_text vfj_journal_begin_detail(struct vfj_journal *journal);

#endif
