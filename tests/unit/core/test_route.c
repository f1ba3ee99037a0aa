/* Tests the words of route(8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/data/route.h"

static struct vfj_route route;

static void reads(const char *words, const char *destination, const char *gateway)
{
    struct vfj_address address;
    assert_true(vfj_route_read(vfj_span_of(words), &route));
    assert_true(vfj_span_is(route.gateway, gateway));
    if (destination == NULL) {
        assert_false(vfj_route_destination(&route, &address));
    } else {
        assert_true(vfj_route_destination(&route, &address));
        assert_string_equal(address.text, destination);
    }
}

static void test_words(void **state)
{
    (void)state;
    reads("-net 192.168.1.0/24 10.0.0.2", "192.168.1.0/24", "10.0.0.2");
    assert_false(route.is_inet6 || route.is_interface);
    reads("192.168.1.1 -gateway 10.0.0.2 -mtu 1400", "192.168.1.1", "10.0.0.2");
    assert_true(vfj_span_is(route.mtu, "1400"));
    reads("-net 192.168.3.0 10.0.0.2 255.255.255.0", "192.168.3.0/24", "10.0.0.2");
    reads("-net 192.168.3.0 -netmask 0xfffffe00 10.0.0.2", "192.168.3.0/23", "10.0.0.2");
    reads("-net -prefixlen 25 -dst 192.168.3.0 10.0.0.2", "192.168.3.0/25", "10.0.0.2");
    reads("-net 192.168.3.0 10.0.0.2 -netmask 255.0.255.0", NULL, "10.0.0.2");
    reads("-net 10 -iface hn0", NULL, "hn0");
    assert_true(route.is_interface);
    assert_false(route.is_other_fib);
    reads("default -interface hn0 -fib 1-3", NULL, "hn0");
    assert_true(route.is_other_fib);
    reads("10.9.0.1 10.0.0.2 -fib 0", "10.9.0.1", "10.0.0.2");
    assert_false(route.is_other_fib);
    reads("-6 2001:db8::/32 fe80::1%hn0 -weight 2 -static", "2001:db8::/32", "fe80::1%hn0");
    assert_true(route.is_inet6);
    reads("-inet6 -net 2001:db8:1:: -prefixlen 48 2001:db8::1", "2001:db8:1::/48", "2001:db8::1");
    reads("-inet 10.9.0.1 10.0.0.2", "10.9.0.1", "10.0.0.2");
    reads("-host 10.9.0.1 10.0.0.2 -ifp hn0 -ifa 10.0.0.4 -blackhole", "10.9.0.1", "10.0.0.2");
    assert_true(vfj_span_is(route.ifp, "hn0"));
    assert_int_equal(route.mtu.length, 0);
    /* The address is longer than the buffer. Cut to the buffer's size it would be another valid
     * address. */
    reads("-6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 -prefixlen 128 fd00::1", NULL,
          "fd00::1");
}

static void test_refused(void **state)
{
    static const char *const refused[] = {"",
                                          "10.9.0.1",
                                          "-inet -inet6 default 10.0.0.2",
                                          "-iface hn0",
                                          "10.9.0.1 10.0.0.2 -mtu",
                                          "10.9.0.1 10.0.0.2 -ifp",
                                          "10.9.0.1 10.0.0.2 -fib",
                                          "10.9.0.1 -gateway",
                                          "10.9.0.1 10.0.0.2 -netmask",
                                          "10.9.0.1 10.0.0.2 -",
                                          "10.9.0.1 10.0.0.2 -frobnicate",
                                          "-net -host"};
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(vfj_route_read(vfj_span_of(refused[i]), &route));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
