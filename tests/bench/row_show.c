/* Benchmarks of reading a journal: vfjournal show, compared with the sqlite3 shell. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
    ROWS_A_MIGRATION = 34, /* number of journal records that one migration of the trace adds */
    MIGRATION_S = 620,
    LINE_SIZE = 65536,
};

struct show {
    uint64_t rows;
    char journal[BENCH_PATH_SIZE];
};

extern char **environ;

/* Runs a program. `words` ends with NULL. Returns the milliseconds until the program printed its
 * first line, or, when `to_first_line` is false, until it ended. */
static double run(char *const words[], bool to_first_line)
{
    static char bytes[LINE_SIZE];
    int ends[2], status = 0;
    pid_t pid;
    posix_spawn_file_actions_t files;
    double ms = -1;
    ssize_t got;
    BENCH_CHECK(pipe(ends) == 0);
    BENCH_CHECK(posix_spawn_file_actions_init(&files) == 0);
    BENCH_CHECK(posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO) == 0);
    BENCH_CHECK(posix_spawn_file_actions_addclose(&files, ends[0]) == 0);
    BENCH_CHECK(posix_spawn_file_actions_addclose(&files, ends[1]) == 0);
    int64_t start = bench_now_ns();
    BENCH_CHECK(posix_spawnp(&pid, words[0], &files, NULL, words, environ) == 0);
    (void)close(ends[1]);
    while ((got = read(ends[0], bytes, sizeof bytes)) > 0) {
        if (to_first_line && ms < 0)
            ms = (double)(bench_now_ns() - start) / 1e6;
    }
    BENCH_CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    BENCH_CHECK(WEXITSTATUS(status) == 0);
    if (!to_first_line)
        ms = (double)(bench_now_ns() - start) / 1e6;
    BENCH_CHECK(ms >= 0);
    (void)close(ends[0]);
    (void)posix_spawn_file_actions_destroy(&files);
    return ms;
}

/* Writes a trace of regular migrations. The last one happens shortly before the present time. */
static void write_trace(const char *path, uint64_t rows)
{
    FILE *trace = fopen(path, "w");
    uint64_t count = rows / ROWS_A_MIGRATION + 1;
    int64_t at = (int64_t)time(NULL) - (int64_t)count * MIGRATION_S - 60;
    BENCH_CHECK(trace != NULL);
    (void)fputs("%rc hyperv_vf_delay=2\n%if hn0 up inet 10.0.0.4/24\n%vf mce0 hn0\n", trace);
    (void)fprintf(trace, "@%lld !system=ETHERNET subsystem=mce0 type=IFATTACH\n", (long long)at);
    for (uint64_t i = 0; i < count; i++) {
        long long left = at + (int64_t)i * MIGRATION_S + 600;
        (void)fprintf(trace,
                      "@%lld !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
                      "@%lld.01 !system=IFNET subsystem=mce0 type=LINK_DOWN\n"
                      "@%lld.02 !system=IFNET subsystem=mce0 type=DETACH\n"
                      "@%lld !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                      "@%lld !system=IFNET subsystem=mce0 type=LINK_UP\n"
                      "@%lld !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n",
                      left, left, left, left + 10, left + 11, left + 13);
    }
    BENCH_CHECK(fclose(trace) == 0);
}

static void *show_open(struct bench *bench, uint64_t size)
{
    struct show *show = bench_allocate(sizeof *show);
    char trace[BENCH_PATH_SIZE];
    (void)strcpy(show->journal, bench_path(bench, "journal.db"));
    (void)strcpy(trace, bench_path(bench, "migrations.trace"));
    show->rows = size;
    write_trace(trace, size);
    char *const words[]
        = {(char *)bench->program, "replay", "--output-journal", show->journal, trace, NULL};
    (void)run(words, false);
    return show;
}

static void show_close(struct bench *bench, void *context)
{
    (void)bench;
    free(context);
}

static double ask_sqlite(const struct show *show, const char *query, bool to_first_line)
{
    char *const words[]
        = {"sqlite3", "-readonly", "-json", (char *)show->journal, (char *)query, NULL};
    return run(words, to_first_line);
}

static struct bench_sample last_turn(struct bench *bench, void *context)
{
    struct show *show = context;
    char *const words[] = {(char *)bench->program, "show", "-n", "20", "-J", show->journal, NULL};
    double baseline = ask_sqlite(show, "SELECT * FROM record ORDER BY seq DESC LIMIT 20", true);
    return (struct bench_sample){run(words, true), baseline};
}

static struct bench_sample json_turn(struct bench *bench, void *context)
{
    struct show *show = context;
    char *const words[]
        = {(char *)bench->program, "show", "-a", "-o", "json", "-J", show->journal, NULL};
    double baseline = ask_sqlite(show, "SELECT * FROM record", false);
    return (struct bench_sample){run(words, false), baseline};
}

#define SIZES                  \
    {                          \
        10000, 100000, 1000000 \
    }

const struct bench_row bench_show = {
    .name = "show",
    .what = "show -n 20 up to its first line",
    .baseline = "sqlite3 -json: the newest 20 rows, up to the first line",
    .size = "rows",
    .unit = "ms",
    .figure = BENCH_OURS,
    .goal = 15,
    .repeats = 9,
    .sizes = SIZES,
    .full_sizes = SIZES,
    .open = show_open,
    .turn = last_turn,
    .close = show_close,
};

const struct bench_row bench_show_json = {
    .name = "show-json",
    .what = "show -a -o json",
    .baseline = "sqlite3 -json: all columns of all rows",
    .size = "rows",
    .unit = "ms",
    .figure = BENCH_OF_RATE,
    .goal = 0.5,
    .repeats = 3,
    .sizes = SIZES,
    .full_sizes = SIZES,
    .open = show_open,
    .turn = json_turn,
    .close = show_close,
};
