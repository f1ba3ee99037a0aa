/* Tests rows of Azure Scheduled Events: their bodies, their times, and the changes that a new
 * document causes. */
#include "core/data/scheduled.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct vfj_scheduled row;

static bool decode(const char *body)
{
    return vfj_scheduled_decode(vfj_span_of(body), &row);
}

static void test_bodies_are_read_and_written_alike(void **unused)
{
    static const char *const bodies[] = {
        "phase=announced id=A-1 type=Freeze here=yes",
        "phase=announced id=A-1 type=Freeze here=no not_before=1796077618 duration=5 source=Platform "
        "resources=vm-1,vm_2 text=\"paused for a while\"",
        "phase=started id=A type=Reboot here=unknown duration=0",
        "phase=over id=A type=Reboot here=yes text=soon",
        "phase=watching",
        "phase=watching resources=vm-1",
        "phase=silent text=\"169.254.169.254: no answer\"",
    };
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char bytes[VFJ_SCHEDULED_BODY_SIZE];
        struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
        assert_true(decode(bodies[i]));
        vfj_scheduled_encode(&row, &text);
        assert_string_equal(bytes, bodies[i]);
    }
    assert_true(decode(bodies[1]));
    assert_int_equal(row.duration_s, 5);
    assert_int_equal(row.not_before_s, 1796077618);
    assert_string_equal(row.text, "paused for a while");
    assert_true(decode(bodies[0]));
    assert_int_equal(row.duration_s, -1);
    assert_int_equal(row.not_before_s, 0);
}

static void test_rows_are_compared(void **unused)
{
    struct vfj_scheduled one = vfj_scheduled_of(VFJ_SCHEDULED_ANNOUNCED);
    (void)unused;
    vfj_scheduled_set_word(one.id, sizeof one.id, vfj_span_of("A-1"));
    vfj_scheduled_set_word(one.type, sizeof one.type, vfj_span_of("Freeze"));
    struct vfj_scheduled other = one;
    assert_true(vfj_scheduled_equal(&one, &other));
    other.duration_s = 5;
    assert_false(vfj_scheduled_equal(&one, &other));
}

static void test_other_bodies_are_refused(void **unused)
{
    static const char *const bodies[] = {
        "",
        "phase",
        "phase=soon",
        "id=A phase=announced",
        "phase=announced",
        "phase=announced id=\"\" type=Freeze here=yes",
        "phase=announced id=\"a b\" type=Freeze here=yes",
        "phase=announced id=0123456789012345678901234567890123456789012345678901234567890123 "
        "type=Freeze here=yes",
        "phase=announced id=A here=yes",
        "phase=announced id=A type=\"a/b\" here=yes",
        "phase=announced id=A type=Freeze",
        "phase=announced id=A type=Freeze here=maybe",
        "phase=announced id=A type=Freeze here=yes not_before=0",
        "phase=announced id=A type=Freeze here=yes not_before=253402300801",
        "phase=announced id=A type=Freeze here=yes not_before=x",
        "phase=announced id=A type=Freeze here=yes duration=-1",
        "phase=announced id=A type=Freeze here=yes duration=2147483648",
        "phase=announced id=A type=Freeze here=yes source=\"a b\"",
        "phase=announced id=A type=Freeze here=yes resources=\"a b\"",
        "phase=announced id=A type=Freeze here=yes text=\"\"",
        "phase=announced id=A type=Freeze here=yes text=\"a\nb\"",
        "phase=announced id=A type=Freeze here=yes text=\"a\\\"b\"",
        "phase=announced id=A type=Freeze here=yes more=1",
        "phase=silent id=A",
        "phase=silent text=a text=b",
    };
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        if (decode(bodies[i]))
            fail_msg("accepted: %s", bodies[i]);
    }
}

static void test_the_longest_row_fits(void **unused)
{
    char bytes[VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_scheduled longest = vfj_scheduled_of(VFJ_SCHEDULED_ANNOUNCED);
    (void)unused;
    longest.not_before_s = INT64_C(253402300800);
    longest.duration_s = INT32_MAX;
    memset(longest.id, 'i', sizeof longest.id - 1);
    memset(longest.type, 't', sizeof longest.type - 1);
    memset(longest.source, 's', sizeof longest.source - 1);
    memset(longest.resources, ',', sizeof longest.resources - 1);
    memset(longest.text, ' ', sizeof longest.text - 1);
    vfj_scheduled_encode(&longest, &text);
    assert_false(text.overflow);
    assert_true(decode(bytes));
    assert_memory_equal(&row, &longest, sizeof row);
}

static void test_foreign_bytes_become_words_and_texts(void **unused)
{
    static const char bytes[] = "aZ9._:,- \"\\\n\xff\0b{\x7f";
    char to[24];
    (void)unused;
    vfj_scheduled_set_word(to, sizeof to, (struct vfj_span){bytes, sizeof bytes - 1});
    assert_string_equal(to, "aZ9._:,-______b__");
    vfj_scheduled_set_text(to, sizeof to, (struct vfj_span){bytes, sizeof bytes - 1});
    assert_string_equal(to, "aZ9._:,- ?????b{?");
    vfj_scheduled_set_word(to, 4, vfj_span_of("abcdef"));
    assert_string_equal(to, "abc");
    /* the source may be the destination */
    vfj_scheduled_set_text(to, sizeof to, (struct vfj_span){to, 3});
    assert_string_equal(to, "abc");
}

static int64_t time_of(const char *text)
{
    int64_t unix_s = -7;
    return vfj_scheduled_parse_time(vfj_span_of(text), &unix_s) ? unix_s : -7;
}

static void test_times(void **unused)
{
    static const char *const wrong[] = {
        "",
        "Mon",
        "Mon, ",
        "Mon, 1 Jan 2024 00:00:00 GMT",
        "Mon, 32 Jan 2024 00:00:00 GMT",
        "Mon, 00 Jan 2024 00:00:00 GMT",
        "Mon, 01Jan 2024 00:00:00 GMT",
        "Mon, 01 Foo 2024 00:00:00 GMT",
        "Mon, 01 Jan2024 00:00:00 GMT",
        "Mon, 01 Jan 1969 00:00:00 GMT",
        "Mon, 01 Jan 2024T00:00:00 GMT",
        "Mon, 01 Jan 2024 24:00:00 GMT",
        "Mon, 01 Jan 2024 00-00:00 GMT",
        "Mon, 01 Jan 2024 00:60:00 GMT",
        "Mon, 01 Jan 2024 00:00-00 GMT",
        "Mon, 01 Jan 2024 00:00:61 GMT",
        "Mon, 01 Jan 2024 00:00:00",
        "Mon, 01 Jan 2024 00:00:00 CET",
        "Xon, 01 Jan 2024 00:00:00 GMT",
        "2024-01-01T00:00:00Z",
    };
    (void)unused;
    assert_int_equal(time_of("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
    assert_int_equal(time_of("Mon, 19 Sep 2016 18:29:47 GMT"), 1474309787);
    assert_int_equal(time_of("Thu, 29 Feb 2024 23:59:59 GMT"), 1709251199);
    assert_int_equal(time_of("Fri, 01 Mar 2024 00:00:00 GMT"), 1709251200);
    assert_int_equal(time_of("Mon, 01 Mar 2100 00:00:00 GMT"), INT64_C(4107542400));
    assert_int_equal(time_of("Tue, 01 Mar 2000 00:00:00 GMT"), 951868800);
    assert_int_equal(time_of("Mon, 30 Nov 2026 22:26:58 GMT"), 1796077618);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(time_of(wrong[i]), -7);
}

static struct vfj_scheduled_list open_events, document;
static struct vfj_scheduled rows[2 * VFJ_SCHEDULED_MAX];

static void list(const char *id, enum vfj_scheduled_phase phase, int64_t not_before_s)
{
    struct vfj_scheduled *event = &document.events[document.count++];
    *event = vfj_scheduled_of(phase);
    vfj_scheduled_set_word(event->id, sizeof event->id, vfj_span_of(id));
    event->not_before_s = not_before_s;
}

/* Asserts which changes the document causes, as "phase:id phase:id". Empties the document. */
static void changes(const char *expected)
{
    char bytes[512];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    unsigned count = vfj_scheduled_compare(&open_events, &document, rows);
    for (unsigned i = 0; i < count; i++)
        vfj_text_format(&text, "%s%s:%s", i > 0 ? " " : "",
                        vfj_scheduled_phase_name((enum vfj_scheduled_phase)rows[i].phase),
                        rows[i].id);
    assert_string_equal(bytes, expected);
    memset(&document, 0, sizeof document);
}

static void test_a_document_is_compared(void **unused)
{
    (void)unused;
    memset(&open_events, 0, sizeof open_events);
    changes("");
    list("a", VFJ_SCHEDULED_ANNOUNCED, 10);
    list("b", VFJ_SCHEDULED_STARTED, 0);
    changes("announced:a started:b");
    list("a", VFJ_SCHEDULED_ANNOUNCED, 10);
    list("b", VFJ_SCHEDULED_STARTED, 0);
    changes("");
    list("a", VFJ_SCHEDULED_ANNOUNCED, 20); /* the event was put off */
    list("b", VFJ_SCHEDULED_ANNOUNCED, 5);  /* b has started, so it is not announced again */
    changes("announced:a");
    list("b", VFJ_SCHEDULED_STARTED, 0);
    list("a", VFJ_SCHEDULED_STARTED, 0);
    changes("started:a");
    list("c", VFJ_SCHEDULED_ANNOUNCED, 0);
    changes("over:b over:a announced:c");
    changes("over:c");
    assert_int_equal(open_events.count, 0);
}

static void take(const char *body)
{
    assert_true(decode(body));
    vfj_scheduled_take(&open_events, &row);
}

static void test_open_events_of_a_journal(void **unused)
{
    char body[64];
    (void)unused;
    memset(&open_events, 0, sizeof open_events);
    take("phase=watching");
    take("phase=announced id=a type=T here=yes");
    take("phase=announced id=b type=T here=yes");
    take("phase=started id=a type=T here=yes");
    take("phase=over id=x type=T here=yes");
    take("phase=silent");
    assert_int_equal(open_events.count, 2);
    assert_int_equal(vfj_scheduled_find(&open_events, "a")->phase, VFJ_SCHEDULED_STARTED);
    take("phase=over id=b type=T here=yes");
    assert_null(vfj_scheduled_find(&open_events, "b"));
    for (unsigned i = 0; i < VFJ_SCHEDULED_MAX; i++) {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        vfj_text_format(&text, "phase=announced id=n%u type=T here=no", i);
        take(body);
    }
    assert_int_equal(open_events.count, VFJ_SCHEDULED_MAX);
    assert_null(vfj_scheduled_find(&open_events, "a"));
    assert_non_null(vfj_scheduled_find(&open_events, "n0"));
    assert_string_equal(vfj_scheduled_here_name(VFJ_SCHEDULED_HERE_NO), "no");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_are_read_and_written_alike),
        cmocka_unit_test(test_rows_are_compared),
        cmocka_unit_test(test_other_bodies_are_refused),
        cmocka_unit_test(test_the_longest_row_fits),
        cmocka_unit_test(test_foreign_bytes_become_words_and_texts),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_a_document_is_compared),
        cmocka_unit_test(test_open_events_of_a_journal),
    };
    return cmocka_run_group_tests_name("scheduled", tests, NULL, NULL);
}
