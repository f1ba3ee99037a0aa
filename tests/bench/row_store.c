/* Rows about the journal: append, replay, bytes on disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/replay.h"
#include "tests/bench/bench.h"
#include "tests/bench/sql.h"

enum { APPENDS = 200 };

struct append {
    struct vfj_ledger *ledger;
    struct bench_sql sql;
    char line[8192];
};

static void *append_open(struct bench *bench, uint64_t size)
{
    struct append *append = bench_allocate(sizeof *append);
    BENCH_CHECK(size < sizeof append->line);
    (void)snprintf(append->line, sizeof append->line, "!system=BENCH subsystem=line type=%-*s", (int)size, "LONG");
    memset(append->line + 33, 'x', size - 33);
    append->line[size] = '\0';
    append->ledger = bench_ledger_open(bench_path(bench, "journal.db"));
    bench_sql_open(&append->sql, bench_path(bench, "baseline.db"));
    return append;
}

/* By turns, so that what else the machine does strikes both alike. */
static struct bench_sample append_turn(struct bench *bench, void *context)
{
    struct append *append = context;
    static double ours[APPENDS], baseline[APPENDS];
    (void)bench;
    for (unsigned i = 0; i < APPENDS; i++) {
        int64_t start = bench_now_ns();
        bench_sql_run(append->sql.db, "BEGIN IMMEDIATE");
        bench_sql_insert(&append->sql, append->line);
        bench_sql_run(append->sql.db, "COMMIT");
        int64_t middle = bench_now_ns();
        bench_ledger_submit(append->ledger, append->line);
        BENCH_CHECK(vfj_ledger_commit(append->ledger) == VFJ_OK);
        ours[i] = (double)(bench_now_ns() - middle) / 1e3;
        baseline[i] = (double)(middle - start) / 1e3;
    }
    return (struct bench_sample){bench_median(ours, APPENDS), bench_median(baseline, APPENDS)};
}

static void append_close(struct bench *bench, void *context)
{
    struct append *append = context;
    (void)bench;
    vfj_ledger_close(append->ledger);
    bench_sql_close(&append->sql);
    free(append);
}

const struct bench_row bench_append = {
    .name = "append",
    .what = "one devd line: step, chain, digest, and durable",
    .baseline = "BEGIN, prepared INSERT, COMMIT of the same bytes, same pragmas",
    .size = "line bytes",
    .unit = "us",
    .figure = BENCH_TIMES,
    .goal = 1.15,
    .repeats = 9,
    .sizes = {45, 450, 4500},
    .full_sizes = {45, 450, 4500},
    .open = append_open,
    .turn = append_turn,
    .close = append_close,
};

struct replay {
    uint64_t rows;
    bool skip_chain;
    struct vfj_machine *machine;
};

static void *replay_open(struct bench *bench, uint64_t size)
{
    struct replay *replay = bench_allocate(sizeof *replay);
    replay->rows = size;
    replay->machine = bench_allocate(sizeof *replay->machine);
    bench_make_journal(bench_path(bench, "journal.db"), size);
    return replay;
}

static void *replay_plain_open(struct bench *bench, uint64_t size)
{
    struct replay *replay = replay_open(bench, size);
    replay->skip_chain = true;
    return replay;
}

static double time_replay(const char *path, struct replay *replay)
{
    struct vfj_replay_result result;
    struct vfj_replay_checks checks = {.skip_chain = replay->skip_chain};
    struct vfj_journal *journal = NULL;
    BENCH_CHECK(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ) == VFJ_OK);
    int64_t start = bench_now_ns();
    vfj_machine_init(replay->machine);
    vfj_replay_run(journal, replay->machine, &checks, &result);
    double ns = (double)(bench_now_ns() - start);
    BENCH_CHECK(result.verdict == VFJ_VERDICT_SAME && result.records >= replay->rows);
    vfj_journal_close(journal);
    return ns / (double)replay->rows;
}

/* Ask for every column of the row, as a reader of SQLite's would that wants them. */
static void fetch(sqlite3_stmt *stmt)
{
    static volatile sqlite3_int64 sum;
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        int type = sqlite3_column_type(stmt, i);
        if (type == SQLITE_INTEGER)
            sum += sqlite3_column_int64(stmt, i);
        else if (type != SQLITE_NULL && sqlite3_column_blob(stmt, i) != NULL)
            sum += sqlite3_column_bytes(stmt, i);
    }
}

static double time_select(const char *path, uint64_t rows, bool fetched)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    uint64_t seen = 0;
    BENCH_CHECK(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK);
    bench_sql_run(db, "PRAGMA cache_size = -512");
    BENCH_CHECK(sqlite3_prepare_v2(db, "SELECT * FROM record ORDER BY seq", -1, &stmt, NULL) == SQLITE_OK);
    int64_t start = bench_now_ns();
    for (; sqlite3_step(stmt) == SQLITE_ROW; seen++) {
        if (fetched)
            fetch(stmt);
    }
    double ns = (double)(bench_now_ns() - start);
    BENCH_CHECK(seen >= rows);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return ns / (double)rows;
}

/* What a replay can't do without, each alone: to read the rows, and to hash a record. */
static double time_rows(const char *path, const struct replay *replay)
{
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    enum vfj_status status;
    uint64_t seen = 0;
    BENCH_CHECK(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ) == VFJ_OK);
    int64_t start = bench_now_ns();
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    while ((status = vfj_journal_next(journal, &record)) == VFJ_OK)
        seen++;
    double ns = (double)(bench_now_ns() - start);
    BENCH_CHECK(status == VFJ_END && seen >= replay->rows);
    vfj_journal_close(journal);
    return ns / (double)replay->rows;
}

static double time_chain(const struct replay *replay)
{
    struct vfj_chain *chain = vfj_chain_open();
    struct vfj_head_hash head = {{0}};
    struct vfj_record record = {.kind = VFJ_EVENT_DEVD, .boot = 1, .note = {"", 0}};
    BENCH_CHECK(chain != NULL);
    int64_t start = bench_now_ns();
    for (uint64_t i = 0; i < replay->rows; i++) {
        record.seq = i + 1;
        record.body = vfj_span_of(bench_line(i));
        vfj_chain_add(chain, &record, &head);
    }
    double ns = (double)(bench_now_ns() - start);
    vfj_chain_close(chain);
    return ns / (double)replay->rows;
}

static struct bench_sample replay_turn(struct bench *bench, void *context)
{
    struct replay *replay = context;
    const char *path = bench_path(bench, "journal.db");
    double baseline = time_select(path, replay->rows, false);
    double ours = time_replay(path, replay);
    bench->extra[0] = time_rows(path, replay);
    bench->extra[1] = replay->skip_chain ? time_select(path, replay->rows, true) : time_chain(replay);
    return (struct bench_sample){ours, baseline};
}

static void replay_close(struct bench *bench, void *context)
{
    struct replay *replay = context;
    (void)bench;
    free(replay->machine);
    free(replay);
}

const struct bench_row bench_replay = {
    .name = "replay",
    .what = "replay of a journal with chain, digest, decisions and commands checked; rows_ns, chain_ns: reading and "
            "hashing alone",
    .baseline = "SELECT of all columns of the same rows, stepped through",
    .size = "rows",
    .unit = "ns a row",
    .figure = BENCH_OF_RATE,
    .goal = 0.5,
    .goal_size = 1000000,
    .repeats = 7,
    .sizes = {30000, 200000, 1000000},
    .full_sizes = {30000, 200000, 1000000},
    .extra = {"rows_ns", "chain_ns"},
    .open = replay_open,
    .turn = replay_turn,
    .close = replay_close,
};

const struct bench_row bench_replay_plain = {
    .name = "replay-plain",
    .what
    = "the same without the chain of SHA-256; rows_ns: reading alone, fetched_ns: the baseline asking for each column",
    .baseline = "SELECT of all columns of the same rows, stepped through",
    .size = "rows",
    .unit = "ns a row",
    .figure = BENCH_OF_RATE,
    .goal = 0.8,
    .goal_size = 1000000,
    .repeats = 7,
    .sizes = {30000, 200000, 1000000},
    .full_sizes = {30000, 200000, 1000000},
    .extra = {"rows_ns", "fetched_ns"},
    .open = replay_plain_open,
    .turn = replay_turn,
    .close = replay_close,
};

struct bytes {
    uint64_t events;
};

static void *bytes_open(struct bench *bench, uint64_t size)
{
    struct bytes *bytes = bench_allocate(sizeof *bytes);
    bytes->events = size;
    (void)bench;
    return bytes;
}

static double size_of(const char *path)
{
    struct stat facts;
    BENCH_CHECK(stat(path, &facts) == 0);
    return (double)facts.st_size;
}

/* What the empty journal takes, its schema, is no event's. */
static struct bench_sample bytes_turn(struct bench *bench, void *context)
{
    struct bytes *bytes = context;
    const char *path = bench_path(bench, "journal.db");
    bench_make_journal(path, 1);
    double empty = size_of(path);
    bench_remove(path);
    bench_make_journal(path, bytes->events + 1);
    double ours = (size_of(path) - empty) / (double)bytes->events;
    bench_remove(path);
    return (struct bench_sample){ours, (double)bench_lines_bytes(bytes->events) / (double)bytes->events};
}

static void bytes_close(struct bench *bench, void *context)
{
    (void)bench;
    free(context);
}

const struct bench_row bench_bytes = {
    .name = "bytes",
    .what = "bytes on disk an event, with chain and digest",
    .baseline = "the length of its line",
    .size = "events",
    .unit = "bytes",
    .figure = BENCH_TIMES,
    .goal = 2.5,
    .repeats = 1,
    .sizes = {1000, 10000, 100000},
    .full_sizes = {1000, 10000, 100000},
    .open = bytes_open,
    .turn = bytes_turn,
    .close = bytes_close,
};
