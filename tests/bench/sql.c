/* Baselines that use SQLite alone, and functions that make journals for the measurements. */
#include "tests/bench/sql.h"

#include <string.h>

#include "core/machine/step.h"
#include "tests/bench/bench.h"

static const char schema[]
    = "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512;"
      "PRAGMA journal_size_limit = 4194304;"
      "CREATE TABLE record (seq INTEGER PRIMARY KEY, cause INTEGER, boot INTEGER NOT NULL,"
      " wall_us INTEGER NOT NULL, mono_us INTEGER NOT NULL, kind TEXT NOT NULL,"
      " body ANY NOT NULL, note TEXT, digest INTEGER, chain BLOB NOT NULL) STRICT";

void bench_sql_run(sqlite3 *db, const char *text)
{
    BENCH_CHECK(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
}

void bench_sql_open(struct bench_sql *sql, const char *path)
{
    *sql = (struct bench_sql){0};
    BENCH_CHECK(sqlite3_open_v2(path, &sql->db,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                NULL)
                == SQLITE_OK);
    bench_sql_run(sql->db, schema);
    BENCH_CHECK(sqlite3_prepare_v3(
                    sql->db,
                    "INSERT INTO record VALUES (?1, NULL, 1, ?2, ?3, 'devd', ?4, NULL, ?5, ?6)", -1,
                    SQLITE_PREPARE_PERSISTENT, &sql->insert, NULL)
                == SQLITE_OK);
}

void bench_sql_close(struct bench_sql *sql)
{
    sqlite3_finalize(sql->insert);
    BENCH_CHECK(sqlite3_close(sql->db) == SQLITE_OK);
}

void bench_sql_insert(struct bench_sql *sql, const char *body)
{
    static unsigned char chain[16];
    int64_t us = bench_now_ns() / 1000;
    sql->seq++;
    memcpy(chain, &us, sizeof us);
    sqlite3_bind_int64(sql->insert, 1, (sqlite3_int64)sql->seq);
    sqlite3_bind_int64(sql->insert, 2, 1795356000000000 + us);
    sqlite3_bind_int64(sql->insert, 3, us);
    sqlite3_bind_text(sql->insert, 4, body, -1, SQLITE_STATIC);
    sqlite3_bind_int64(sql->insert, 5, (sqlite3_int64)((uint64_t)us * 0x9e3779b97f4a7c15u));
    sqlite3_bind_blob(sql->insert, 6, chain, sizeof chain, SQLITE_STATIC);
    BENCH_CHECK(sqlite3_step(sql->insert) == SQLITE_DONE);
    sqlite3_reset(sql->insert);
}

void bench_sql_commit_lines(struct bench_sql *sql, uint64_t first, uint64_t count)
{
    bench_sql_run(sql->db, "BEGIN IMMEDIATE");
    for (uint64_t i = 0; i < count; i++)
        bench_sql_insert(sql, bench_line(first + i));
    bench_sql_run(sql->db, "COMMIT");
}

static int64_t ticks;

static void submit(struct vfj_ledger *ledger, struct vfj_event *event)
{
    ticks++;
    event->wall_us = 1795356000000000 + ticks * 1000;
    event->mono_us = ticks * 1000;
    BENCH_CHECK(vfj_ledger_submit(ledger, event, NULL) == VFJ_OK);
}

struct vfj_ledger *bench_ledger_open(const char *path)
{
    struct vfj_ledger *ledger = NULL;
    BENCH_CHECK(vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) == VFJ_OK);
    struct vfj_event started = {.kind = VFJ_EVENT_STARTED,
                                .as.started = {.boot_id = "bench",
                                               .rules = VFJ_RULES,
                                               .mode = VFJ_MODE_OBSERVE,
                                               .policy = VFJ_POLICY_VFJOURNAL}};
    submit(ledger, &started);
    BENCH_CHECK(vfj_ledger_commit(ledger) == VFJ_OK);
    return ledger;
}

void bench_ledger_submit(struct vfj_ledger *ledger, const char *line)
{
    struct vfj_event
        event; /* this variable is not set to zero, just as the daemon's event is not */
    event.kind = VFJ_EVENT_DEVD;
    event.as.devd.raw = (struct vfj_span){line, strlen(line)};
    submit(ledger, &event);
}

void bench_make_journal(const char *path, uint64_t rows)
{
    struct vfj_ledger *ledger = bench_ledger_open(path);
    while (vfj_ledger_seq(ledger) < rows) {
        bench_ledger_submit(ledger, bench_line(vfj_ledger_seq(ledger)));
        if (vfj_ledger_seq(ledger) % 8192 == 0)
            BENCH_CHECK(vfj_ledger_commit(ledger) == VFJ_OK);
    }
    BENCH_CHECK(vfj_ledger_commit(ledger) == VFJ_OK);
    vfj_ledger_close(ledger);
}
