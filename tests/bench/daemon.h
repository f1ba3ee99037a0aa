/* Runs the real daemon in a guest whose programs do nothing. */
#ifndef VFJ_TESTS_BENCH_DAEMON_H
#define VFJ_TESTS_BENCH_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* How a command changes the guest. */
enum bench_effect {
    BENCH_READS,
    BENCH_CHANGES,
    BENCH_UPS_VF, /* takes the VF up: the last command of a first join */
};

/* The message that each program of the guest sends to DIR/times when it runs. */
struct bench_run {
    int64_t ns;     /* time at which main() began */
    int32_t effect; /* enum bench_effect */
    int32_t pad;
};

#ifdef VFJ_BENCH_PROGRAM
#include <sqlite3.h>

#include "tests/bench/bench.h"

enum { BENCH_LOG_SIZE = 65536 };

struct bench_daemon {
    const struct bench *bench;
    pid_t pid;    /* 0: the daemon does not run */
    int listener; /* listening socket of the simulated devd */
    int devd;     /* the daemon's connection to it */
    int times;
    int log; /* read end of the daemon's standard error */
    unsigned log_length;
    char log_text[BENCH_LOG_SIZE];
    sqlite3 *db; /* the daemon's journal, open for reading */
    sqlite3_stmt *last;
    struct rusage usage; /* resource usage of the last daemon that ended */
};

/* Makes the guest in bench->directory, with `hns` interfaces from hn0 on. hn0 has the VF mce0. */
void bench_guest_make(struct bench_daemon *daemon, const struct bench *bench, unsigned hns);
void bench_guest_close(struct bench_daemon *daemon);

/* Starts the daemon. `mode` is --act or --observe. Call bench_daemon_accept() next. */
void bench_daemon_start(struct bench_daemon *daemon, const char *mode);
/* Waits until the daemon has connected to the simulated devd. */
void bench_daemon_accept(struct bench_daemon *daemon);

/* Stops the daemon in order and waits for its end. */
void bench_daemon_stop(struct bench_daemon *daemon);

void bench_devd_send(struct bench_daemon *daemon, const char *line);

/* Reads the daemon's log up to the given text and discards it. */
void bench_daemon_wait(struct bench_daemon *daemon, const char *text);

/* Fills in the next run of a program. Returns false when no program runs within `patience_ms`. */
bool bench_next_run(struct bench_daemon *daemon, struct bench_run *run, int patience_ms);

/* Returns the number of the newest record in the journal. The daemon may run meanwhile. */
uint64_t bench_journal_rows(struct bench_daemon *daemon);

/* Returns the size of the journal in bytes, free pages included. */
uint64_t bench_journal_bytes(struct bench_daemon *daemon);

/* Returns when the journal's newest timer event happened, in microseconds of CLOCK_MONOTONIC. */
int64_t bench_journal_timer_us(struct bench_daemon *daemon);

#endif
#endif
