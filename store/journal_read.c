/* The journal file: reading it, without trusting it. */
#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"

/* The arguments of record_row. */
enum column { SEQ, CAUSE, BOOT, WALL_US, MONO_US, KIND, BODY, NOTE, DIGEST, CHAIN, COLUMN_COUNT };

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

/* An integer of at least `least`. */
static bool read_integer(sqlite3_value *value, int64_t least, int64_t *number)
{
    *number = sqlite3_value_int64(value);
    return has_type(value, SQLITE_INTEGER) && *number >= least;
}

static bool read_unsigned(sqlite3_value *value, int64_t least, uint64_t *number)
{
    int64_t read = 0;
    bool right = read_integer(value, least, &read);
    *number = (uint64_t)read;
    return right;
}

static bool read_cause(sqlite3_value *value, struct vfj_record *record)
{
    if (has_type(value, SQLITE_NULL))
        return true;
    return read_unsigned(value, 1, &record->cause) && record->cause < record->seq;
}

static bool read_kind(sqlite3_value *value, struct vfj_record *record)
{
    unsigned kind = vfj_record_kind_parse(bytes_of(value));
    record->kind = (uint8_t)kind;
    return has_type(value, SQLITE_TEXT) && kind < VFJ_RECORD_KIND_COUNT;
}

static bool read_body(sqlite3_value *value, struct vfj_record *record)
{
    int type = sqlite3_value_type(value);
    record->body = bytes_of(value);
    if ((type != SQLITE_TEXT && type != SQLITE_BLOB) || record->body.length > VFJ_BODY_MAX)
        return false;
    return vfj_body_is_text(record->body) == (type == SQLITE_TEXT);
}

static bool read_note(sqlite3_value *value, struct vfj_record *record)
{
    if (has_type(value, SQLITE_NULL))
        return true;
    record->note = bytes_of(value);
    return has_type(value, SQLITE_TEXT) && record->note.length > 0 && record->note.length <= VFJ_RECORD_NAME;
}

static bool read_digest(sqlite3_value *value, struct vfj_record *record)
{
    if (!vfj_record_is_event(record))
        return has_type(value, SQLITE_NULL);
    return read_unsigned(value, INT64_MIN, &record->digest);
}

static bool read_chain(sqlite3_value *value, struct vfj_record *record)
{
    struct vfj_span chain = bytes_of(value);
    if (!has_type(value, SQLITE_BLOB) || chain.length != sizeof record->chain)
        return false;
    memcpy(record->chain, chain.text, sizeof record->chain);
    return true;
}

/* The row as a record; else the column that can't be one. */
static const char *read_columns(sqlite3_value **values, struct vfj_record *record)
{
    *record = (struct vfj_record){.note = {"", 0}};
    if (!read_unsigned(values[SEQ], 1, &record->seq))
        return "seq";
    if (!read_cause(values[CAUSE], record))
        return "cause";
    if (!read_unsigned(values[BOOT], 0, &record->boot))
        return "boot";
    if (!read_integer(values[WALL_US], INT64_MIN, &record->wall_us))
        return "wall_us";
    if (!read_integer(values[MONO_US], INT64_MIN, &record->mono_us))
        return "mono_us";
    if (!read_kind(values[KIND], record))
        return "kind";
    if (!read_body(values[BODY], record))
        return "body";
    if (!read_note(values[NOTE], record))
        return "note";
    if (!read_digest(values[DIGEST], record))
        return "digest";
    return read_chain(values[CHAIN], record) ? NULL : "chain";
}

static void keep(char *to, struct vfj_span *span)
{
    if (span->length > 0)
        memcpy(to, span->text, span->length);
    span->text = to;
}

/* record_row(): a function is handed all columns at once, while asking a statement for ten columns one by one costs as
 * much as SQLite's way to the row. */
static void take_row(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct vfj_row *row = ((struct vfj_journal *)sqlite3_user_data(context))->row;
    VFJ_CHECK(count == COLUMN_COUNT && row != NULL);
    row->wrong = read_columns(values, &row->record);
    if (row->wrong != NULL)
        return;
    keep(row->body, &row->record.body);
    keep(row->note, &row->record.note);
}

int vfj_journal_make_function(struct vfj_journal *journal)
{
    return sqlite3_create_function_v2(journal->db, "record_row", COLUMN_COUNT, SQLITE_UTF8 | SQLITE_DIRECTONLY, journal,
                                      take_row, NULL, NULL, NULL);
}

static enum vfj_status damaged(struct vfj_journal *journal, uint64_t seq, const char *column)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    vfj_text_add(&text, "record ");
    vfj_text_add_u64(&text, seq);
    vfj_text_add(&text, ": its ");
    vfj_text_add(&text, column);
    vfj_text_add(&text, " can't be one");
    return VFJ_JOURNAL_DAMAGED;
}

/* Step to a row and read it. */
static enum vfj_status read_row(struct vfj_journal *journal, sqlite3_stmt *stmt, struct vfj_row *row,
                                struct vfj_record *record)
{
    journal->row = row;
    int code = sqlite3_step(stmt);
    if (code == SQLITE_DONE && !(journal->immutable && vfj_file_changed(journal->path, &journal->facts)))
        return VFJ_END;
    if (code != SQLITE_ROW)
        return vfj_journal_failed(journal, code);
    *record = row->record;
    return row->wrong == NULL ? VFJ_OK : damaged(journal, record->seq, row->wrong);
}

void vfj_journal_walk(struct vfj_journal *journal, uint64_t from, enum vfj_direction direction)
{
    vfj_journal_walk_end(journal);
    journal->direction = direction;
    journal->walk = journal->statements[direction == VFJ_FORWARD ? VFJ_STATEMENT_FORWARD : VFJ_STATEMENT_BACKWARD];
    journal->walk_last = 0;
    int64_t bound = from > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)from;
    VFJ_CHECK(sqlite3_bind_int64(journal->walk, 1, bound) == SQLITE_OK);
}

enum vfj_status vfj_journal_next(struct vfj_journal *journal, struct vfj_record *record)
{
    VFJ_CHECK(journal->walk != NULL);
    enum vfj_status status = read_row(journal, journal->walk, &journal->walked, record);
    if (status != VFJ_OK)
        return status;
    /* A malformed file can list rows in any order, and for ever. */
    bool forward = journal->direction == VFJ_FORWARD;
    if (journal->walk_last != 0 && (forward ? record->seq <= journal->walk_last : record->seq >= journal->walk_last))
        return damaged(journal, record->seq, "place");
    journal->walk_last = record->seq;
    return VFJ_OK;
}

void vfj_journal_walk_end(struct vfj_journal *journal)
{
    if (journal->walk != NULL)
        (void)sqlite3_reset(journal->walk);
    journal->walk = NULL;
}

enum vfj_status vfj_journal_get(struct vfj_journal *journal, uint64_t seq, struct vfj_record *record)
{
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_ONE];
    (void)sqlite3_reset(stmt);
    if (seq > (uint64_t)INT64_MAX)
        return VFJ_END;
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    return read_row(journal, stmt, &journal->single, record);
}

enum vfj_status vfj_journal_json(struct vfj_journal *journal, uint64_t seq, struct vfj_span *json)
{
    if (journal->statements[VFJ_STATEMENT_JSON] == NULL) {
        enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_JSON);
        if (status != VFJ_OK)
            return status;
    }
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_JSON];
    (void)sqlite3_reset(stmt);
    VFJ_CHECK(seq <= (uint64_t)INT64_MAX && sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    int code = sqlite3_step(stmt);
    if (code == SQLITE_DONE)
        return VFJ_END;
    if (code != SQLITE_ROW)
        return vfj_journal_failed(journal, code);
    json->text = (const char *)sqlite3_column_text(stmt, 0);
    json->length = (size_t)sqlite3_column_bytes(stmt, 0);
    return json->text != NULL ? VFJ_OK : vfj_journal_failed(journal, SQLITE_NOMEM);
}
