/* Tests bounded texts and spans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text/text.h"

static void test_overflow(void **unused)
{
    char bytes[8];
    (void)unused;
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    assert_string_equal(bytes, "");
    vfj_text_add(&text, "abc");
    vfj_text_add_char(&text, 'd');
    assert_false(text.overflow);
    vfj_text_add(&text, "efghij");
    assert_true(text.overflow);
    assert_string_equal(bytes, "abcdefg");
    assert_int_equal(text.length, 7);
    vfj_text_add(&text, "more");
    assert_string_equal(bytes, "abcdefg");

    struct vfj_text none = vfj_text_begin(bytes, 1);
    vfj_text_add(&none, "x");
    assert_true(none.overflow);
    assert_string_equal(bytes, "");
}

/* vfj_text_format() appends to the text, and cuts at the end of the buffer as vfj_text_add()
 * does. */
static void test_format(void **unused)
{
    char bytes[16];
    (void)unused;
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_format(&text, "%s=%u", "lagg", 7U);
    vfj_text_format(&text, "%c%.*s", ' ', 2, "abcdef");
    assert_string_equal(bytes, "lagg=7 ab");
    assert_int_equal(text.length, 9);
    vfj_text_format(&text, "%s", "123456");
    assert_false(text.overflow);
    assert_string_equal(bytes, "lagg=7 ab123456");
    vfj_text_format(&text, "%s", "");
    assert_false(text.overflow);
    vfj_text_format(&text, "%d", -1);
    assert_true(text.overflow);
    assert_string_equal(bytes, "lagg=7 ab123456");

    text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_format(&text, "%s-%s", "0123456789", "0123456789");
    assert_true(text.overflow);
    assert_string_equal(bytes, "0123456789-0123");
    assert_int_equal(text.length, 15);
    vfj_text_format(&text, "%s", "");
    assert_true(text.overflow);

    text = vfj_text_begin(bytes, 1);
    vfj_text_format(&text, "%s", "x");
    assert_true(text.overflow);
    assert_string_equal(bytes, "");
}

static void test_words_added(void **unused)
{
    char bytes[8];
    (void)unused;
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add_word(&text, vfj_span_of("a"));
    assert_string_equal(bytes, "a");
    vfj_text_add_word(&text, vfj_span_of("bc"));
    assert_string_equal(bytes, "a bc");
    assert_false(text.overflow);
    vfj_text_add_word(&text, vfj_span_of("def"));
    assert_true(text.overflow);
}

static void test_numbers(void **unused)
{
    char bytes[200];
    (void)unused;
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add_u64(&text, 0);
    vfj_text_add_char(&text, ' ');
    vfj_text_add_u64(&text, UINT64_MAX);
    vfj_text_add_char(&text, ' ');
    vfj_text_add_i64(&text, INT64_MIN);
    vfj_text_add_char(&text, ' ');
    vfj_text_add_i64(&text, INT64_MAX);
    vfj_text_add_char(&text, ' ');
    vfj_text_add_hex(&text, 0xbeef, 6);
    assert_string_equal(bytes,
                        "0 18446744073709551615 -9223372036854775808 9223372036854775807 00beef");
}

static void test_seconds(void **unused)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {{0, "0.000000"},
                 {1, "0.000001"},
                 {120400000, "120.400000"},
                 {-1500000, "-1.500000"},
                 {INT64_MIN, "-9223372036854.775808"}};
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[64];
        struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
        vfj_text_add_seconds(&text, cases[i].us);
        assert_string_equal(bytes, cases[i].text);
    }
}

/* A word gets quotes for sh(1) only when it needs them. */
static void test_shell_words(void **unused)
{
    static const struct {
        const char *word, *quoted;
    } cases[] = {{"ifconfig", "ifconfig"},
                 {"10.0.0.4/24", "10.0.0.4/24"},
                 {"2001:db8::4/64", "2001:db8::4/64"},
                 {"a=b,c@d%e_f-g+h", "a=b,c@d%e_f-g+h"},
                 {"", "''"},
                 {"two words", "'two words'"},
                 {"$HOME", "'$HOME'"},
                 {"it's", "'it'\\''s'"},
                 {"a\tb", "'a\tb'"},
                 {"*", "'*'"},
                 {"~", "'~'"},
                 {"#", "'#'"}};
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[64];
        struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
        vfj_text_add_shell_word(&text, cases[i].word);
        assert_string_equal(bytes, cases[i].quoted);
    }
}

static void test_to_numbers(void **unused)
{
    uint64_t u = 0;
    int64_t i = 0;
    (void)unused;
    assert_true(vfj_span_to_u64(vfj_span_of("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(vfj_span_to_u64(vfj_span_of("18446744073709551616"), &u));
    assert_false(vfj_span_to_u64(vfj_span_of("99999999999999999999999"), &u));
    assert_true(vfj_span_to_u64(vfj_span_of("000"), &u) && u == 0);
    assert_false(vfj_span_to_u64(vfj_span_of(""), &u));
    assert_false(vfj_span_to_u64(vfj_span_of("-1"), &u));
    assert_false(vfj_span_to_u64(vfj_span_of("1x"), &u));
    assert_false(vfj_span_to_u64(vfj_span_of(" 1"), &u));
    assert_true(vfj_span_to_i64(vfj_span_of("-9223372036854775807"), &i) && i == -INT64_MAX);
    assert_true(vfj_span_to_i64(vfj_span_of("9223372036854775807"), &i) && i == INT64_MAX);
    assert_false(vfj_span_to_i64(vfj_span_of("9223372036854775808"), &i));
    assert_false(vfj_span_to_i64(vfj_span_of("-"), &i));
    assert_false(vfj_span_to_i64(vfj_span_of("--1"), &i));
}

static void test_spans(void **unused)
{
    char copy[4];
    (void)unused;
    assert_true(vfj_span_is(vfj_span_of("abc"), "abc"));
    assert_false(vfj_span_is(vfj_span_of("abc"), "ab"));
    assert_false(vfj_span_is(vfj_span_of("ab"), "abc"));
    assert_true(vfj_span_is((struct vfj_span){NULL, 0}, ""));
    assert_true(vfj_span_is_nocase(vfj_span_of("VF_up"), "vf_UP"));
    assert_false(vfj_span_is_nocase(vfj_span_of("VF_up"), "vf_ups"));
    assert_true(vfj_span_starts(vfj_span_of("hn0"), "hn"));
    assert_false(vfj_span_starts(vfj_span_of("h"), "hn"));
    assert_true(vfj_span_starts((struct vfj_span){NULL, 0}, ""));
    assert_true(vfj_span_copy(copy, sizeof copy, vfj_span_of("abc")));
    assert_string_equal(copy, "abc");
    assert_false(vfj_span_copy(copy, sizeof copy, vfj_span_of("abcd")));
    assert_string_equal(copy, "abc");
    memset(copy, 'x', sizeof copy);
    assert_true(vfj_span_copy(copy, sizeof copy, (struct vfj_span){NULL, 0}));
    assert_memory_equal(copy, "\0\0\0\0", 4);
}

static void test_words(void **unused)
{
    struct vfj_span rest = vfj_span_of("  one\ttwo\n three ");
    struct vfj_span word;
    (void)unused;
    assert_true(vfj_span_word(&rest, &word) && vfj_span_is(word, "one"));
    assert_true(vfj_span_word(&rest, &word) && vfj_span_is(word, "two"));
    assert_true(vfj_span_word(&rest, &word) && vfj_span_is(word, "three"));
    assert_false(vfj_span_word(&rest, &word));
    assert_int_equal(rest.length, 0);
    assert_int_equal(word.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overflow),    cmocka_unit_test(test_format),
        cmocka_unit_test(test_numbers),     cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_shell_words), cmocka_unit_test(test_to_numbers),
        cmocka_unit_test(test_spans),       cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
