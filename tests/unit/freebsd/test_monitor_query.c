/* Tests the daemon's side of the monitor's socket. Requests that do not fit into the socket are
 * sent later, in order, and each gets its reply. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/privsep/monitor.h"
#include "tests/kit/scratch.h"

enum { REQUESTS = 2000 }; /* several times as many as the socket's buffer holds */

static struct {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    uint64_t answered;
    bool gone;
} bench;

static void be_silent(const char *line)
{
    (void)line;
}

static void on_gone(void *context)
{
    (void)context;
    bench.gone = true;
    (void)event_base_loopbreak(bench.base);
}

static void on_replied(void *context, const struct vfj_reply *reply, int descriptor)
{
    const uint64_t *expected = context;
    assert_int_equal(descriptor, -1);
    assert_int_equal(reply->kind, VFJ_REPLY_STAMP);
    assert_int_equal(reply->number, *expected);
    assert_int_equal(bench.answered + 1, *expected);
    if (++bench.answered == REQUESTS)
        (void)event_base_loopbreak(bench.base);
}

static struct vfj_monitor *open_bench(void)
{
    struct vfj_monitor_settings settings = {.log = be_silent};
    memset(&bench, 0, sizeof bench);
    assert_int_equal(vfj_paths_init(&settings.paths, kit_path("root")), VFJ_OK);
    struct vfj_monitor *monitor = vfj_monitor_start(&settings);
    bench.base = event_base_new();
    assert_non_null(monitor);
    assert_non_null(bench.base);
    bench.dispatch = vfj_dispatch_open(bench.base, NULL, monitor, on_gone, NULL);
    assert_non_null(bench.dispatch);
    return monitor;
}

static uint64_t numbers[REQUESTS];

static void ask_all(void)
{
    const struct vfj_request request = {.kind = VFJ_REQUEST_RC_STAMP};
    for (unsigned i = 0; i < REQUESTS; i++) {
        numbers[i] = i + 1;
        vfj_dispatch_ask(bench.dispatch, &request, on_replied, &numbers[i]);
    }
}

static void test_a_monitor_that_is_busy(void **state)
{
    struct vfj_monitor *monitor = open_bench();
    (void)state;
    assert_int_equal(kill(vfj_monitor_pid(monitor), SIGSTOP), 0);
    ask_all();
    assert_int_equal(event_base_loop(bench.base, EVLOOP_NONBLOCK), 0);
    assert_int_equal(bench.answered, 0);
    assert_int_equal(kill(vfj_monitor_pid(monitor), SIGCONT), 0);
    assert_int_equal(event_base_dispatch(bench.base), 0);
    assert_false(bench.gone);
    assert_int_equal(bench.answered, REQUESTS);
    vfj_dispatch_close(bench.dispatch);
    vfj_monitor_end(monitor);
    event_base_free(bench.base);
}

/* The monitor is killed while requests wait, one of which is half sent. `gone` is called once. */
static void test_a_monitor_that_ends(void **state)
{
    struct vfj_monitor *monitor = open_bench();
    (void)state;
    assert_int_equal(kill(vfj_monitor_pid(monitor), SIGSTOP), 0);
    ask_all();
    assert_int_equal(kill(vfj_monitor_pid(monitor), SIGKILL), 0);
    assert_int_equal(event_base_dispatch(bench.base), 0);
    assert_true(bench.gone);
    assert_int_equal(bench.answered, 0);
    vfj_dispatch_close(bench.dispatch);
    vfj_monitor_end(monitor);
    event_base_free(bench.base);
}

/* A request after the monitor's end is reported, too: `gone` is called again. */
static void test_asked_after_the_end(void **state)
{
    struct vfj_monitor *monitor = open_bench();
    const struct vfj_request request = {.kind = VFJ_REQUEST_RC_STAMP};
    (void)state;
    assert_int_equal(kill(vfj_monitor_pid(monitor), SIGKILL), 0);
    assert_int_equal(event_base_dispatch(bench.base), 0);
    assert_true(bench.gone);
    for (unsigned i = 0; i < 2; i++) {
        bench.gone = false;
        vfj_dispatch_ask(bench.dispatch, &request, on_replied, NULL);
        /* vfj_dispatch_ask() itself does not call `gone`; the event loop does */
        assert_false(bench.gone);
        assert_int_equal(event_base_loop(bench.base, EVLOOP_ONCE), 0);
        assert_true(bench.gone);
    }
    assert_int_equal(bench.answered, 0);
    vfj_dispatch_close(bench.dispatch);
    vfj_monitor_end(monitor);
    event_base_free(bench.base);
}

static const struct vfj_request up = {.kind = VFJ_REQUEST_COMMAND, .command.kind = VFJ_COMMAND_UP};
static const struct vfj_request read_map
    = {.kind = VFJ_REQUEST_READ, .command.kind = VFJ_COMMAND_PROBE_MAP};
static const struct vfj_request file
    = {.kind = VFJ_REQUEST_FILES, .command.kind = VFJ_COMMAND_PROBE_FILE};
static const struct vfj_request slot
    = {.kind = VFJ_REQUEST_FILES, .command.kind = VFJ_COMMAND_PROBE_SLOT};
static const struct vfj_request devd = {.kind = VFJ_REQUEST_DEVD};

/* Each kind of request accepts only its own kinds of replies. A reply of some kinds must have a
 * descriptor, and a reply of the other kinds must have none. */
static void test_kinds_of_replies(void **state)
{
    static const struct {
        const struct vfj_request *request;
        enum vfj_reply_kind kind;
        bool has_descriptor;
    } right[] = {
        {&up, VFJ_REPLY_STARTED, true},     {&up, VFJ_REPLY_ENDED, false},
        {&read_map, VFJ_REPLY_READ, false}, {&file, VFJ_REPLY_FILES, false},
        {&slot, VFJ_REPLY_FILES, false},    {&devd, VFJ_REPLY_DEVD, true},
    };
    (void)state;
    for (uint32_t kind = 0; kind <= VFJ_REPLY_LOCK + 1; kind++) {
        const struct vfj_reply reply = {.kind = kind};
        for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
            bool is_right[2] = {false, false};
            for (size_t j = 0; j < sizeof right / sizeof right[0]; j++) {
                if (right[j].request == right[i].request && right[j].kind == kind)
                    is_right[right[j].has_descriptor] = true;
            }
            assert_int_equal(vfj_reply_check(&reply, right[i].request, false), is_right[false]);
            assert_int_equal(vfj_reply_check(&reply, right[i].request, true), is_right[true]);
        }
    }
}

static void test_numbers_of_replies(void **state)
{
    struct vfj_reply reply = {.kind = VFJ_REPLY_READ, .as.part.length = VFJ_REPLY_PART_SIZE};
    (void)state;
    assert_true(vfj_reply_check(&reply, &read_map, false));
    reply.as.part.length = VFJ_REPLY_PART_SIZE + 1;
    assert_false(vfj_reply_check(&reply, &read_map, false));
    reply = (struct vfj_reply){.kind = VFJ_REPLY_DEVD, .status = 2};
    assert_true(vfj_reply_check(&reply, &devd, false));
    assert_false(vfj_reply_check(&reply, &devd, true));
    for (int kind = 0; kind <= VFJ_OUTCOME_COUNT; kind++) {
        reply = (struct vfj_reply){.kind = VFJ_REPLY_ENDED};
        memcpy(&reply.as.ended.end.kind, &kind, sizeof kind);
        assert_int_equal(vfj_reply_check(&reply, &up, false), kind <= VFJ_OUTCOME_ABSENT);
    }
    reply = (struct vfj_reply){.kind = VFJ_REPLY_FILES,
                               .as.files.as.slot.script = VFJ_OWN_SCRIPT_COUNT};
    assert_false(vfj_reply_check(&reply, &slot, false));
    reply = (struct vfj_reply){.kind = VFJ_REPLY_FILES};
    memset(&reply.as.files.ok, 2, sizeof reply.as.files.ok);
    assert_false(vfj_reply_check(&reply, &file, false));
}

static void test_texts_of_replies(void **state)
{
    struct vfj_reply reply = {.kind = VFJ_REPLY_ENDED};
    (void)state;
    memset(reply.as.ended.complaint, 'x', sizeof reply.as.ended.complaint);
    assert_false(vfj_reply_check(&reply, &up, false));
    reply = (struct vfj_reply){.kind = VFJ_REPLY_FILES};
    memset(reply.as.files.as.file.text, 'x', sizeof reply.as.files.as.file.text);
    assert_false(vfj_reply_check(&reply, &file, false));
    reply = (struct vfj_reply){.kind = VFJ_REPLY_FILES};
    memset(reply.as.files.as.slot.script_refused, 'x',
           sizeof reply.as.files.as.slot.script_refused);
    assert_false(vfj_reply_check(&reply, &slot, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_monitor_that_is_busy), cmocka_unit_test(test_a_monitor_that_ends),
        cmocka_unit_test(test_asked_after_the_end),    cmocka_unit_test(test_kinds_of_replies),
        cmocka_unit_test(test_numbers_of_replies),     cmocka_unit_test(test_texts_of_replies),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
