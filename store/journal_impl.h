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
    VFJ_STATEMENT_APPEND_ALL,
    VFJ_STATEMENT_LAST,
    VFJ_STATEMENT_FORWARD,
    VFJ_STATEMENT_APPEND, /* this and all below: prepared when they are needed */
    VFJ_STATEMENT_BACKWARD,
    VFJ_STATEMENT_ONE,
    VFJ_STATEMENT_JSON,
    VFJ_STATEMENT_UNCHAINED,
    VFJ_STATEMENT_FIRST,
    VFJ_STATEMENT_NEXT_CHECKPOINT,
    VFJ_STATEMENT_PRUNE,
    VFJ_STATEMENT_COUNT
};

/* SQLite refuses a longer row before it reads it: rows of a crafted file may share one long chain of pages. JSON needs more
 * while it is made. */
enum { VFJ_LENGTH_READ = 1 << 16, VFJ_LENGTH_JSON = 1 << 20 };

enum { VFJ_ROW_BYTES = VFJ_BODY_MAX + VFJ_RECORD_NAME }; /* of the longest body and note */

/* A row as it was read. All of it was looked at, but whether its body is stored as it should be is still to be asked, by
 * vfj_journal_body_is_right: that is most of the work, and need not be done by the one who reads. */
struct vfj_row {
    struct vfj_record record;
    bool is_text; /* TEXT, not BLOB */
};

/* Where rows are put that SQLite has stepped over; the storage is the owner's. */
struct vfj_rows {
    struct vfj_row *rows;
    unsigned room; /* for so many */
    char *bytes;   /* of their bodies and notes */
    size_t size;   /* VFJ_ROW_BYTES at least */
    unsigned count;
    size_t used;
    bool unchained;    /* the statement gives no chain */
    const char *wrong; /* the column of rows[count] that can't be one; NULL none */
};

/* Storage for one. */
struct vfj_single {
    struct vfj_row row;
    char bytes[VFJ_ROW_BYTES];
};

/* The records on their way into the journal, as a table. */
struct vfj_incoming {
    sqlite3_vtab table;
    sqlite3_vtab_cursor cursor;
    vfj_journal_source *next;
    void *context;
    const struct vfj_record *record; /* the one there; NULL at the end */
    uint64_t last;                   /* seq of the newest in the open transaction */
};

/* A checkpoint that the journal could begin with. */
struct vfj_trim_place {
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
    int version;                           /* user_version */
    bool immutable;                        /* opened without locks: changes are watched for */
    int lock;                              /* the writer's; -1 none */
    uint64_t last;                         /* the writer: seq of the newest durable record */
    int wal_pages;                         /* when checkpoints are deferred: how much of the WAL is in use */
    bool wal_is_as_is;                     /* it could not be lengthened */
    struct vfj_trim_place next_checkpoint; /* of store/trim.c: after the first row; seq 0 when it is not known */
    uint64_t searched;                     /* after the first row, none up to here */
    struct vfj_incoming incoming;
    struct vfj_rows *rows; /* of the statement that is stepped */
    struct vfj_single walked, got;
    struct vfj_file_facts facts;
    char path[PATH_MAX];
    char detail[512];
};

/* Make statement ready to be bound and stepped. */
enum vfj_status vfj_journal_prepare(struct vfj_journal *journal, enum vfj_statement statement);

/* Run a statement that has no rows. */
enum vfj_status vfj_journal_run(struct vfj_journal *journal, enum vfj_statement statement);

/* Move the WAL into the database, and leave nothing in it. */
void vfj_journal_empty_wal(struct vfj_journal *journal);

/* Make the table `incoming`. */
int vfj_journal_make_incoming(struct vfj_journal *journal);

/* Make the SQL function by which rows are read: record_row(every column, from the last one to the first); or NULL for the chain,
 * where that is not wanted. It is a condition that is met when there is no room for another row. */
int vfj_journal_make_function(struct vfj_journal *journal);

/* As vfj_journal_walk, forward, for whoever does not look at the chain: its column is not read. */
void vfj_journal_walk_unchained(struct vfj_journal *journal, uint64_t from);

/* The next rows of the walk, VFJ_OK when there is no room for more. Otherwise, too, those in `rows` were before the end, or
 * before what is wrong. */
enum vfj_status vfj_journal_next_rows(struct vfj_journal *journal, struct vfj_rows *rows);

bool vfj_journal_body_is_right(const struct vfj_row *row);

/* Say that the column of the record can't be one: VFJ_JOURNAL_DAMAGED. */
enum vfj_status vfj_journal_damaged(struct vfj_journal *journal, uint64_t seq, const char *column);

/* Keep SQLite's word as the detail; the status that the result code stands for. */
enum vfj_status vfj_journal_failed(struct vfj_journal *journal, int code);

/* Begin a detail of our own. */
struct vfj_text vfj_journal_begin_detail(struct vfj_journal *journal);

#endif
