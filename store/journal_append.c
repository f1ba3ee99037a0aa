/* The journal file: appending, by one statement for all the rows of a transaction that there are. */
#include <stddef.h>
#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"

/* The statement's source is a table of ours, `incoming`, whose rows are the records on their way. To execute an INSERT for
 * each of them, its values bound one by one, costs half as much again: it would open the table, look for the place, and
 * finish, every time. */

/* The columns of incoming: those of record, in the order of the schema. */
enum column { SEQ, CAUSE, BOOT, WALL_US, MONO_US, KIND, BODY, NOTE, DIGEST, CHAIN };

static const char declaration[] = "CREATE TABLE incoming (seq INTEGER, cause INTEGER, boot INTEGER, wall_us INTEGER,"
                                  " mono_us INTEGER, kind TEXT, body ANY, note TEXT, digest INTEGER, chain BLOB)";

static struct vfj_incoming *incoming_of(sqlite3_vtab_cursor *cursor)
{
    return (struct vfj_incoming *)(void *)((char *)cursor - offsetof(struct vfj_incoming, cursor));
}

static int connect_incoming(sqlite3 *db, void *journal, int count, const char *const *words, sqlite3_vtab **table,
                            char **error)
{
    struct vfj_incoming *incoming = &((struct vfj_journal *)journal)->incoming;
    (void)count;
    (void)words;
    (void)error;
    memset(&incoming->table, 0, sizeof incoming->table);
    *table = &incoming->table;
    (void)sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    return sqlite3_declare_vtab(db, declaration);
}

static int disconnect_incoming(sqlite3_vtab *table)
{
    (void)table;
    return SQLITE_OK;
}

static int choose_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    struct vfj_incoming *incoming
        = (struct vfj_incoming *)(void *)((char *)table - offsetof(struct vfj_incoming, table));
    memset(&incoming->cursor, 0, sizeof incoming->cursor);
    *cursor = &incoming->cursor;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    (void)cursor;
    return SQLITE_OK;
}

static int step(sqlite3_vtab_cursor *cursor)
{
    struct vfj_incoming *incoming = incoming_of(cursor);
    const struct vfj_record *record = incoming->next(incoming->context);
    incoming->record = record;
    if (record == NULL)
        return SQLITE_OK;
    VFJ_CHECK(record->body.length <= VFJ_BODY_MAX && record->note.length <= VFJ_RECORD_NAME);
    /* An empty journal may begin with a checkpoint. */
    VFJ_CHECK(record->seq == incoming->last + 1
              || (incoming->last == 0 && record->kind == VFJ_RECORD_CHECKPOINT && record->seq > 0));
    incoming->last = record->seq;
    return SQLITE_OK;
}

static int start(sqlite3_vtab_cursor *cursor, int plan, const char *text, int count, sqlite3_value **values)
{
    (void)plan;
    (void)text;
    (void)count;
    (void)values;
    return step(cursor);
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    return incoming_of(cursor)->record == NULL;
}

static void give_u64(sqlite3_context *context, uint64_t value)
{
    sqlite3_result_int64(context, (sqlite3_int64)value);
}

static void give_text(sqlite3_context *context, struct vfj_span text)
{
    sqlite3_result_text(context, text.text, (int)text.length, SQLITE_STATIC);
}

static void give_body(sqlite3_context *context, struct vfj_span body)
{
    if (body.length == 0)
        body.text = "";
    if (vfj_body_is_text(body))
        give_text(context, body);
    else
        sqlite3_result_blob(context, body.text, (int)body.length, SQLITE_STATIC);
}

/* What is left without a result is NULL. */
static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct vfj_record *record = incoming_of(cursor)->record;
    switch ((enum column)column) {
    case SEQ:
        give_u64(context, record->seq);
        break;
    case CAUSE:
        if (record->cause != 0)
            give_u64(context, record->cause);
        break;
    case BOOT:
        give_u64(context, record->boot);
        break;
    case WALL_US:
        sqlite3_result_int64(context, record->wall_us);
        break;
    case MONO_US:
        sqlite3_result_int64(context, record->mono_us);
        break;
    case KIND:
        give_text(context, vfj_span_of(vfj_record_kind_name(record->kind)));
        break;
    case BODY:
        give_body(context, record->body);
        break;
    case NOTE:
        if (record->note.length > 0)
            give_text(context, record->note);
        break;
    case DIGEST:
        if (vfj_record_is_event(record))
            give_u64(context, record->digest);
        break;
    case CHAIN:
        sqlite3_result_blob(context, record->chain, sizeof record->chain, SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)incoming_of(cursor)->record->seq;
    return SQLITE_OK;
}

/* Without xCreate the table is there by its module's name, and in no schema. */
static const sqlite3_module module = {
    .xConnect = connect_incoming,
    .xBestIndex = choose_plan,
    .xDisconnect = disconnect_incoming,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = start,
    .xNext = step,
    .xEof = at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};

int vfj_journal_make_incoming(struct vfj_journal *journal)
{
    return sqlite3_create_module_v2(journal->db, "incoming", &module, journal, NULL);
}

static void point_to(struct vfj_journal *journal, vfj_journal_source *next, void *context)
{
    journal->incoming.next = next;
    journal->incoming.context = context;
}

/* SQLite gives each row the number after the newest one's, for which it need not look; that it is the right one is seen when
 * all are there. */
enum vfj_status vfj_journal_append_all(struct vfj_journal *journal, vfj_journal_source *next, void *context)
{
    uint64_t before = journal->incoming.last;
    point_to(journal, next, context);
    enum vfj_status status = vfj_journal_run(journal, VFJ_STATEMENT_APPEND_ALL);
    uint64_t last = journal->incoming.last;
    if (status != VFJ_OK || last == before || sqlite3_last_insert_rowid(journal->db) == (sqlite3_int64)last)
        return status;
    return vfj_journal_damaged(journal, last, "seq");
}

static const struct vfj_record *take_one(void *context)
{
    const struct vfj_record **one = context;
    const struct vfj_record *record = *one;
    *one = NULL;
    return record;
}

enum vfj_status vfj_journal_append(struct vfj_journal *journal, const struct vfj_record *record)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_APPEND);
    if (status != VFJ_OK)
        return status;
    point_to(journal, take_one, &record);
    return vfj_journal_run(journal, VFJ_STATEMENT_APPEND);
}
