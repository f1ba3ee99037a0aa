/* Tests the parsing of times that a user writes, and the formatting of times. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares setenv and tzset only with this */
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tools/time_format.h"
#include "tools/time_parse.h"

/* 2026-11-22 14:00:00.5 UTC */
static const int64_t now_us = INT64_C(1795356000500000);

static void set_zone(const char *zone)
{
    assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
}

/* Parses the word as a time in that zone. Checks the result: its text in UTC without the 'Z', and
 * its microseconds within the second. */
static void assert_in(enum vfj_zone zone, const char *word, const char *expected,
                      int64_t fraction_us)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    int64_t us;
    if (!vfj_time_parse(vfj_span_of(word), now_us, zone, &us))
        fail_msg("not understood: %s", word);
    vfj_time_add(&text, us, VFJ_ZONE_UTC);
    assert_true(text.length > 0 && bytes[text.length - 1] == 'Z');
    bytes[text.length - 1] = '\0';
    if (strcmp(bytes, expected) != 0 || us % 1000000 != fraction_us)
        fail_msg("%s is %s and %d us", word, bytes, (int)(us % 1000000));
}

static void assert_is(const char *word, const char *expected, int64_t fraction_us)
{
    assert_in(VFJ_ZONE_UTC, word, expected, fraction_us);
}

static void test_what_is_printed_is_understood(void **state)
{
    (void)state;
    assert_is("2026-11-22 03:12:54.123456", "2026-11-22 03:12:54", 123456);
    assert_is("2026-11-22 03:12:54", "2026-11-22 03:12:54", 0);
    assert_is("2026-11-22T03:12:54.5Z", "2026-11-22 03:12:54", 500000);
    assert_is("1970-01-01 00:00:00", "1970-01-01 00:00:00", 0);
}

static void test_what_is_left_out_is_put_in(void **state)
{
    (void)state;
    assert_is("2026-11-21 03:12", "2026-11-21 03:12:00", 0);
    assert_is("2024-02-29", "2024-02-29 00:00:00", 0);
    assert_is("03:12", "2026-11-22 03:12:00", 0);
    assert_is("03:12:54.25", "2026-11-22 03:12:54", 250000);
    assert_is("23:59Z", "2026-11-22 23:59:00", 0);
}

static void test_words_and_ages(void **state)
{
    (void)state;
    assert_is("now", "2026-11-22 14:00:00", 500000);
    assert_is("today", "2026-11-22 00:00:00", 0);
    assert_is("yesterday", "2026-11-21 00:00:00", 0);
    assert_is("-90s", "2026-11-22 13:58:30", 500000);
    assert_is("-2h", "2026-11-22 12:00:00", 500000);
    assert_is("-7d", "2026-11-15 14:00:00", 500000);
}

static void test_ages_have_several_units(void **state)
{
    (void)state;
    assert_is("-2h30m", "2026-11-22 11:30:00", 500000);
    assert_is("2h30m", "2026-11-22 11:30:00", 500000);
    assert_is("-1w", "2026-11-15 14:00:00", 500000);
    assert_is("-1d12h", "2026-11-21 02:00:00", 500000);
    assert_is("+2h", "2026-11-22 16:00:00", 500000);
    assert_is("tomorrow", "2026-11-23 00:00:00", 0);
}

static void test_unix_time(void **state)
{
    (void)state;
    assert_is("@1795356000", "2026-11-22 14:00:00", 0);
    assert_is("@1795356000.25", "2026-11-22 14:00:00", 250000);
    assert_is("@0", "1970-01-01 00:00:00", 0);
}

static void test_offsets(void **state)
{
    (void)state;
    assert_is("2026-11-22 03:12:54+02:00", "2026-11-22 01:12:54", 0);
    assert_is("2026-11-22T03:12:54.5-0130", "2026-11-22 04:42:54", 500000);
    assert_is("2026-11-22 03:12 +01", "2026-11-22 02:12:00", 0);
    set_zone("Europe/Berlin");
    assert_in(VFJ_ZONE_LOCAL, "2026-11-22 03:12:54Z", "2026-11-22 03:12:54", 0);
    set_zone("UTC");
}

/* The test's zone is a POSIX rule, so that no zone database is needed. It is one hour east of
 * UTC, and two hours in summer. */
static void test_the_local_zone_is_used(void **state)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    (void)state;
    set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    assert_in(VFJ_ZONE_LOCAL, "2026-11-22 03:12", "2026-11-22 02:12:00", 0);
    assert_in(VFJ_ZONE_LOCAL, "2026-07-22 03:12", "2026-07-22 01:12:00", 0);
    assert_in(VFJ_ZONE_LOCAL, "today", "2026-11-21 23:00:00", 0);
    assert_in(VFJ_ZONE_LOCAL, "03:12", "2026-11-22 02:12:00", 0);
    assert_in(VFJ_ZONE_UTC, "03:12", "2026-11-22 03:12:00", 0);
    vfj_time_add_us(&text, now_us, VFJ_ZONE_LOCAL);
    assert_string_equal(bytes, "2026-11-22 15:00:00.500000+01:00");
    assert_in(VFJ_ZONE_LOCAL, bytes, "2026-11-22 14:00:00", 500000);
    set_zone("UTC");
}

/* When yesterday had only 23 hours, "yesterday" begins 23 hours before "today". */
static void test_days_follow_the_calendar(void **state)
{
    int64_t us, noon_us;
    (void)state;
    set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    assert_true(vfj_time_parse(vfj_span_of("2026-03-30 00:30"), now_us, VFJ_ZONE_LOCAL, &noon_us));
    assert_true(vfj_time_parse(vfj_span_of("yesterday"), noon_us, VFJ_ZONE_LOCAL, &us));
    assert_int_equal(noon_us - us, INT64_C(1000000) * (23 * 3600 + 1800));
    set_zone("UTC");
}

static void test_times_before_1970(void **state)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    (void)state;
    vfj_time_add_us(&text, -1, VFJ_ZONE_UTC);
    assert_string_equal(bytes, "1969-12-31 23:59:59.999999Z");
    text = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add_us(&text, INT64_MAX, VFJ_ZONE_UTC);
    assert_true(text.length > 0);
    text = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add_us(&text, INT64_MIN, VFJ_ZONE_UTC);
    assert_true(text.length > 0);
}

static void test_all_else_is_refused(void **state)
{
    static const char *const words[] = {
        "",
        "-",
        "noon",
        "2",
        "-2",
        "-0h",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-11-31",
        "2026-11-22 ",
        "2026-11-22T",
        "2026-11-22x",
        "2026-11-22 3:12",
        "2026-11-22 03",
        "2026-11-22 24:00",
        "2026-11-22 03:60",
        "03:12:61",
        "03:1",
        "3:12",
        "03:12:54,5",
        "03:12:54.",
        "-999999999999d",
        "2026-11-22 03:12:54.123456 or so",
        "03:12 03:12 03:12 03:12 03:12 03:12 03:12",
        "Z",
        "2026-11-22 Z",
        "ab:cd",
        "2026-02-29",
        "2100-02-29",
        "2026-11-00",
        "2026-00-10",
        "23:59:60",
        "2026-11-22 23:59:60",
        "2026-11-22 03:12 ",
        "2026-11-22 03:12+",
        "2026-11-22 03:12+1",
        "2026-11-22 03:12+01:",
        "2026-11-22 03:12+01:60",
        "2026-11-22 03:12+24:00",
        "2026-11-22+01:00",
        "-1m2h",
        "-2h2h",
        "-h",
        "-2h30",
        "+",
        "@",
        "@-1",
        "@1.",
        "@1795356000x",
        "@999999999999",
    };
    int64_t us;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (vfj_time_parse(vfj_span_of(words[i]), now_us, VFJ_ZONE_UTC, &us))
            fail_msg("understood: %s", words[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_printed_is_understood),
        cmocka_unit_test(test_what_is_left_out_is_put_in),
        cmocka_unit_test(test_words_and_ages),
        cmocka_unit_test(test_ages_have_several_units),
        cmocka_unit_test(test_unix_time),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_the_local_zone_is_used),
        cmocka_unit_test(test_days_follow_the_calendar),
        cmocka_unit_test(test_times_before_1970),
        cmocka_unit_test(test_all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
