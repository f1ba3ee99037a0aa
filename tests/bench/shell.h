/* The stock shell scripts, for comparison: the files that FreeBSD's hyperv_vfup reads, and the
 * commands that it runs. */
#ifndef VFJ_TESTS_BENCH_SHELL_H
#define VFJ_TESTS_BENCH_SHELL_H

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

/* Writes the scripts and the files that they read into the guest's directory. `percent` is the size
 * of these files in percent of the size of FreeBSD's own. */
void bench_shell_write(const struct bench *bench, unsigned percent);

/* Returns the microseconds from the start of /bin/sh until main() of the first command that changes
 * the guest. */
double bench_shell_time(const struct bench *bench, struct bench_daemon *daemon);

/* Returns the microseconds that the stock scripts take for a whole first join: the part of
 * hyperv_vfattach after its sleep, and all of hyperv_vfup. */
double bench_shell_join_time(const struct bench *bench, struct bench_daemon *daemon);

#endif
