/* The daemon's end of the warden's socket: what does not go through at once goes later, in order, and each is answered. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <event2/event.h>

#include <cmocka.h>

#include "adapters/freebsd/dispatch.h"
#include "adapters/freebsd/warden.h"
#include "tests/kit/scratch.h"

enum { ERRANDS = 2000 }; /* some times what a socket holds */

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
    if (++bench.answered == ERRANDS)
        (void)event_base_loopbreak(bench.base);
}

static struct vfj_warden *open_bench(void)
{
    struct vfj_warden_settings settings = {.log = be_silent};
    memset(&bench, 0, sizeof bench);
    assert_int_equal(vfj_paths_init(&settings.paths, kit_path("root")), VFJ_OK);
    struct vfj_warden *warden = vfj_warden_start(&settings);
    bench.base = event_base_new();
    assert_non_null(warden);
    assert_non_null(bench.base);
    bench.dispatch = vfj_dispatch_open(bench.base, NULL, warden, on_gone, NULL);
    assert_non_null(bench.dispatch);
    return warden;
}

static uint64_t numbers[ERRANDS];

static void ask_all(void)
{
    const struct vfj_errand errand = {.kind = VFJ_ERRAND_RC_STAMP};
    for (unsigned i = 0; i < ERRANDS; i++) {
        numbers[i] = i + 1;
        vfj_dispatch_ask(bench.dispatch, &errand, on_replied, &numbers[i]);
    }
}

static void test_a_warden_that_is_busy(void **state)
{
    struct vfj_warden *warden = open_bench();
    (void)state;
    assert_int_equal(kill(vfj_warden_pid(warden), SIGSTOP), 0);
    ask_all();
    assert_int_equal(event_base_loop(bench.base, EVLOOP_NONBLOCK), 0);
    assert_int_equal(bench.answered, 0);
    assert_int_equal(kill(vfj_warden_pid(warden), SIGCONT), 0);
    assert_int_equal(event_base_dispatch(bench.base), 0);
    assert_false(bench.gone);
    assert_int_equal(bench.answered, ERRANDS);
    vfj_dispatch_close(bench.dispatch);
    vfj_warden_end(warden);
    event_base_free(bench.base);
}

/* With errands on their way, and one half sent: that is told, once. */
static void test_a_warden_that_ends(void **state)
{
    struct vfj_warden *warden = open_bench();
    (void)state;
    assert_int_equal(kill(vfj_warden_pid(warden), SIGSTOP), 0);
    ask_all();
    assert_int_equal(kill(vfj_warden_pid(warden), SIGKILL), 0);
    assert_int_equal(event_base_dispatch(bench.base), 0);
    assert_true(bench.gone);
    assert_int_equal(bench.answered, 0);
    vfj_dispatch_close(bench.dispatch);
    vfj_warden_end(warden);
    event_base_free(bench.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_warden_that_is_busy),
        cmocka_unit_test(test_a_warden_that_ends),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
