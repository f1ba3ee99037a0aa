/* Tests interface names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text/name.h"

static void test_parse(void **unused)
{
    static const char *const good[]
        = {"hn0", "mce10", "vm-public", "wlan0.7", "a", "epair0a", "my_if", "A23456789012345"};
    static const char *const bad[]
        = {"",     "0hn",   "-a",     "_x",     ".x",   "hn0;reboot", "../../x",
           "hn 0", "hn0\n", "$(id)",  "hn0'",   "h/n0", "h\x80",      "a234567890123456",
           "a:b",  "a+b",   "hn0\\n", "hn\"0\""};
    struct vfj_name name;
    (void)unused;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(vfj_name_parse(vfj_span_of(good[i]), &name));
        assert_string_equal(name.text, good[i]);
        assert_true(vfj_name_equal(name, vfj_name_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(&name, 'x', sizeof name);
        assert_false(vfj_name_parse(vfj_span_of(bad[i]), &name));
        assert_true(vfj_name_is_empty(name));
    }
    assert_false(vfj_name_parse((struct vfj_span){"hn0\0x", 5}, &name));
}

/* Tests every byte as the first byte of a name and as a later byte. */
static void test_bytes(void **unused)
{
    (void)unused;
    for (int c = 0; c < 256; c++) {
        struct vfj_name name;
        char text[2] = {(char)c, (char)c};
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        assert_int_equal(vfj_name_parse((struct vfj_span){text, 1}, &name), letter);
        text[0] = 'a';
        assert_int_equal(vfj_name_parse((struct vfj_span){text, 2}, &name), letter || other);
    }
}

static void test_what_names_say(void **unused)
{
    (void)unused;
    assert_string_equal(vfj_name_digits(vfj_name_of("hn0")).text, "0");
    assert_string_equal(vfj_name_digits(vfj_name_of("hn12")).text, "12");
    assert_string_equal(vfj_name_digits(vfj_name_of("a1b2c3")).text, "123");
    assert_string_equal(vfj_name_digits(vfj_name_of("wan")).text, "");
    assert_string_equal(vfj_name_lagg(vfj_name_digits(vfj_name_of("hn7"))).text, "lagg7");
    assert_string_equal(vfj_name_lagg((struct vfj_name){"12345678901"}).text, "lagg12345678901");
    assert_true(vfj_name_is_empty(vfj_name_lagg((struct vfj_name){"123456789012"})));
    assert_true(vfj_name_has_driver(vfj_name_of("hn0"), "hn"));
    assert_true(vfj_name_has_driver(vfj_name_of("mce15"), "mce"));
    assert_false(vfj_name_has_driver(vfj_name_of("hn"), "hn"));
    assert_false(vfj_name_has_driver(vfj_name_of("hn0x"), "hn"));
    assert_false(vfj_name_has_driver(vfj_name_of("hnx0"), "hn"));
    assert_false(vfj_name_has_driver(vfj_name_of("h"), "hn"));
    assert_false(vfj_name_has_driver(vfj_name_of("lagg0.5"), "lagg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_what_names_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
