/* Tests the parsers for the output of sysctl(8) and route(8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/parse_route.h"
#include "adapters/freebsd/guest/parse_sysctl.h"

static void take_line(void *context, struct vfj_span name, struct vfj_span value, bool cut)
{
    vfj_sysctl_map_line(context, name, value, cut);
}

static struct vfj_map parse_in(const char *text, size_t piece)
{
    struct vfj_sysctl_parser parser;
    struct vfj_map map;
    memset(&map, 0, sizeof map);
    map.transparent = VFJ_TRANSPARENT_ABSENT;
    vfj_sysctl_begin(&parser, take_line, &map);
    for (size_t at = 0, length = strlen(text); at < length; at += piece)
        vfj_sysctl_feed(&parser,
                        (struct vfj_span){text + at, piece < length - at ? piece : length - at});
    vfj_sysctl_end(&parser);
    return map;
}

static struct vfj_map parse(const char *text)
{
    struct vfj_map map = parse_in(text, strlen(text) + 1);
    for (size_t piece = 1; piece < 5; piece++) {
        struct vfj_map again = parse_in(text, piece);
        assert_memory_equal(&map, &again, sizeof map);
    }
    return map;
}

static void test_map(void **state)
{
    (void)state;
    struct vfj_map map = parse(
        "hw.hn.vf_transparent: 0\nhw.hn.vflist: mce0 mlxen1\nhw.hn.vfmap: mce0:hn1 mlxen1:hn0\n");
    assert_int_equal(map.transparent, 0);
    assert_true(map.has_list);
    assert_int_equal(map.pair_count, 2);
    assert_string_equal(map.pairs[0].vf.text, "mce0");
    assert_string_equal(map.pairs[0].hn.text, "hn1");
    assert_string_equal(map.pairs[1].vf.text, "mlxen1");
    assert_string_equal(map.pairs[1].hn.text, "hn0");
    assert_false(map.truncated);
}

static void test_absent(void **state)
{
    (void)state;
    struct vfj_map map = parse("");
    assert_int_equal(map.transparent, VFJ_TRANSPARENT_ABSENT);
    assert_false(map.has_list);
    map = parse("hw.hn.vf_transparent: 1\nhw.hn.vflist: \nhw.hn.vfmap: ");
    assert_int_equal(map.transparent, 1);
    assert_true(map.has_list);
    assert_int_equal(map.pair_count, 0);
    map = parse("sysctl: unknown oid 'hw.hn.vflist'\nhw.hn.vf_transparent: yes\n");
    assert_int_equal(map.transparent, VFJ_TRANSPARENT_ABSENT);
    assert_false(map.has_list);
}

static void test_bad_pairs(void **state)
{
    (void)state;
    struct vfj_map map
        = parse("hw.hn.vfmap: mce0 :hn0 mce1: ../x:hn0 a;b:hn1 mce2:hn2:hn3 mce4:hn4\n");
    assert_int_equal(map.pair_count, 1);
    assert_string_equal(map.pairs[0].vf.text, "mce4");
}

static void test_many_pairs(void **state)
{
    static char text[40000];
    struct vfj_text line = vfj_text_begin(text, sizeof text);
    (void)state;
    vfj_text_add(&line, "hw.hn.vfmap:");
    for (unsigned i = 0; i <= VFJ_SLOTS_MAX; i++) {
        vfj_text_add(&line, " mce");
        vfj_text_add_u64(&line, i);
        vfj_text_add(&line, ":hn");
        vfj_text_add_u64(&line, i);
    }
    struct vfj_map map = parse(text);
    assert_int_equal(map.pair_count, VFJ_SLOTS_MAX);
    assert_true(map.truncated);

    line = vfj_text_begin(text, sizeof text);
    vfj_text_add(&line, "hw.hn.vfmap: mce0:hn0");
    while (!line.overflow)
        vfj_text_add(&line, "          ");
    map = parse(text);
    assert_int_equal(map.pair_count, 1);
    assert_true(map.truncated);
}

static struct vfj_route_parser route(const char *text)
{
    struct vfj_route_parser parser;
    vfj_route_begin(&parser);
    for (size_t at = 0; text[at] != '\0'; at++)
        vfj_route_feed(&parser, (struct vfj_span){text + at, 1});
    vfj_route_end(&parser);
    return parser;
}

static void test_route(void **state)
{
    (void)state;
    struct vfj_route_parser parser
        = route("   route to: default\n"
                "destination: default\n"
                "       mask: default\n"
                "    gateway: 10.0.2.2\n"
                "        fib: 0\n"
                "  interface: hn0\n"
                "      flags: <UP,GATEWAY,DONE,STATIC>\n"
                " recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire\n"
                "       0         0         0         0      1500         1         0 \n");
    assert_string_equal(parser.route.gateway.text, "10.0.2.2");
    assert_string_equal(parser.route.interface.text, "hn0");
    assert_true(parser.route.is_static);

    parser = route("   route to: ::\n"
                   "    gateway: fe80::2%lagg0\n"
                   "  interface: lagg0\n"
                   "      flags: <UP,GATEWAY,DONE>\n");
    assert_string_equal(parser.route.gateway.text, "fe80::2");
    assert_string_equal(parser.route.interface.text, "lagg0");
    assert_false(parser.route.is_static);

    assert_false(route("flags: <UP,STATICARP,LLINFO>\n").route.is_static);
    assert_false(route("flags: \n").route.is_static);
    assert_false(route("flags: <>\n").route.is_static);
    assert_true(route("flags: <STATIC>\n").route.is_static);

    parser = route("route: route has not been found\n");
    assert_string_equal(parser.route.gateway.text, "");
    assert_string_equal(parser.route.interface.text, "");

    parser = route("    gateway: link#2\n  interface: ../x\n");
    assert_string_equal(parser.route.gateway.text, "");
    assert_string_equal(parser.route.interface.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),       cmocka_unit_test(test_absent),
        cmocka_unit_test(test_bad_pairs), cmocka_unit_test(test_many_pairs),
        cmocka_unit_test(test_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
