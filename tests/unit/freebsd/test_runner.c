/* Tests child programs: their end, their output, and that they inherit nothing unwanted. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/run/clock.h"
#include "adapters/freebsd/run/runner.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

enum { OUTCOMES_MAX = 600 };

enum { STORM = 300 };

struct bench {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_paths paths;
    struct vfj_runner *runner;
    struct vfj_prober *prober;
    unsigned outcome_count, wanted, strays;
    struct vfj_outcome outcomes[OUTCOMES_MAX];
    struct vfj_observation observed;
};

static void on_finished(void *context, const struct vfj_outcome *outcome)
{
    struct bench *bench = context;
    assert_true(bench->outcome_count < OUTCOMES_MAX);
    bench->outcomes[bench->outcome_count++] = *outcome;
    if (bench->outcome_count >= bench->wanted)
        event_base_loopbreak(bench->base);
}

static void on_late_exit(void *context)
{
    struct bench *bench = context;
    bench->strays++;
}

static void on_observed(void *context, const struct vfj_observation *observation)
{
    struct bench *bench = context;
    bench->observed = *observation;
    event_base_loopbreak(bench->base);
}

static struct bench *open_bench(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    assert_int_equal(vfj_paths_init(&bench->paths, ""), VFJ_OK);
    bench->base = event_base_new();
    assert_non_null(bench->base);
    bench->dispatch = vfj_dispatch_open(bench->base, &bench->paths, NULL, NULL, NULL);
    assert_non_null(bench->dispatch);
    bench->children = vfj_children_open(bench->base, bench->dispatch);
    assert_non_null(bench->children);
    bench->runner = vfj_runner_open(bench->children, on_finished, on_late_exit, bench);
    bench->prober = vfj_prober_open(bench->children, bench->dispatch, VFJ_PROBE_WAY_PROGRAMS,
                                    on_observed, bench);
    return bench;
}

static void close_bench(struct bench *bench)
{
    vfj_dispatch_close(bench->dispatch);
    vfj_children_close(bench->children);
    vfj_runner_close(bench->runner);
    vfj_prober_close(bench->prober);
    event_base_free(bench->base);
    free(bench);
}

static void set_program(char path[VFJ_PATHNAME_SIZE], const char *name, const char *body)
{
    assert_int_equal(vfj_paths_set(path, kit_program(name, body)), VFJ_OK);
}

static struct vfj_command up(uint64_t id, const char *hn)
{
    struct vfj_command command
        = {.id = id, .kind = VFJ_COMMAND_UP, .limit_ms = 20000, .a = vfj_name_of("mce0")};
    if (hn[0] != '\0')
        command.hn = vfj_name_of(hn);
    return command;
}

static void wait_for(struct bench *bench, unsigned count)
{
    bench->wanted = count;
    while (bench->outcome_count < count)
        assert_int_equal(event_base_loop(bench->base, EVLOOP_ONCE), 0);
}

/* Runs `ifconfig mce0 up` and returns its outcome. The shell script `body` acts as ifconfig. */
static struct vfj_outcome run(struct bench *bench, const char *body, uint32_t limit_ms)
{
    struct vfj_command command = up(7, "hn0");
    command.limit_ms = limit_ms;
    set_program(bench->paths.ifconfig, "ifconfig", body);
    bench->outcome_count = 0;
    vfj_runner_run(bench->runner, &command, 1);
    assert_int_equal(bench->outcome_count, 0); /* vfj_runner_run() itself reports no outcome */
    wait_for(bench, 1);
    assert_int_equal(bench->outcomes[0].command, 7);
    return bench->outcomes[0];
}

static void test_exits(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    struct vfj_outcome outcome = run(bench, "printf '%s\\n' \"$*\"; echo no >&2; exit 3", 20000);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_EXITED);
    assert_int_equal(outcome.status, 3);
    assert_string_equal(outcome.output, "-n mce0 up\nno");
    assert_true(outcome.duration_us > 0);
    outcome = run(bench, "kill -KILL $$", 20000);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_SIGNALED);
    assert_int_equal(outcome.status, SIGKILL);
    close_bench(bench);
}

static void test_absent(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command = up(7, "hn0");
    (void)state;
    vfj_paths_set(bench->paths.ifconfig, kit_path("nothing"));
    vfj_runner_run(bench->runner, &command, 1);
    assert_int_equal(bench->outcome_count, 0);
    wait_for(bench, 1);
    assert_int_equal(bench->outcomes[0].kind, VFJ_OUTCOME_ABSENT);
    assert_int_equal(bench->outcomes[0].status, ENOENT);

    vfj_paths_set(bench->paths.ifconfig, kit_text("no-program", "x"));
    vfj_runner_run(bench->runner, &command, 1);
    wait_for(bench, 2);
    assert_int_equal(bench->outcomes[1].kind, VFJ_OUTCOME_ABSENT);
    assert_int_equal(bench->outcomes[1].status, EACCES);
    close_bench(bench);
}

static void test_time_limit(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    struct vfj_outcome outcome = run(bench, "echo begun; sleep 100; echo never", 300);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_TIMEOUT);
    assert_int_equal(outcome.status, SIGTERM);
    assert_string_equal(outcome.output, "begun");
    assert_true(outcome.duration_us >= 250000 && outcome.duration_us < 10000000);
    close_bench(bench);
}

/* When a program ignores SIGTERM, it gets SIGKILL, together with the programs that it has
 * started. */
static void test_stubborn(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    struct vfj_outcome outcome
        = run(bench, "trap '' TERM; sleep 100 & echo $!; while :; do sleep 0.1; done", 200);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_TIMEOUT);
    assert_int_equal(outcome.status, SIGKILL);
    assert_true(outcome.duration_us < 10000000);
    long grandchild = strtol(outcome.output, NULL, 10);
    assert_true(grandchild > 1);
    for (unsigned i = 0; i < 100 && kill((pid_t)grandchild, 0) == 0; i++)
        usleep(20000); /* waits until init has reaped the program's child */
    close_bench(bench);
}

static void test_flood(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    int64_t cpu_before_us = (int64_t)clock();
    struct vfj_outcome outcome
        = run(bench, "while :; do echo floodfloodfloodfloodfloodfloodflood; done", 1500);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_TIMEOUT);
    assert_int_equal(strlen(outcome.output), VFJ_OUTPUT_SIZE - 1);
    assert_true((int64_t)clock() - cpu_before_us < 1000000);
    /* beyond the limit of its output, a program can continue only slowly, but its end is still
     * detected */
    outcome = run(bench, "head -c 200000 /dev/zero | tr '\\0' x; exit 4", 20000);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_EXITED);
    assert_int_equal(outcome.status, 4);
    outcome = run(bench, "printf 'a\\000b\\n'", 20000);
    assert_string_equal(outcome.output, "ab");
    close_bench(bench);
}

/* A background process that keeps the output's pipe open does not keep the slot waiting. */
static void test_grandchild(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    int64_t begin_us = vfj_clock_mono_us();
    struct vfj_outcome outcome
        = run(bench, "(trap '' HUP PIPE; sleep 5; echo late) & echo early; exit 0", 20000);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_EXITED);
    assert_string_equal(outcome.output, "early");
    assert_true(vfj_clock_mono_us() - begin_us < 2000000);
    close_bench(bench);
}

static void test_environment(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    setenv("SECRET", "x", 1);
    mode_t mask = umask(077);
    int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    assert_true(leak > 2);
    signal(SIGPIPE, SIG_IGN);
    struct vfj_outcome outcome = run(bench,
                                     "echo $PATH $LC_ALL $HOME ${SECRET-none} $(umask)\n"
                                     "[ \"$(cat)\" = '' ] && echo empty\n"
                                     "[ $(ps -o pgid= -p $$) -eq $$ ] && echo leader\n"
                                     "kill -PIPE $$",
                                     20000);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_SIGNALED);
    assert_int_equal(outcome.status, SIGPIPE);
    assert_string_equal(
        outcome.output,
        "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin C / none 0022\n"
        "empty\nleader");
    assert_int_equal(umask(mask), 077);
    close(leak);
    close_bench(bench);
}

#ifdef __linux__
static void test_descriptors(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    int leak = open("/dev/null", O_RDONLY);
    unsigned before = kit_open_descriptors();
    for (unsigned i = 0; i < 20; i++) {
        struct vfj_outcome outcome = run(bench, "ls /proc/self/fd", 20000);
        /* 0, 1 and 2 are the standard descriptors; ls itself has opened the directory as 3 */
        assert_string_equal(outcome.output, "0\n1\n2\n3");
    }
    assert_int_equal(kit_open_descriptors(), before);
    close(leak);
    close_bench(bench);
}
#endif

/* The commands of one slot run one after another. Commands of other slots, and commands without
 * a slot, run at the same time. */
static void test_slots(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command slow = up(1, "hn0");
    struct vfj_command next = up(2, "hn0"), other = up(3, "hn1"), none = up(4, ""),
                       last = up(5, "hn0");
    (void)state;
    set_program(bench->paths.ifconfig, "ifconfig", "[ $2 != mce9 ] || sleep 0.7");
    slow.a = vfj_name_of("mce9");
    vfj_runner_run(bench->runner, &slow, 1);
    vfj_runner_run(bench->runner, &next, 1);
    vfj_runner_run(bench->runner, &other, 1);
    vfj_runner_run(bench->runner, &none, 1);
    vfj_runner_run(bench->runner, &last, 1);
    wait_for(bench, 5);
    assert_int_equal(bench->outcomes[0].command + bench->outcomes[1].command, 3 + 4);
    assert_int_equal(bench->outcomes[2].command, 1);
    assert_int_equal(bench->outcomes[3].command, 2);
    assert_int_equal(bench->outcomes[4].command, 5);
    close_bench(bench);
}

static void test_forget(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command first = up(1, "hn0"), second = up(2, "hn0"), third = up(3, "hn0");
    (void)state;
    set_program(bench->paths.ifconfig, "ifconfig", "sleep 0.2");
    vfj_runner_run(bench->runner, &first, 1);
    vfj_runner_run(bench->runner, &second, 1);
    vfj_runner_forget(bench->runner);
    vfj_runner_run(bench->runner, &third, 1);
    wait_for(bench, 1);
    assert_int_equal(bench->outcomes[0].command, 3);
    /* late_exit was called once: only the first command ran, and the second one never began */
    assert_int_equal(bench->strays, 1);
    close_bench(bench);
}

/* The administrator's script runs only if no other user can change it. Otherwise its outcome
 * names the file that another user can change, and the slot's next command runs. */
static void test_script(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command = {.id = 1,
                                  .kind = VFJ_COMMAND_SCRIPT,
                                  .limit_ms = 20000,
                                  .text = "/usr/libexec/hyperv/hyperv_vfup.hn0"};
    struct vfj_command after = up(4, "hn0");
    (void)state;
    command.hn = vfj_name_of("hn0");
    vfj_paths_set(bench->paths.scripts_dir, kit_path("."));
    set_program(bench->paths.ifconfig, "ifconfig", "");
    const char *script = kit_program("hyperv_vfup.hn0", "echo mine $#");
    vfj_runner_run(bench->runner, &command, 1);
    wait_for(bench, 1);
    assert_int_equal(bench->outcomes[0].kind, VFJ_OUTCOME_EXITED);
    assert_string_equal(bench->outcomes[0].output, "mine 0");

    assert_int_equal(chmod(script, 0775), 0);
    command.id = 2;
    vfj_runner_run(bench->runner, &command, 1);
    vfj_runner_run(bench->runner, &after, 1);
    assert_int_equal(bench->outcome_count, 1);
    wait_for(bench, 3);
    assert_int_equal(bench->outcomes[1].command, 2);
    assert_int_equal(bench->outcomes[1].kind, VFJ_OUTCOME_ABSENT);
    assert_int_equal(bench->outcomes[1].status, EPERM);
    assert_non_null(
        strstr(bench->outcomes[1].output, "/hyperv_vfup.hn0: its group can write to it"));
    assert_int_equal(bench->outcomes[2].command, 4);

    assert_int_equal(unlink(script), 0);
    vfj_runner_run(bench->runner, &command, 1);
    wait_for(bench, 4);
    assert_int_equal(bench->outcomes[3].status, ENOENT);
    close_bench(bench);
}

static void test_lease(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_LEASE, .limit_ms = 20000};
    (void)state;
    command.a = vfj_name_of("hn0");
    command.b = vfj_name_of("lagg0");
    vfj_paths_set(bench->paths.lease_dir, "/leases");
    set_program(bench->paths.lease_helper, "vfjournal-lease", "echo \"$@\"");
    vfj_runner_run(bench->runner, &command, 1);
    wait_for(bench, 1);
    assert_string_equal(bench->outcomes[0].output, "hn0 lagg0 /leases");
    close_bench(bench);
}

static void probe(struct bench *bench, const struct vfj_command *command)
{
    bench->observed.command = 0;
    vfj_prober_run(bench->prober, command);
    /* vfj_prober_run() itself reports no observation */
    assert_int_equal(bench->observed.command, 0);
    while (bench->observed.command == 0)
        assert_int_equal(event_base_loop(bench->base, EVLOOP_ONCE), 0);
    assert_int_equal(bench->observed.command, command->id);
}

static void test_probe_value(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command = {.id = 9, .kind = VFJ_COMMAND_PROBE_SYSCTL, .text = "dev.hn.0.vf"};
    (void)state;
    set_program(bench->paths.sysctl, "sysctl",
                "[ \"$*\" = '-n dev.hn.0.vf' ] && echo mce0 && echo noise >&2");
    probe(bench, &command);
    assert_true(bench->observed.ok);
    assert_string_equal(bench->observed.as.value, "mce0");
    set_program(bench->paths.sysctl, "sysctl", "echo partly; echo 'unknown oid' >&2; exit 1");
    probe(bench, &command);
    assert_false(bench->observed.ok);
    assert_string_equal(bench->observed.as.value, "");
    set_program(bench->paths.sysctl, "sysctl", "head -c 5000 /dev/zero | tr '\\0' x");
    probe(bench, &command);
    assert_true(bench->observed.ok);
    assert_int_equal(strlen(bench->observed.as.value), VFJ_VALUE_SIZE - 1);
    close_bench(bench);
}

static void test_probe_interface(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command
        = {.id = 9, .kind = VFJ_COMMAND_PROBE_IFCONFIG, .a = vfj_name_of("lagg0")};
    (void)state;
    set_program(bench->paths.ifconfig, "ifconfig", "echo \"$2: flags=8843<UP> metric 0 mtu 1500\"");
    probe(bench, &command);
    assert_true(bench->observed.ok && bench->observed.as.interface.exists
                && bench->observed.as.interface.up);
    set_program(bench->paths.ifconfig, "ifconfig",
                "echo \"ifconfig: interface $2 does not exist\" >&2; exit 1");
    probe(bench, &command);
    assert_false(bench->observed.ok);
    assert_false(bench->observed.as.interface.exists);
    assert_string_equal(bench->observed.as.interface.name.text, "lagg0");
    vfj_paths_set(bench->paths.ifconfig, kit_path("nothing"));
    probe(bench, &command);
    assert_false(bench->observed.ok);
    close_bench(bench);
}

static void test_probe_file(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command
        = {.id = 9, .kind = VFJ_COMMAND_PROBE_FILE, .text = "/usr/libexec/hyperv/hyperv_vfup.hn0"};
    (void)state;
    vfj_paths_set(bench->paths.scripts_dir, kit_path("."));
    probe(bench, &command);
    assert_true(bench->observed.ok);
    assert_false(bench->observed.as.file.exists);
    kit_program("hyperv_vfup.hn0", "true");
    probe(bench, &command);
    assert_true(bench->observed.ok && bench->observed.as.file.exists);
    assert_string_equal(bench->observed.as.file.text, "#!/bin/sh");
    kit_text("hyperv_vfup.hn0", "\001\002\n");
    probe(bench, &command);
    assert_true(bench->observed.as.file.exists);
    assert_string_equal(bench->observed.as.file.text, "");
    strcpy(command.text, "/usr/libexec/hyperv/../x");
    probe(bench, &command);
    assert_false(bench->observed.ok);
    close_bench(bench);
}

static const char slow_sysctl[] = "sleep 0.3\n"
                                  "echo hw.hn.vf_transparent: 0\n"
                                  "echo dev.hn.0.vf: mce3\n"
                                  "echo dev.hn.0.rxvf: mce3";
/* An ifconfig with more output than a pipe holds. It prints everything before sysctl has named
 * the VF. */
static const char big_ifconfig[]
    = "echo 'mce3: flags=8843<UP> metric 0 mtu 1500'\n"
      "echo 'lagg7: flags=8843<UP> metric 0 mtu 1500'\n"
      "echo '\tlaggproto failover'\n"
      "echo '\tlaggport: mce3 flags=0<>'\n"
      "i=0\n"
      "while [ $i -lt 3000 ]; do\n"
      "echo \"epair${i}a: flags=8843<UP,BROADCAST,RUNNING> metric 0 mtu 1500\"\n"
      "echo '\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>'\n"
      "i=$((i + 1))\n"
      "done\n"
      "echo 'hn0: flags=8843<UP> metric 0 mtu 1500'\n"
      "echo '\tinet 10.0.0.4 netmask 0xffffff00'\n"
      "echo 'lagg0: flags=8802<BROADCAST> metric 0 mtu 1500'\n"
      "echo '\tlaggproto failover'\n"
      "echo '\tlaggport: hn0 flags=5<MASTER,ACTIVE>'";

/* The script in the base system's directory comes first, then the one in the directory of local
 * software. A script that others could change is reported, and the other directory is not
 * searched. */
static void test_probe_script(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command
        = {.id = 9, .kind = VFJ_COMMAND_PROBE_SLOT, .limit_ms = 20000, .text = "0"};
    const struct vfj_view *view = &bench->observed.as.view;
    (void)state;
    command.a = vfj_name_of("hn7");
    command.b = vfj_name_of("lagg7");
    set_program(bench->paths.sysctl, "sysctl", "");
    set_program(bench->paths.ifconfig, "ifconfig", "");
    set_program(bench->paths.route, "route", "exit 1");
    (void)mkdir(kit_path("local"), 0755);
    vfj_paths_set(bench->paths.scripts_dir, kit_path("."));
    vfj_paths_set(bench->paths.local_scripts_dir, kit_path("local"));
    probe(bench, &command);
    assert_int_equal(view->script, VFJ_OWN_SCRIPT_NONE);
    assert_string_equal(view->script_refused, "");
    const char *local = kit_program("local/hyperv_vfup.hn7", "true");
    probe(bench, &command);
    assert_int_equal(view->script, VFJ_OWN_SCRIPT_LOCAL);
    const char *base = kit_program("hyperv_vfup.hn7", "true");
    probe(bench, &command);
    assert_int_equal(view->script, VFJ_OWN_SCRIPT_BASE);
    assert_int_equal(chmod(base, 0757), 0);
    probe(bench, &command);
    assert_int_equal(view->script, VFJ_OWN_SCRIPT_NONE);
    assert_non_null(strstr(view->script_refused, "/hyperv_vfup.hn7: others can write to it"));
    (void)unlink(local);
    (void)unlink(base);
    close_bench(bench);
}

static struct {
    unsigned answers, right;
    uint64_t last, last_right; /* ids of commands */
} storm;

static void count_observation(void *context, const struct vfj_observation *observation)
{
    struct bench *bench = context;
    storm.answers++;
    storm.last = observation->command;
    if (observation->ok) {
        storm.right++;
        storm.last_right = observation->command;
    }
    if (storm.answers == STORM)
        (void)event_base_loopbreak(bench->base);
}

/* A storm of observations of one slot is requested. Only a few of them run, among them the
 * newest one. Every request gets an answer. The observation of another slot does not wait. */
static void test_probe_storm(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command = {.kind = VFJ_COMMAND_PROBE_SLOT, .limit_ms = 20000, .text = "0"};
    size_t length;
    (void)state;
    memset(&storm, 0, sizeof storm);
    vfj_prober_close(bench->prober);
    bench->prober = vfj_prober_open(bench->children, bench->dispatch, VFJ_PROBE_WAY_PROGRAMS,
                                    count_observation, bench);
    set_program(bench->paths.sysctl, "sysctl", "echo x >>\"${0%/*}/looks\"; sleep 0.1");
    set_program(bench->paths.ifconfig, "ifconfig", "");
    set_program(bench->paths.route, "route", "exit 1");
    vfj_paths_set(bench->paths.scripts_dir, kit_path("."));
    for (unsigned i = 1; i <= STORM; i++) {
        command.id = i;
        command.a = vfj_name_of(i == STORM / 2 ? "hn8" : "hn7");
        vfj_prober_run(bench->prober, &command);
    }
    assert_int_equal(storm.answers, 0); /* from the event loop only, not inside vfj_prober_run() */
    assert_int_equal(event_base_dispatch(bench->base), 0);
    assert_int_equal(storm.answers, STORM);
    /* these observations succeeded: the ones that ran first, the one of hn8, and the newest one */
    assert_int_equal(storm.right, VFJ_PROBES_OF_SLOT_MAX + 2);
    assert_int_equal(storm.last, STORM);
    assert_int_equal(storm.last_right, STORM);
    free(kit_read(kit_path("looks"), &length));
    assert_int_equal(length, 2 * (VFJ_PROBES_OF_SLOT_MAX + 2));
    close_bench(bench);
}

/* vfj_prober_forget() also drops the probes that still wait. */
static void test_probe_storm_forgotten(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command = {.kind = VFJ_COMMAND_PROBE_SLOT, .limit_ms = 20000, .text = "0"};
    (void)state;
    set_program(bench->paths.sysctl, "sysctl", "");
    set_program(bench->paths.ifconfig, "ifconfig", "");
    set_program(bench->paths.route, "route", "exit 1");
    command.a = vfj_name_of("hn7");
    for (command.id = 1; command.id <= 10; command.id++)
        vfj_prober_run(bench->prober, &command);
    vfj_prober_forget(bench->prober);
    probe(bench, &command);
    assert_int_equal(bench->observed.command, command.id);
    close_bench(bench);
}

static void test_probe_slot(void **state)
{
    struct bench *bench = open_bench();
    struct vfj_command command
        = {.id = 9, .kind = VFJ_COMMAND_PROBE_SLOT, .limit_ms = 20000, .text = "0"};
    const struct vfj_view *view = &bench->observed.as.view;
    (void)state;
    command.a = vfj_name_of("hn0");
    command.b = vfj_name_of("lagg0");
    command.c = vfj_name_of("mce0");
    set_program(bench->paths.sysctl, "sysctl", slow_sysctl);
    set_program(bench->paths.ifconfig, "ifconfig", big_ifconfig);
    set_program(
        bench->paths.route, "route",
        "case $3 in -inet) echo '    gateway: 10.0.0.1'; echo '  interface: hn0';;"
        " -inet6) echo '    gateway: fe80::1%lagg0'; echo '  interface: lagg0'; echo '      flags: "
        "<UP,GATEWAY,DONE,STATIC>';;"
        " esac");
    vfj_paths_set(bench->paths.lease_dir, kit_path("."));
    kit_text("dhclient.leases.hn0", "lease {}\n");
    probe(bench, &command);
    assert_true(bench->observed.ok);
    assert_string_equal(view->vf_name.text, "mce3");
    assert_string_equal(view->rxvf.text, "mce3");
    assert_true(view->hn.exists && view->vf.exists && view->lagg.exists);
    assert_string_equal(view->vf.name.text, "mce3");
    assert_string_equal(view->hn.addresses[0].text, "10.0.0.4/24");
    assert_string_equal(view->hn_lagg.text, "lagg0");
    assert_string_equal(view->vf_lagg.text, "lagg7");
    assert_string_equal(view->gateway.text, "10.0.0.1");
    assert_false(view->gateway_on_lagg);
    assert_string_equal(view->gateway6.text, "fe80::1");
    assert_true(view->gateway6_on_lagg);
    assert_true(view->lease);
    assert_int_equal(view->transparent, 0);

    set_program(bench->paths.sysctl, "sysctl", "");
    set_program(bench->paths.ifconfig, "ifconfig", "");
    set_program(bench->paths.route, "route", "exit 1");
    probe(bench, &command);
    assert_true(bench->observed.ok);
    assert_int_equal(view->transparent, VFJ_TRANSPARENT_ABSENT);
    assert_string_equal(view->vf_name.text, "");
    assert_string_equal(view->vf.name.text, "mce0");
    assert_false(view->hn.exists || view->vf.exists || view->lagg.exists);
    assert_string_equal(view->gateway.text, "");

    command.limit_ms = 300;
    set_program(bench->paths.ifconfig, "ifconfig", "sleep 100");
    probe(bench, &command);
    assert_false(bench->observed.ok);
    close_bench(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exits),       cmocka_unit_test(test_absent),
        cmocka_unit_test(test_time_limit),  cmocka_unit_test(test_stubborn),
        cmocka_unit_test(test_flood),       cmocka_unit_test(test_grandchild),
        cmocka_unit_test(test_environment),
#ifdef __linux__
        cmocka_unit_test(test_descriptors),
#endif
        cmocka_unit_test(test_slots),       cmocka_unit_test(test_forget),
        cmocka_unit_test(test_script),      cmocka_unit_test(test_lease),
        cmocka_unit_test(test_probe_value), cmocka_unit_test(test_probe_interface),
        cmocka_unit_test(test_probe_file),  cmocka_unit_test(test_probe_script),
        cmocka_unit_test(test_probe_storm), cmocka_unit_test(test_probe_storm_forgotten),
        cmocka_unit_test(test_probe_slot),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
