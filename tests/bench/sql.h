/* Baselines that use SQLite alone, and functions that make journals for the measurements. */
#ifndef VFJ_TESTS_BENCH_SQL_H
#define VFJ_TESTS_BENCH_SQL_H

#include <sqlite3.h>
#include <stdint.h>

#include "store/ledger.h"

/* A database table with the columns of a journal but without its triggers. Its pragmas are those of
 * a journal (WAL, synchronous=FULL). */
struct bench_sql {
    sqlite3 *db;
    sqlite3_stmt *insert;
    uint64_t seq;
};

void bench_sql_open(struct bench_sql *sql, const char *path);
void bench_sql_close(struct bench_sql *sql);
void bench_sql_run(sqlite3 *db, const char *text);

/* Inserts one row with that body. */
void bench_sql_insert(struct bench_sql *sql, const char *body);
/* Inserts `count` rows in one durable transaction. Their texts are bench_line() from number `first`
 * on. */
void bench_sql_commit_lines(struct bench_sql *sql, uint64_t first, uint64_t count);

/* Makes a journal whose first event is a start in observe mode. Each event submitted later happens
 * one millisecond after the event before it. */
struct vfj_ledger *bench_ledger_open(const char *path);
void bench_ledger_submit(struct vfj_ledger *ledger, const char *line);

/* Makes a journal with `rows` records; their texts are those of bench_line(). */
void bench_make_journal(const char *path, uint64_t rows);

#endif
