/* The shell's way to the first changing command: the files that hyperv_vfup reads, and its steps.
 */
#ifndef VFJ_TESTS_BENCH_SHELL_H
#define VFJ_TESTS_BENCH_SHELL_H

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

/* Write them into the guest's directory, as large as so many percent of FreeBSD's. */
void bench_shell_write(const struct bench *bench, unsigned percent);

/* From the start of /bin/sh to main() of the first changing command, in microseconds. */
double bench_shell_time(const struct bench *bench, struct bench_daemon *daemon);

#endif
