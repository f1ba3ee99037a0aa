/* vfj_sim: runs the simulator with many seeds and prints the seeds whose runs fail. */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/kit/fault_vfs.h"
#include "tests/kit/held_vfs.h"
#include "tests/kit/pool.h"
#include "tests/sim/sim.h"

static const char usage[]
    = "usage: vfj_sim [--seed N | --seeds A-B | --file FILE] [--transparent] [--jobs N] [--verbose]\n"
      "Simulates a guest, its host and daemons that die; the seed decides all.\n"
      "  --transparent  the guests are in transparent mode\n"
      "  --jobs N  so many processes share the seeds; else as many as there are processors\n";

enum {
    JOBS_MAX = 64,
    SEEDS_FOR_A_JOB = 50, /* fewer seeds are not worth the start of a process */
};

struct totals {
    uint64_t runs, failures, events, commands, crashes, cuts, stops;
    int64_t simulated_us;
};

void sim_fail(struct sim *sim, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sim->why, sizeof sim->why, format, arguments);
    va_end(arguments);
    longjmp(sim->out, 1);
}

void sim_say(struct sim *sim, const char *format, ...)
{
    va_list arguments;
    if (!sim->verbose)
        return;
    printf("%12.6f ", (double)sim->now_us / 1e6);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static uint64_t running;

/* Reports the seed whose run ended by a signal. A VFJ_CHECK of the program that fails causes
 * one. */
static void on_trap(int signal_number)
{
    printf("seed %" PRIu64 ": FAILED by signal %d\n", running, signal_number);
    (void)fflush(stdout);
    _exit(1);
}

static void remove_journal(const struct sim *sim)
{
    static const char *const suffixes[]
        = {"", "-wal", "-shm", "-journal", ".lock", ".new", "-snapshot", "-snapshot.new"};
    char name[SIM_PATH_SIZE + 16];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(name, sizeof name, "%s%s", sim->journal, suffixes[i]);
        (void)unlink(name);
    }
}

static void begin(struct sim *sim, uint64_t seed)
{
    sim->seed = sim->random = seed;
    sim->order = 0;
    sim_uses_begin(sim);
    sim->now_us = 0;
    sim->boot_us = -5000000;
    sim->clock_us = INT64_C(1795356000000000); /* 2026-11-22 14:00:00 UTC */
    sim->end_us = INT64_MAX;
    sim->restart_us = 0;
    sim->alive = false;
    sim->rc_changed = sim->is_checked = sim->records_lost = sim->power = false;
    sim->line_first = sim->line_count = sim->flight_count = sim->todo_count = 0;
    sim->fault_percent = sim->slow_percent = sim->lose_percent = sim->double_percent = 0;
    sim->boots = 1;
    sim->followed = 0;
    sim->events = sim->commands = sim->crashes = sim->cuts = sim->stops = sim->lines_lost = 0;
    memset(&sim->durable, 0, sizeof sim->durable);
    sim->nic_count = sim_chance(sim, 30) ? SIM_NICS_MAX : 1 + (unsigned)sim_roll(sim, 3);
    sim->mode = sim_chance(sim, 12) ? VFJ_MODE_OBSERVE : VFJ_MODE_ACT;
    sim->policy = sim_chance(sim, 12) ? VFJ_POLICY_SCRIPTS : VFJ_POLICY_VFJOURNAL;
    sim->on_error = sim_chance(sim, 30) ? VFJ_ON_ERROR_STOP : VFJ_ON_ERROR_CONTINUE;
    sim->snapshot_rows = sim_chance(sim, 50) ? 1 + sim_roll(sim, 200) : 0;
    sim->snapshot_size = 0;
    kit_fault_die(0);
    kit_fault_revive(NULL);
    (void)kit_fault_disarm();
    remove_journal(sim);
}

static bool run(struct sim *sim, uint64_t seed)
{
    running = seed;
    begin(sim, seed);
    if (setjmp(sim->out) != 0) {
        printf("seed %" PRIu64 ": FAILED at %.6f s: %s\n", seed, (double)sim->now_us / 1e6,
               sim->why);
        (void)kit_fault_disarm();
        kit_fault_die(1);
        vfj_ledger_close(sim->loop.ledger);
        sim->loop.ledger = NULL;
        return false;
    }
    sim_disk_begin(sim);
    sim_set_up_guest(sim);
    sim_storm_begin(sim);
    sim_run(sim);
    return true;
}

static void add(struct totals *totals, const struct sim *sim, bool right)
{
    totals->runs++;
    totals->failures += !right;
    totals->events += sim->events;
    totals->commands += sim->commands;
    totals->crashes += sim->crashes;
    totals->cuts += sim->cuts;
    totals->stops += sim->stops;
    totals->simulated_us += sim->now_us;
}

/* Runs every `step`th seed from `first` to `last`. */
static void run_seeds(struct sim *sim, uint64_t first, uint64_t last, unsigned step,
                      struct totals *totals)
{
    for (uint64_t seed = first; seed <= last; seed += step)
        add(totals, sim, run(sim, seed));
}

static void run_file(struct sim *sim, const char *path, struct totals *totals)
{
    char line[256];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        char *end;
        uint64_t seed = strtoull(line, &end, 10);
        if (end != line)
            add(totals, sim, run(sim, seed));
    }
    (void)fclose(file);
}

static void make_place(struct sim *sim, char directory[SIM_DIRECTORY_SIZE])
{
    const char *base = getenv("TMPDIR");
    struct stat facts;
    if (base == NULL)
        base = stat("/dev/shm", &facts) == 0 && S_ISDIR(facts.st_mode) ? "/dev/shm" : "/tmp";
    snprintf(directory, SIM_DIRECTORY_SIZE, "%s/vfj_sim.XXXXXX", base);
    if (mkdtemp(directory) == NULL) {
        perror(directory);
        exit(2);
    }
    snprintf(sim->journal, sizeof sim->journal, "%s/j.db", directory);
    sim_disk_prepare(sim);
}

static void remove_place(const struct sim *sim, const char *directory)
{
    remove_journal(sim);
    (void)rmdir(directory);
}

/* Starts a job in a child process, because SQLite, its simulated faults and the simulator can exist
 * only once in a process. The child sends its totals through a pipe, unless a failed check ends
 * it. */
static int begin_job(struct sim *sim, uint64_t first, uint64_t last, unsigned step)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid != 0) {
        (void)close(ends[1]);
        return pid > 0 ? ends[0] : -1;
    }
    struct totals totals = {0};
    char directory[SIM_DIRECTORY_SIZE];
    make_place(sim, directory);
    run_seeds(sim, first, last, step, &totals);
    remove_place(sim, directory);
    _exit(write(ends[1], &totals, sizeof totals) == (ssize_t)sizeof totals ? 0 : 2);
}

static void end_job(int fd, struct totals *totals)
{
    struct totals of_job = {.failures = 1};
    if (fd < 0 || read(fd, &of_job, sizeof of_job) != (ssize_t)sizeof of_job)
        puts("a process ended before its last seed: what was left was not run");
    (void)close(fd);
    (void)wait(NULL);
    totals->runs += of_job.runs;
    totals->failures += of_job.failures;
    totals->events += of_job.events;
    totals->commands += of_job.commands;
    totals->crashes += of_job.crashes;
    totals->cuts += of_job.cuts;
    totals->stops += of_job.stops;
    totals->simulated_us += of_job.simulated_us;
}

static void run_jobs(struct sim *sim, uint64_t first, uint64_t last, unsigned jobs,
                     struct totals *totals)
{
    int pipes[JOBS_MAX];
    for (unsigned i = 0; i < jobs; i++)
        pipes[i] = begin_job(sim, first + i, last, jobs);
    for (unsigned i = 0; i < jobs; i++)
        end_job(pipes[i], totals);
}

static unsigned choose_jobs(uint64_t asked, uint64_t seeds)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = asked > 0 ? asked : processors > 1 ? (uint64_t)processors : 1;
    uint64_t useful = seeds / SEEDS_FOR_A_JOB;
    if (jobs > useful)
        jobs = useful > 0 ? useful : 1;
    return jobs < JOBS_MAX ? (unsigned)jobs : JOBS_MAX;
}

/* Configures SQLite for a process of one thread, without memory statistics. When sanitizers are
 * used, SQLite allocates by malloc(3), which the sanitizers check. */
static void prepare_sqlite(void)
{
#ifndef SIM_SANITIZED
    kit_pool_install();
#endif
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 512, 400);
    kit_held_install();
    kit_fault_install();
    kit_fault_track();
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_totals(const struct totals *totals, double took_s)
{
    printf("%" PRIu64 " seeds, %" PRIu64
           " failed; %.1f hours simulated in %.1f s, %.0f seeds a minute: %" PRIu64
           " events, %" PRIu64 " commands, %" PRIu64 " crashes, %" PRIu64
           " of them power cuts, %" PRIu64 " stops in mid-plan\n",
           totals->runs, totals->failures, (double)totals->simulated_us / 3.6e9, took_s,
           (double)totals->runs * 60 / took_s, totals->events, totals->commands, totals->crashes,
           totals->cuts, totals->stops);
}

int main(int argc, char **argv)
{
    static const struct option table[] = {{"seed", required_argument, NULL, 's'},
                                          {"seeds", required_argument, NULL, 'r'},
                                          {"file", required_argument, NULL, 'f'},
                                          {"jobs", required_argument, NULL, 'j'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"transparent", no_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
    static struct sim sim;
    struct totals totals = {0};
    char directory[SIM_DIRECTORY_SIZE];
    uint64_t first = 1, last = 100, jobs = 0;
    const char *file = NULL;
    int code;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    while ((code = getopt_long(argc, argv, "", table, NULL)) != -1) {
        char *end = NULL;
        if (code == 's')
            first = last = strtoull(optarg, &end, 10);
        else if (code == 'r' && (first = strtoull(optarg, &end, 10), *end == '-'))
            last = strtoull(end + 1, &end, 10);
        else if (code == 'f')
            file = optarg;
        else if (code == 'j')
            jobs = strtoull(optarg, &end, 10);
        else if (code == 'v')
            sim.verbose = true;
        else if (code == 't')
            sim.is_transparent = true;
        if (code == '?' || (end != NULL && *end != '\0') || last < first) {
            (void)fputs(usage, stderr);
            return 2;
        }
    }
    (void)signal(SIGILL, on_trap);
    (void)signal(SIGTRAP, on_trap);
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* several processes share stdout: write whole lines */
    double begun_s = now_s();
    jobs = choose_jobs(jobs, file != NULL ? 0 : last - first + 1);
    prepare_sqlite();
    if (jobs > 1) {
        run_jobs(&sim, first, last, (unsigned)jobs, &totals);
    } else {
        make_place(&sim, directory);
        if (file != NULL)
            run_file(&sim, file, &totals);
        else
            run_seeds(&sim, first, last, 1, &totals);
        remove_place(&sim, directory);
    }
    print_totals(&totals, now_s() - begun_s);
    return totals.failures == 0 ? 0 : 1;
}
