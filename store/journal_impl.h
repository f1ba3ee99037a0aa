/* What the files of the journal share; for nobody else. */
#ifndef VFJ_STORE_JOURNAL_IMPL_H
#define VFJ_STORE_JOURNAL_IMPL_H

#include <limits.h>
#include <sqlite3.h>

#include "core/limits.h"
#include "store/file.h"
#include "store/journal.h"

/* Every statement of the journal. Texts are in journal.c; all are prepared when it is opened, but JSON, the last, when it
 * is needed. */
enum vfj_statement {
    VFJ_STATEMENT_BEGIN,
    VFJ_STATEMENT_COMMIT,
    VFJ_STATEMENT_ROLLBACK,
    VFJ_STATEMENT_APPEND,
    VFJ_STATEMENT_LAST,
    VFJ_STATEMENT_FORWARD,
    VFJ_STATEMENT_BACKWARD,
    VFJ_STATEMENT_ONE,
    VFJ_STATEMENT_JSON,
    VFJ_STATEMENT_COUNT
};

/* Where a row is put that SQLite has stepped to. */
struct vfj_row {
    struct vfj_record record;
    const char *wrong; /* the column that can't be one; NULL none */
    char note[VFJ_RECORD_NAME];
    char body[VFJ_BODY_MAX];
};

struct vfj_journal {
    sqlite3 *db;
    sqlite3_stmt *statements[VFJ_STATEMENT_COUNT];
    sqlite3_stmt *walk; /* FORWARD or BACKWARD under way; NULL none */
    uint64_t walk_last; /* seq of the walk's newest record; 0 before the first */
    enum vfj_direction direction;
    enum vfj_journal_mode mode;
    bool immutable;      /* opened without locks: changes are watched for */
    int lock;            /* the writer's; -1 none */
    uint64_t last;       /* the writer: seq of the newest durable record */
    int wal_pages;       /* when checkpoints are deferred: how long the WAL is */
    uint64_t appended;   /* and of the newest in the open transaction */
    struct vfj_row *row; /* of the statement that is stepped: walked or single */
    struct vfj_row walked, single;
    struct vfj_file_facts facts;
    char path[PATH_MAX];
    char detail[512];
};

enum vfj_status vfj_journal_prepare(struct vfj_journal *journal, enum vfj_statement statement);

/* Make the SQL function by which rows are read: record_row(every column, in the order of the schema). */
int vfj_journal_make_function(struct vfj_journal *journal);

/* Keep SQLite's word as the detail; the status that the result code stands for. */
enum vfj_status vfj_journal_failed(struct vfj_journal *journal, int code);

/* Begin a detail of our own. */
struct vfj_text vfj_journal_begin_detail(struct vfj_journal *journal);

#endif
