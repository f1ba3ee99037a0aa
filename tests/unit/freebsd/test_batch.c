/* Tests batches: the commands of one decision run in order, and the failure of a required
 * command ends the batch. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/privsep/monitor.h"
#include "adapters/freebsd/run/runner.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

enum { OUTCOMES_MAX = 16 };

struct bench {
    struct event_base *base;
    struct vfj_monitor *monitor;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_paths paths;
    struct vfj_runner *runner;
    unsigned outcome_count, wanted, strays;
    struct vfj_outcome outcomes[OUTCOMES_MAX];
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

static void be_silent(const char *line)
{
    (void)line;
}

/* Makes a bench that is not open yet. The caller sets its programs before open_bench(), since a
 * monitor copies their paths at that time. */
static struct bench *begin_bench(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    assert_int_equal(vfj_paths_init(&bench->paths, ""), VFJ_OK);
    return bench;
}

static void open_bench(struct bench *bench, bool monitor)
{
    const struct vfj_monitor_settings settings
        = {.paths = bench->paths, .acts = true, .log = be_silent};
    if (monitor) {
        bench->monitor = vfj_monitor_start(&settings);
        assert_non_null(bench->monitor);
    }
    bench->base = event_base_new();
    assert_non_null(bench->base);
    bench->dispatch = vfj_dispatch_open(bench->base, &bench->paths, bench->monitor, NULL, NULL);
    assert_non_null(bench->dispatch);
    bench->children = vfj_children_open(bench->base, bench->dispatch);
    bench->runner = vfj_runner_open(bench->children, on_finished, on_late_exit, bench);
}

static void close_bench(struct bench *bench)
{
    vfj_dispatch_close(bench->dispatch);
    vfj_children_close(bench->children);
    vfj_runner_close(bench->runner);
    event_base_free(bench->base);
    vfj_monitor_end(bench->monitor);
    free(bench);
}

static void set_program(char path[VFJ_PATHNAME_SIZE], const char *name, const char *body)
{
    assert_int_equal(vfj_paths_set(path, kit_program(name, body)), VFJ_OK);
}

static void wait_for(struct bench *bench, unsigned count)
{
    bench->wanted = count;
    while (bench->outcome_count < count)
        assert_int_equal(event_base_loop(bench->base, EVLOOP_ONCE), 0);
}

static void assert_outcome(const struct bench *bench, unsigned index, uint64_t command,
                           enum vfj_outcome_kind kind)
{
    assert_int_equal(bench->outcomes[index].command, command);
    assert_int_equal(bench->outcomes[index].kind, kind);
}

static const char *ran(void)
{
    static char text[512];
    size_t length = 0;
    char *bytes = kit_read(kit_path("ran"), &length);
    assert_true(length < sizeof text);
    memcpy(text, bytes, length);
    text[length] = '\0';
    free(bytes);
    return text;
}

/* Sets an ifconfig that appends the name of the interface to the file "ran". It fails when that
 * argument is `fails`. */
static void set_recorder(struct bench *bench, const char *fails)
{
    char body[PATH_MAX + 128];
    (void)snprintf(body, sizeof body, "echo \"$2\" >>%s; [ \"$2\" != %s ]", kit_text("ran", ""),
                   fails);
    set_program(bench->paths.ifconfig, "ifconfig", body);
}

static void make_batch(struct vfj_command *commands, unsigned count, uint64_t first, const char *hn)
{
    for (unsigned i = 0; i < count; i++) {
        commands[i]
            = (struct vfj_command){.id = first + i, .kind = VFJ_COMMAND_UP, .limit_ms = 5000};
        commands[i].hn = vfj_name_of(hn);
        (void)snprintf(commands[i].a.text, sizeof commands[i].a.text, "vf%u", (unsigned)first + i);
    }
}

/* A batch runs in order to its end. The next batch of the same slot begins only then. */
static void batches_of_a_slot(bool monitor)
{
    struct bench *bench = begin_bench();
    struct vfj_command first[4], second[2];
    set_recorder(bench, "none");
    make_batch(first, 4, 1, "hn0");
    make_batch(second, 2, 5, "hn0");
    open_bench(bench, monitor);
    assert_false(vfj_runner_is_in_batch(bench->runner));
    vfj_runner_run(bench->runner, first, 4);
    vfj_runner_run(bench->runner, second, 2);
    assert_true(vfj_runner_is_in_batch(bench->runner));
    assert_int_equal(bench->outcome_count, 0); /* vfj_runner_run() itself reports no outcome */
    wait_for(bench, 5);
    /* only the last command runs, so no command waits */
    assert_false(vfj_runner_is_in_batch(bench->runner));
    wait_for(bench, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_outcome(bench, i, i + 1, VFJ_OUTCOME_EXITED);
    assert_string_equal(ran(), "vf1\nvf2\nvf3\nvf4\nvf5\nvf6\n");
    close_bench(bench);
}

/* When a command fails, its batch ends. The later commands are reported as not run, in order.
 * Then the slot's next batch begins. */
static void a_batch_stops_at_the_first_failure(bool monitor)
{
    struct bench *bench = begin_bench();
    struct vfj_command first[4], second[2];
    set_recorder(bench, "vf2");
    make_batch(first, 4, 1, "hn0");
    make_batch(second, 2, 5, "hn0");
    open_bench(bench, monitor);
    vfj_runner_run(bench->runner, first, 4);
    vfj_runner_run(bench->runner, second, 2);
    wait_for(bench, 6);
    assert_outcome(bench, 0, 1, VFJ_OUTCOME_EXITED);
    assert_outcome(bench, 1, 2, VFJ_OUTCOME_EXITED);
    assert_int_equal(bench->outcomes[1].status, 1);
    assert_outcome(bench, 2, 3, VFJ_OUTCOME_NOT_RUN);
    assert_outcome(bench, 3, 4, VFJ_OUTCOME_NOT_RUN);
    assert_outcome(bench, 4, 5, VFJ_OUTCOME_EXITED);
    assert_outcome(bench, 5, 6, VFJ_OUTCOME_EXITED);
    assert_string_equal(ran(), "vf1\nvf2\nvf5\nvf6\n");
    close_bench(bench);
}

/* One decision may have a batch for each slot, and commands without a slot. A failure stops only
 * the commands of its own slot. */
static void batches_of_several_slots(bool monitor)
{
    struct bench *bench = begin_bench();
    struct vfj_command commands[6];
    unsigned not_run = 0;
    set_recorder(bench, "vf1");
    make_batch(commands, 6, 1, "hn0");
    commands[1].hn = commands[3].hn = vfj_name_of("hn1");
    commands[4].hn = commands[5].hn = (struct vfj_name){""};
    open_bench(bench, monitor);
    vfj_runner_run(bench->runner, commands, 6);
    wait_for(bench, 6);
    for (unsigned i = 0; i < 6; i++) {
        not_run += bench->outcomes[i].kind == VFJ_OUTCOME_NOT_RUN;
        assert_int_equal(bench->outcomes[i].kind == VFJ_OUTCOME_NOT_RUN,
                         bench->outcomes[i].command == 3);
    }
    assert_int_equal(not_run, 1);
    close_bench(bench);
}

/* A command that fails because its effect exists already does not end the batch. A program that
 * cannot be started ends it. */
static void what_stops_a_batch(bool monitor)
{
    struct bench *bench = begin_bench();
    struct vfj_command commands[4];
    set_recorder(bench, "none");
    vfj_paths_set(bench->paths.route, kit_path("no-such-program"));
    make_batch(commands, 4, 1, "hn0");
    commands[0].kind = VFJ_COMMAND_ADDRESS_DELETE;
    vfj_span_copy(commands[0].text, sizeof commands[0].text, vfj_span_of("10.0.0.1"));
    set_program(bench->paths.ifconfig, "ifconfig",
                "echo \"Can't assign requested address\"; exit 1");
    commands[1].kind = VFJ_COMMAND_ROUTE_ADD;
    vfj_span_copy(commands[1].text, sizeof commands[1].text, vfj_span_of("default 10.0.0.254"));
    open_bench(bench, monitor);
    vfj_runner_run(bench->runner, commands, 4);
    wait_for(bench, 4);
    assert_outcome(bench, 0, 1, VFJ_OUTCOME_EXITED);
    assert_outcome(bench, 1, 2, VFJ_OUTCOME_ABSENT);
    assert_int_equal(bench->outcomes[1].status, ENOENT);
    assert_outcome(bench, 2, 3, VFJ_OUTCOME_NOT_RUN);
    assert_outcome(bench, 3, 4, VFJ_OUTCOME_NOT_RUN);
    close_bench(bench);
}

/* After vfj_runner_forget(), the running command continues to its end, and no other command of
 * its batch runs. */
static void a_batch_that_is_forgotten(bool monitor)
{
    struct bench *bench = begin_bench();
    struct vfj_command first[3], second[1];
    set_recorder(bench, "vf1");
    make_batch(first, 3, 1, "hn0");
    make_batch(second, 1, 4, "hn0");
    open_bench(bench, monitor);
    vfj_runner_run(bench->runner, first, 3);
    vfj_runner_forget(bench->runner);
    assert_false(vfj_runner_is_in_batch(bench->runner));
    vfj_runner_run(bench->runner, second, 1);
    wait_for(bench, 1);
    assert_outcome(bench, 0, 4, VFJ_OUTCOME_EXITED);
    assert_int_equal(bench->strays, 1);
    assert_string_equal(ran(), "vf1\nvf4\n");
    close_bench(bench);
}

static void test_batches_of_a_slot(void **state)
{
    (void)state;
    batches_of_a_slot(false);
    batches_of_a_slot(true);
}

static void test_a_batch_stops_at_the_first_failure(void **state)
{
    (void)state;
    a_batch_stops_at_the_first_failure(false);
    a_batch_stops_at_the_first_failure(true);
}

static void test_batches_of_several_slots(void **state)
{
    (void)state;
    batches_of_several_slots(false);
    batches_of_several_slots(true);
}

static void test_what_stops_a_batch(void **state)
{
    (void)state;
    what_stops_a_batch(false);
    what_stops_a_batch(true);
}

static void test_a_batch_that_is_forgotten(void **state)
{
    (void)state;
    a_batch_that_is_forgotten(false);
    a_batch_that_is_forgotten(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_of_a_slot),
        cmocka_unit_test(test_a_batch_stops_at_the_first_failure),
        cmocka_unit_test(test_batches_of_several_slots),
        cmocka_unit_test(test_what_stops_a_batch),
        cmocka_unit_test(test_a_batch_that_is_forgotten),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
