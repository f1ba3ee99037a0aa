/* The part of the journal that opens and closes its file. */
#include "store/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"
#include "store/lock.h"
#include "store/schema.h"
#include "store/uri.h"

#define COLUMNS "seq, cause, boot, wall_us, mono_us, kind, body, note, digest, chain"

static const char *const statement_texts[VFJ_STATEMENT_COUNT] = {
    [VFJ_STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [VFJ_STATEMENT_COMMIT] = "COMMIT",
    [VFJ_STATEMENT_ROLLBACK] = "ROLLBACK",
    [VFJ_STATEMENT_APPEND]
    = "INSERT INTO record (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [VFJ_STATEMENT_LAST] = "SELECT coalesce(max(seq), 0) FROM record",
    [VFJ_STATEMENT_FORWARD] = "SELECT " COLUMNS " FROM record WHERE seq >= ?1 ORDER BY seq",
    [VFJ_STATEMENT_BACKWARD] = "SELECT " COLUMNS " FROM record WHERE seq <= ?1 ORDER BY seq DESC",
    /* ?2 is true when the rows of finished commands are wanted, too. A journal of a version
     * before 5 has no index for this query; SQLite then reads all rows. */
    [VFJ_STATEMENT_MILESTONES] = "SELECT " COLUMNS " FROM record WHERE " VFJ_SCHEMA_MILESTONE
                                 " AND (kind <> 'finished' OR ?2) AND seq >= ?1 ORDER BY seq",
    [VFJ_STATEMENT_REPORTS] = "SELECT " COLUMNS " FROM record WHERE kind = 'journal' AND seq <= ?1"
                              " ORDER BY seq DESC",
    [VFJ_STATEMENT_STARTS] = "SELECT " COLUMNS " FROM record WHERE " VFJ_SCHEMA_MILESTONE
                             " AND kind = 'started' AND seq <= ?1 ORDER BY seq DESC",
    [VFJ_STATEMENT_SCHEDULED]
    = "SELECT " COLUMNS " FROM record WHERE " VFJ_SCHEMA_IS_SCHEDULED " AND seq >= ?1 ORDER BY seq",
    [VFJ_STATEMENT_ONE] = "SELECT " COLUMNS " FROM record WHERE seq = ?1",
    [VFJ_STATEMENT_BASE] = "SELECT body FROM record WHERE seq = ?1 AND kind = 'observed'",
    [VFJ_STATEMENT_SINCE]
    = "SELECT seq FROM record WHERE seq BETWEEN ?2 AND ?3 AND wall_us >= ?1 ORDER BY seq LIMIT 1",
    [VFJ_STATEMENT_CLOCKS]
    = "SELECT seq, boot, wall_us, mono_us FROM record WHERE seq >= ?1 ORDER BY seq LIMIT 1",
    [VFJ_STATEMENT_TIMES]
    = "SELECT coalesce(min(wall_us), 0), coalesce(max(wall_us), 0) FROM record",
    [VFJ_STATEMENT_FIRST] = "SELECT coalesce(min(seq), 0) FROM record",
    /* Only the first part of a state checkpoint has no cause. */
    [VFJ_STATEMENT_NEXT_STATE_CHECKPOINT]
    = ("SELECT seq, wall_us FROM record WHERE seq > ?1"
       " AND kind = 'checkpoint' AND cause IS NULL ORDER BY seq LIMIT 1"),
    [VFJ_STATEMENT_WALL_TIME] = "SELECT wall_us FROM record WHERE seq = ?1",
    [VFJ_STATEMENT_PRUNE] = "DELETE FROM record WHERE seq < ?1",
};

struct vfj_text vfj_journal_begin_detail(struct vfj_journal *journal)
{
    return vfj_text_begin(journal->detail, sizeof journal->detail);
}

static enum vfj_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
        return VFJ_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return VFJ_JOURNAL_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT: /* another program has already written a row with this seq */
        return VFJ_JOURNAL_DAMAGED;
    case SQLITE_TOOBIG: /* no version of this program wrote such a row */
        return VFJ_JOURNAL_DAMAGED;
    case SQLITE_NOMEM:
        return VFJ_SYSTEM;
    case SQLITE_FULL:
        return VFJ_JOURNAL_FULL;
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return VFJ_JOURNAL_ACCESS;
    default:
        return VFJ_JOURNAL_IO;
    }
}

bool vfj_journal_has_changed(struct vfj_journal *journal)
{
    if (!journal->immutable || !vfj_file_changed(journal->path, &journal->facts))
        return false;
    struct vfj_text text = vfj_journal_begin_detail(journal);
    vfj_text_add(&text, "the file changed during reading; try again");
    return true;
}

enum vfj_status vfj_journal_failed(struct vfj_journal *journal, int code)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    if (vfj_journal_has_changed(journal))
        return VFJ_JOURNAL_BUSY;
    bool current = journal->db != NULL && (sqlite3_errcode(journal->db) & 0xff) == (code & 0xff);
    vfj_text_add(&text, current ? sqlite3_errmsg(journal->db) : sqlite3_errstr(code));
    int error = journal->db != NULL ? sqlite3_system_errno(journal->db) : 0;
    if (!current || error == 0 || status_of(code) != VFJ_JOURNAL_IO)
        return status_of(code);
    vfj_text_add(&text, ": ");
    vfj_text_add(&text, strerror(error));
    enum vfj_status status = vfj_file_status_of(error);
    /* The path or its permissions can be the cause only when SQLite opens a file. */
    bool is_open = (code & 0xff) == SQLITE_CANTOPEN;
    return status == VFJ_JOURNAL_ACCESS && !is_open ? VFJ_JOURNAL_IO : status;
}

void vfj_journal_set_waiting(struct vfj_journal *journal, uint64_t events)
{
    vfj_lock_set_waiting(journal->lock, events);
}

const char *vfj_journal_detail(const struct vfj_journal *journal)
{
    return journal != NULL ? journal->detail : "out of memory";
}

/* Limits what a crafted file can make SQLite do. The check of the schema refuses objects that no
 * journal has. */
static void limit(sqlite3 *db)
{
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, VFJ_LENGTH_READ},
        {SQLITE_LIMIT_SQL_LENGTH, 1 << 16},
        {SQLITE_LIMIT_COLUMN, 64},
        {SQLITE_LIMIT_EXPR_DEPTH, 64},
        {SQLITE_LIMIT_COMPOUND_SELECT, 4},
        {SQLITE_LIMIT_VDBE_OP, 25000},
        {SQLITE_LIMIT_FUNCTION_ARG, 64},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 16},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 4},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        (void)sqlite3_limit(db, limits[i].limit, limits[i].value);
}

/* Makes SQLite keep the WAL as it is when the database is closed. With `keep` false, SQLite runs
 * a WAL checkpoint at that time. */
static int keep_wal(struct vfj_journal *journal, bool keep)
{
    return sqlite3_db_config(journal->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, (int *)NULL);
}

/* Chooses SQLite's exclusive mode for a WAL that has no -shm file, since no other process has
 * such a WAL open. In exclusive mode SQLite keeps the WAL's index in memory, and makes no -shm
 * file. */
static int set_locking(struct vfj_journal *journal)
{
    if (!journal->immutable || !journal->facts.wal)
        return SQLITE_OK;
    return sqlite3_exec(journal->db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
}

static int configure(struct vfj_journal *journal)
{
    static const int off[]
        = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_WRITABLE_SCHEMA,
           SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL};
    int code = sqlite3_db_config(journal->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    for (size_t i = 0; i < sizeof off / sizeof off[0] && code == SQLITE_OK; i++)
        code = sqlite3_db_config(journal->db, off[i], 0, (int *)NULL);
    limit(journal->db);
    (void)sqlite3_busy_timeout(journal->db, journal->mode == VFJ_JOURNAL_PRUNE ? 10000 : 200);
    if (code == SQLITE_OK)
        code = keep_wal(journal, true);
    if (code == SQLITE_OK)
        code = set_locking(journal);
    if (code == SQLITE_OK)
        code = sqlite3_exec(
            journal->db,
            "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;"
            "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512;",
            NULL, NULL, NULL);
    if (code == SQLITE_OK && journal->mode == VFJ_JOURNAL_READ)
        code = sqlite3_exec(journal->db, "PRAGMA query_only = ON;", NULL, NULL, NULL);
    return code;
}

static enum vfj_status connect_db(struct vfj_journal *journal, int flags, const char *query)
{
    char uri[VFJ_URI_SIZE];
    if (!vfj_uri_of(journal->path, query, uri))
        return vfj_journal_failed(journal, SQLITE_CANTOPEN);
    int code = sqlite3_open_v2(
        uri, &journal->db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        NULL);
    if (code == SQLITE_OK)
        code = configure(journal);
    return code == SQLITE_OK ? VFJ_OK : vfj_journal_failed(journal, code);
}

static int pragma_value(struct vfj_journal *journal, const char *pragma, int *value)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(journal->db, pragma, -1, &stmt, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        *value = sqlite3_column_int(stmt, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return code;
}

/* Checks application_id and user_version again as SQLite reads them, since the WAL may hold
 * newer values than the file's header. */
static enum vfj_status check_version(struct vfj_journal *journal)
{
    int application = 0;
    int version = 0;
    int code = pragma_value(journal, "PRAGMA application_id", &application);
    if (code == SQLITE_OK)
        code = pragma_value(journal, "PRAGMA user_version", &version);
    if (code != SQLITE_OK)
        return vfj_journal_failed(journal, code);
    struct vfj_text text = vfj_journal_begin_detail(journal);
    if (application != VFJ_APPLICATION_ID) {
        vfj_text_add(&text, "a database of another program");
        return VFJ_JOURNAL_NOT_OURS;
    }
    if (version > VFJ_SCHEMA_VERSION) {
        vfj_text_add(&text, "its format is newer");
        return VFJ_JOURNAL_NEWER;
    }
    if (version < 1) {
        vfj_text_add(&text, "its user_version is unknown");
        return VFJ_JOURNAL_NOT_OURS;
    }
    journal->version = version;
    return VFJ_OK;
}

static enum vfj_status check_schema(struct vfj_journal *journal)
{
    char object[160];
    struct vfj_text name = vfj_text_begin(object, sizeof object);
    int code = vfj_schema_compare(journal->db, journal->version, &name);
    if (code != SQLITE_MISMATCH)
        return code == SQLITE_OK ? VFJ_OK : vfj_journal_failed(journal, code);
    struct vfj_text text = vfj_journal_begin_detail(journal);
    vfj_text_format(&text, "its schema is not that of a journal: %s", object);
    return VFJ_JOURNAL_NOT_OURS;
}

static enum vfj_status check_ours(struct vfj_journal *journal)
{
    enum vfj_status status = check_version(journal);
    return status == VFJ_OK ? check_schema(journal) : status;
}

enum vfj_status vfj_journal_prepare(struct vfj_journal *journal, enum vfj_statement statement)
{
    if (journal->statements[statement] != NULL) {
        (void)sqlite3_reset(journal->statements[statement]);
        return VFJ_OK;
    }
    int code = sqlite3_prepare_v3(journal->db, statement_texts[statement], -1,
                                  SQLITE_PREPARE_PERSISTENT, &journal->statements[statement], NULL);
    return code == SQLITE_OK ? VFJ_OK : vfj_journal_failed(journal, code);
}

/* Prepares the statements that a daemon needs. A later preparation could fail for lack of memory
 * or because of the disk. The other statements are prepared at their first use. */
static enum vfj_status prepare(struct vfj_journal *journal)
{
    enum vfj_status status = VFJ_OK;
    for (unsigned i = 0; i <= VFJ_STATEMENT_FORWARD && status == VFJ_OK; i++)
        status = vfj_journal_prepare(journal, (enum vfj_statement)i);
    return status;
}

static enum vfj_status inspect(struct vfj_journal *journal)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    return vfj_file_inspect(journal->path, &journal->facts, &text);
}

/* Opens a read-only connection. When the WAL is empty, the database file alone is the journal.
 * The option `immutable` then keeps SQLite from making -wal and -shm files beside the file,
 * which some directories do not permit. When there is a WAL that no process has open, SQLite's
 * VFS "unix-none" has the same effect, since it takes no locks. */
static enum vfj_status connect_read(struct vfj_journal *journal)
{
    bool wal = journal->facts.wal;
    bool alone = wal && !journal->facts.shm;
    journal->immutable = !wal || alone;
    enum vfj_status status = connect_db(journal, SQLITE_OPEN_READONLY,
                                        alone     ? "?vfs=unix-none"
                                            : wal ? ""
                                                  : "?immutable=1");
    return status == VFJ_OK ? check_ours(journal) : status;
}

static void disconnect(struct vfj_journal *journal)
{
    for (int i = 0; i < VFJ_STATEMENT_COUNT; i++) {
        sqlite3_finalize(journal->statements[i]);
        journal->statements[i] = NULL;
    }
    VFJ_CHECK(sqlite3_close(journal->db) == SQLITE_OK);
    journal->db = NULL;
    journal->immutable = false;
}

/* Refuses the journal when a daemon has another file open, which had the name `path` when the
 * daemon opened it. The -wal file beside the path then belongs to the daemon's file. */
static enum vfj_status check_not_replaced(struct vfj_journal *journal, enum vfj_status status)
{
    if ((status != VFJ_OK && status != VFJ_JOURNAL_ABSENT)
        || !vfj_lock_is_of_other_file(journal->path))
        return status;
    struct vfj_text text = vfj_journal_begin_detail(journal);
    vfj_text_add(&text, "a daemon writes a journal that was moved, removed or replaced here");
    return status == VFJ_OK ? VFJ_JOURNAL_BUSY : status;
}

static enum vfj_status open_read(struct vfj_journal *journal)
{
    enum vfj_status status = check_not_replaced(journal, inspect(journal));
    return status == VFJ_OK ? connect_read(journal) : status;
}

static enum vfj_status take_lock(struct vfj_journal *journal)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    return vfj_lock_take(journal->path, &journal->lock, &text);
}

static enum vfj_status create(struct vfj_journal *journal)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    return vfj_file_create(journal->path, &text);
}

/* Opens a connection for writing, and checks the journal before any change. A refused journal
 * keeps its WAL unchanged, and SQLite removes the files that this connection made. */
static enum vfj_status connect_checked(struct vfj_journal *journal)
{
    enum vfj_status status = connect_db(journal, SQLITE_OPEN_READWRITE, "");
    if (status == VFJ_OK)
        status = check_ours(journal);
    if (journal->db != NULL && (status == VFJ_OK || !journal->facts.wal))
        (void)keep_wal(journal, false);
    if (status != VFJ_OK)
        disconnect(journal);
    return status;
}

static enum vfj_status update_schema(struct vfj_journal *journal)
{
    int code = SQLITE_OK;
    if (journal->version < VFJ_SCHEMA_VERSION)
        code = vfj_schema_migrate(journal->db, journal->version);
    else if ((code = vfj_schema_compare_views(journal->db)) == SQLITE_MISMATCH)
        code = vfj_schema_rebuild_views(journal->db);
    journal->version = VFJ_SCHEMA_VERSION;
    return code == SQLITE_OK ? VFJ_OK : vfj_journal_failed(journal, code);
}

static enum vfj_status connect_write(struct vfj_journal *journal)
{
    enum vfj_status status = connect_checked(journal);
    if (status != VFJ_OK)
        return status;
    /* journal_size_limit: the WAL checkpoint after a burst truncates the WAL to that length */
    int code = sqlite3_exec(
        journal->db,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;",
        NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return vfj_journal_failed(journal, code);
    return update_schema(journal);
}

/* Takes the writer's lock, and creates the journal when it does not exist. */
static enum vfj_status lock_and_create(struct vfj_journal *journal)
{
    enum vfj_status status = take_lock(journal);
    if (status == VFJ_OK)
        status = inspect(journal);
    return status == VFJ_JOURNAL_ABSENT ? create(journal) : status;
}

/* Checks the journal by a read-only connection, since a connection for writing may change files
 * when it opens the journal: it makes a missing index of the WAL, and applies a rollback
 * journal. */
static enum vfj_status check_read_only(struct vfj_journal *journal)
{
    enum vfj_status status = connect_read(journal);
    if (status != VFJ_OK)
        return status;
    disconnect(journal);
    return VFJ_OK;
}

static enum vfj_status open_write(struct vfj_journal *journal)
{
    const struct vfj_file_facts *facts = &journal->facts;
    enum vfj_status status = journal->mode == VFJ_JOURNAL_WRITE
        ? lock_and_create(journal)
        : check_not_replaced(journal, inspect(journal));
    if (status == VFJ_OK && ((facts->wal && !facts->shm) || facts->rollback))
        status = check_read_only(journal);
    return status == VFJ_OK ? connect_write(journal) : status;
}

/* Records which files are open. Called after the first read, which creates the WAL. */
static void note_identity(struct vfj_journal *journal)
{
    journal->identity = vfj_file_identify(journal->path);
    vfj_lock_name_file(journal->lock, journal->identity.file);
}

enum vfj_status vfj_journal_open(struct vfj_journal **journal, const char *path,
                                 enum vfj_journal_mode mode)
{
    struct vfj_journal *made = calloc(1, sizeof *made);
    *journal = made;
    if (made == NULL)
        return VFJ_SYSTEM;
    made->mode = mode;
    made->lock = -1;
    if (path[0] == '\0')
        return VFJ_JOURNAL_ABSENT;
    if (!vfj_span_copy(made->path, sizeof made->path, vfj_span_of(path))) {
        struct vfj_text text = vfj_journal_begin_detail(made);
        vfj_text_add(&text, strerror(ENAMETOOLONG));
        return VFJ_JOURNAL_ACCESS;
    }
    enum vfj_status status = mode == VFJ_JOURNAL_READ ? open_read(made) : open_write(made);
    if (status == VFJ_OK)
        status = prepare(made);
    /* The newest seq is not read for a reader, since the last page may be damaged. */
    if (status == VFJ_OK && mode != VFJ_JOURNAL_READ)
        status = vfj_journal_last(made, &made->last);
    if (status == VFJ_OK && mode == VFJ_JOURNAL_WRITE)
        note_identity(made);
    return status;
}

bool vfj_journal_is_moved(const struct vfj_journal *journal, int directory)
{
    return vfj_file_is_moved(journal->path, directory, &journal->identity);
}

const char *vfj_journal_library_version(void)
{
    return sqlite3_libversion();
}

void vfj_journal_close(struct vfj_journal *journal)
{
    if (journal == NULL)
        return;
    vfj_journal_empty_wal(journal);
    disconnect(journal);
    vfj_lock_release(journal->path, journal->lock);
    free(journal);
}

enum vfj_status vfj_journal_run(struct vfj_journal *journal, enum vfj_statement statement)
{
    sqlite3_stmt *stmt = journal->statements[statement];
    int code = sqlite3_step(stmt);
    enum vfj_status status = code == SQLITE_DONE ? VFJ_OK : vfj_journal_failed(journal, code);
    (void)sqlite3_reset(stmt);
    return status;
}
