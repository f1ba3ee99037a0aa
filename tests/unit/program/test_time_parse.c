/* Points in time as a user writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/time_format.h"
#include "tools/time_parse.h"

/* 2026-11-22 14:00:00.5 */
static const int64_t now_us = INT64_C(1795356000500000);

static void assert_is(const char *word, const char *expected, int64_t fraction_us)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    int64_t us;
    if (!vfj_time_parse(vfj_span_of(word), now_us, &us))
        fail_msg("not understood: %s", word);
    vfj_time_add(&text, us);
    if (strcmp(bytes, expected) != 0 || us % 1000000 != fraction_us)
        fail_msg("%s is %s and %d us", word, bytes, (int)(us % 1000000));
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

static void test_all_else_is_refused(void **state)
{
    static const char *const words[] = {
        "",
        "-",
        "noon",
        "2h",
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
    };
    int64_t us;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (vfj_time_parse(vfj_span_of(words[i]), now_us, &us))
            fail_msg("understood: %s", words[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_printed_is_understood),
        cmocka_unit_test(test_what_is_left_out_is_put_in),
        cmocka_unit_test(test_words_and_ages),
        cmocka_unit_test(test_all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
