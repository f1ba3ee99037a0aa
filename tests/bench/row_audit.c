/* Benchmarks of the verbs that read a long journal. The journal's guest has one migration a day,
 * and the daemon observes the guest every ten minutes. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/sql.h"

enum { ROWS_A_DAY = 462, ARGUMENTS_MAX = 8 };

struct audit {
    char journal[BENCH_PATH_SIZE];
    char since[64]; /* argument of --since: one hour before the newest record */
};

/* Runs vfjournal and discards its output. Returns the milliseconds from its start to its end. */
static double time_program(const struct bench *bench, const char *const *arguments)
{
    const char *words[ARGUMENTS_MAX + 2] = {bench->program};
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    int status = 0;
    pid_t pid;
    for (unsigned i = 0; arguments[i] != NULL; i++)
        words[i + 1] = arguments[i];
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int64_t start = bench_now_ns();
    BENCH_CHECK(posix_spawn(&pid, bench->program, &actions, NULL,
                            (char *const *)(const void *)words, environment)
                == 0);
    BENCH_CHECK(waitpid(pid, &status, 0) == pid);
    double ms = (double)(bench_now_ns() - start) / 1e6;
    posix_spawn_file_actions_destroy(&actions);
    BENCH_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return ms;
}

static void write_trace(const char *path, uint64_t days)
{
    FILE *file = fopen(path, "w");
    BENCH_CHECK(file != NULL);
    (void)fputs("%vfjournal 1\n%mode act\n%rc hyperv_vf_delay=\"2\"\n"
                "%rc ifconfig_hn0=\"inet 10.0.0.4/24\"\n%if hn0 up inet 10.0.0.4/24\n%vf mce0 hn0\n"
                "@1500000000 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                "@+5 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n",
                file);
    for (uint64_t i = 0; i < days; i++)
        (void)fputs("@+86380 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
                    "@+0.01 !system=IFNET subsystem=mce0 type=DETACH\n"
                    "@+14 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                    "@+3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n",
                    file);
    BENCH_CHECK(fclose(file) == 0);
}

static void *audit_open(struct bench *bench, uint64_t size)
{
    struct audit *audit = bench_allocate(sizeof *audit);
    const char *trace = bench_path(bench, "trace");
    sqlite3 *db = NULL;
    (void)strcpy(audit->journal, bench_path(bench, "journal.db"));
    write_trace(trace, size / ROWS_A_DAY);
    const char *const make[] = {"replay", "--output-journal", audit->journal, trace, NULL};
    (void)time_program(bench, make);
    sqlite3_stmt *stmt = NULL;
    BENCH_CHECK(sqlite3_open_v2(audit->journal, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    BENCH_CHECK(
        sqlite3_prepare_v2(db, "SELECT max(wall_us) / 1000000 - 3600 FROM record", -1, &stmt, NULL)
        == SQLITE_OK);
    BENCH_CHECK(sqlite3_step(stmt) == SQLITE_ROW);
    (void)snprintf(audit->since, sizeof audit->since, "@%lld",
                   (long long)sqlite3_column_int64(stmt, 0));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return audit;
}

/* Measures the time of a SELECT on the view of transitions that the journal contains. */
static double time_view(const struct audit *audit)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t start = bench_now_ns();
    unsigned rows = 0;
    BENCH_CHECK(sqlite3_open_v2(audit->journal, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    BENCH_CHECK(
        sqlite3_prepare_v2(db, "SELECT * FROM transition WHERE \"from\" <> \"to\"", -1, &stmt, NULL)
        == SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        rows += sqlite3_column_bytes(stmt, 0) > 0;
    BENCH_CHECK(rows > 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return (double)(bench_now_ns() - start) / 1e6;
}

static struct bench_sample migrations_turn(struct bench *bench, void *context)
{
    const struct audit *audit = context;
    const char *const migrations[] = {"migrations", "-J", audit->journal, NULL};
    const char *const report[] = {"report", "-J", audit->journal, NULL};
    const char *const check[] = {"check", "--offline", "-J", audit->journal, NULL};
    double ours = time_program(bench, migrations);
    bench->extra[0] = time_program(bench, report);
    bench->extra[1] = time_program(bench, check);
    return (struct bench_sample){ours, time_view(audit)};
}

static struct bench_sample show_turn(struct bench *bench, void *context)
{
    const struct audit *audit = context;
    const char *const since[] = {"show", "-a", "-S", audit->since, "-J", audit->journal, NULL};
    const char *const about[] = {"show", "-i", "hn0", "-n", "20", "-J", audit->journal, NULL};
    double ours = time_program(bench, since);
    bench->extra[0] = time_program(bench, about);
    return (struct bench_sample){ours, 0};
}

static void audit_close(struct bench *bench, void *context)
{
    (void)bench;
    free(context);
}

const struct bench_row bench_migrations = {
    .name = "migrations",
    .what = "vfjournal migrations, from its start to its end; besides, report and check",
    .baseline = "SELECT of the view transition, which reads all rows, in this process",
    .size = "rows",
    .unit = "ms",
    .figure = BENCH_OURS,
    .goal = 100,
    .repeats = 9,
    .sizes = {30000, 200000, 1000000},
    .full_sizes = {30000, 200000, 1000000},
    .extra = {"report_ms", "check_ms"},
    .extra_goals = {100, 100},
    .open = audit_open,
    .turn = migrations_turn,
    .close = audit_close,
};

const struct bench_row bench_show_since = {
    .name = "show-since",
    .what = "vfjournal show -a -S of an hour before the end; besides, show -i hn0 -n 20",
    .size = "rows",
    .unit = "ms",
    .figure = BENCH_OURS,
    .goal = 100,
    .repeats = 9,
    .sizes = {30000, 200000, 1000000},
    .full_sizes = {30000, 200000, 1000000},
    .extra = {"interface_ms", NULL},
    .extra_goals = {100, 0},
    .open = audit_open,
    .turn = show_turn,
    .close = audit_close,
};
