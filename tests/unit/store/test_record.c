/* Tests the names of the kinds of records, and which bodies are text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/record.h"

static void test_every_kind_has_a_name_and_back(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < VFJ_RECORD_KIND_COUNT; kind++) {
        struct vfj_span name = vfj_span_of(vfj_record_kind_name(kind));
        assert_true(name.length > 0 && name.length <= VFJ_RECORD_NAME);
        assert_int_equal(vfj_record_kind_parse(name), kind);
        struct vfj_record record = {.kind = (uint8_t)kind};
        assert_int_equal(vfj_record_is_event(&record), kind < VFJ_EVENT_COUNT);
    }
    assert_int_equal(vfj_record_kind_parse(vfj_span_of("")), VFJ_RECORD_KIND_COUNT);
    assert_int_equal(vfj_record_kind_parse(vfj_span_of("devdx")), VFJ_RECORD_KIND_COUNT);
}

static void test_loss(void **state)
{
    static const struct {
        uint8_t kind;
        const char *body;
        bool is_loss;
    } cases[] = {
        {VFJ_EVENT_GAP, "reason=\"journal written again: 22 events kept\"", false},
        {VFJ_EVENT_GAP, "reason=\"journal lost 3 events: it could not be written\"", true},
        {VFJ_EVENT_GAP, "reason=\"the journal written again: 22\"", true},
        {VFJ_EVENT_GAP, "", true},
        {VFJ_EVENT_STOPPED, "reason=\"SIGTERM\"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_record record = {.kind = cases[i].kind, .body = vfj_span_of(cases[i].body)};
        assert_int_equal(vfj_record_is_loss(&record), cases[i].is_loss);
    }
}

static bool is_text(const char *bytes, size_t length)
{
    return vfj_body_is_text((struct vfj_span){bytes, length});
}

static void test_text_is_printable_utf_8(void **state)
{
    static const char *const texts[] = {
        "",
        "!system=IFNET subsystem=mce0 type=DETACH",
        "tab\tand newline\n",
        "~}|{ \x7e",
        "gr\xc3\xbc\xc3\x9f",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\xed\x9f\xbf",
        "\xc2\xa0",
        "\xf4\x8f\xbf\xbf",
    };
    static const char *const blobs[] = {
        "\x1b[31m",     "a\rb",         "\x7f",         "12345678\x7f",
        "1234567\x01",  "\xc2\x80",     "\xc2\x9f",     "\xc0\x80",
        "\xc1\xbf",     "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8",         "\x80",         "abc\xe2\x82",  "\xe2\x82\x20\x20",
        "12345678\xff", "\xfe",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(is_text(texts[i], strlen(texts[i])));
    for (size_t i = 0; i < sizeof blobs / sizeof blobs[0]; i++)
        assert_false(is_text(blobs[i], strlen(blobs[i])));
    assert_false(is_text("a\0b", 3));
}

/* The fast test of eight bytes at a time gives the same result as a test of each byte. */
static void test_every_byte_at_every_place(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned place = 0; place < 24; place++) {
            char bytes[24];
            memset(bytes, 'x', sizeof bytes);
            bytes[place] = (char)byte;
            bool expected = (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n';
            assert_int_equal(is_text(bytes, sizeof bytes), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_a_name_and_back),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_text_is_printable_utf_8),
        cmocka_unit_test(test_every_byte_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
