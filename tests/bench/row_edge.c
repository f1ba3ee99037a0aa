/* The benchmark of edges in transparent mode. An edge is one of three events of a VF: it attaches,
 * it gets the data path, or it detaches. The daemon records a snapshot of the guest immediately
 * after each edge and a second one two seconds later. The cost of an edge includes all rows that
 * result from it: the devd line, the observation of the list of VFs, transitions, timers and both
 * snapshots. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

enum {
    ROUNDS = 3,
    SPAWNS = 100,
    EDGES = 3, /* edges of each hn in one turn */
    /* how long the benchmark waits after an edge; by then the second snapshot is on the disk */
    SETTLED_MS = 2700,
    ATTWAIT_MS = 2000, /* hw.hn.vf_xpnt_attwait of kernel.c */
};

struct edges {
    unsigned hns;
    struct bench_daemon daemon;
};

static void sleep_ms(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

static void *edge_open(struct bench *bench, uint64_t hns)
{
    struct edges *edges = bench_allocate(sizeof *edges);
    edges->hns = (unsigned)hns;
    bench->asks = true;
    bench_guest_make(&edges->daemon, bench, 1);
    char count[16];
    (void)snprintf(count, sizeof count, "%u", edges->hns);
    bench_write(bench_path(bench, "answers/transparent"), count);
    bench_daemon_start(&edges->daemon, "--observe");
    bench_daemon_accept(&edges->daemon);
    sleep_ms(300); /* during this time the daemon observes the guest */
    return edges;
}

static double daemon_us(const struct bench_daemon *daemon)
{
    clockid_t clock;
    struct timespec time;
    BENCH_CHECK(clock_getcpuclockid(daemon->pid, &clock) == 0);
    BENCH_CHECK(clock_gettime(clock, &time) == 0);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void send_all(struct edges *edges, const char *format)
{
    for (unsigned i = 0; i < edges->hns; i++) {
        char line[128];
        (void)snprintf(line, sizeof line, format, i);
        bench_devd_send(&edges->daemon, line);
    }
}

/* Returns the processor time of two programs that do nothing. They take the place of sysctl(8) and
 * ifconfig(8) in an admin's script that prints as much as the snapshot of one edge contains but
 * does not record it. */
static double spawn_us(const struct bench *bench)
{
    char name[BENCH_PATH_SIZE];
    char *argv[] = {name, NULL}, *environment[] = {NULL};
    struct rusage before, after;
    (void)snprintf(name, sizeof name, "%s", bench->nothing);
    BENCH_CHECK(getrusage(RUSAGE_CHILDREN, &before) == 0);
    for (unsigned i = 0; i < 2 * SPAWNS; i++) {
        pid_t pid;
        BENCH_CHECK(posix_spawn(&pid, name, NULL, NULL, argv, environment) == 0);
        BENCH_CHECK(waitpid(pid, NULL, 0) == pid);
    }
    BENCH_CHECK(getrusage(RUSAGE_CHILDREN, &after) == 0);
    return ((double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1e6
            + (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1e6
            + (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec)
            + (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec))
        / SPAWNS;
}

static struct bench_sample edge_turn(struct bench *bench, void *context)
{
    struct edges *edges = context;
    struct bench_daemon *daemon = &edges->daemon;
    double before_us = daemon_us(daemon);
    uint64_t bytes = bench_journal_bytes(daemon), rows = bench_journal_rows(daemon);
    bench_write(bench_path(bench, "answers/attached"), "");
    send_all(edges, "!system=ETHERNET subsystem=mce%u type=IFATTACH");
    sleep_ms(ATTWAIT_MS + SETTLED_MS);
    bench_remove(bench_path(bench, "answers/attached"));
    send_all(edges, "!system=IFNET subsystem=mce%u type=DETACH");
    sleep_ms(SETTLED_MS);
    double count = (double)EDGES * edges->hns, took_us = daemon_us(daemon) - before_us;
    bench->extra[0] = (double)(bench_journal_bytes(daemon) - bytes) / count;
    bench->extra[1] = (double)(bench_journal_rows(daemon) - rows) / count;
    return (struct bench_sample){took_us / count, spawn_us(bench)};
}

static void edge_close(struct bench *bench, void *context)
{
    struct edges *edges = context;
    bench->asks = false;
    bench_daemon_stop(&edges->daemon);
    bench_guest_close(&edges->daemon);
    free(edges);
}

const struct bench_row bench_edge = {
    .name = "edge",
    .what = "an edge in transparent mode (a VF attaches, gets the data path, leaves), with its "
            "snapshots: processor time of the daemon",
    .baseline
    = "two programs that do nothing are run, as sysctl(8) and ifconfig(8) would be to see "
      "as much once",
    .size = "hns",
    .unit = "us",
    .figure = BENCH_OURS,
    .goal = 1000,
    .goal_size = 1,
    .repeats = ROUNDS,
    .sizes = {8, 16, 32},
    .full_sizes = {8, 16, 32},
    .extra = {"journal_bytes", "rows"},
    .extra_goals = {1024, 0},
    .open = edge_open,
    .turn = edge_turn,
    .close = edge_close,
};
