/* The journal's schema, as numbered migrations. */
#include "store/schema.h"

#include <string.h>

/* What is a fact. Once released, a migration is never changed: a new one follows it. */
static const char version_1[] = /**/
    "-- What happened, in order, and what followed from it. Rows are only ever appended.\n"
    "CREATE TABLE record (\n"
    "    -- 1, 2, 3 ... without gaps\n"
    "    seq INTEGER PRIMARY KEY,\n"
    "    -- seq of the row that led to this one: an event's transitions and commands, a command's answer.\n"
    "    -- NULL: it came from outside\n"
    "    cause INTEGER,\n"
    "    -- counts the boots of the guest that this journal has seen\n"
    "    boot INTEGER NOT NULL,\n"
    "    -- Unix time in microseconds, for people\n"
    "    wall_us INTEGER NOT NULL,\n"
    "    -- microseconds since boot, for decisions\n"
    "    mono_us INTEGER NOT NULL,\n"
    "    -- events: started stopped configured connected gap devd observed finished timer;\n"
    "    -- what an event led to: transition command\n"
    "    kind TEXT NOT NULL,\n"
    "    -- devd: the line as it came; else key=value text in devd's grammar.\n"
    "    -- TEXT when it is UTF-8 without control characters but tab and newline, else BLOB\n"
    "    body ANY NOT NULL,\n"
    "    -- why the event changed nothing, or what is odd about it\n"
    "    note TEXT,\n"
    "    -- 64 bits of the machine's state after the event; NULL for transition and command\n"
    "    digest INTEGER,\n"
    "    -- the first 16 bytes of SHA-256(chain before, whole, and every column of this row)\n"
    "    chain BLOB NOT NULL\n"
    ") STRICT;\n"
    "-- Refuses INSERT OR REPLACE as well, which no UPDATE or DELETE trigger sees.\n"
    "CREATE TRIGGER record_is_gapless BEFORE INSERT ON record\n"
    "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record)\n"
    "BEGIN\n"
    "    SELECT raise(ABORT, 'the journal is append-only: seq must be the next one');\n"
    "END;\n"
    "CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record\n"
    "BEGIN\n"
    "    SELECT raise(ABORT, 'the journal is append-only: no UPDATE');\n"
    "END;\n"
    "CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record\n"
    "BEGIN\n"
    "    SELECT raise(ABORT, 'the journal is append-only: no DELETE');\n"
    "END;\n";

/* What follows " KEY=" in b, which is the body between blanks. */
#define AFTER(key) "substr(b, instr(b, ' " key "=') + length(' " key "='))"

/* The value of KEY when it is a plain word. */
#define WORD(key) \
    "CASE WHEN instr(b, ' " key "=') > 0 THEN substr(" AFTER(key) ", 1, instr(" AFTER(key) ", ' ') - 1) END"

/* The value of KEY, the last of b, quoted or not: unquoted by way of char(1), which no such text has. */
#define LAST(key)                                                                   \
    "CASE WHEN instr(b, ' " key "=\"') > 0\n"                                       \
    "        THEN replace(replace(replace(substr(" AFTER(key) ", 2, length(" AFTER( \
        key) ") - 3),\n"                                                            \
             "            '\\\\', char(1)), '\\\"', '\"'), char(1), '\\')\n"        \
             "        WHEN instr(b, ' " key "=') > 0 THEN rtrim(" AFTER(key) ") END"

#define TIME "strftime('%Y-%m-%dT%H:%M:%S', wall_us / 1000000, 'unixepoch') || printf('.%06dZ', wall_us % 1000000)"

#define BODIES(kinds) "(SELECT *, ' ' || body || ' ' AS b FROM record WHERE kind IN (" kinds "))"

/* What is derived: for people with an SQLite shell. It can be dropped and made again at any time. */
static const char view_event[] = /**/
    "CREATE VIEW event AS -- what reached the machine\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause, kind,\n"
    "    CAST(body AS TEXT) AS body, note, printf('%016x', digest) AS digest\n"
    "FROM record WHERE kind NOT IN ('transition', 'command')";

static const char view_transition[] = /**/
    "CREATE VIEW transition AS -- a slot's change of state; where both are the same, a notice\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause AS event,\n"
    "    " WORD("slot") " AS slot,\n"
                        "    " WORD(
                            "vf") " AS vf,\n"
                                  "    " WORD(
                                      "from") " AS \"from\",\n"
                                              "    " WORD(
                                                  "to") " AS \"to\",\n"
                                                        "    " WORD(
                                                            "reason") " AS reason,\n"
                                                                      "    CAST(" WORD(
                                                                          "generation") " AS INTEGER) AS "
                                                                                        "generation,\n"
                                                                                        "    " WORD(
                                                                                            "delay_us") " / 1e6 AS "
                                                                                                        "delay\n"
                                                                                                        "FROM"
                                                                                                        " " BODIES(
                                                                                                            "'transit"
                                                                                                            "ion'");

static const char view_command[] = /**/
    "CREATE VIEW command AS -- what the guest was to do, or was asked; argv is quoted for sh(1)\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause AS event,\n"
    "    CAST(" WORD("id") " AS INTEGER) AS id,\n"
                           "    " WORD("kind") " AS kind,\n"
                                               "    " WORD("slot") " AS slot,\n"
                                                                   "    " LAST("argv") " AS argv\n"
                                                                                       "FROM " BODIES("'command'");

static const char view_outcome[] = /**/
    "CREATE VIEW outcome AS -- how a command ended; what a probe found is in view event, kind observed\n"
    "SELECT seq, " TIME " AS time, boot, mono_us / 1e6 AS uptime, cause AS command,\n"
    "    CAST(" WORD("command") " AS INTEGER) AS id,\n"
                                "    " WORD("outcome") " AS outcome,\n"
                                                       "    CAST(" WORD(
                                                           "status") " AS INTEGER) AS status,\n"
                                                                     "    " WORD(
                                                                         "duration_us") " / 1e6 AS duration,\n"
                                                                                        "    " LAST(
                                                                                            "output") " AS output\n"
                                                                                                      "FROM " BODIES(
                                                                                                          "'finished'");

static const char view_slot[] = /**/
    "CREATE VIEW slot AS -- the state of each slot after the newest record\n"
    "SELECT slot, \"to\" AS state, vf, time AS since, max(seq) AS transition\n"
    "FROM transition WHERE \"from\" <> \"to\" GROUP BY slot";

static const struct {
    const char *name, *sql;
} views[] = {
    {"event", view_event}, {"transition", view_transition}, {"command", view_command}, {"outcome", view_outcome},
    {"slot", view_slot},
};

enum { VIEWS = sizeof views / sizeof views[0] };

static const char *const migrations[VFJ_SCHEMA_VERSION] = {version_1};

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int make_views(sqlite3 *db)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < VIEWS && code == SQLITE_OK; i++)
        code = run(db, views[i].sql);
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

static int make_facts(sqlite3 *db, int version)
{
    int code = SQLITE_OK;
    for (; version < VFJ_SCHEMA_VERSION && code == SQLITE_OK; version++)
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
        code = make_facts(db, version);
    if (code == SQLITE_OK)
        code = make_views(db);
    (void)sqlite3_snprintf(sizeof sql, sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", VFJ_APPLICATION_ID,
                           VFJ_SCHEMA_VERSION);
    if (code == SQLITE_OK)
        code = run(db, sql);
    return finish(db, code);
}

static const char objects[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
                              " WHERE ?1 = 0 OR type <> 'view' ORDER BY type, name";

/* Ours: facts as the migrations make them in a database of their own, and views as they are written above, which SQLite keeps
 * word for word; making them too would take most of the time of opening a journal. */
static const char expected[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema UNION ALL"
                               " SELECT 'view', column1, column1, column2"
                               " FROM (VALUES (?2, ?3), (?4, ?5), (?6, ?7), (?8, ?9), (?10, ?11))"
                               " WHERE ?1 = 0 ORDER BY type, name";

_Static_assert(VIEWS == 5, "as many views as there are pairs of parameters in `expected`");

static bool column_differs(sqlite3_stmt *ours, sqlite3_stmt *theirs, int column)
{
    const void *a = sqlite3_column_blob(ours, column);
    const void *b = sqlite3_column_blob(theirs, column);
    int length = sqlite3_column_bytes(ours, column);
    if (length != sqlite3_column_bytes(theirs, column))
        return true;
    return length > 0 && memcmp(a, b, (size_t)length) != 0;
}

/* By type and name, as both are sorted. */
static int order(sqlite3_stmt *ours, sqlite3_stmt *theirs)
{
    int order = 0;
    for (int column = 0; column < 2 && order == 0; column++) {
        const char *a = (const char *)sqlite3_column_text(ours, column);
        const char *b = (const char *)sqlite3_column_text(theirs, column);
        order = strcmp(a != NULL ? a : "", b != NULL ? b : "");
    }
    return order;
}

static void name_object(sqlite3_stmt *stmt, struct vfj_text *name)
{
    for (int column = 0; column < 2; column++) {
        const char *text = (const char *)sqlite3_column_text(stmt, column);
        vfj_text_add(name, column > 0 ? " " : "");
        vfj_text_add(name, text != NULL ? text : "?");
    }
}

/* Both statements list their objects in one order: the first that differs tells. */
static int compare_rows(sqlite3_stmt *ours, sqlite3_stmt *theirs, struct vfj_text *name)
{
    for (;;) {
        int mine = sqlite3_step(ours);
        int other = sqlite3_step(theirs);
        if (other != SQLITE_ROW && other != SQLITE_DONE)
            return other;
        if (mine != SQLITE_ROW && mine != SQLITE_DONE)
            return mine;
        if (mine == SQLITE_DONE && other == SQLITE_DONE)
            return SQLITE_OK;
        bool differs = mine != other;
        for (int column = 0; column < 4 && !differs; column++)
            differs = column_differs(ours, theirs, column);
        if (differs) {
            bool missing = mine == SQLITE_ROW && (other != SQLITE_ROW || order(ours, theirs) <= 0);
            name_object(missing ? ours : theirs, name);
            return SQLITE_MISMATCH;
        }
    }
}

int vfj_schema_compare(sqlite3 *db, bool facts_only, struct vfj_text *name)
{
    sqlite3 *model = NULL;
    sqlite3_stmt *ours = NULL;
    sqlite3_stmt *theirs = NULL;
    int code = sqlite3_open_v2(":memory:", &model, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (code == SQLITE_OK)
        code = make_facts(model, 0);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(model, expected, -1, &ours, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, objects, -1, &theirs, NULL);
    if (code == SQLITE_OK) {
        (void)sqlite3_bind_int(ours, 1, facts_only);
        for (int i = 0; i < VIEWS; i++) {
            (void)sqlite3_bind_text(ours, 2 + 2 * i, views[i].name, -1, SQLITE_STATIC);
            (void)sqlite3_bind_text(ours, 3 + 2 * i, views[i].sql, -1, SQLITE_STATIC);
        }
        (void)sqlite3_bind_int(theirs, 1, facts_only);
        code = compare_rows(ours, theirs, name);
    }
    sqlite3_finalize(ours);
    sqlite3_finalize(theirs);
    sqlite3_close(model);
    return code;
}
