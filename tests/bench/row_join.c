/* The benchmark of a whole first join: the time from the end of the delay until the VF is up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"
#include "tests/bench/shell.h"

enum { ROUNDS = 7 };

static const char hn_text[]
    = "hn0: flags=8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tether 00:0d:3a:00:00:00\n%s"
      "\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n"
      "\tstatus: active\n";
static const char inet_text[] = "\tinet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255\n";
static const char vf_text[] = "mce0: flags=8843<%sBROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
                              "\tether 00:0d:3a:00:00:00\n\tstatus: active\n";
static const char lagg_text[]
    = "lagg0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tether 00:0d:3a:00:00:00\n"
      "\tinet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255\n"
      "\tlaggproto failover lagghash l2,l3,l4\n%s"
      "\tgroups: lagg\n\tmedia: Ethernet autoselect\n\tstatus: active\n"
      "\tnd6 options=9<PERFORMNUD,IFDISABLED,NO_DAD>\n";
static const char hn_port[] = "\tlaggport: hn0 flags=5<MASTER,ACTIVE>\n";
static const char both_ports[] = "\tlaggport: hn0 flags=5<MASTER,ACTIVE>\n"
                                 "\tlaggport: mce0 flags=0<>\n";

/* Prepares the output that `ifconfig -a` has after the command `name`. Only the last command of a
 * batch needs one, because the daemon observes the guest after it. When `ports` is NULL, lagg0 does
 * not exist. */
static void write_answer(const struct bench *bench, const char *name, const char *hn_address,
                         const char *vf_up, const char *ports)
{
    char text[4096], path[BENCH_PATH_SIZE];
    size_t at = (size_t)snprintf(text, sizeof text, hn_text, hn_address);
    at += (size_t)snprintf(text + at, sizeof text - at, vf_text, vf_up);
    if (ports != NULL)
        (void)snprintf(text + at, sizeof text - at, lagg_text, ports);
    (void)snprintf(path, sizeof path, "answers/%s", name);
    bench_remove(bench_path(bench, path));
    bench_write(bench_path(bench, path), text);
}

static void write_answers(const struct bench *bench)
{
    static const char slot[] = "hw.hn.vf_transparent: 0\ndev.hn.0.vf: mce0\ndev.hn.0.rxvf: %s\n";
    char text[256];
    write_answer(bench, "alone", inet_text, "", NULL);
    write_answer(bench, "lagg0-create", inet_text, "", "");
    write_answer(bench, "laggport-hn0", "", "", hn_port);
    write_answer(bench, "laggport-mce0", "", "", both_ports);
    write_answer(bench, "mce0-up", "", "UP,", both_ports);
    (void)snprintf(text, sizeof text, slot, "");
    bench_write(bench_path(bench, "answers/slot-down"), text);
    (void)snprintf(text, sizeof text, slot, "mce0");
    bench_write(bench_path(bench, "answers/slot-up"), text);
}

static void show(const struct bench *bench, const char *from, const char *to)
{
    char source[BENCH_PATH_SIZE];
    (void)strcpy(source, bench_path(bench, from));
    bench_remove(bench_path(bench, to));
    BENCH_CHECK(link(source, bench_path(bench, to)) == 0);
}

/* Restores the prepared output of the programs to that before the join. */
static void show_alone(const struct bench *bench)
{
    show(bench, "answers/alone", "answers/ifconfig");
    show(bench, "answers/slot-down", "answers/slot");
}

static void *join_open(struct bench *bench, uint64_t percent)
{
    struct bench_daemon *daemon = bench_allocate(sizeof *daemon);
    bench->asks = true;
    bench_guest_make(daemon, bench, 1);
    write_answers(bench);
    show_alone(bench);
    bench_shell_write(bench, (unsigned)percent);
    bench_daemon_start(daemon, "--act");
    bench_daemon_accept(daemon);
    bench_daemon_wait(daemon, "-> lagged");
    return daemon;
}

static void wait_for_up(struct bench_daemon *daemon, struct bench_run *run)
{
    do {
        BENCH_CHECK(bench_next_run(daemon, run, 20000));
    } while (run->effect != BENCH_UPS_VF);
}

/* Returns the microseconds that a join takes. The join begins when the delay's timer fires; the
 * journal has the time of that event on the same clock. */
static double time_join(struct bench *bench, struct bench_daemon *daemon)
{
    struct bench_run run;
    bench_devd_send(daemon, "!system=IFNET subsystem=mce0 type=DETACH");
    bench_daemon_wait(daemon, "-> detached");
    show_alone(bench);
    while (bench_next_run(daemon, &run, 60))
        continue;
    bench_devd_send(daemon, "!system=ETHERNET subsystem=mce0 type=IFATTACH");
    wait_for_up(daemon, &run);
    bench_daemon_wait(daemon, "-> lagged");
    return (double)run.ns / 1e3 - (double)bench_journal_timer_us(daemon);
}

static struct bench_sample join_turn(struct bench *bench, void *context)
{
    struct bench_daemon *daemon = context;
    double ours = time_join(bench, daemon);
    show_alone(bench);
    return (struct bench_sample){ours, bench_shell_join_time(bench, daemon)};
}

static void join_close(struct bench *bench, void *context)
{
    struct bench_daemon *daemon = context;
    bench->asks = false;
    bench_daemon_stop(daemon);
    bench_guest_close(daemon);
    free(daemon);
}

const struct bench_row bench_join = {
    .name = "join",
    .what = "a whole first join, from the end of the delay to main() of `ifconfig VF up`, when the "
            "guest's kernel is asked",
    .baseline = "the sleeper of hyperv_vfattach and all of hyperv_vfup, by /bin/sh; no journal",
    .size = "% of sizes",
    .unit = "us",
    .figure = BENCH_TIMES,
    .goal = 0.5,
    .goal_size = 100,
    .repeats = ROUNDS,
    .sizes = {50, 100, 200},
    .full_sizes = {50, 100, 200},
    .open = join_open,
    .turn = join_turn,
    .close = join_close,
};
