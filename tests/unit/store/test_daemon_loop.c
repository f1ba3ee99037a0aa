/* Tests when the daemon's loop commits. The functions of this file stand in for the guest_io.
 * Its clock advances only when a test says so. */
#include "tools/daemon/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/step.h"
#include "tests/kit/scratch.h"
#include "tools/daemon/log.h"
#include "tools/daemon/status.h"

static struct vfj_daemon_loop loop;
static struct vfj_guest_io_listener listener;
static void (*scene)(void); /* the function of the test that plays while the loop runs */
static int64_t now_us, wake_us;
static uint64_t asked;    /* id of the last probe */
static const char *ended; /* reason with which the loop ended the guest_io; NULL: none */

enum { RUN_MAX = 64 };
static uint64_t run[RUN_MAX]; /* ids of the changing commands that the loop has issued */
static unsigned run_count, batches;
static bool in_batch;

/* kern.hostuuid of the guest, which the next daemon reads; NULL: the guest has none. */
static const char *host_uuid;

static uint64_t waiting(void)
{
    return vfj_ledger_seq(loop.ledger) - vfj_ledger_durable_seq(loop.ledger);
}

void vfj_guest_io_stamp(struct vfj_guest_io *guest_io, struct vfj_event *event)
{
    (void)guest_io;
    event->wall_us = event->mono_us = now_us;
}

void vfj_guest_io_wake_at(struct vfj_guest_io *guest_io, int64_t due_us)
{
    (void)guest_io;
    wake_us = due_us;
}

void vfj_guest_io_set_deadline(struct vfj_guest_io *guest_io, int64_t due_us)
{
    (void)guest_io;
    (void)due_us;
}

void vfj_guest_io_probe(struct vfj_guest_io *guest_io, const struct vfj_command *command)
{
    (void)guest_io;
    asked = command->id;
}

void vfj_guest_io_change(struct vfj_guest_io *guest_io, const struct vfj_command *commands,
                         unsigned count)
{
    (void)guest_io;
    assert_int_equal(waiting(), 0); /* a command runs only after its record is durable */
    assert_true(count > 0 && run_count + count <= RUN_MAX);
    for (unsigned i = 0; i < count; i++)
        run[run_count++] = commands[i].id;
    batches++;
}

bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *guest_io)
{
    (void)guest_io;
    return in_batch;
}

void vfj_guest_io_break(struct vfj_guest_io *guest_io)
{
    (void)guest_io;
    fail_msg("the loop gave up");
}

void vfj_guest_io_stop(struct vfj_guest_io *guest_io, const char *reason)
{
    (void)guest_io;
    listener.stopping(listener.context, reason);
}

void vfj_guest_io_end(struct vfj_guest_io *guest_io, const char *reason)
{
    (void)guest_io;
    ended = reason;
}

void vfj_guest_io_forget(struct vfj_guest_io *guest_io)
{
    (void)guest_io;
}

void vfj_guest_io_configure(struct vfj_guest_io *guest_io)
{
    (void)guest_io;
}

void vfj_guest_io_run(struct vfj_guest_io *guest_io)
{
    (void)guest_io;
    scene();
}

void vfj_daemon_log(const char *subsystem, const char *format, ...)
{
    (void)subsystem;
    (void)format;
}

void vfj_daemon_log_line(const char *what)
{
    (void)what;
}

void vfj_daemon_log_transition(const struct vfj_transition *transition)
{
    (void)transition;
}

void vfj_daemon_log_command(const struct vfj_command *command)
{
    (void)command;
}

void vfj_daemon_log_outcome(const struct vfj_outcome *outcome)
{
    (void)outcome;
}

void vfj_daemon_log_scheduled(const struct vfj_scheduled *row)
{
    (void)row;
}

void vfj_daemon_status_log(const struct vfj_ledger *ledger, const char *connected, int64_t mono_us)
{
    (void)ledger;
    (void)connected;
    (void)mono_us;
}

static void tell(const char *line)
{
    struct vfj_event event = {.kind = VFJ_EVENT_DEVD, .as.devd.raw = vfj_span_of(line)};
    vfj_guest_io_stamp(NULL, &event);
    listener.event(listener.context, &event);
}

static void tell_alone(const char *line)
{
    tell(line);
    listener.batch_end(listener.context, false);
}

static const char nothing[] = "!system=IFNET subsystem=em0 type=LINK_UP";

/* Runs a daemon in the mode on a new journal, from its start to its end. The function `what`
 * plays the guest. */
static void play_mode(const char *name, enum vfj_mode mode, void (*what)(void))
{
    memset(&loop, 0, sizeof loop);
    loop.started = (struct vfj_started){
        .boot_id = "boot", .rules = VFJ_RULES, .policy = VFJ_POLICY_VFJOURNAL};
    loop.started.mode = (uint8_t)mode;
    if (host_uuid != NULL)
        (void)vfj_span_copy(loop.host, sizeof loop.host, vfj_span_of(host_uuid));
    listener = vfj_daemon_loop_listener(&loop);
    scene = what;
    now_us = 1000000;
    wake_us = INT64_MAX;
    asked = 0;
    run_count = batches = 0;
    in_batch = false;
    assert_int_equal(vfj_ledger_open(&loop.ledger, kit_path(name), VFJ_ON_ERROR_STOP), VFJ_OK);
    vfj_daemon_loop_run(&loop);
    assert_false(loop.failed);
    assert_int_equal(waiting(), 0);
    vfj_ledger_close(loop.ledger);
}

static void play(const char *name, void (*what)(void))
{
    play_mode(name, VFJ_MODE_OBSERVE, what);
}

static void one_line(void)
{
    assert_int_equal(waiting(), 0); /* the row of the start is durable */
    assert_true(wake_us == INT64_MAX);
    tell_alone(nothing);
    assert_int_equal(waiting(), 1);
    assert_true(wake_us == now_us + VFJ_COMMIT_AFTER_US);
    now_us += VFJ_COMMIT_AFTER_US / 2;
    tell_alone(nothing);
    assert_int_equal(waiting(), 2);
    /* the time of the commit depends on the first line, not on the later one */
    assert_true(wake_us == now_us + VFJ_COMMIT_AFTER_US - VFJ_COMMIT_AFTER_US / 2);
    now_us = wake_us;
    listener.wake(listener.context);
    assert_int_equal(waiting(), 0);
    assert_true(wake_us == INT64_MAX); /* an idle daemon has no wake-up */
}

static void late_line(void)
{
    tell_alone(nothing);
    now_us += VFJ_COMMIT_AFTER_US;
    /* this line arrives after the time of the commit, but before the late wake-up */
    tell_alone(nothing);
    assert_int_equal(waiting(), 0);
}

static void many_lines(void)
{
    for (unsigned i = 1; i < VFJ_COMMIT_EVENTS; i++)
        tell(nothing);
    listener.batch_end(listener.context, true);
    assert_int_equal(waiting(), VFJ_COMMIT_EVENTS - 1);
    tell(nothing);
    listener.batch_end(listener.context, true);
    assert_int_equal(waiting(), 0);
}

/* A VF_UP makes the machine observe the guest. The row of the answer goes into the same commit
 * as the line. */
static void line_of_a_slot(void)
{
    tell_alone(nothing);
    assert_int_equal(waiting(), 1);
    tell_alone("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_true(asked != 0);
    assert_true(wake_us == now_us + VFJ_COMMIT_AFTER_US);
    struct vfj_event answer = {.kind = VFJ_EVENT_OBSERVED};
    answer.as.observed = (struct vfj_observation){.command = asked, .probe = VFJ_PROBE_MAP};
    vfj_guest_io_stamp(NULL, &answer);
    listener.event(listener.context, &answer);
    assert_true(waiting() > 2);
    listener.batch_end(listener.context, false);
    assert_int_equal(waiting(), 0);
}

static void finish_command(uint64_t command)
{
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED};
    event.as.finished.command = command;
    vfj_guest_io_stamp(NULL, &event);
    listener.event(listener.context, &event);
    listener.batch_end(listener.context, false);
}

/* While commands of a batch wait, commits are delayed, unless a command of another slot needs a
 * commit. */
static void batch_under_way(void)
{
    in_batch = true;
    finish_command(101);
    finish_command(102);
    tell_alone(nothing);
    assert_int_equal(waiting(), 3);
    assert_true(wake_us == now_us + VFJ_COMMIT_IN_BATCH_US);
    in_batch = false;
    finish_command(103);
    assert_int_equal(waiting(), 0);
    in_batch = true;
    finish_command(104);
    now_us = wake_us = now_us + VFJ_COMMIT_IN_BATCH_US;
    listener.wake(listener.context);
    assert_int_equal(waiting(), 0);
}

/* Changing commands wait until their records are durable. Those of one decision run as one
 * batch. */
static void held_commands(void)
{
    static const unsigned counts[] = {3, 1, 2};
    uint64_t id = 1;
    tell(nothing);
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned k = 0; k < counts[i]; k++)
            loop.held[loop.held_count++] = (struct vfj_command){.id = id++, .kind = VFJ_COMMAND_UP};
        loop.batch_ends[loop.batch_count++] = loop.held_count;
    }
    assert_int_equal(run_count, 0);
    listener.batch_end(listener.context, true);
    assert_int_equal(waiting(), 0);
    assert_int_equal(batches, 3);
    assert_int_equal(run_count, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(run[i], i + 1);
    assert_int_equal(loop.held_count, 0);
    tell(nothing);
    listener.batch_end(listener.context, false);
    assert_int_equal(run_count, 6);
}

static void connect(void)
{
    struct vfj_event event = {.kind = VFJ_EVENT_CONNECTED, .as.text = vfj_span_of("devd.pipe")};
    vfj_guest_io_stamp(NULL, &event);
    listener.event(listener.context, &event);
    listener.batch_end(listener.context, false);
}

static void answer_map(void)
{
    struct vfj_event answer = {.kind = VFJ_EVENT_OBSERVED};
    answer.as.observed
        = (struct vfj_observation){.command = asked, .probe = VFJ_PROBE_MAP, .ok = true};
    vfj_guest_io_stamp(NULL, &answer);
    listener.event(listener.context, &answer);
    listener.batch_end(listener.context, false);
}

/* After a forgotten command has ended, the guest is observed again, as after a gap. Without a
 * connection to devd, the observation waits for the next connection. */
static void stray_command(void)
{
    uint64_t seq = vfj_ledger_seq(loop.ledger);
    listener.late_exit(listener.context);
    assert_int_equal(vfj_ledger_seq(loop.ledger), seq);
    connect();
    answer_map();
    seq = vfj_ledger_seq(loop.ledger);
    asked = 0;
    listener.late_exit(listener.context);
    assert_true(asked != 0);
    assert_true(vfj_ledger_seq(loop.ledger) > seq);
    answer_map();
    assert_int_equal(waiting(), 0);
}

static void stop_when_idle(void)
{
    uint64_t seq = vfj_ledger_seq(loop.ledger);
    ended = NULL;
    listener.stopping(listener.context, "SIGTERM");
    assert_string_equal(ended, "SIGTERM");
    assert_int_equal(vfj_ledger_seq(loop.ledger), seq); /* no plan is unfinished */
}

/* The daemon is asked to end while a slot is being observed. It ends when the observation has
 * arrived. */
static void stop_while_observing(void)
{
    struct vfj_event answer = {.kind = VFJ_EVENT_OBSERVED};
    ended = NULL;
    tell_alone("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_true(asked != 0);
    listener.stopping(listener.context, "SIGTERM");
    assert_null(ended);
    assert_int_equal(vfj_ledger_state(loop.ledger)->head.running, VFJ_RUNNING_STOPPING);
    tell_alone(nothing);
    assert_null(ended);
    answer.as.observed
        = (struct vfj_observation){.command = asked, .probe = VFJ_PROBE_SLOT, .ok = true};
    answer.as.observed.as.view.transparent = 1;
    vfj_guest_io_stamp(NULL, &answer);
    listener.event(listener.context, &answer);
    assert_null(ended);
    listener.batch_end(listener.context, false);
    assert_string_equal(ended, "a signal, and what was begun is finished");
}

static void stop_at_a_second_signal(void)
{
    tell_alone("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    ended = NULL;
    listener.stopping(listener.context, "SIGTERM");
    assert_null(ended);
    struct vfj_event stopped
        = {.kind = VFJ_EVENT_STOPPED, .as.text = vfj_span_of("a second signal")};
    vfj_guest_io_stamp(NULL, &stopped);
    listener.event(listener.context, &stopped);
    listener.batch_end(listener.context, false);
    assert_int_equal(vfj_ledger_state(loop.ledger)->head.running, VFJ_RUNNING_NOT);
}

static void line_before_the_end(void)
{
    tell(nothing);
    assert_int_equal(waiting(), 1);
}

static void test_a_line_that_changes_nothing_waits_a_little(void **state)
{
    (void)state;
    play("one.db", one_line);
    play("late.db", late_line);
    play("end.db", line_before_the_end);
}

static void test_enough_lines_wait_no_longer(void **state)
{
    (void)state;
    play("many.db", many_lines);
}

static void test_a_line_of_a_slot_takes_along_what_waits(void **state)
{
    (void)state;
    play("slot.db", line_of_a_slot);
}

static void test_no_commit_holds_up_a_batch(void **state)
{
    (void)state;
    play("batch.db", batch_under_way);
}

static void test_commands_run_when_they_are_durable(void **state)
{
    (void)state;
    play_mode("held.db", VFJ_MODE_ACT, held_commands);
}

static void test_a_stray_command_is_looked_after(void **state)
{
    (void)state;
    play("stray.db", stray_command);
}

static void test_a_daemon_that_is_told_to_end_finishes_first(void **state)
{
    (void)state;
    play_mode("idle.db", VFJ_MODE_ACT, stop_when_idle);
    play_mode("observing.db", VFJ_MODE_ACT, stop_while_observing);
    play_mode("second.db", VFJ_MODE_ACT, stop_at_a_second_signal);
}

static void nothing_happens(void)
{
}

/* Reads the identity of the journal. Returns the number of rows that contain it. */
static unsigned read_identity(const char *path, struct vfj_identity *identity)
{
    struct vfj_journal *journal;
    struct vfj_record record;
    unsigned rows = 0;
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    assert_int_equal(vfj_identity_read(journal, identity), VFJ_OK);
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    while (vfj_journal_next(journal, &record) == VFJ_OK)
        rows += record.kind == VFJ_RECORD_JOURNAL;
    vfj_journal_walk_end(journal);
    vfj_journal_close(journal);
    return rows;
}

/* The UUID of a journal never changes. The host's UUID is the newest one that a daemon has read. */
static void test_the_journal_names_its_host(void **state)
{
    static const char *const hosts[]
        = {"3f1c9a52-7d0e-4b7e-9a35-0c5d1e8f7a01", "8b20d7e4-15c3-4f0a-b6f2-6a9e4c3d2b02"};
    struct vfj_identity first, identity;
    const char *path = kit_path("identity.db");
    (void)state;
    host_uuid = NULL;
    play("identity.db", nothing_happens);
    assert_int_equal(read_identity(path, &first), 0);
    assert_string_equal(first.host, VFJ_UUID_NONE);
    assert_true(vfj_uuid_is(vfj_span_of(first.journal)));
    for (unsigned i = 0; i < 2; i++) {
        host_uuid = hosts[i];
        play("identity.db", nothing_happens);
        assert_int_equal(read_identity(path, &identity), i + 1);
        assert_string_equal(identity.host, hosts[i]);
        assert_string_equal(identity.journal, first.journal);
    }
    host_uuid = hosts[0];
    play("identity-new.db", nothing_happens); /* the first row gives the journal its UUID */
    assert_int_equal(read_identity(kit_path("identity-new.db"), &identity), 1);
    assert_string_equal(identity.host, hosts[0]);
    assert_true(vfj_uuid_is(vfj_span_of(identity.journal)));
    host_uuid = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_that_changes_nothing_waits_a_little),
        cmocka_unit_test(test_enough_lines_wait_no_longer),
        cmocka_unit_test(test_a_line_of_a_slot_takes_along_what_waits),
        cmocka_unit_test(test_no_commit_holds_up_a_batch),
        cmocka_unit_test(test_commands_run_when_they_are_durable),
        cmocka_unit_test(test_a_stray_command_is_looked_after),
        cmocka_unit_test(test_a_daemon_that_is_told_to_end_finishes_first),
        cmocka_unit_test(test_the_journal_names_its_host),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
