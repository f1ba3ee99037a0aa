/* The real daemon over a guest of programs that do nothing. */
#ifndef VFJ_TESTS_BENCH_DAEMON_H
#define VFJ_TESTS_BENCH_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What a command does to the guest. */
enum bench_effect {
    BENCH_READS,
    BENCH_CHANGES,
    BENCH_UPS_VF, /* the last command of a first join */
};

/* What a program of the guest sends to DIR/times when it is run. */
struct bench_run {
    int64_t ns;     /* when main() began */
    int32_t effect; /* enum bench_effect */
    int32_t pad;
};

#ifdef VFJ_BENCH_PROGRAM
#include <sqlite3.h>

#include "tests/bench/bench.h"

enum { BENCH_LOG_SIZE = 65536 };

struct bench_daemon {
    const struct bench *bench;
    pid_t pid;    /* 0: not running */
    int listener; /* devd's socket */
    int devd;     /* the daemon's connection to it */
    int times;
    int log; /* what it says on standard error */
    unsigned log_length;
    char log_text[BENCH_LOG_SIZE];
    sqlite3 *db; /* its journal, to be looked at */
    sqlite3_stmt *last;
    struct rusage usage; /* of the last one that ended */
};

/* Make the guest in bench->directory, with `hns` interfaces hn0 …, of which hn0 has the VF mce0. */
void bench_guest_make(struct bench_daemon *daemon, const struct bench *bench, unsigned hns);
void bench_guest_close(struct bench_daemon *daemon);

/* Start the daemon, and, to be called next, wait until it has connected. `mode` is --act or
 * --observe. */
void bench_daemon_start(struct bench_daemon *daemon, const char *mode);
void bench_daemon_accept(struct bench_daemon *daemon);

/* End it in order. */
void bench_daemon_stop(struct bench_daemon *daemon);

void bench_devd_send(struct bench_daemon *daemon, const char *line);

/* Read its log until it has said that; what it said before is forgotten. */
void bench_daemon_wait(struct bench_daemon *daemon, const char *text);

/* The next program that ran; false when none does for so long. */
bool bench_next_run(struct bench_daemon *daemon, struct bench_run *run, int patience_ms);

/* The newest record of the journal, while the daemon runs. */
uint64_t bench_journal_rows(struct bench_daemon *daemon);

/* The size of the journal, all pages of it. */
uint64_t bench_journal_bytes(struct bench_daemon *daemon);

/* When the newest timer of its journal fired, in microseconds of CLOCK_MONOTONIC. */
int64_t bench_journal_timer_us(struct bench_daemon *daemon);

#endif
#endif
