/* Tests how addresses in binary form are converted to text, and which addresses are left out. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/interface_address.h"

static void assert_inet(const char *host, const char *mask, const char *expected)
{
    struct vfj_interface interface = {.address_count = 0};
    struct in_addr host_bytes, mask_bytes;
    assert_int_equal(inet_pton(AF_INET, host, &host_bytes), 1);
    assert_int_equal(inet_pton(AF_INET, mask, &mask_bytes), 1);
    vfj_interface_add_inet(&interface, &host_bytes, &mask_bytes);
    assert_int_equal(interface.address_count, expected[0] != '\0');
    assert_string_equal(interface.addresses[0].text, expected);
}

static void assert_inet6(const char *host, const char *mask, const char *expected)
{
    struct vfj_interface interface = {.address_count = 0};
    struct in6_addr host_bytes, mask_bytes;
    assert_int_equal(inet_pton(AF_INET6, host, &host_bytes), 1);
    assert_int_equal(inet_pton(AF_INET6, mask, &mask_bytes), 1);
    vfj_interface_add_inet6(&interface, &host_bytes, &mask_bytes);
    assert_int_equal(interface.address_count, expected[0] != '\0');
    assert_string_equal(interface.addresses[0].text, expected);
}

static void test_inet(void **state)
{
    (void)state;
    assert_inet("10.0.0.4", "255.255.255.0", "10.0.0.4/24");
    assert_inet("10.0.0.4", "255.255.255.255", "10.0.0.4/32");
    assert_inet("10.0.0.4", "128.0.0.0", "10.0.0.4/1");
    assert_inet("10.0.0.4", "255.255.255.128", "10.0.0.4/25");
    assert_inet("255.255.255.255", "255.255.255.254", "255.255.255.255/31");
}

static void test_inet_none(void **state)
{
    (void)state;
    assert_inet("10.0.0.4", "0.0.0.0", "");
    assert_inet("10.0.0.4", "255.0.255.0", "");
    assert_inet("10.0.0.4", "0.0.0.1", "");
    assert_inet("0.0.0.0", "255.0.0.0", "");
}

static void test_inet6(void **state)
{
    (void)state;
    assert_inet6("2001:db8::1", "ffff:ffff:ffff:ffff::", "2001:db8::1/64");
    assert_inet6("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::1/128");
    assert_inet6("fec0::1", "ffff:8000::", "fec0::1/17");
    assert_inet6("2001:db8::1", "::", "2001:db8::1/0");
    assert_inet6("2001:db8::1", "ffff::ffff", "2001:db8::1/0");
    assert_inet6("2001:db8:1111:2222:3333:4444:5555:6666",
                 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
                 "2001:db8:1111:2222:3333:4444:5555:6666/127");
}

static void test_inet6_none(void **state)
{
    (void)state;
    assert_inet6("fe80::1", "ffff:ffff:ffff:ffff::", "");
    assert_inet6("febf::1", "ffff:ffff:ffff:ffff::", "");
}

static void test_truncated(void **state)
{
    struct vfj_interface interface = {.address_count = 0};
    const struct in_addr host = {.s_addr = htonl(0x0a000004)}, mask = {.s_addr = htonl(0xffffff00)};
    (void)state;
    for (unsigned i = 0; i <= VFJ_ADDRESSES_MAX; i++)
        vfj_interface_add_inet(&interface, &host, &mask);
    assert_int_equal(interface.address_count, VFJ_ADDRESSES_MAX);
    assert_true(interface.truncated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inet),      cmocka_unit_test(test_inet_none),
        cmocka_unit_test(test_inet6),     cmocka_unit_test(test_inet6_none),
        cmocka_unit_test(test_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
