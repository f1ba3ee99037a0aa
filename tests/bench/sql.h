/* Baselines with SQLite alone, and journals for the measurements. */
#ifndef VFJ_TESTS_BENCH_SQL_H
#define VFJ_TESTS_BENCH_SQL_H

#include <sqlite3.h>
#include <stdint.h>

#include "store/ledger.h"

/* A table with the columns of a journal and without its triggers. Its pragmas are those of the
 * journal (WAL, synchronous=FULL). */
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
/* Inserts `count` rows of bench_line(), from number `first` on, in one durable transaction. */
void bench_sql_commit_lines(struct bench_sql *sql, uint64_t first, uint64_t count);

/* Makes a journal with a start in observe mode. Each later event is a millisecond after the one
 * before it. */
struct vfj_ledger *bench_ledger_open(const char *path);
void bench_ledger_submit(struct vfj_ledger *ledger, const char *line);

/* Makes a journal with that many rows of bench_line(). */
void bench_make_journal(const char *path, uint64_t rows);

#endif
