/* Starts and stops the real daemon in a simulated guest whose programs do nothing but print
 * prepared output. */
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
    BENCH_UPS_VF, /* the command takes the VF up, the last command of a first join */
};

/* The message that each program of the guest sends to the socket DIR/times when it runs. */
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

/* Makes the guest in bench->directory. It has the `hns` interfaces hn0, hn1 and so on; hn0 has the
 * VF mce0. */
void bench_guest_make(struct bench_daemon *daemon, const struct bench *bench, unsigned hns);
void bench_guest_close(struct bench_daemon *daemon);

/* Starts the daemon. `mode` is "--act" or "--observe". The caller calls bench_daemon_accept()
 * next. */
void bench_daemon_start(struct bench_daemon *daemon, const char *mode);
/* Waits until the daemon has connected to the simulated devd. */
void bench_daemon_accept(struct bench_daemon *daemon);

/* Stops the daemon by a signal and waits until its process has ended. */
void bench_daemon_stop(struct bench_daemon *daemon);

void bench_devd_send(struct bench_daemon *daemon, const char *line);

/* Reads the daemon's log until the given text appears, and discards what it read. */
void bench_daemon_wait(struct bench_daemon *daemon, const char *text);

/* Receives the next message that a program of the guest sent. Returns false when none runs within
 * `patience_ms`. */
bool bench_next_run(struct bench_daemon *daemon, struct bench_run *run, int patience_ms);

/* Returns the number of the newest record in the journal. The daemon may be running. */
uint64_t bench_journal_rows(struct bench_daemon *daemon);

/* Returns the size of the journal in bytes, free pages included. */
uint64_t bench_journal_bytes(struct bench_daemon *daemon);

/* Returns when the newest timer event in the journal happened, in microseconds of
 * CLOCK_MONOTONIC. */
int64_t bench_journal_timer_us(struct bench_daemon *daemon);

#endif
#endif
