/* The stock scripts for comparison: the files that hyperv_vfup reads, and its steps. */
#ifndef VFJ_TESTS_BENCH_SHELL_H
#define VFJ_TESTS_BENCH_SHELL_H

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

/* Writes them into the guest's directory. `percent` is their size relative to FreeBSD's. */
void bench_shell_write(const struct bench *bench, unsigned percent);

/* Returns the microseconds from the start of /bin/sh to main() of the first changing command. */
double bench_shell_time(const struct bench *bench, struct bench_daemon *daemon);

/* Returns the microseconds of all that the shell does for a first join: hyperv_vfattach after
 * its sleep, and hyperv_vfup to its end. */
double bench_shell_join_time(const struct bench *bench, struct bench_daemon *daemon);

#endif
