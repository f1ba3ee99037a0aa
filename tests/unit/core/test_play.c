/* Tests the playing of traces: a play stops at an error, and at the right event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/step.h"
#include "core/model/play.h"

/* A machine whose storage of events can fail at one event. */
struct rig {
    struct vfj_state state, next;
    struct vfj_decision decision;
    struct vfj_play play;
    /* fails_at: number of the event that cannot be stored; 0: the storage never fails */
    unsigned events, fails_at;
};

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct rig *rig = context;
    /* no event is submitted after a failure */
    assert_true(rig->fails_at == 0 || rig->events < rig->fails_at);
    if (++rig->events == rig->fails_at)
        return VFJ_JOURNAL_IO;
    vfj_step(&rig->state, event, &rig->next, &rig->decision);
    vfj_state_adopt(&rig->state, &rig->next, &rig->decision.touched);
    *decision = &rig->decision;
    return VFJ_OK;
}

static struct rig *open_rig(unsigned fails_at)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->fails_at = fails_at;
    vfj_state_init(&rig->state);
    vfj_play_init(&rig->play, (struct vfj_play_sink){.context = rig, .submit = submit}, -1, -1);
    return rig;
}

static void read_line(const char *text, struct vfj_trace_line *line)
{
    struct vfj_trace_error error;
    if (!vfj_trace_read(vfj_span_of(text), 2, line, &error))
        fail_msg("%s: %s", text, error.what);
}

static enum vfj_status play_line(struct rig *rig, const char *text, struct vfj_trace_error *error)
{
    static struct vfj_trace_line line;
    read_line(text, &line);
    return vfj_play_line(&rig->play, &line, error);
}

static const char *const lines[] = {
    "%if hn0 up inet 10.0.0.4/24 dhclient 411",
    "%rc ifconfig_hn0=\"DHCP\"",
    "%vf mce0 hn0",
    "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH",
    "%slow 1 ifconfig lagg0 create",
    "%rc a=1",
    "@3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP",
    "%rc a=2",
    "%gap devd is gone",
    "%mode observe",
    "%gap again",
    "%mode act",
    "@60 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN",
    "%rc a=3",
    "%restart",
    "%rc a=4",
    "%crash",
    "%gap unheard",
    "@61 !system=IFNET subsystem=mce0 type=DETACH",
    "%restart",
    "%rc a=5",
    "%boot",
    "@+5 !system=ETHERNET subsystem=mce0 type=IFATTACH",
    "%slow 30 ifconfig mce0 up",
    "%at +3",
    "%rc a=6",
    "%stop",
    "%gap while it ends",
    "%restart",
    "%rc a=7",
    "%stop SIGTERM",
    "%end SIGTERM",
    "%connect",
    "%start",
    "%norc a",
    "%configure",
    "%connect",
    "%lost the disk was full",
    "%scheduled watching",
    "%devd !system=IFNET subsystem=hn0 type=LINK_UP\\x0a",
    "%boot stopped",
    "%configure",
    "%start",
    "%at +1",
    "%end",
    "%lost unheard",
    "%scheduled watching",
    "%restart",
    "%rc a=9",
};

static enum vfj_status play_all(struct rig *rig)
{
    struct vfj_trace_error error;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        enum vfj_status status = play_line(rig, lines[i], &error);
        if (status != VFJ_OK)
            return status;
    }
    return vfj_play_end(&rig->play);
}

/* The storage fails at each event in turn. The play stops at that event, with the status of the
 * storage. */
static void test_failures(void **unused)
{
    enum vfj_status status = VFJ_JOURNAL_IO;
    unsigned at = 0;
    (void)unused;
    while (status != VFJ_OK) {
        struct rig *rig = open_rig(++at);
        status = play_all(rig);
        if (status != VFJ_OK) {
            assert_int_equal(status, VFJ_JOURNAL_IO);
            assert_int_equal(rig->events, at);
        }
        free(rig);
    }
    assert_true(at > 60);
}

/* The last line of the trace is %stop, and the daemon ends only after it. The storage fails at
 * each event in turn. */
static void test_failures_at_the_end(void **unused)
{
    static const char *const join[] = {
        "%if hn0 up inet 10.0.0.4/24",
        "%vf mce0 hn0",
        "%slow 2 ifconfig lagg0 create",
        "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH",
        "@3 +x at y",
        "%stop",
    };
    enum vfj_status status = VFJ_JOURNAL_IO;
    unsigned at = 0, at_the_end = 0;
    (void)unused;
    while (status != VFJ_OK) {
        struct rig *rig = open_rig(++at);
        struct vfj_trace_error error;
        status = VFJ_OK;
        for (size_t i = 0; i < sizeof join / sizeof join[0] && status == VFJ_OK; i++)
            status = play_line(rig, join[i], &error);
        if (status == VFJ_OK) {
            status = vfj_play_end(&rig->play);
            at_the_end += status != VFJ_OK;
        }
        free(rig);
    }
    assert_true(at_the_end > 2);
}

static void test_first_failures(void **unused)
{
    static const char *const firsts[]
        = {"%start",   "%stop", "%end",   "%lost", "%connect",  "%crash",
           "%restart", "%boot", "%gap x", "%at 5", "@5 +x at y"};
    struct vfj_trace_error error;
    (void)unused;
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        struct rig *rig = open_rig(1);
        assert_int_equal(play_line(rig, firsts[i], &error), VFJ_JOURNAL_IO);
        free(rig);
    }
}

static void test_backwards(void **unused)
{
    static const struct {
        const char *line;
        size_t column;
    } cases[] = {{"%at 4", 5}, {"@4 +x at y", 1}};
    static struct vfj_trace_line line;
    struct vfj_trace_error error;
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig *rig = open_rig(0);
        read_line("@5 +x at y", &line);
        assert_true(vfj_play_check(&rig->play, &line, &error));
        read_line(cases[i].line, &line);
        assert_false(vfj_play_check(&rig->play, &line, &error));
        assert_int_equal(error.column, cases[i].column);
        assert_string_equal(error.what, "time runs backwards");
        free(rig);
    }
}

/* Each line makes the machine give up a slow observation, which continues to run. The play fails
 * when more than VFJ_PLAY_PENDING_MAX commands run at the same time. */
static void test_too_many_commands(void **unused)
{
    struct vfj_trace_error error;
    struct rig *rig = open_rig(0);
    enum vfj_status status = VFJ_OK;
    unsigned count = 0;
    (void)unused;
    assert_int_equal(play_line(rig, "%slow 1000 ifconfig -a", &error), VFJ_OK);
    assert_int_equal(play_line(rig, "%vf mce0 hn0", &error), VFJ_OK);
    while (status == VFJ_OK && count < 2000) {
        bool up = count++ % 2 == 0;
        status = play_line(rig,
                           up ? "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP"
                              : "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN",
                           &error);
    }
    assert_int_equal(status, VFJ_TOO_MANY);
    assert_string_equal(error.what, "more commands under way at once than a replay holds (512)");
    assert_int_equal(rig->play.pending_count, VFJ_PLAY_PENDING_MAX);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),          cmocka_unit_test(test_failures_at_the_end),
        cmocka_unit_test(test_first_failures),    cmocka_unit_test(test_backwards),
        cmocka_unit_test(test_too_many_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
