/* Benchmarks of the time from an event on devd's socket to the first command that changes the
 * guest. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"
#include "tests/bench/shell.h"
#include "tests/bench/sql.h"

enum { ROUNDS = 15 };

struct command {
    struct bench_daemon daemon;
    struct bench_sql sql;
};

static void *command_open(struct bench *bench, uint64_t hns)
{
    struct command *command = bench_allocate(sizeof *command);
    bench_guest_make(&command->daemon, bench, (unsigned)hns);
    bench_sql_open(&command->sql, bench_path(bench, "baseline.db"));
    bench_daemon_start(&command->daemon, "--act");
    bench_daemon_accept(&command->daemon);
    bench_daemon_wait(&command->daemon, "-> lagged");
    return command;
}

static void swap_answer(const struct bench *bench, const char *answer)
{
    char from[BENCH_PATH_SIZE];
    (void)strcpy(from, bench_path(bench, answer));
    bench_remove(bench_path(bench, "answers/ifconfig"));
    BENCH_CHECK(link(from, bench_path(bench, "answers/ifconfig")) == 0);
}

/* Returns the microseconds from VF_UP to the first command that changes the guest. First detaches
 * the VF and attaches it again. VF_UP is sent while the daemon's delay after the attachment
 * runs. */
static double time_command(struct bench *bench, struct bench_daemon *daemon)
{
    struct bench_run run;
    double programs = 0;
    bench_devd_send(daemon, "!system=IFNET subsystem=mce0 type=DETACH");
    bench_daemon_wait(daemon, "-> detached");
    swap_answer(bench, "answers/apart");
    bench_devd_send(daemon, "!system=ETHERNET subsystem=mce0 type=IFATTACH");
    bench_daemon_wait(daemon, "-> delayed");
    while (bench_next_run(daemon, &run, 60))
        continue;
    int64_t start = bench_now_ns();
    bench_devd_send(daemon, "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    do {
        BENCH_CHECK(bench_next_run(daemon, &run, 20000));
        programs++;
    } while (run.effect == BENCH_READS);
    bench->extra[0] = programs - 1;
    bench_daemon_wait(daemon, "-> lagged");
    return (double)(run.ns - start) / 1e3;
}

/* Runs one program to its end and reads its output. Fills `run` with the message that the program
 * sent, which has the time at which its main() began. */
static void spawn(struct bench_daemon *daemon, const char *name, const char *const *argv,
                  struct bench_run *run)
{
    char path[BENCH_PATH_SIZE], bytes[16384];
    const char *words[8] = {path};
    char *environment[] = {NULL};
    int ends[2];
    pid_t pid;
    posix_spawn_file_actions_t actions;
    (void)strcpy(path, bench_path(daemon->bench, name));
    for (unsigned i = 0; argv[i] != NULL; i++)
        words[i + 1] = argv[i];
    BENCH_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    BENCH_CHECK(
        posix_spawn(&pid, path, &actions, NULL, (char *const *)(const void *)words, environment)
        == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    while (read(ends[0], bytes, sizeof bytes) > 0)
        continue;
    close(ends[0]);
    BENCH_CHECK(waitpid(pid, NULL, 0) == pid);
    BENCH_CHECK(bench_next_run(daemon, run, 1000));
}

static double time_parts(struct command *command, double programs)
{
    static const char *const sysctl[]
        = {"-i", "hw.hn.vf_transparent", "dev.hn.0.vf", "dev.hn.0.rxvf", NULL};
    static const char *const all[] = {"-a", NULL};
    static const char *const route[] = {"-n", "get", "-inet", "default", NULL};
    static const char *const route6[] = {"-n", "get", "-inet6", "default", NULL};
    static const char *const table[] = {"-rnW", NULL};
    static const char *const join[] = {"lagg0", "laggport", "mce0", NULL};
    struct bench_run run;
    while (bench_next_run(&command->daemon, &run, 20))
        continue;
    int64_t start = bench_now_ns();
    if (programs >= 1)
        spawn(&command->daemon, "sbin/sysctl", sysctl, &run);
    if (programs >= 2)
        spawn(&command->daemon, "sbin/ifconfig", all, &run);
    if (programs >= 3)
        spawn(&command->daemon, "sbin/route", route, &run);
    if (programs >= 4)
        spawn(&command->daemon, "sbin/route", route6, &run);
    if (programs >= 5)
        spawn(&command->daemon, "usr/bin/netstat", table, &run);
    bench_sql_run(command->sql.db, "BEGIN IMMEDIATE");
    bench_sql_insert(&command->sql, "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    bench_sql_run(command->sql.db, "COMMIT");
    spawn(&command->daemon, "sbin/ifconfig", join, &run);
    return (double)(run.ns - start) / 1e3;
}

static struct bench_sample command_turn(struct bench *bench, void *context)
{
    struct command *command = context;
    double ours = time_command(bench, &command->daemon);
    return (struct bench_sample){ours, time_parts(command, bench->extra[0])};
}

static void command_close(struct bench *bench, void *context)
{
    struct command *command = context;
    (void)bench;
    bench_daemon_stop(&command->daemon);
    bench_guest_close(&command->daemon);
    bench_sql_close(&command->sql);
    free(command);
}

const struct bench_row bench_command = {
    .name = "command",
    .what = "VF_UP on devd's socket to the main() of the first changing command",
    .baseline
    = "the probe's programs one after the other, one durable commit, one posix_spawn of the command",
    .asking = {"command-kernel", "the same, when the guest's kernel is asked (--probe kernel)",
               "one durable commit, one posix_spawn of the command"},
    .size = "interfaces",
    .unit = "us",
    .figure = BENCH_TIMES,
    .goal = 1.3,
    .repeats = ROUNDS,
    .sizes = {1, 8, 64},
    .full_sizes = {1, 8, 64},
    .extra = {"programs", NULL},
    .open = command_open,
    .turn = command_turn,
    .close = command_close,
};

static void *shell_open(struct bench *bench, uint64_t percent)
{
    bench_shell_write(bench, (unsigned)percent);
    return command_open(bench, 1);
}

/* Compares the daemon with the stock shell script. Also fills in the figure "bare": the script's
 * time divided by the time that the daemon's programs, one commit and one posix_spawn take alone.
 * The daemon can't be faster than the script by a larger factor. */
static struct bench_sample shell_turn(struct bench *bench, void *context)
{
    struct command *command = context;
    double ours = time_command(bench, &command->daemon);
    double parts = time_parts(command, bench->extra[0]);
    double shell = bench_shell_time(bench, &command->daemon);
    bench->extra[0] = shell / parts;
    return (struct bench_sample){ours, shell};
}

static const char shell_baseline[]
    = "/bin/sh: files like rc.subr, network.subr, defaults/rc.conf; sysctl, ifconfig, the command; no journal";

const struct bench_row bench_shell = {
    .name = "shell",
    .what = "VF_UP on devd's socket to the main() of the first changing command",
    .baseline = shell_baseline,
    .asking = {"shell-kernel", "the same, when the guest's kernel is asked (--probe kernel)",
               shell_baseline},
    .size = "% of sizes",
    .unit = "us",
    .figure = BENCH_FASTER,
    .goal = 2,
    .goal_size = 100,
    .repeats = ROUNDS,
    .sizes = {50, 100, 200},
    .full_sizes = {50, 100, 200},
    .extra = {"bare", NULL},
    .open = shell_open,
    .turn = shell_turn,
    .close = command_close,
};
