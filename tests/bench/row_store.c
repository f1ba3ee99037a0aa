/* Benchmarks of the journal: appending records, replaying them, and their size on disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/replay.h"
#include "store/verify.h"
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
    (void)snprintf(append->line, sizeof append->line, "!system=BENCH subsystem=line type=%-*s",
                   (int)size, "LONG");
    memset(append->line + 33, 'x', size - 33);
    append->line[size] = '\0';
    append->ledger = bench_ledger_open(bench_path(bench, "journal.db"));
    bench_sql_open(&append->sql, bench_path(bench, "baseline.db"));
    return append;
}

/* Appends through vfjournal and through plain SQLite by turns, so that other load on the machine
 * affects both in the same way. */
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

static double time_replay(const char *path, struct replay *replay)
{
    struct vfj_replay_result result;
    struct vfj_journal *journal = NULL;
    BENCH_CHECK(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ) == VFJ_OK);
    int64_t start = bench_now_ns();
    vfj_machine_init(replay->machine);
    vfj_replay_run(journal, replay->machine, NULL, &result);
    double ns = (double)(bench_now_ns() - start);
    BENCH_CHECK(result.verdict == VFJ_VERDICT_SAME && result.records >= replay->rows);
    vfj_journal_close(journal);
    return ns / (double)replay->rows;
}

static double time_verify(const char *path, uint64_t rows)
{
    struct vfj_verified verified;
    int64_t start = bench_now_ns();
    vfj_verify(path, NULL, &verified);
    double ns = (double)(bench_now_ns() - start);
    BENCH_CHECK(verified.finding == VFJ_FINDING_SOUND && verified.head.seq >= rows);
    return ns / (double)rows;
}

/* Reads every column of the row, as programs that read a journal do. */
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

static double time_select(const char *path, uint64_t rows)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    uint64_t seen = 0;
    BENCH_CHECK(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL)
                == SQLITE_OK);
    bench_sql_run(db, "PRAGMA cache_size = -512");
    BENCH_CHECK(sqlite3_prepare_v2(db, "SELECT * FROM record ORDER BY seq", -1, &stmt, NULL)
                == SQLITE_OK);
    int64_t start = bench_now_ns();
    for (; sqlite3_step(stmt) == SQLITE_ROW; seen++)
        fetch(stmt);
    double ns = (double)(bench_now_ns() - start);
    BENCH_CHECK(seen >= rows);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return ns / (double)rows;
}

/* Compares a replay with a plain SELECT. Also reports by how much the memory of this process grows
 * during the replay. */
static struct bench_sample replay_turn(struct bench *bench, void *context)
{
    struct replay *replay = context;
    const char *path = bench_path(bench, "journal.db");
    double baseline = time_select(path, replay->rows);
    double rss = bench_read_proc(getpid(), "status", "VmRSS:");
    double ours = time_replay(path, replay);
    bench->extra[0] = bench_read_proc(getpid(), "status", "VmRSS:") - rss;
    return (struct bench_sample){ours, baseline};
}

static struct bench_sample verify_turn(struct bench *bench, void *context)
{
    struct replay *replay = context;
    const char *path = bench_path(bench, "journal.db");
    double baseline = time_select(path, replay->rows);
    double rss = bench_read_proc(getpid(), "status", "VmRSS:");
    double ours = time_verify(path, replay->rows);
    bench->extra[0] = bench_read_proc(getpid(), "status", "VmRSS:") - rss;
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
    .what = "replay of a journal with chain, digest, decisions and commands checked",
    .baseline = "SELECT of the same rows, every column fetched",
    .size = "rows",
    .unit = "ns a row",
    .figure = BENCH_OF_RATE,
    .goal = 0.2,
    .goal_size = 1000000,
    .repeats = 7,
    .sizes = {30000, 200000, 1000000},
    .full_sizes = {30000, 200000, 1000000},
    .extra = {"rss_growth_kib", NULL},
    .extra_goals = {BENCH_GROWTH_KIB, 0},
    .open = replay_open,
    .turn = replay_turn,
    .close = replay_close,
};

const struct bench_row bench_verify = {
    .name = "verify",
    .what = "verify of a journal: integrity_check, then what replay checks",
    .baseline = "SELECT of the same rows, every column fetched",
    .size = "rows",
    .unit = "ns a row",
    .figure = BENCH_OF_RATE,
    .goal = 0.2,
    .goal_size = 1000000,
    .repeats = 7,
    .sizes = {30000, 200000, 1000000},
    .full_sizes = {30000, 200000, 1000000},
    .extra = {"rss_growth_kib", NULL},
    .extra_goals = {BENCH_GROWTH_KIB, 0},
    .open = replay_open,
    .turn = verify_turn,
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

/* Measures the journal's bytes for each event. The size of an empty journal is subtracted, because
 * the schema belongs to no event. */
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
    return (struct bench_sample){ours,
                                 (double)bench_lines_bytes(bytes->events) / (double)bytes->events};
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
