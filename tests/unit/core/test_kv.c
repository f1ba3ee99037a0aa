/* Tests key=value text: reading and writing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text/kv.h"

/* Returns "KEY|VALUE|" for each pair of the line, with a * after a quoted value. At the end
 * comes ".", or "!" and the position of an error. */
static const char *tokens(const char *line)
{
    static char bytes[1024];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_span rest = vfj_span_of(line);
    struct vfj_kv pair;
    enum vfj_kv_result result;
    while ((result = vfj_kv_next(&rest, &pair)) == VFJ_KV_PAIR) {
        char value[512];
        vfj_text_add_span(&text, pair.key);
        vfj_text_add(&text, pair.quoted ? "*" : "|");
        assert_true(vfj_kv_value(&pair, value, sizeof value));
        vfj_text_add(&text, value);
        vfj_text_add_char(&text, '|');
    }
    if (result == VFJ_KV_END) {
        vfj_text_add_char(&text, '.');
    } else {
        vfj_text_add_char(&text, '!');
        vfj_text_add_u64(&text, (uint64_t)(rest.text - line));
    }
    return bytes;
}

static void test_grammar(void **unused)
{
    static const struct {
        const char *line, *tokens;
    } cases[] = {
        {"", "."},
        {"  \t\r\n", "."},
        {"system=IFNET subsystem=hn0 type=LINK_UP", "system|IFNET|subsystem|hn0|type|LINK_UP|."},
        {"a=", "a||."},
        {"a= b=2", "a||b|2|."},
        {"a=\"\" b=\"two words\"", "a*|b*two words|."},
        {"a=\"x \\\"y\\\" \\\\ z\"", "a*x \"y\" \\ z|."},
        {"a=x\"y\"", "a|x\"y\"|."},
        {"a=b=c", "a|b=c|."},
        {"a-b_C9=x", "a-b_C9|x|."},
        {"a", "!1"},
        {"a b=1", "!1"},
        {"=x", "!0"},
        {"a.b=x", "!1"},
        {"a=1 ;rm", "a|1|!4"},
        {"a=\"open", "!2"},
        {"a=\"open\\\"", "!2"},
        {"a=\"open\\", "!2"},
        {"a=\"x\"y", "!5"},
        {"a=\"x\" b", "a*x|!7"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(tokens(cases[i].line), cases[i].tokens);
}

static void test_value(void **unused)
{
    struct vfj_kv pair;
    struct vfj_span rest = vfj_span_of("a=abc");
    char value[4], small[3];
    (void)unused;
    assert_int_equal(vfj_kv_next(&rest, &pair), VFJ_KV_PAIR);
    assert_true(vfj_kv_value(&pair, value, sizeof value));
    assert_string_equal(value, "abc");
    assert_false(vfj_kv_value(&pair, small, sizeof small));
    assert_string_equal(small, "ab");

    /* a backslash at the end of the value escapes nothing */
    pair = (struct vfj_kv){.value = vfj_span_of("a\\"), .quoted = true};
    assert_true(vfj_kv_value(&pair, value, sizeof value));
    assert_string_equal(value, "a\\");

    rest = (struct vfj_span){"a=b\0c", 5};
    assert_int_equal(vfj_kv_next(&rest, &pair), VFJ_KV_PAIR);
    assert_false(vfj_kv_value(&pair, value, sizeof value));
}

static void test_find(void **unused)
{
    struct vfj_kv pair;
    (void)unused;
    assert_true(vfj_kv_find(vfj_span_of("a=1 b=2 a=3"), "a", &pair));
    assert_true(vfj_span_is(pair.value, "3"));
    assert_false(vfj_kv_find(vfj_span_of("a=1 b=2"), "c", &pair));
    assert_false(vfj_kv_find(vfj_span_of(""), "a", &pair));
}

/* Any value, whatever its bytes, can be written and read back unchanged. */
static void test_round_trip(void **unused)
{
    uint64_t random = 1;
    (void)unused;
    for (unsigned round = 0; round < 20000; round++) {
        char value[24], bytes[128], back[32];
        struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
        struct vfj_kv pair;
        size_t length = round % sizeof value;
        for (size_t i = 0; i < length; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            value[i] = (char)("\"\\ =a\n\t\r\x80z;'"[random >> 33 & 7] + (random >> 60 == 0));
            if (value[i] == '\0')
                value[i] = 'n';
        }
        vfj_kv_add_u64(&text, "before", round);
        vfj_kv_add(&text, "key", (struct vfj_span){value, length});
        vfj_kv_add_i64(&text, "after", -(int64_t)round);
        assert_false(text.overflow);
        struct vfj_span rest = {bytes, text.length};
        assert_int_equal(vfj_kv_next(&rest, &pair), VFJ_KV_PAIR);
        assert_int_equal(vfj_kv_next(&rest, &pair), VFJ_KV_PAIR);
        assert_true(vfj_span_is(pair.key, "key"));
        assert_true(vfj_kv_value(&pair, back, sizeof back));
        assert_int_equal(strlen(back), length);
        assert_memory_equal(back, value, length);
        assert_int_equal(vfj_kv_next(&rest, &pair), VFJ_KV_PAIR);
        assert_int_equal(vfj_kv_next(&rest, &pair), VFJ_KV_END);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_value),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
