/* The part of the journal that writes rows, and runs WAL checkpoints. */
#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"

enum { WAL_CHECKPOINT_PAGES = 1000 }; /* SQLite's own default */

/* Parameters of the INSERT, in the order of the schema's columns. */
enum parameter { SEQ = 1, CAUSE, BOOT, WALL_US, MONO_US, KIND, BODY, NOTE, DIGEST, CHAIN };

static int bind_u64(sqlite3_stmt *stmt, enum parameter parameter, uint64_t value)
{
    return sqlite3_bind_int64(stmt, (int)parameter, (sqlite3_int64)value);
}

static int bind_text(sqlite3_stmt *stmt, enum parameter parameter, struct vfj_span text)
{
    return sqlite3_bind_text(stmt, (int)parameter, text.text, (int)text.length, SQLITE_STATIC);
}

static int bind_blob(sqlite3_stmt *stmt, enum parameter parameter, struct vfj_span bytes)
{
    return sqlite3_bind_blob(stmt, (int)parameter, bytes.text, (int)bytes.length, SQLITE_STATIC);
}

static int bind_body(sqlite3_stmt *stmt, struct vfj_span body)
{
    if (body.length == 0)
        body.text = "";
    return vfj_body_is_text(body) ? bind_text(stmt, BODY, body) : bind_blob(stmt, BODY, body);
}

/* Binds the record's columns, with `body` as the body in the file. A column without a value stays
 * NULL. */
static int bind_record(sqlite3_stmt *stmt, const struct vfj_record *record, struct vfj_span body)
{
    int code = sqlite3_clear_bindings(stmt);
    code |= bind_u64(stmt, SEQ, record->seq);
    if (record->cause != 0)
        code |= bind_u64(stmt, CAUSE, record->cause);
    code |= bind_u64(stmt, BOOT, record->boot);
    code |= sqlite3_bind_int64(stmt, WALL_US, record->wall_us);
    code |= sqlite3_bind_int64(stmt, MONO_US, record->mono_us);
    code |= bind_text(stmt, KIND, vfj_span_of(vfj_record_kind_name(record->kind)));
    code |= bind_body(stmt, body);
    if (record->note.length > 0)
        code |= bind_text(stmt, NOTE, record->note);
    if (vfj_record_is_event(record))
        code |= bind_u64(stmt, DIGEST, record->digest);
    code |= bind_blob(stmt, CHAIN,
                      (struct vfj_span){(const char *)record->chain, sizeof record->chain});
    return code;
}

/* Returns true when the record has the next seq. A state checkpoint that begins an empty journal
 * may have any seq but 0. */
static bool is_next(const struct vfj_journal *journal, const struct vfj_record *record)
{
    return record->seq == journal->appended + 1
        || (journal->appended == 0 && record->kind == VFJ_RECORD_CHECKPOINT && record->seq > 0);
}

enum vfj_status vfj_journal_run_untriggered(struct vfj_journal *journal,
                                            enum vfj_statement statement)
{
    VFJ_CHECK(sqlite3_db_config(journal->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL)
              == SQLITE_OK);
    enum vfj_status status = vfj_journal_run(journal, statement);
    VFJ_CHECK(sqlite3_db_config(journal->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, (int *)NULL)
              == SQLITE_OK);
    return status;
}

/* Appends a row. The schema's trigger refuses a first row with a seq other than 1, so such a row
 * is appended with the triggers off. */
enum vfj_status vfj_journal_append(struct vfj_journal *journal, const struct vfj_record *record)
{
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_APPEND];
    bool begins_pruned = journal->appended == 0 && record->seq > 1;
    char bytes[VFJ_BASE_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    VFJ_CHECK(record->body.length <= VFJ_BODY_MAX && record->note.length <= VFJ_RECORD_NAME);
    VFJ_CHECK(is_next(journal, record));
    VFJ_CHECK(bind_record(stmt, record, vfj_bases_shorten(&journal->bases, record, &text))
              == SQLITE_OK);
    enum vfj_status status = begins_pruned
        ? vfj_journal_run_untriggered(journal, VFJ_STATEMENT_APPEND)
        : vfj_journal_run(journal, VFJ_STATEMENT_APPEND);
    if (status == VFJ_OK)
        journal->appended = record->seq;
    return status;
}

enum vfj_status vfj_journal_begin(struct vfj_journal *journal)
{
    vfj_journal_rollback(journal); /* ends a transaction that failed before */
    journal->appended = journal->last;
    vfj_bases_forget_after(&journal->bases, journal->last);
    return vfj_journal_run(journal, VFJ_STATEMENT_BEGIN);
}

enum vfj_status vfj_journal_commit(struct vfj_journal *journal)
{
    enum vfj_status status = vfj_journal_run(journal, VFJ_STATEMENT_COMMIT);
    if (status == VFJ_OK)
        journal->last = journal->appended;
    return status;
}

void vfj_journal_rollback(struct vfj_journal *journal)
{
    /* SQLite itself rolls back after many failures. When this ROLLBACK fails, vfj_journal_begin()
     * repeats it before the next BEGIN. */
    if (sqlite3_get_autocommit(journal->db) != 0)
        return;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_ROLLBACK];
    (void)sqlite3_step(stmt);
    (void)sqlite3_reset(stmt);
}

static int note_wal_length(void *context, sqlite3 *db, const char *name, int pages)
{
    struct vfj_journal *journal = context;
    (void)db;
    (void)name;
    journal->wal_pages = pages;
    return SQLITE_OK;
}

void vfj_journal_defer_wal_checkpoints(struct vfj_journal *journal)
{
    /* replaces SQLite's hook, which runs WAL checkpoints inside COMMIT */
    (void)sqlite3_wal_hook(journal->db, note_wal_length, journal);
}

/* Runs a WAL checkpoint. When it fails, or a reader blocks it, nothing is lost, and a later call
 * repeats it. */
void vfj_journal_wal_checkpoint(struct vfj_journal *journal)
{
    if (journal->wal_pages < WAL_CHECKPOINT_PAGES)
        return;
    (void)sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    journal->wal_pages = 0;
}

/* Empties the WAL before SQLite closes the database. SQLite would do so itself, but first looks
 * the file up by name, which fails in capability mode. The WAL would then remain, and the
 * database file alone would not be the whole journal. */
void vfj_journal_empty_wal(struct vfj_journal *journal)
{
    if (journal->mode == VFJ_JOURNAL_WRITE && journal->db != NULL)
        (void)sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}
