/* Tests the parser for the output of netstat(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/parse_netstat.h"

enum { MTUS_MAX = 16 };
static char found[1024];
static uint16_t mtus[MTUS_MAX];
static unsigned route_count;

static void take(void *context, const struct vfj_table_route *route)
{
    size_t length = strlen(found);
    (void)context;
    (void)snprintf(found + length, sizeof found - length, "%s>%s@%s%s ", route->destination.text,
                   route->gateway.text, route->interface.text, route->is_mixed ? "!" : "");
    mtus[route_count++ % MTUS_MAX] = route->mtu;
}

static const char *parse_in(const char *text, size_t piece)
{
    struct vfj_netstat_parser parser;
    found[0] = '\0';
    route_count = 0;
    vfj_netstat_begin(&parser, take, NULL);
    for (size_t at = 0, length = strlen(text); at < length; at += piece)
        vfj_netstat_feed(&parser,
                         (struct vfj_span){text + at, piece < length - at ? piece : length - at});
    vfj_netstat_end(&parser);
    return found;
}

static void assert_parsed(const char *text, const char *expected)
{
    for (size_t piece = 1; piece < 6; piece++)
        assert_string_equal(parse_in(text, piece), expected);
    assert_string_equal(parse_in(text, strlen(text) + 1), expected);
}

#define HEADING "Destination        Gateway            Flags   Nhop#    Mtu    Netif Expire\n"

/* Parses the tables of FreeBSD 13.2. The parser skips connected networks, default routes, multicast
 * and link-local destinations, and routes that an ICMP redirect made or that reject packets. It
 * keeps the route to an address of the guest's own, which leads through lo0. */
static void test_tables(void **state)
{
    (void)state;
    assert_parsed(
        "Routing tables\n\nInternet:\n" HEADING
        "default            10.0.0.1           UGS         5   1500      hn0\n"
        "10.0.0.0/24        link#2             U           4   1500      hn0\n"
        "10.0.0.4           link#2             UHS         1  16384      lo0\n"
        "172.16.0.0/12      10.0.0.2           UGS         6   1500      hn0\n"
        "192.0.2.9          10.0.0.3           UGHS        6   1500      hn0\n"
        "192.0.2.10         10.0.0.3           UGHD        6   1500      hn0\n"
        "192.0.2.11         10.0.0.3           UGHM        6   1500      hn0\n"
        "192.0.2.12         10.0.0.3           UGHSB       6   1500      hn0\n"
        "192.168.9.0/24     10.0.0.3           UG1         6   1500      hn0   3600\n"
        "198.51.100.0/24    link#2             US          7   1500      hn0\n"
        "224.0.0.0/4        link#2             US          7   1500      hn0\n"
        "203.0.113.0/24     fe80::1%hn0        UGS         7   1500      hn0\n"
        "\nInternet6:\n" HEADING
        "::/96              link#1             URS         2  16384      lo0\n"
        "default            fe80::1%hn0        UG          5   1500      hn0\n"
        "fd00:7::/48        fe80::9%hn0        UGS         5   1500    lagg0\n"
        "fd00:8::1          fd00::9            UGHS        5   1500    lagg0\n"
        "fe80::%hn0/64      link#2             U           3   1500      hn0\n"
        "ff02::/16          link#1             US          2  16384      hn0\n",
        "10.0.0.4>@lo0 172.16.0.0/12>10.0.0.2@hn0 192.0.2.9>10.0.0.3@hn0 192.168.9.0/24>10.0.0.3@hn0 "
        "198.51.100.0/24>@hn0 203.0.113.0/24>@hn0! fd00:7::/48>fe80::9@lagg0 "
        "fd00:8::1>fd00::9@lagg0 ");
}

/* Without -W, netstat(1) prints fewer columns. The parser finds the column of the interface by the
 * heading. */
static void test_columns(void **state)
{
    (void)state;
    assert_parsed("Destination Gateway Flags Netif Expire\n172.16.0.0/12 10.0.0.2 UGS hn0\n"
                  "172.17.0.0/16 10.0.0.2 UGS\n",
                  "172.16.0.0/12>10.0.0.2@hn0 ");
    assert_parsed("172.16.0.0/12 10.0.0.2 UGS hn0\n", "");
    assert_parsed("Destination Netif\n172.16.0.0/12 10.0.0.2 UGS hn0\n", "");
    assert_parsed("Destination Gateway Flags Expire\n172.16.0.0/12 10.0.0.2 UGS hn0\n", "");
}

/* A route has the MTU of the table. It is 0 when the table has no such column, and when the column is
 * no MTU. */
static void test_mtus(void **state)
{
    (void)state;
    assert_parsed(HEADING "172.16.0.0/12 10.0.0.2 UGS 6 1400 hn0\n"
                          "172.17.0.0/16 10.0.0.2 UGS 6 65535 hn0\n"
                          "172.18.0.0/16 10.0.0.2 UGS 6 65536 hn0\n"
                          "172.19.0.0/16 10.0.0.2 UGS 6 x hn0\n",
                  "172.16.0.0/12>10.0.0.2@hn0 172.17.0.0/16>10.0.0.2@hn0 "
                  "172.18.0.0/16>10.0.0.2@hn0 172.19.0.0/16>10.0.0.2@hn0 ");
    assert_true(mtus[0] == 1400 && mtus[1] == UINT16_MAX && mtus[2] == 0 && mtus[3] == 0);
    assert_parsed("Destination Gateway Flags Netif Mtu\n172.16.0.0/12 10.0.0.2 UGS hn0 1400\n"
                  "172.17.0.0/16 10.0.0.2 UGS hn0\n",
                  "172.16.0.0/12>10.0.0.2@hn0 172.17.0.0/16>10.0.0.2@hn0 ");
    assert_true(mtus[0] == 1400 && mtus[1] == 0);
    assert_parsed("Destination Gateway Flags Netif Expire\n172.16.0.0/12 10.0.0.2 UGS hn0 1400\n",
                  "172.16.0.0/12>10.0.0.2@hn0 ");
    assert_int_equal(mtus[0], 0);
}

static void test_garbage(void **state)
{
    (void)state;
    assert_parsed("", "");
    assert_parsed(HEADING "\n\nx\n172.16.0.0/12 10.0.0.2 UGS 1 1500 a;b\n"
                          "hello 10.0.0.2 UGS 1 1500 hn0\n"
                          "172.17.0.0/16 router UGS 1 1500 hn0\n",
                  "172.17.0.0/16>@hn0! ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_mtus),
        cmocka_unit_test(test_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
