/* The journal's schema, as numbered migrations. */
#include "store/schema.h"

#include <inttypes.h>
#include <string.h>

/* The SQL texts of the schema. They are exactly what SQLite stores in a file, so that the schema
 * of a file can be compared with them. */
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

/* Refuses a row whose seq is not the next one. Also refuses INSERT OR REPLACE, for which SQLite
 * runs no UPDATE or DELETE trigger. */
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

/* The table and its triggers. A released migration is never changed; a new migration follows it. */
static const char version_1[]
    = TABLE_RECORD ";" TRIGGER_GAPLESS ";" TRIGGER_CHANGED ";" TRIGGER_DELETED ";";

/* Version 2 adds the kinds checkpoint and journal, which older programs do not know. It changes
 * only views. */
static const char version_2[] = "";

/* Versions 3 and 4 change only views. */
static const char version_3[] = "";
static const char version_4[] = "";

/* An index for the verbs that read milestones, so that they need not read all pages. The query
 * in store/journal.c has the same list of kinds; otherwise SQLite would not use the index. */
#define INDEX_MILESTONE \
    "CREATE INDEX record_milestone ON record (seq, kind) WHERE " VFJ_SCHEMA_MILESTONE

static const char version_5[] = INDEX_MILESTONE ";";

/* Version 6 adds the kind scheduled, which older programs do not know. This index finds the rows
 * of that kind. */
#define INDEX_SCHEDULED \
    "CREATE INDEX record_scheduled ON record (seq) WHERE " VFJ_SCHEMA_IS_SCHEDULED

static const char version_6[] = INDEX_SCHEDULED ";";

/* Bodies of snapshots may be short (store/short_body.h). Older programs do not know short bodies. */
static const char version_7[] = "";

/* Views for users of an SQLite shell. They hold no data, and can be rebuilt at any time. */
/* clang-format off */

static const char view_entry[] =
    "CREATE VIEW entry AS -- what the other views are made of\n"
    VFJ_SCHEMA_ENTRY;

static const char view_event[] =
    "CREATE VIEW event AS -- what reached the machine\n"
    "SELECT seq, time, boot, uptime, cause, kind, CAST(body AS TEXT) AS body, note, format('%016x', digest) AS digest\n"
    "FROM entry WHERE kind NOT IN ('transition', 'command', 'checkpoint', 'journal')";

static const char view_transition[] =
    "CREATE VIEW transition AS -- a slot's change of state; where both are the same, a notice\n"
    "SELECT seq, time, boot, uptime, cause AS event,\n"
    "    pairs ->> 'slot' AS slot,\n"
    "    pairs ->> 'vf' AS vf,\n"
    "    pairs ->> 'from' AS \"from\",\n"
    "    pairs ->> 'to' AS \"to\",\n"
    "    pairs ->> 'reason' AS reason,\n"
    "    CAST(pairs ->> 'generation' AS INTEGER) AS generation,\n"
    "    pairs ->> 'delay_us' / 1e6 AS delay\n"
    "FROM entry WHERE kind = 'transition'";

static const char view_slot[] =
    "CREATE VIEW slot AS -- the state of each slot after the newest record\n"
    "SELECT slot, \"to\" AS state, vf, time AS since, max(seq) AS transition\n"
    "FROM transition WHERE \"from\" <> \"to\" GROUP BY slot";

static const char view_command[] =
    "CREATE VIEW command AS -- what the guest was to do, or was asked; argv is quoted for sh(1)\n"
    "SELECT seq, time, boot, uptime, cause AS event,\n"
    "    CAST(pairs ->> 'id' AS INTEGER) AS id,\n"
    "    pairs ->> 'kind' AS kind,\n"
    "    pairs ->> 'slot' AS slot,\n"
    "    pairs ->> 'last' AS argv\n"
    "FROM entry WHERE kind = 'command'";

static const char view_outcome[] =
    "CREATE VIEW outcome AS -- how a command ended; what a probe found is in view event, kind observed\n"
    "SELECT seq, time, boot, uptime, cause AS command,\n"
    "    CAST(pairs ->> 'command' AS INTEGER) AS id,\n"
    "    pairs ->> 'outcome' AS outcome,\n"
    "    CAST(pairs ->> 'status' AS INTEGER) AS status,\n"
    "    pairs ->> 'duration_us' / 1e6 AS duration,\n"
    "    pairs ->> 'last' AS output\n"
    "FROM entry WHERE kind = 'finished'";

static const char view_scheduled[] =
    "CREATE VIEW scheduled AS -- what Azure Scheduled Events told\n"
    "SELECT seq, time, boot, uptime,\n"
    "    pairs ->> 'phase' AS phase,\n"
    "    pairs ->> 'id' AS id,\n"
    "    pairs ->> 'type' AS type,\n"
    "    pairs ->> 'here' AS here,\n"
    "    datetime(pairs ->> 'not_before', 'unixepoch') AS not_before,\n"
    "    CAST(pairs ->> 'duration' AS INTEGER) AS duration,\n"
    "    pairs ->> 'source' AS source,\n"
    "    pairs ->> 'resources' AS resources,\n"
    "    pairs ->> 'last' AS text\n"
    "FROM entry WHERE kind = 'scheduled'";

/* clang-format on */

struct object {
    const char *type, *name, *table, *sql;
    int since; /* the first version that has it */
};

/* The objects of the schema, sorted by type and name. The last entry is blank. */
static const struct object facts[] = {
    {"index", "record_milestone", "record", INDEX_MILESTONE, 5},
    {"index", "record_scheduled", "record", INDEX_SCHEDULED, 6},
    {"table", "record", "record", TABLE_RECORD, 1},
    {"trigger", "record_is_gapless", "record", TRIGGER_GAPLESS, 1},
    {"trigger", "record_is_never_changed", "record", TRIGGER_CHANGED, 1},
    {"trigger", "record_is_never_deleted", "record", TRIGGER_DELETED, 1},
    {NULL, NULL, NULL, NULL, 0},
};

static const struct object views[] = {
    {"view", "command", "command", view_command, 0},
    {"view", "entry", "entry", view_entry, 0},
    {"view", "event", "event", view_event, 0},
    {"view", "outcome", "outcome", view_outcome, 0},
    {"view", "scheduled", "scheduled", view_scheduled, 0},
    {"view", "slot", "slot", view_slot, 0},
    {"view", "transition", "transition", view_transition, 0},
    {NULL, NULL, NULL, NULL, 0},
};

/* The SQL text number i changes a journal of version i into version i + 1. */
static const char *const migrations[VFJ_SCHEMA_VERSION]
    = {version_1, version_2, version_3, version_4, version_5, version_6, version_7};

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int make_views(sqlite3 *db)
{
    int code = SQLITE_OK;
    for (const struct object *view = views; view->sql != NULL && code == SQLITE_OK; view++)
        code = run(db, view->sql);
    return code;
}

/* Runs `query`, whose first row has the text of a statement, and then that statement. Repeats
 * both until the query returns no row. */
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
    return run_each(
        db,
        "SELECT format('DROP VIEW \"%w\"', name) FROM sqlite_schema WHERE type = 'view' LIMIT 1");
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
        code = run(db, migrations[version]);
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
    (void)sqlite3_snprintf(sizeof sql, sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                           VFJ_APPLICATION_ID, VFJ_SCHEMA_VERSION);
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
    return column_is(row, 0, object->type) && column_is(row, 1, object->name)
        && column_is(row, 2, object->table) && column_is(row, 3, object->sql);
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? text : "";
}

/* Returns true when the file lacks `object`, because `row` comes after it. Both lists are sorted
 * by type and name. */
static bool is_missing(const struct object *object, sqlite3_stmt *row)
{
    int order = strcmp(object->type, text_of(row, 0));
    return order < 0 || (order == 0 && strcmp(object->name, text_of(row, 1)) <= 0);
}

static int differs(const char *type, const char *of, struct vfj_text *name)
{
    vfj_text_format(name, "%s %s", type, of);
    return SQLITE_MISMATCH;
}

/* Compares the rows of a file's schema with the list that begins at `object` and ends with a
 * blank entry. */
static int compare_rows(sqlite3_stmt *rows, const struct object *object, struct vfj_text *name)
{
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (object->sql != NULL && is_equal(object, rows))
            object++;
        else if (object->sql != NULL && is_missing(object, rows))
            return differs(object->type, object->name, name);
        else
            return differs(text_of(rows, 0), text_of(rows, 1), name);
    }
    if (code == SQLITE_DONE && object->sql != NULL)
        return differs(object->type, object->name, name);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int compare(sqlite3 *db, const char *query, const struct object *objects,
                   struct vfj_text *name)
{
    sqlite3_stmt *rows = NULL;
    int code = sqlite3_prepare_v2(db, query, -1, &rows, NULL);
    if (code == SQLITE_OK)
        code = compare_rows(rows, objects, name);
    sqlite3_finalize(rows);
    return code;
}

int vfj_schema_compare(sqlite3 *db, int version, struct vfj_text *name)
{
    struct object had[sizeof facts / sizeof facts[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (facts[i].since <= version)
            had[count++] = facts[i];
    }
    return compare(
        db,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'view' ORDER BY type, name",
        had, name);
}

int vfj_schema_compare_views(sqlite3 *db)
{
    char bytes[160];
    struct vfj_text name = vfj_text_begin(bytes, sizeof bytes);
    return compare(
        db,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY type, name",
        views, &name);
}
