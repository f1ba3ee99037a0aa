/* Tests that the records of events are written correctly, and can be read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/event.h"
#include "core/limits.h"
#include "core/text/kv.h"

static char body[VFJ_BODY_MAX];

static struct vfj_span encode(const struct vfj_event *event)
{
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_event_encode(event, &text);
    assert_false(text.overflow);
    return (struct vfj_span){body, text.length};
}

/* Checks that the event's record is `expected`, and that reading the record and writing it again
 * gives the same record. */
static void check(const struct vfj_event *event, const char *expected)
{
    static struct vfj_event read;
    static char copy[VFJ_BODY_MAX];
    struct vfj_span written = encode(event);
    if (expected != NULL)
        assert_string_equal(body, expected);
    memcpy(copy, written.text, written.length);
    struct vfj_span kept = {copy, written.length};
    assert_int_equal(vfj_event_decode((enum vfj_event_kind)event->kind, kept, &read), VFJ_OK);
    struct vfj_span again = encode(&read);
    assert_int_equal(again.length, kept.length);
    assert_memory_equal(again.text, kept.text, kept.length);
}

static struct vfj_event of_text(enum vfj_event_kind kind, const char *text)
{
    return (struct vfj_event){.kind = (uint8_t)kind, .as.text = vfj_span_of(text)};
}

static void test_texts(void **unused)
{
    (void)unused;
    struct vfj_event event = of_text(VFJ_EVENT_STOPPED, "SIGTERM");
    check(&event, "reason=SIGTERM");
    event = of_text(VFJ_EVENT_GAP, "devd closed the socket");
    check(&event, "reason=\"devd closed the socket\"");
    event = of_text(VFJ_EVENT_GAP, "");
    check(&event, "reason=\"\"");
    event = of_text(VFJ_EVENT_CONNECTED, "/var/run/devd.seqpacket.pipe");
    check(&event, "socket=/var/run/devd.seqpacket.pipe");
}

/* In the text of an event, characters that need quotes are replaced by similar ones. (A fuzzer
 * once found a text that could not be read back.) */
static void test_texts_with_quotes(void **unused)
{
    struct vfj_event event = of_text(VFJ_EVENT_GAP, "devd \"config_hn0\" C:\\x \\");
    (void)unused;
    check(&event, "reason=\"devd 'config_hn0' C:/x /\"");
    event.as.text = (struct vfj_span){"a\0b", 3};
    check(&event, "reason=a?b");
}

/* When a body does not fit into the buffer, it is cut. Its terminating NUL is still inside the
 * buffer. */
static void test_no_room(void **unused)
{
    struct vfj_event event = of_text(VFJ_EVENT_GAP, "a b\\");
    char bytes[] = "reason=\"a b\\..";
    struct vfj_text cut = vfj_text_begin(bytes, sizeof "reason=\"a b\\");
    (void)unused;
    vfj_event_encode(&event, &cut);
    assert_true(cut.overflow);
    assert_string_equal(bytes, "reason=\"a b/");
}

static void test_started(void **unused)
{
    struct vfj_event event = {.kind = VFJ_EVENT_STARTED};
    (void)unused;
    vfj_span_copy(event.as.started.boot_id, sizeof event.as.started.boot_id,
                  vfj_span_of("{ sec = 1, usec = 2 }"));
    event.as.started.rules = UINT32_MAX;
    event.as.started.mode = VFJ_MODE_ACT;
    event.as.started.policy = VFJ_POLICY_SCRIPTS;
    check(&event, "boot=\"{ sec = 1, usec = 2 }\" mode=act policy=scripts rules=4294967295");
    memset(event.as.started.boot_id, '"', sizeof event.as.started.boot_id - 1);
    check(&event, NULL);
}

static void test_finished(void **unused)
{
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED};
    struct vfj_outcome *outcome = &event.as.finished;
    (void)unused;
    outcome->command = UINT64_MAX;
    outcome->status = INT32_MIN;
    outcome->duration_us = INT64_MAX;
    check(
        &event,
        "command=18446744073709551615 outcome=exited status=-2147483648 duration_us=9223372036854775807");
    for (unsigned kind = 0; kind < VFJ_OUTCOME_COUNT; kind++) {
        outcome->kind = (uint8_t)kind;
        memset(outcome->output, kind % 2 == 0 ? '\\' : '\n', sizeof outcome->output - 1);
        check(&event, NULL);
    }
}

static void test_the_rest(void **unused)
{
    struct vfj_event event = {.kind = VFJ_EVENT_TIMER};
    (void)unused;
    check(&event, "");
    event.kind = VFJ_EVENT_CONFIGURED;
    event.as.rc = vfj_span_of("ifconfig_hn0=\"inet 10.0.0.4/24\" defaultrouter=10.0.0.1");
    check(&event, "ifconfig_hn0=\"inet 10.0.0.4/24\" defaultrouter=10.0.0.1");
    event.as.rc = vfj_span_of("");
    check(&event, "");
    event.kind = VFJ_EVENT_DEVD;
    vfj_devd_parse(vfj_span_of("!system=\"broken \\"), &event.as.devd);
    check(&event, "!system=\"broken \\");
    event.kind = VFJ_EVENT_OBSERVED;
    memset(&event.as.observed, 0, sizeof event.as.observed);
    event.as.observed.command = 7;
    check(&event, "command=7 probe=sysctl value=\"\"");
    event.kind = VFJ_EVENT_SCHEDULED;
    event.as.scheduled = vfj_scheduled_of(VFJ_SCHEDULED_WATCHING);
    check(&event, "phase=watching");
}

static void test_refused(void **unused)
{
    static const struct {
        enum vfj_event_kind kind;
        const char *body;
    } cases[] = {
        {VFJ_EVENT_TIMER, "x=1"},
        {VFJ_EVENT_SCHEDULED, "phase=soon"},
        {VFJ_EVENT_STOPPING, ""},
        {VFJ_EVENT_STOPPED, ""},
        {VFJ_EVENT_STOPPED, "reason"},
        {VFJ_EVENT_STOPPED, "why=x"},
        {VFJ_EVENT_STOPPED, "reason=x more=y"},
        {VFJ_EVENT_GAP, "reason=\"a \\\" b\""},
        {VFJ_EVENT_GAP, "reason=a\"b"},
        {VFJ_EVENT_CONNECTED, "reason=x"},
        {VFJ_EVENT_STARTED, "boot=x mode=act policy=scripts"},
        {VFJ_EVENT_STARTED, "boot=x mode=think policy=scripts rules=1"},
        {VFJ_EVENT_STARTED, "boot=x mode=act policy=none rules=1"},
        {VFJ_EVENT_STARTED, "boot=x mode=act policy=scripts rules=4294967296"},
        {VFJ_EVENT_STARTED, "boot=x mode=act policy=scripts rules=1 more=2"},
        {VFJ_EVENT_STARTED, "mode=act boot=x policy=scripts rules=1"},
        {VFJ_EVENT_STARTED,
         "boot=0123456789012345678901234567890123456789012345678901234567890123 mode=act policy=scripts rules=1"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited status=0"},
        {VFJ_EVENT_FINISHED, "command=-1 outcome=exited status=0 duration_us=0"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exploded status=0 duration_us=0"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited status=2147483648 duration_us=0"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited status=-2147483649 duration_us=0"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited status=x duration_us=0"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited status=0 duration_us=x"},
        {VFJ_EVENT_FINISHED, "command=1 outcome=exited status=0 duration_us=0 output=x more=y"},
        {VFJ_EVENT_CONFIGURED, "a=1 b"},
        {VFJ_EVENT_OBSERVED, "command=1"},
        {VFJ_EVENT_COUNT, ""},
    };
    static struct vfj_event event;
    static char long_output[256 + VFJ_OUTPUT_SIZE];
    struct vfj_text text = vfj_text_begin(long_output, sizeof long_output);
    (void)unused;
    assert_int_equal(vfj_event_decode(VFJ_EVENT_GAP, (struct vfj_span){"reason=a\0b", 10}, &event),
                     VFJ_BAD_BODY);
    vfj_text_add(&text, "command=1 outcome=exited status=0 duration_us=0 output=");
    for (unsigned i = 0; i < VFJ_OUTPUT_SIZE; i++)
        vfj_text_add_char(&text, 'x');
    assert_int_equal(vfj_event_decode(VFJ_EVENT_FINISHED, vfj_span_of(long_output), &event),
                     VFJ_BAD_BODY);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (vfj_event_decode(cases[i].kind, vfj_span_of(cases[i].body), &event) != VFJ_BAD_BODY)
            fail_msg("read: %s", cases[i].body);
    }
}

/* The values of rc.conf are recorded completely, or the event is refused. */
static void test_configured_limit(void **unused)
{
    static char rc[VFJ_RC_SIZE + 1];
    static struct vfj_event event;
    (void)unused;
    memset(rc, 'x', sizeof rc);
    memcpy(rc, "a=", 2);
    assert_int_equal(
        vfj_event_decode(VFJ_EVENT_CONFIGURED, (struct vfj_span){rc, VFJ_RC_SIZE - 1}, &event),
        VFJ_OK);
    assert_int_equal(
        vfj_event_decode(VFJ_EVENT_CONFIGURED, (struct vfj_span){rc, VFJ_RC_SIZE}, &event),
        VFJ_BAD_BODY);
}

/* A body that is cut off at any byte is read or refused, without reading past its end. */
static void test_truncations(void **unused)
{
    static const struct {
        enum vfj_event_kind kind;
        const char *body;
    } cases[] = {
        {VFJ_EVENT_STARTED, "boot=\"a \\\"b\" mode=act policy=scripts rules=1"},
        {VFJ_EVENT_GAP, "reason=\"a b\""},
        {VFJ_EVENT_FINISHED,
         "command=1 outcome=timeout status=0 duration_us=0 output=\"a \\\\ b\""},
        {VFJ_EVENT_CONFIGURED, "a=\"1 2\" b=3"},
        {VFJ_EVENT_DEVD, "!system=IFNET subsystem=\"hn0\" type=LINK_UP"},
    };
    static struct vfj_event event;
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t length = 0; length <= strlen(cases[i].body); length++) {
            char *cut = malloc(length > 0 ? length : 1);
            assert_non_null(cut);
            memcpy(cut, cases[i].body, length);
            vfj_event_decode(cases[i].kind, (struct vfj_span){cut, length}, &event);
            free(cut);
        }
    }
}

static void test_kind_names(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < VFJ_EVENT_COUNT; kind++) {
        const char *name = vfj_event_kind_name((enum vfj_event_kind)kind);
        assert_int_equal(vfj_event_kind_parse(vfj_span_of(name)), kind);
    }
    assert_int_equal(vfj_event_kind_parse(vfj_span_of("happened")), VFJ_EVENT_COUNT);
    assert_int_equal(vfj_event_kind_parse(vfj_span_of("")), VFJ_EVENT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),       cmocka_unit_test(test_texts_with_quotes),
        cmocka_unit_test(test_no_room),     cmocka_unit_test(test_started),
        cmocka_unit_test(test_finished),    cmocka_unit_test(test_the_rest),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_configured_limit),
        cmocka_unit_test(test_truncations), cmocka_unit_test(test_kind_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
