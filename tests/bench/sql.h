/* Baselines on SQLite alone, and journals to measure with. */
#ifndef VFJ_TESTS_BENCH_SQL_H
#define VFJ_TESTS_BENCH_SQL_H

#include <sqlite3.h>
#include <stdint.h>

#include "store/ledger.h"

/* A table of a journal's columns, without triggers, and the journal's pragmas (WAL,
 * synchronous=FULL). */
struct bench_sql {
    sqlite3 *db;
    sqlite3_stmt *insert;
    uint64_t seq;
};

void bench_sql_open(struct bench_sql *sql, const char *path);
void bench_sql_close(struct bench_sql *sql);
void bench_sql_run(sqlite3 *db, const char *text);

/* One row with a body of that text, or `count` rows of bench_line() in one durable transaction. */
void bench_sql_insert(struct bench_sql *sql, const char *body);
void bench_sql_commit_lines(struct bench_sql *sql, uint64_t first, uint64_t count);

/* A new journal: a start in observe mode. Times go on from call to call, a millisecond each. */
struct vfj_ledger *bench_ledger_open(const char *path);
void bench_ledger_submit(struct vfj_ledger *ledger, const char *line);

/* A journal with that many rows of bench_line(). */
void bench_make_journal(const char *path, uint64_t rows);

#endif
