/* The journal file: reading it, without trusting it. */
#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"

/* The arguments of record_row: the last column first. SQLite finds its way through the head of a row up to the column that it
 * is asked for; asked for the last one it has gone it once, and knows where all others are. */
enum column { CHAIN, DIGEST, NOTE, BODY, KIND, MONO_US, WALL_US, BOOT, CAUSE, SEQ, COLUMN_COUNT };

enum vfj_status vfj_journal_last(struct vfj_journal *journal, uint64_t *seq)
{
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_LAST];
    enum vfj_status status = VFJ_OK;
    int code = sqlite3_step(stmt);
    sqlite3_int64 last = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    if (code != SQLITE_ROW)
        status = vfj_journal_failed(journal, code);
    *seq = last > 0 ? (uint64_t)last : 0;
    (void)sqlite3_reset(stmt);
    return status;
}

static struct vfj_span bytes_of(sqlite3_value *value)
{
    const char *text = sqlite3_value_blob(value);
    return (struct vfj_span){text != NULL ? text : "", (size_t)sqlite3_value_bytes(value)};
}

static bool has_type(sqlite3_value *value, int type)
{
    return sqlite3_value_type(value) == type;
}

static bool read_integer(sqlite3_value *value, int64_t *number)
{
    *number = sqlite3_value_int64(value);
    return has_type(value, SQLITE_INTEGER);
}

static bool read_unsigned(sqlite3_value *value, uint64_t *number)
{
    *number = (uint64_t)sqlite3_value_int64(value);
    return has_type(value, SQLITE_INTEGER);
}

static bool read_cause(sqlite3_value *value, struct vfj_record *record)
{
    record->cause = 0;
    if (has_type(value, SQLITE_NULL))
        return true;
    return read_unsigned(value, &record->cause) && record->cause >= 1 && record->cause < record->seq;
}

static bool read_kind(sqlite3_value *value, struct vfj_record *record)
{
    unsigned kind = vfj_record_kind_parse(bytes_of(value));
    record->kind = (uint8_t)kind;
    return has_type(value, SQLITE_TEXT) && kind < VFJ_RECORD_KIND_COUNT;
}

static bool read_body(sqlite3_value *value, struct vfj_row *row)
{
    int type = sqlite3_value_type(value);
    row->is_text = type == SQLITE_TEXT;
    row->record.body = bytes_of(value);
    return (row->is_text || type == SQLITE_BLOB) && row->record.body.length <= VFJ_BODY_MAX;
}

static bool read_note(sqlite3_value *value, struct vfj_record *record)
{
    record->note = (struct vfj_span){"", 0};
    if (has_type(value, SQLITE_NULL))
        return true;
    record->note = bytes_of(value);
    return has_type(value, SQLITE_TEXT) && vfj_note_is_name(record->note);
}

static bool read_digest(sqlite3_value *value, struct vfj_record *record)
{
    record->digest = 0;
    if (!vfj_record_is_event(record))
        return has_type(value, SQLITE_NULL);
    return read_unsigned(value, &record->digest);
}

static bool read_chain(sqlite3_value *value, bool unchained, struct vfj_record *record)
{
    if (unchained) {
        memset(record->chain, 0, sizeof record->chain);
        return true;
    }
    struct vfj_span chain = bytes_of(value);
    if (!has_type(value, SQLITE_BLOB) || chain.length != sizeof record->chain)
        return false;
    memcpy(record->chain, chain.text, sizeof record->chain);
    return true;
}

/* The row as a record; else the column that can't be one. Every member is written, and no more than once where it can be:
 * a journal has millions of rows. */
static const char *read_columns(sqlite3_value **values, bool unchained, struct vfj_row *row)
{
    struct vfj_record *record = &row->record;
    record->seq = (uint64_t)sqlite3_value_int64(values[SEQ]); /* the rowid: an integer in any file */
    if (record->seq == 0 || record->seq > INT64_MAX)
        return "seq";
    if (!read_cause(values[CAUSE], record))
        return "cause";
    if (!read_unsigned(values[BOOT], &record->boot) || record->boot > INT64_MAX)
        return "boot";
    if (!read_integer(values[WALL_US], &record->wall_us))
        return "wall_us";
    if (!read_integer(values[MONO_US], &record->mono_us))
        return "mono_us";
    if (!read_kind(values[KIND], record))
        return "kind";
    if (!read_body(values[BODY], row))
        return "body";
    if (!read_note(values[NOTE], record))
        return "note";
    if (!read_digest(values[DIGEST], record))
        return "digest";
    return read_chain(values[CHAIN], unchained, record) ? NULL : "chain";
}

static void keep(struct vfj_rows *rows, struct vfj_span *span)
{
    char *to = rows->bytes + rows->used;
    if (span->length > 0)
        memcpy(to, span->text, span->length);
    span->text = to;
    rows->used += span->length;
}

static bool is_full(const struct vfj_rows *rows)
{
    return rows->count == rows->room || rows->size - rows->used < VFJ_ROW_BYTES;
}

/* record_row(): a function is handed all columns at once, while asking a statement for ten columns one by one costs as
 * much as SQLite's way to the row. And a condition that is not met keeps SQLite on its way. */
static void take_row(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct vfj_rows *rows = ((struct vfj_journal *)sqlite3_user_data(context))->rows;
    VFJ_CHECK(count == COLUMN_COUNT && rows != NULL && !is_full(rows));
    struct vfj_row *row = &rows->rows[rows->count];
    rows->wrong = read_columns(values, rows->unchained, row);
    if (rows->wrong == NULL) {
        keep(rows, &row->record.body);
        keep(rows, &row->record.note);
        rows->count++;
    }
    if (rows->wrong != NULL || is_full(rows))
        sqlite3_result_int(context, 1);
}

int vfj_journal_make_function(struct vfj_journal *journal)
{
    return sqlite3_create_function_v2(journal->db, "record_row", COLUMN_COUNT, SQLITE_UTF8 | SQLITE_DIRECTONLY, journal,
                                      take_row, NULL, NULL, NULL);
}

enum vfj_status vfj_journal_damaged(struct vfj_journal *journal, uint64_t seq, const char *column)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    vfj_text_add(&text, "record ");
    vfj_text_add_u64(&text, seq);
    vfj_text_add(&text, ": its ");
    vfj_text_add(&text, column);
    vfj_text_add(&text, " can't be one");
    return VFJ_JOURNAL_DAMAGED;
}

/* Step until there is no room for another row. */
static enum vfj_status read_rows(struct vfj_journal *journal, sqlite3_stmt *stmt, struct vfj_rows *rows)
{
    rows->count = 0;
    rows->used = 0;
    rows->wrong = NULL;
    rows->unchained = stmt == journal->statements[VFJ_STATEMENT_UNCHAINED];
    journal->rows = rows;
    int code = sqlite3_step(stmt);
    if (code == SQLITE_DONE && !(journal->immutable && vfj_file_changed(journal->path, &journal->facts)))
        return VFJ_END;
    if (code != SQLITE_ROW)
        return vfj_journal_failed(journal, code);
    return rows->wrong == NULL ? VFJ_OK : vfj_journal_damaged(journal, rows->rows[rows->count].record.seq, rows->wrong);
}

bool vfj_journal_body_is_right(const struct vfj_row *row)
{
    return vfj_body_is_text(row->record.body) == row->is_text;
}

static struct vfj_rows rows_of(struct vfj_single *single)
{
    return (struct vfj_rows){.rows = &single->row, .room = 1, .bytes = single->bytes, .size = sizeof single->bytes};
}

static enum vfj_status give(struct vfj_journal *journal, const struct vfj_row *row, struct vfj_record *record)
{
    if (!vfj_journal_body_is_right(row))
        return vfj_journal_damaged(journal, row->record.seq, "body");
    *record = row->record;
    return VFJ_OK;
}

static void walk(struct vfj_journal *journal, enum vfj_statement statement, uint64_t from)
{
    vfj_journal_walk_end(journal);
    journal->walk_status = vfj_journal_prepare(journal, statement);
    if (journal->walk_status != VFJ_OK)
        return;
    journal->walk = journal->statements[statement];
    journal->walk_last = 0;
    /* A row before the first is none, and is met. */
    int64_t bound = from > (uint64_t)INT64_MAX ? INT64_MAX : from > 1 ? (int64_t)from : INT64_MIN;
    VFJ_CHECK(sqlite3_bind_int64(journal->walk, 1, bound) == SQLITE_OK);
}

void vfj_journal_walk(struct vfj_journal *journal, uint64_t from, enum vfj_direction direction)
{
    journal->direction = direction;
    walk(journal, direction == VFJ_FORWARD ? VFJ_STATEMENT_FORWARD : VFJ_STATEMENT_BACKWARD, from);
}

void vfj_journal_walk_unchained(struct vfj_journal *journal, uint64_t from)
{
    journal->direction = VFJ_FORWARD;
    walk(journal, VFJ_STATEMENT_UNCHAINED, from);
}

enum vfj_status vfj_journal_next_rows(struct vfj_journal *journal, struct vfj_rows *rows)
{
    VFJ_CHECK(journal->walk != NULL || journal->walk_status != VFJ_OK);
    if (journal->walk == NULL) {
        rows->count = 0;
        return journal->walk_status;
    }
    enum vfj_status status = read_rows(journal, journal->walk, rows);
    bool forward = journal->direction == VFJ_FORWARD;
    for (unsigned i = 0; i < rows->count; i++) {
        /* A malformed file can list rows in any order, and for ever. */
        uint64_t seq = rows->rows[i].record.seq;
        if (journal->walk_last != 0 && (forward ? seq <= journal->walk_last : seq >= journal->walk_last)) {
            rows->count = i;
            return vfj_journal_damaged(journal, seq, "place");
        }
        journal->walk_last = seq;
    }
    return status;
}

enum vfj_status vfj_journal_next(struct vfj_journal *journal, struct vfj_record *record)
{
    struct vfj_rows rows = rows_of(&journal->walked);
    enum vfj_status status = vfj_journal_next_rows(journal, &rows);
    return status == VFJ_OK ? give(journal, &journal->walked.row, record) : status;
}

void vfj_journal_walk_end(struct vfj_journal *journal)
{
    if (journal->walk != NULL)
        (void)sqlite3_reset(journal->walk);
    journal->walk = NULL;
}

enum vfj_status vfj_journal_get(struct vfj_journal *journal, uint64_t seq, struct vfj_record *record)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_ONE);
    if (status != VFJ_OK)
        return status;
    if (seq > (uint64_t)INT64_MAX)
        return VFJ_END;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_ONE];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    struct vfj_rows rows = rows_of(&journal->got);
    status = read_rows(journal, stmt, &rows);
    return status == VFJ_OK ? give(journal, &journal->got.row, record) : status;
}

enum vfj_status vfj_journal_json(struct vfj_journal *journal, uint64_t seq, struct vfj_span *json)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_JSON);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_JSON];
    VFJ_CHECK(seq <= (uint64_t)INT64_MAX && sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    (void)sqlite3_limit(journal->db, SQLITE_LIMIT_LENGTH, VFJ_LENGTH_JSON);
    int code = sqlite3_step(stmt);
    (void)sqlite3_limit(journal->db, SQLITE_LIMIT_LENGTH, VFJ_LENGTH_READ);
    if (code == SQLITE_DONE)
        return VFJ_END;
    if (code != SQLITE_ROW)
        return vfj_journal_failed(journal, code);
    json->text = (const char *)sqlite3_column_text(stmt, 0);
    json->length = (size_t)sqlite3_column_bytes(stmt, 0);
    return json->text != NULL ? VFJ_OK : vfj_journal_failed(journal, SQLITE_NOMEM);
}
