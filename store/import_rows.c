/* The rows of imported lines. SQLite reads the JSON, sorts the rows, and keeps them in a temporary
 * database. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/identity.h"
#include "store/import.h"
#include "store/short_body.h"

/* The members of a line's JSON object, in the order of the query below. */
enum member {
    SPECVERSION,
    TYPE,
    SOURCE,
    SEQ,
    CAUSE,
    BOOT,
    WALL_US,
    MONO_US,
    KIND,
    BODY,
    BODY_HEX,
    NOTE,
    DIGEST,
    CHAIN,
    MASKED,
    REDACTED,
    IS_OBJECT,
};

static const char parse_sql[]
    = "SELECT ?1 ->> '$.specversion', ?1 ->> '$.type', ?1 ->> '$.source', ?1 ->> '$.data.seq',"
      " ?1 ->> '$.data.cause', ?1 ->> '$.data.boot', ?1 ->> '$.data.wall_us',"
      " ?1 ->> '$.data.mono_us', ?1 ->> '$.data.kind', ?1 ->> '$.data.body',"
      " ?1 ->> '$.data.body_hex', ?1 ->> '$.data.note', ?1 ->> '$.data.digest',"
      " ?1 ->> '$.data.chain', coalesce(?1 ->> '$.data.masked', 0),"
      " coalesce(?1 ->> '$.data.redacted', 0), json_type(?1) = 'object'";

static const char schema_sql[]
    = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
      "CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT UNIQUE, newest INTEGER);"
      "CREATE TABLE line (source INTEGER, seq INTEGER, number INTEGER, cause INTEGER, boot INTEGER,"
      " wall_us INTEGER, mono_us INTEGER, kind TEXT, body BLOB, note TEXT, digest INTEGER,"
      " chain BLOB, masked INTEGER, redacted INTEGER, PRIMARY KEY (source, seq)) WITHOUT ROWID;"
      "BEGIN";

enum statement { PARSE, FIND_SOURCE, ADD_SOURCE, SET_NEWEST, ADD, GET, SOURCES, ROWS, STATEMENTS };

#define COLUMNS \
    "seq, number, cause, boot, wall_us, mono_us, kind, body, note, digest, chain, masked, redacted"

static const char *const statement_texts[STATEMENTS] = {
    [PARSE] = parse_sql,
    [FIND_SOURCE] = "SELECT id, newest FROM source WHERE name = ?1",
    [ADD_SOURCE] = "INSERT INTO source (name, newest) VALUES (?1, 0)",
    [SET_NEWEST] = "UPDATE source SET newest = ?2 WHERE id = ?1",
    [ADD] = "INSERT OR IGNORE INTO line (source, " COLUMNS
            ") VALUES (?14, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [GET] = "SELECT " COLUMNS " FROM line WHERE source = ?1 AND seq = ?2",
    [SOURCES] = "SELECT id, name FROM source ORDER BY name",
    [ROWS] = "SELECT " COLUMNS " FROM line WHERE source = ?1 ORDER BY seq",
};

struct vfj_import_rows {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    bool has_failed;
    int64_t source, newest; /* id of the current source, and its highest seq */
    char name[VFJ_IMPORT_SOURCE_MAX];
    char body[VFJ_BODY_MAX + 1];
};

const char *vfj_import_fault_text(enum vfj_import_fault fault)
{
    static const char *const texts[] = {
#define X(symbol, text) [VFJ_IMPORT_##symbol] = (text),
        VFJ_IMPORT_FAULTS(X)
#undef X
    };
    VFJ_CHECK(fault < VFJ_IMPORT_FAULT_COUNT);
    return texts[fault];
}

struct vfj_import_rows *vfj_import_rows_open(void)
{
    struct vfj_import_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return NULL;
    /* For an empty name, SQLite makes a temporary database file that has no name in any
     * directory. */
    bool is_open = sqlite3_open_v2("", &rows->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
        && sqlite3_exec(rows->db, schema_sql, NULL, NULL, NULL) == SQLITE_OK;
    for (size_t i = 0; i < STATEMENTS && is_open; i++)
        is_open = sqlite3_prepare_v2(rows->db, statement_texts[i], -1, &rows->statements[i], NULL)
            == SQLITE_OK;
    if (is_open)
        return rows;
    vfj_import_rows_close(rows);
    return NULL;
}

void vfj_import_rows_close(struct vfj_import_rows *rows)
{
    if (rows == NULL)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(rows->statements[i]);
    sqlite3_close(rows->db);
    free(rows);
}

bool vfj_import_rows_has_failed(const struct vfj_import_rows *rows)
{
    return rows->has_failed;
}

static struct vfj_span text_of(sqlite3_stmt *row, int column)
{
    const char *text = sqlite3_column_blob(row, column);
    return text != NULL ? (struct vfj_span){text, (size_t)sqlite3_column_bytes(row, column)}
                        : (struct vfj_span){"", 0};
}

static bool has_type(sqlite3_stmt *row, enum member member, int type)
{
    return sqlite3_column_type(row, (int)member) == type;
}

static bool read_unsigned(sqlite3_stmt *row, enum member member, uint64_t *value)
{
    int64_t number = sqlite3_column_int64(row, (int)member);
    *value = (uint64_t)number;
    return has_type(row, member, SQLITE_INTEGER) && number >= 0;
}

static bool read_signed(sqlite3_stmt *row, enum member member, int64_t *value)
{
    *value = sqlite3_column_int64(row, (int)member);
    return has_type(row, member, SQLITE_INTEGER);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct vfj_span digits, uint8_t *bytes, size_t size)
{
    if (digits.length % 2 != 0 || digits.length / 2 > size)
        return false;
    for (size_t i = 0; i < digits.length; i += 2) {
        int high = digit_of(digits.text[i]), low = digit_of(digits.text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool read_body(struct vfj_import_rows *rows, struct vfj_span *body)
{
    sqlite3_stmt *row = rows->statements[PARSE];
    bool is_text = has_type(row, BODY, SQLITE_TEXT);
    struct vfj_span hex = text_of(row, BODY_HEX);
    if (is_text == has_type(row, BODY_HEX, SQLITE_TEXT))
        return false;
    if (is_text) {
        *body = text_of(row, BODY);
        return body->length <= VFJ_BODY_MAX && vfj_body_is_text(*body);
    }
    *body = (struct vfj_span){rows->body, hex.length / 2};
    return read_hex(hex, (uint8_t *)rows->body, VFJ_BODY_MAX) && !vfj_body_is_text(*body);
}

static bool read_digest(sqlite3_stmt *row, struct vfj_record *record)
{
    uint8_t bytes[sizeof record->digest];
    struct vfj_span digits = text_of(row, DIGEST);
    record->digest = 0;
    if (!vfj_record_is_event(record))
        return has_type(row, DIGEST, SQLITE_NULL);
    if (digits.length != 2 * sizeof bytes || !read_hex(digits, bytes, sizeof bytes))
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        record->digest = record->digest << 8 | bytes[i];
    return true;
}

static bool read_hashes(sqlite3_stmt *row, struct vfj_import_row *found)
{
    struct vfj_span chain = text_of(row, CHAIN);
    if (found->is_redacted)
        return has_type(row, CHAIN, SQLITE_NULL) && has_type(row, DIGEST, SQLITE_NULL);
    return read_digest(row, &found->record) && chain.length == (size_t)2 * VFJ_CHAIN_SIZE
        && read_hex(chain, found->record.chain, VFJ_CHAIN_SIZE);
}

/* Reads the row of the parsed line. Returns false when the row's columns cannot be those of a
 * record (vfj_journal_next()). */
static bool read_row(struct vfj_import_rows *rows, struct vfj_import_row *found)
{
    sqlite3_stmt *row = rows->statements[PARSE];
    struct vfj_record *record = &found->record;
    found->is_masked = sqlite3_column_int(row, MASKED) != 0;
    found->is_redacted = sqlite3_column_int(row, REDACTED) != 0;
    record->kind = (uint8_t)vfj_record_kind_parse(text_of(row, KIND));
    record->note = text_of(row, NOTE);
    bool has_cause = !has_type(row, CAUSE, SQLITE_NULL);
    record->cause = 0;
    return read_unsigned(row, SEQ, &record->seq) && record->seq >= 1
        && (!has_cause
            || (read_unsigned(row, CAUSE, &record->cause) && record->cause >= 1
                && record->cause < record->seq))
        && read_unsigned(row, BOOT, &record->boot) && read_signed(row, WALL_US, &record->wall_us)
        && read_signed(row, MONO_US, &record->mono_us)
        && record->kind < (unsigned)VFJ_RECORD_KIND_COUNT && read_body(rows, &record->body)
        && (record->note.length == 0 || vfj_note_is_name(record->note)) && read_hashes(row, found);
}

static bool is_source(struct vfj_span source)
{
    static const char prefix[] = "/vfjournal/";
    const size_t begin = sizeof prefix - 1, uuid = VFJ_UUID_SIZE - 1;
    return source.length == begin + 2 * uuid + 1 && vfj_span_starts(source, prefix)
        && vfj_uuid_is((struct vfj_span){source.text + begin, uuid})
        && source.text[begin + uuid] == '/'
        && vfj_uuid_is((struct vfj_span){source.text + begin + uuid + 1, uuid});
}

static bool is_type(struct vfj_span type, struct vfj_span kind)
{
    char bytes[128];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add(&text, "org.vfjournal.");
    vfj_text_add_span(&text, kind);
    vfj_text_add(&text, ".v1");
    return !text.overflow && vfj_span_is(type, bytes);
}

static enum vfj_import_result find_fault(struct vfj_import_rows *rows, struct vfj_import_row *row,
                                         enum vfj_import_fault *fault)
{
    sqlite3_stmt *stmt = rows->statements[PARSE];
    uint64_t base;
    if (sqlite3_column_int(stmt, IS_OBJECT) == 0)
        *fault = VFJ_IMPORT_NOT_JSON;
    else if (!vfj_span_is(text_of(stmt, SPECVERSION), "1.0")
             || !is_type(text_of(stmt, TYPE), text_of(stmt, KIND)))
        *fault = VFJ_IMPORT_OTHER_TYPE;
    else if (!is_source(text_of(stmt, SOURCE)))
        *fault = VFJ_IMPORT_BAD_SOURCE;
    else if (!read_row(rows, row))
        *fault = VFJ_IMPORT_BAD_ROW;
    else if (vfj_body_is_short(&row->record, &base))
        *fault = VFJ_IMPORT_SHORT_BODY;
    else
        return VFJ_IMPORT_TAKEN;
    return VFJ_IMPORT_FAULTY;
}

static bool step(struct vfj_import_rows *rows, enum statement statement)
{
    int code = sqlite3_step(rows->statements[statement]);
    rows->has_failed |= code != SQLITE_ROW && code != SQLITE_DONE;
    return code == SQLITE_ROW;
}

static void reset(struct vfj_import_rows *rows, enum statement statement)
{
    (void)sqlite3_reset(rows->statements[statement]);
}

static void save_newest(struct vfj_import_rows *rows)
{
    sqlite3_bind_int64(rows->statements[SET_NEWEST], 1, rows->source);
    sqlite3_bind_int64(rows->statements[SET_NEWEST], 2, rows->newest);
    (void)step(rows, SET_NEWEST);
    reset(rows, SET_NEWEST);
}

/* Finds the source with that name, or adds a new source. Most lines have the same source as the
 * previous line. */
static void find_source(struct vfj_import_rows *rows, struct vfj_span name)
{
    if (vfj_span_is(name, rows->name))
        return;
    save_newest(rows);
    (void)vfj_span_copy(rows->name, sizeof rows->name, name);
    rows->newest = 0;
    sqlite3_bind_text(rows->statements[FIND_SOURCE], 1, rows->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(rows->statements[ADD_SOURCE], 1, rows->name, -1, SQLITE_STATIC);
    if (step(rows, FIND_SOURCE)) {
        rows->source = sqlite3_column_int64(rows->statements[FIND_SOURCE], 0);
        rows->newest = sqlite3_column_int64(rows->statements[FIND_SOURCE], 1);
    } else {
        (void)step(rows, ADD_SOURCE);
        rows->source = sqlite3_last_insert_rowid(rows->db);
    }
    reset(rows, FIND_SOURCE);
    reset(rows, ADD_SOURCE);
}

static void bind_span(sqlite3_stmt *stmt, int parameter, struct vfj_span span)
{
    sqlite3_bind_blob(stmt, parameter, span.length > 0 ? span.text : "", (int)span.length,
                      SQLITE_STATIC);
}

static void bind_row(sqlite3_stmt *stmt, const struct vfj_import_row *row)
{
    const struct vfj_record *record = &row->record;
    sqlite3_bind_int64(stmt, 1, (sqlite3_int64)record->seq);
    sqlite3_bind_int64(stmt, 2, (sqlite3_int64)row->line);
    sqlite3_bind_int64(stmt, 3, (sqlite3_int64)record->cause);
    sqlite3_bind_int64(stmt, 4, (sqlite3_int64)record->boot);
    sqlite3_bind_int64(stmt, 5, record->wall_us);
    sqlite3_bind_int64(stmt, 6, record->mono_us);
    sqlite3_bind_int(stmt, 7, record->kind);
    bind_span(stmt, 8, record->body);
    bind_span(stmt, 9, record->note);
    sqlite3_bind_int64(stmt, 10, (sqlite3_int64)record->digest);
    bind_span(stmt, 11, (struct vfj_span){(const char *)record->chain, sizeof record->chain});
    sqlite3_bind_int(stmt, 12, row->is_masked);
    sqlite3_bind_int(stmt, 13, row->is_redacted);
}

static void get_row(sqlite3_stmt *stmt, struct vfj_import_row *row)
{
    struct vfj_record *record = &row->record;
    struct vfj_span chain = text_of(stmt, 10);
    memset(row, 0, sizeof *row);
    record->seq = (uint64_t)sqlite3_column_int64(stmt, 0);
    row->line = (uint64_t)sqlite3_column_int64(stmt, 1);
    record->cause = (uint64_t)sqlite3_column_int64(stmt, 2);
    record->boot = (uint64_t)sqlite3_column_int64(stmt, 3);
    record->wall_us = sqlite3_column_int64(stmt, 4);
    record->mono_us = sqlite3_column_int64(stmt, 5);
    record->kind = (uint8_t)sqlite3_column_int(stmt, 6);
    record->body = text_of(stmt, 7);
    record->note = text_of(stmt, 8);
    record->digest = (uint64_t)sqlite3_column_int64(stmt, 9);
    if (chain.length == sizeof record->chain)
        memcpy(record->chain, chain.text, sizeof record->chain);
    row->is_masked = sqlite3_column_int(stmt, 11) != 0;
    row->is_redacted = sqlite3_column_int(stmt, 12) != 0;
}

static bool is_same_span(struct vfj_span a, struct vfj_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool is_same(const struct vfj_import_row *a, const struct vfj_import_row *b)
{
    const struct vfj_record *x = &a->record, *y = &b->record;
    return x->cause == y->cause && x->boot == y->boot && x->wall_us == y->wall_us
        && x->mono_us == y->mono_us && x->kind == y->kind && is_same_span(x->body, y->body)
        && is_same_span(x->note, y->note) && x->digest == y->digest
        && memcmp(x->chain, y->chain, sizeof x->chain) == 0 && a->is_masked == b->is_masked
        && a->is_redacted == b->is_redacted;
}

/* Compares the row with the row of an earlier line that has the same source and seq. The earlier
 * row stays in any case. */
static enum vfj_import_result compare(struct vfj_import_rows *rows,
                                      const struct vfj_import_row *row,
                                      enum vfj_import_fault *fault)
{
    struct vfj_import_row found;
    sqlite3_stmt *stmt = rows->statements[GET];
    sqlite3_bind_int64(stmt, 1, rows->source);
    sqlite3_bind_int64(stmt, 2, (sqlite3_int64)row->record.seq);
    bool is_there = step(rows, GET);
    if (is_there)
        get_row(stmt, &found);
    bool is_repeated = is_there && is_same(&found, row);
    reset(rows, GET);
    *fault = VFJ_IMPORT_DUPLICATE;
    return is_repeated ? VFJ_IMPORT_REPEATED : VFJ_IMPORT_FAULTY;
}

static enum vfj_import_result add(struct vfj_import_rows *rows, const struct vfj_import_row *row,
                                  enum vfj_import_fault *fault, bool *is_late)
{
    sqlite3_stmt *stmt = rows->statements[ADD];
    enum vfj_import_result result = VFJ_IMPORT_TAKEN;
    find_source(rows, text_of(rows->statements[PARSE], SOURCE));
    bind_row(stmt, row);
    sqlite3_bind_int64(stmt, 14, rows->source);
    (void)step(rows, ADD);
    bool is_new = sqlite3_changes(rows->db) != 0;
    reset(rows, ADD);
    if (!is_new)
        result = compare(rows, row, fault);
    *is_late = is_new && (int64_t)row->record.seq < rows->newest;
    if ((int64_t)row->record.seq > rows->newest)
        rows->newest = (int64_t)row->record.seq;
    return rows->has_failed ? VFJ_IMPORT_FAILED : result;
}

enum vfj_import_result vfj_import_rows_take(struct vfj_import_rows *rows, struct vfj_span line,
                                            uint64_t number, enum vfj_import_fault *fault,
                                            bool *is_late)
{
    struct vfj_import_row row = {.line = number};
    sqlite3_stmt *stmt = rows->statements[PARSE];
    *is_late = false;
    *fault = VFJ_IMPORT_NOT_JSON;
    sqlite3_bind_text(stmt, 1, line.text, (int)line.length, SQLITE_STATIC);
    enum vfj_import_result result = VFJ_IMPORT_FAULTY;
    if (sqlite3_step(stmt) == SQLITE_ROW)
        result = find_fault(rows, &row, fault);
    if (result == VFJ_IMPORT_TAKEN)
        result = add(rows, &row, fault, is_late);
    (void)sqlite3_reset(stmt);
    return result;
}

void vfj_import_rows_rewind(struct vfj_import_rows *rows)
{
    reset(rows, SOURCES);
    reset(rows, ROWS);
}

bool vfj_import_rows_next_source(struct vfj_import_rows *rows, char source[VFJ_IMPORT_SOURCE_MAX])
{
    sqlite3_stmt *stmt = rows->statements[SOURCES];
    reset(rows, ROWS);
    if (!step(rows, SOURCES))
        return false;
    (void)vfj_span_copy(source, VFJ_IMPORT_SOURCE_MAX, text_of(stmt, 1));
    sqlite3_bind_int64(rows->statements[ROWS], 1, sqlite3_column_int64(stmt, 0));
    return true;
}

bool vfj_import_rows_next(struct vfj_import_rows *rows, struct vfj_import_row *row)
{
    if (!step(rows, ROWS))
        return false;
    get_row(rows->statements[ROWS], row);
    return true;
}
