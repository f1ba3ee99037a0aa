/* What the files of the journal share; for nobody else. */
#ifndef VFJ_STORE_JOURNAL_IMPL_H
#define VFJ_STORE_JOURNAL_IMPL_H

#include <limits.h>
#include <sqlite3.h>

#include "store/file.h"
#include "store/journal.h"

/* Every statement of the journal, prepared when it is opened. Texts are in journal.c. */
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

struct vfj_journal {
    sqlite3 *db;
    sqlite3_stmt *statements[VFJ_STATEMENT_COUNT];
    sqlite3_stmt *walk; /* FORWARD or BACKWARD under way; NULL none */
    uint64_t walk_last; /* seq of the walk's newest record; 0 before the first */
    enum vfj_direction direction;
    enum vfj_journal_mode mode;
    bool immutable;    /* opened without locks: changes are watched for */
    int lock;          /* the writer's; -1 none */
    uint64_t last;     /* the writer: seq of the newest durable record */
    uint64_t appended; /* and of the newest in the open transaction */
    struct vfj_file_facts facts;
    char path[PATH_MAX];
    char detail[512];
};

/* Keep SQLite's word as the detail; the status that the result code stands for. */
enum vfj_status vfj_journal_failed(struct vfj_journal *journal, int code);

/* Begin a detail of our own. */
struct vfj_text vfj_journal_begin_detail(struct vfj_journal *journal);

#endif
