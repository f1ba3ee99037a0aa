/* The journal's schema, as numbered migrations. */
#include "store/schema.h"

#include <string.h>

/* Each statement is written as SQLite keeps it in a file, word for word, so that a file's schema can be compared with it. */
#define TABLE_RECORD                                                                                         \
    "CREATE TABLE record (\n"                                                                                \
    "    -- 1, 2, 3 ... without gaps\n"                                                                      \
    "    seq INTEGER PRIMARY KEY,\n"                                                                         \
    "    -- seq of the row that led to this one: an event's transitions and commands, a command's answer.\n" \
    "    -- NULL: it came from outside\n"                                                                    \
    "    cause INTEGER,\n"                                                                                   \
    "    -- counts the boots of the guest that this journal has seen\n"                                      \
    "    boot INTEGER NOT NULL,\n"                                                                           \
    "    -- Unix time in microseconds, for people\n"                                                         \
    "    wall_us INTEGER NOT NULL,\n"                                                                        \
    "    -- microseconds since boot, for decisions\n"                                                        \
    "    mono_us INTEGER NOT NULL,\n"                                                                        \
    "    -- events: started stopped configured connected gap devd observed finished timer;\n"                \
    "    -- what an event led to: transition command\n"                                                      \
    "    kind TEXT NOT NULL,\n"                                                                              \
    "    -- devd: the line as it came; else key=value text in devd's grammar.\n"                             \
    "    -- TEXT when it is UTF-8 without control characters but tab and newline, else BLOB\n"               \
    "    body ANY NOT NULL,\n"                                                                               \
    "    -- why the event changed nothing, or what is odd about it\n"                                        \
    "    note TEXT,\n"                                                                                       \
    "    -- 64 bits of the machine's state after the event; NULL for transition and command\n"               \
    "    digest INTEGER,\n"                                                                                  \
    "    -- the first 16 bytes of SHA-256(chain before, whole, and every column of this row)\n"              \
    "    chain BLOB NOT NULL\n"                                                                              \
    ") STRICT"

/* Refuses INSERT OR REPLACE as well, which no UPDATE or DELETE trigger sees. */
#define TRIGGER_GAPLESS                                                                  \
    "CREATE TRIGGER record_is_gapless BEFORE INSERT ON record\n"                         \
    "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record)\n"               \
    "BEGIN\n"                                                                            \
    "    SELECT raise(ABORT, 'the journal is append-only: seq must be the next one');\n" \
    "END"

#define TRIGGER_CHANGED                                                   \
    "CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record\n"    \
    "BEGIN\n"                                                             \
    "    SELECT raise(ABORT, 'the journal is append-only: no UPDATE');\n" \
    "END"

#define TRIGGER_DELETED                                                   \
    "CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record\n"    \
    "BEGIN\n"                                                             \
    "    SELECT raise(ABORT, 'the journal is append-only: no DELETE');\n" \
    "END"

/* What is a fact. Once released, a migration is never changed: a new one follows it. */
static const char version_1[] = TABLE_RECORD ";" TRIGGER_GAPLESS ";" TRIGGER_CHANGED ";" TRIGGER_DELETED ";";

/* Two kinds of rows more, which older programs would not know: checkpoint and journal. No object is changed but a view. */
static const char version_2[] = "";

/* Other views, which take less to parse: SQLite does so with all of a schema whenever a file is opened. */
static const char version_3[] = "";

/* What is derived, for people with an SQLite shell: it can be dropped and made again at any time. A view that changes gets a
 * text more, for those who read a journal of an older version. */

#define TIME "strftime('%Y-%m-%dT%H:%M:%S', wall_us / 1000000, 'unixepoch') || printf('.%06dZ', wall_us % 1000000)"

static const char view_slot[] = /**/
    "CREATE VIEW slot AS -- the state of each slot after the newest record\n"
    "SELECT slot, \"to\" AS state, vf, time AS since, max(seq) AS transition\n"
    "FROM transition WHERE \"from\" <> \"to\" GROUP BY slot";

/* The plain word after KEY, which with the blank before it is `at` bytes long: each blank of `words` is as long as a word can
 * be (tests/test_formats.c). */
#define WORD(key, at)        "trim(substr(words, nullif(instr(words, ' " key "'), 0) + " #at ", 32))"
#define NAME(key, at, as)    ",\n    " WORD(key, at) " AS " as
#define NUMBER(key, at, as)  ",\n    CAST(" WORD(key, at) " AS INTEGER) AS " as
#define SECONDS(key, at, as) ",\n    " WORD(key, at) " / 1e6 AS " as

/* The last word, which may be quoted: unquoted by way of char(1), which no such text has. */
static const char view_entry[] = /**/
    "CREATE VIEW entry AS -- what the other views are made of\n"
    "SELECT seq, time, boot, uptime, cause, kind, body, note, digest,\n"
    "    replace(' ' || body, ' ', printf('%32s', '')) AS words,\n"
    "    CASE substr(last, 1, 1) WHEN '\"' THEN\n"
    "        replace(replace(replace(substr(last, 2, length(last) - 2), '\\\\', char(1)), '\\\"', '\"'), char(1), "
    "'\\')\n"
    "    ELSE last END AS last\n"
    "FROM (\n"
    "    SELECT *, " TIME " AS time, mono_us / 1e6 AS uptime,\n"
    "        CAST(substr(body, CASE kind WHEN 'command' THEN nullif(instr(body, ' argv='), 0) + 6\n"
    "            WHEN 'finished' THEN nullif(instr(body, ' output='), 0) + 8 END) AS TEXT) AS last\n"
    "    FROM record)";

static const char view_event[] = /**/
    "CREATE VIEW event AS -- what reached the machine\n"
    "SELECT seq, time, boot, uptime, cause, kind, CAST(body AS TEXT) AS body, note, printf('%016x', digest) AS digest\n"
    "FROM entry WHERE kind NOT IN ('transition', 'command', 'checkpoint', 'journal')";

/* A column a line. */
/* clang-format off */

static const char view_transition[] =
    "CREATE VIEW transition AS -- a slot's change of state; where both are the same, a notice\n"
    "SELECT seq, time, boot, uptime, cause AS event"
    NAME("slot=", 6, "slot")
    NAME("vf=", 4, "vf")
    NAME("from=", 6, "\"from\"")
    NAME("to=", 4, "\"to\"")
    NAME("reason=", 8, "reason")
    NUMBER("generation=", 12, "generation")
    SECONDS("delay_us=", 10, "delay")
    "\nFROM entry WHERE kind = 'transition'";

static const char view_command[] =
    "CREATE VIEW command AS -- what the guest was to do, or was asked; argv is quoted for sh(1)\n"
    "SELECT seq, time, boot, uptime, cause AS event"
    NUMBER("id=", 4, "id")
    NAME("kind=", 6, "kind")
    NAME("slot=", 6, "slot")
    ",\n    last AS argv"
    "\nFROM entry WHERE kind = 'command'";

static const char view_outcome[] =
    "CREATE VIEW outcome AS -- how a command ended; what a probe found is in view event, kind observed\n"
    "SELECT seq, time, boot, uptime, cause AS command"
    NUMBER("command=", 9, "id")
    NAME("outcome=", 9, "outcome")
    NUMBER("status=", 8, "status")
    SECONDS("duration_us=", 13, "duration")
    ",\n    last AS output"
    "\nFROM entry WHERE kind = 'finished'";

/* clang-format on */

/* The views of versions 1 and 2. */

/* What follows " KEY=" in b, which is the body between blanks. */
#define AFTER(key) "substr(b, instr(b, ' " key "=') + length(' " key "='))"

/* The value of KEY when it is a plain word. */
#define WORD_1(key) \
    "CASE WHEN instr(b, ' " key "=') > 0 THEN substr(" AFTER(key) ", 1, instr(" AFTER(key) ", ' ') - 1) END"

/* The value of KEY, the last of b, quoted or not: unquoted by way of char(1), which no such text has. */
#define LAST(key)                                                                   \
    "CASE WHEN instr(b, ' " key "=\"') > 0\n"                                       \
    "        THEN replace(replace(replace(substr(" AFTER(key) ", 2, length(" AFTER( \
        key) ") - 3),\n"                                                            \
             "            '\\\\', char(1)), '\\\"', '\"'), char(1), '\\')\n"        \
             "        WHEN instr(b, ' " key "=') > 0 THEN rtrim(" AFTER(key) ") END"

#define BODIES(kinds) "(SELECT *, ' ' || body || ' ' AS b FROM record WHERE kind IN (" kinds "))"

#define EVENT(others)                                                             \
    "CREATE VIEW event AS -- what reached the machine\n"                          \
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause, kind,\n" \
    "    CAST(body AS TEXT) AS body, note, printf('%016x', digest) AS digest\n"   \
    "FROM record WHERE kind NOT IN (" others ")"

static const char view_event_1[] = EVENT("'transition', 'command'");
static const char view_event_2[] = EVENT("'transition', 'command', 'checkpoint', 'journal'");

/* A column a line. */
/* clang-format off */

static const char view_transition_1[] =
    "CREATE VIEW transition AS -- a slot's change of state; where both are the same, a notice\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause AS event,\n"
    "    " WORD_1("slot") " AS slot,\n"
    "    " WORD_1("vf") " AS vf,\n"
    "    " WORD_1("from") " AS \"from\",\n"
    "    " WORD_1("to") " AS \"to\",\n"
    "    " WORD_1("reason") " AS reason,\n"
    "    CAST(" WORD_1("generation") " AS INTEGER) AS generation,\n"
    "    " WORD_1("delay_us") " / 1e6 AS delay\n"
    "FROM " BODIES("'transition'");

static const char view_command_1[] =
    "CREATE VIEW command AS -- what the guest was to do, or was asked; argv is quoted for sh(1)\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause AS event,\n"
    "    CAST(" WORD_1("id") " AS INTEGER) AS id,\n"
    "    " WORD_1("kind") " AS kind,\n"
    "    " WORD_1("slot") " AS slot,\n"
    "    " LAST("argv") " AS argv\n"
    "FROM " BODIES("'command'");

static const char view_outcome_1[] =
    "CREATE VIEW outcome AS -- how a command ended; what a probe found is in view event, kind observed\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause AS command,\n"
    "    CAST(" WORD_1("command") " AS INTEGER) AS id,\n"
    "    " WORD_1("outcome") " AS outcome,\n"
    "    CAST(" WORD_1("status") " AS INTEGER) AS status,\n"
    "    " WORD_1("duration_us") " / 1e6 AS duration,\n"
    "    " LAST("output") " AS output\n"
    "FROM " BODIES("'finished'");

/* clang-format on */

struct object {
    const char *type, *name, *table, *sql;
};

enum { FACTS = 4, OBJECTS_MAX = 10 };

#define FACTS_OF_1                                                                                            \
    {"table", "record", "record", TABLE_RECORD}, {"trigger", "record_is_gapless", "record", TRIGGER_GAPLESS}, \
        {"trigger", "record_is_never_changed", "record", TRIGGER_CHANGED},                                    \
        {"trigger", "record_is_never_deleted", "record", TRIGGER_DELETED},

#define VIEWS_OF_1(event)                                                                    \
    {"view", "command", "command", view_command_1}, {"view", "event", "event", event},       \
        {"view", "outcome", "outcome", view_outcome_1}, {"view", "slot", "slot", view_slot}, \
        {"view", "transition", "transition", view_transition_1},

#define VIEWS_OF_3                                                                            \
    {"view", "command", "command", view_command}, {"view", "entry", "entry", view_entry},     \
        {"view", "event", "event", view_event}, {"view", "outcome", "outcome", view_outcome}, \
        {"view", "slot", "slot", view_slot}, {"view", "transition", "transition", view_transition},

/* Each version that a journal can have: how it is made from the one before, and its whole schema, in the order of type and
 * name: what is a fact, then the views. */
static const struct version {
    const char *migration;
    struct object objects[OBJECTS_MAX + 1]; /* the last is blank */
} versions[VFJ_SCHEMA_VERSION] = {
    {version_1, {FACTS_OF_1 VIEWS_OF_1(view_event_1)}},
    {version_2, {FACTS_OF_1 VIEWS_OF_1(view_event_2)}},
    {version_3, {FACTS_OF_1 VIEWS_OF_3}},
};

static const struct version *const newest = &versions[VFJ_SCHEMA_VERSION - 1];

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int make_views(sqlite3 *db)
{
    int code = SQLITE_OK;
    for (const struct object *view = &newest->objects[FACTS]; view->sql != NULL && code == SQLITE_OK; view++)
        code = run(db, view->sql);
    return code;
}

/* Run the first row of `query` as a statement, until it has no rows. */
static int run_each(sqlite3 *db, const char *query)
{
    int code;
    do {
        sqlite3_stmt *stmt = NULL;
        char *sql = NULL;
        code = sqlite3_prepare_v2(db, query, -1, &stmt, NULL);
        if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW)
            sql = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
        sqlite3_finalize(stmt);
        if (code == SQLITE_ROW && (code = sql == NULL ? SQLITE_NOMEM : run(db, sql)) == SQLITE_OK)
            code = SQLITE_ROW;
        sqlite3_free(sql);
    } while (code == SQLITE_ROW);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int finish(sqlite3 *db, int code)
{
    if (code == SQLITE_OK)
        code = run(db, "COMMIT");
    if (code != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
        (void)run(db, "ROLLBACK");
    return code;
}

static int drop_views(sqlite3 *db)
{
    return run_each(db, "SELECT format('DROP VIEW \"%w\"', name) FROM sqlite_schema WHERE type = 'view' LIMIT 1");
}

int vfj_schema_rebuild_views(sqlite3 *db)
{
    int code = run(db, "BEGIN IMMEDIATE");
    if (code == SQLITE_OK)
        code = drop_views(db);
    if (code == SQLITE_OK)
        code = make_views(db);
    return finish(db, code);
}

static int make_facts(sqlite3 *db, int from, int to)
{
    int code = SQLITE_OK;
    for (int version = from; version < to && code == SQLITE_OK; version++)
        code = run(db, versions[version].migration);
    return code;
}

int vfj_schema_migrate(sqlite3 *db, int version)
{
    char sql[128];
    int code = run(db, "BEGIN IMMEDIATE");
    if (code == SQLITE_OK)
        code = drop_views(db);
    if (code == SQLITE_OK)
        code = make_facts(db, version, VFJ_SCHEMA_VERSION);
    if (code == SQLITE_OK)
        code = make_views(db);
    (void)sqlite3_snprintf(sizeof sql, sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", VFJ_APPLICATION_ID,
                           VFJ_SCHEMA_VERSION);
    if (code == SQLITE_OK)
        code = run(db, sql);
    return finish(db, code);
}

static bool column_is(sqlite3_stmt *row, int column, const char *text)
{
    const void *bytes = sqlite3_column_blob(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);
    return bytes != NULL && length == strlen(text) && memcmp(bytes, text, length) == 0;
}

static bool is_equal(const struct object *object, sqlite3_stmt *row)
{
    return column_is(row, 0, object->type) && column_is(row, 1, object->name) && column_is(row, 2, object->table)
        && column_is(row, 3, object->sql);
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? text : "";
}

/* Whether the file has no such object, as both are sorted by type and name. */
static bool is_missing(const struct object *object, sqlite3_stmt *row)
{
    int order = strcmp(object->type, text_of(row, 0));
    return order < 0 || (order == 0 && strcmp(object->name, text_of(row, 1)) <= 0);
}

/* Views are the last in the order of types: before one that differs all is as it should be. */
static int differs(const char *type, const char *of, struct vfj_text *name, bool *derived)
{
    vfj_text_add(name, type);
    vfj_text_add_char(name, ' ');
    vfj_text_add(name, of);
    *derived = strcmp(type, "view") == 0;
    return SQLITE_MISMATCH;
}

/* `object`: the first of those that there should be, a blank one after the last. */
static int compare_rows(sqlite3_stmt *rows, const struct object *object, struct vfj_text *name, bool *derived)
{
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (object->sql != NULL && is_equal(object, rows))
            object++;
        else if (object->sql != NULL && is_missing(object, rows))
            return differs(object->type, object->name, name, derived);
        else
            return differs(text_of(rows, 0), text_of(rows, 1), name, derived);
    }
    if (code == SQLITE_DONE && object->sql != NULL)
        return differs(object->type, object->name, name, derived);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int vfj_schema_compare(sqlite3 *db, int version, struct vfj_text *name, bool *derived)
{
    sqlite3_stmt *rows = NULL;
    int code = sqlite3_prepare_v2(db, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name", -1,
                                  &rows, NULL);
    *derived = false;
    if (code == SQLITE_OK)
        code = compare_rows(rows, versions[version - 1].objects, name, derived);
    sqlite3_finalize(rows);
    return code;
}
