/* The shell's way: the files that hyperv_vfup reads, and its steps. */
#ifndef VFJ_TESTS_BENCH_SHELL_H
#define VFJ_TESTS_BENCH_SHELL_H

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

/* Write them into the guest's directory, as large as so many percent of FreeBSD's. */
void bench_shell_write(const struct bench *bench, unsigned percent);

/* From the start of /bin/sh to main() of the first changing command, in microseconds. */
double bench_shell_time(const struct bench *bench, struct bench_daemon *daemon);

/* All that the shell does for a first join, hyperv_vfattach after its sleep and hyperv_vfup, to its
 * end, in microseconds. */
double bench_shell_join_time(const struct bench *bench, struct bench_daemon *daemon);

#endif
