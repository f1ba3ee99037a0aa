/* Tests the parser for answers of a routing socket, valid ones and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/route_message.h"

/* HEADER is the size of struct rt_msghdr of FreeBSD/amd64. */
enum { HEADER = 152, PID = 411, SEQUENCE = 1, MESSAGE_MAX = 512 };

struct message {
    size_t length;
    char bytes[MESSAGE_MAX];
};

static void put_number(struct message *message, size_t offset, int32_t number)
{
    memcpy(message->bytes + offset, &number, sizeof number);
}

static void set_length(struct message *message, size_t length)
{
    uint16_t said = (uint16_t)length;
    memcpy(message->bytes + VFJ_RTM_MSGLEN, &said, sizeof said);
}

static struct message begin(int32_t flags)
{
    struct message message = {.length = HEADER};
    message.bytes[VFJ_RTM_VERSION] = VFJ_ROUTE_VERSION;
    message.bytes[VFJ_RTM_TYPE] = VFJ_ROUTE_GET;
    put_number(&message, VFJ_RTM_FLAGS, flags);
    put_number(&message, VFJ_RTM_PID, PID);
    put_number(&message, VFJ_RTM_SEQ, SEQUENCE);
    set_length(&message, HEADER);
    return message;
}

/* Appends address number `index`, which has `length` bytes and states `said` as its length. */
static void add(struct message *message, unsigned index, unsigned said, const void *bytes,
                size_t length)
{
    int32_t addresses;
    memcpy(&addresses, message->bytes + VFJ_RTM_ADDRS, sizeof addresses);
    put_number(message, VFJ_RTM_ADDRS, addresses | 1 << index);
    char *to = message->bytes + message->length;
    memcpy(to, bytes, length);
    to[VFJ_SA_LEN] = (char)said;
    message->length += (length + sizeof(long) - 1) / sizeof(long) * sizeof(long);
    set_length(message, message->length);
}

static void add_inet(struct message *message, unsigned index, const char bytes[4])
{
    char address[16] = {0, VFJ_SA_INET};
    memcpy(address + VFJ_SA_INET_ADDRESS, bytes, 4);
    add(message, index, sizeof address, address, sizeof address);
}

static void add_link(struct message *message, const char *name)
{
    char address[54] = {0, VFJ_SA_LINK};
    address[VFJ_SA_LINK_NAME_LENGTH] = (char)strlen(name);
    memcpy(address + VFJ_SA_LINK_NAME, name, strlen(name));
    add(message, VFJ_ROUTE_ADDR_IFP, sizeof address, address, sizeof address);
}

static struct message whole(void)
{
    struct message message = begin(VFJ_ROUTE_GATEWAY);
    add_inet(&message, 0, (char[4]){0});
    add_inet(&message, VFJ_ROUTE_ADDR_GATEWAY, (char[4]){10, 0, 2, 2});
    add(&message, 2, 0, (char[8]){0}, 8); /* a mask of zeros is an address whose length is 0 */
    add_link(&message, "hn0");
    return message;
}

/* Parses a copy of the message in memory of exactly its length, so that the sanitizer detects a
 * read past the end. */
static bool read_message(const struct message *message, struct vfj_default_route *route)
{
    char *bytes = malloc(message->length > 0 ? message->length : 1);
    assert_non_null(bytes);
    memcpy(bytes, message->bytes, message->length);
    bool right = vfj_route_message_read((struct vfj_span){bytes, message->length}, HEADER, route);
    free(bytes);
    return right;
}

static void assert_none(const struct message *message)
{
    struct vfj_default_route route;
    memset(&route, 'x', sizeof route);
    assert_false(read_message(message, &route));
    assert_string_equal(route.gateway.text, "");
    assert_true(vfj_name_is_empty(route.interface));
}

static void assert_route(const struct message *message, const char *gateway, const char *interface)
{
    struct vfj_default_route route;
    assert_true(read_message(message, &route));
    assert_string_equal(route.gateway.text, gateway);
    assert_string_equal(route.interface.text, interface);
}

static void test_gateway(void **state)
{
    struct message message = whole();
    (void)state;
    assert_route(&message, "10.0.2.2", "hn0");
}

/* A route has a gateway only when its flags have RTF_GATEWAY, as in route(8)'s output. */
static void test_link(void **state)
{
    struct message message = whole();
    (void)state;
    put_number(&message, VFJ_RTM_FLAGS, 0);
    assert_route(&message, "", "hn0");
}

static void test_static(void **state)
{
    struct message message = whole();
    struct vfj_default_route route;
    (void)state;
    assert_true(read_message(&message, &route));
    assert_false(route.is_static);
    put_number(&message, VFJ_RTM_FLAGS, VFJ_ROUTE_GATEWAY | VFJ_ROUTE_STATIC);
    assert_true(read_message(&message, &route));
    assert_true(route.is_static);
}

static void test_inet6(void **state)
{
    struct message message = begin(VFJ_ROUTE_GATEWAY);
    char address[28] = {0, VFJ_SA_INET6};
    (void)state;
    address[VFJ_SA_INET6_ADDRESS] = 0x20;
    address[VFJ_SA_INET6_ADDRESS + 1] = 0x01;
    address[VFJ_SA_INET6_ADDRESS + 15] = 1;
    add(&message, VFJ_ROUTE_ADDR_GATEWAY, sizeof address, address, sizeof address);
    add_link(&message, "hn0");
    assert_route(&message, "2001::1", "hn0");
    message.bytes[HEADER + VFJ_SA_INET6_ADDRESS] = (char)0xfe;
    message.bytes[HEADER + VFJ_SA_INET6_ADDRESS + 1] = (char)0x80;
    /* the number sin6_scope_id is ignored, since the interface determines the scope */
    message.bytes[HEADER + 24] = 1;
    assert_route(&message, "fe80::1", "hn0");
}

/* Zeros at the end of an address may be missing. The parser adds them. */
static void test_short_address(void **state)
{
    struct message message = begin(VFJ_ROUTE_GATEWAY);
    const char address[8] = {0, VFJ_SA_INET, 0, 0, 10};
    (void)state;
    add(&message, VFJ_ROUTE_ADDR_GATEWAY, 5, address, sizeof address);
    assert_route(&message, "10.0.0.0", "");
}

static void test_whose(void **state)
{
    struct message message = whole();
    struct vfj_span span = {message.bytes, message.length};
    (void)state;
    assert_true(vfj_route_message_answers(span, PID, SEQUENCE));
    assert_false(vfj_route_message_answers(span, PID + 1, SEQUENCE));
    assert_false(vfj_route_message_answers(span, PID, SEQUENCE + 1));
    message.bytes[VFJ_RTM_TYPE] = 1; /* RTM_ADD */
    assert_false(vfj_route_message_answers(span, PID, SEQUENCE));
    message = whole();
    message.bytes[VFJ_RTM_VERSION]++;
    assert_false(vfj_route_message_answers(span, PID, SEQUENCE));
    message = whole();
    for (size_t length = 0; length < VFJ_RTM_ERRNO + 4; length++)
        assert_false(
            vfj_route_message_answers((struct vfj_span){message.bytes, length}, PID, SEQUENCE));
}

static void test_error(void **state)
{
    struct message message = whole();
    (void)state;
    put_number(&message, VFJ_RTM_ERRNO, 3); /* ESRCH */
    assert_none(&message);
}

/* A message that is cut off at any byte gives no route, whether its length member states the old
 * length or the new one. */
static void test_cut(void **state)
{
    (void)state;
    for (size_t length = 0; length < whole().length; length++) {
        struct message message = whole();
        message.length = length;
        assert_none(&message);
        message.length = whole().length;
        set_length(&message, length);
        assert_none(&message);
    }
}

/* Whatever length an address states, the parser does not read past the end of the message. */
static void test_lengths(void **state)
{
    struct vfj_default_route route;
    (void)state;
    for (unsigned at = HEADER; at < whole().length; at += sizeof(long)) {
        for (unsigned said = 0; said < 256; said++) {
            struct message message = whole();
            message.bytes[at + VFJ_SA_LEN] = (char)said;
            (void)read_message(&message, &route);
            message.bytes[at + VFJ_SA_FAMILY] = VFJ_SA_LINK;
            message.bytes[at + VFJ_SA_LINK_NAME_LENGTH] = (char)said;
            (void)read_message(&message, &route);
        }
    }
}

static void test_names(void **state)
{
    struct message message = begin(0);
    (void)state;
    add_link(&message, "a b");
    assert_route(&message, "", "");
    message = begin(0);
    add_link(&message, "");
    assert_route(&message, "", "");
    message = begin(0);
    add_link(&message, "hn0");
    /* the stated length of the interface's name is one byte more than the address has */
    message.bytes[HEADER + VFJ_SA_LINK_NAME_LENGTH] = 47;
    assert_route(&message, "", "");
}

/* The message's mask has bits for more addresses than the message contains. */
static void test_bits(void **state)
{
    struct message message = whole();
    (void)state;
    put_number(&message, VFJ_RTM_ADDRS, -1);
    assert_none(&message);
}

/* Reads an entry of the table from a buffer of exactly its length. */
static bool read_entry(const struct message *message, struct vfj_table_route *route)
{
    char *bytes = malloc(message->length > 0 ? message->length : 1);
    assert_non_null(bytes);
    memcpy(bytes, message->bytes, message->length);
    bool right = vfj_route_message_entry((struct vfj_span){bytes, message->length}, HEADER, route);
    free(bytes);
    return right;
}

static void assert_entry(const struct message *message, const char *destination,
                         const char *gateway)
{
    struct vfj_table_route route;
    assert_true(read_entry(message, &route));
    assert_string_equal(route.destination.text, destination);
    assert_string_equal(route.gateway.text, gateway);
}

static struct message entry(int32_t flags)
{
    struct message message = begin(flags);
    const char mask[8] = {0, 0, 0, 0, (char)0xff, (char)0xf0}; /* the family is not set */
    add_inet(&message, VFJ_ROUTE_ADDR_DST, (char[4]){(char)172, 16, 0, 0});
    add_inet(&message, VFJ_ROUTE_ADDR_GATEWAY, (char[4]){10, 0, 0, 2});
    if ((flags & VFJ_ROUTE_HOST) == 0)
        add(&message, VFJ_ROUTE_ADDR_NETMASK, 6, mask, sizeof mask);
    return message;
}

/* Tests routes that somebody added: with a router, to a host, and without a router. */
static void test_entries(void **state)
{
    struct message message = entry(VFJ_ROUTE_GATEWAY);
    struct vfj_table_route route;
    const char link[24] = {0, VFJ_SA_LINK};
    (void)state;
    assert_entry(&message, "172.16.0.0/12", "10.0.0.2");
    message = entry(VFJ_ROUTE_GATEWAY | VFJ_ROUTE_HOST);
    assert_entry(&message, "172.16.0.0", "10.0.0.2");
    message = begin(VFJ_ROUTE_STATIC | VFJ_ROUTE_HOST);
    add_inet(&message, VFJ_ROUTE_ADDR_DST, (char[4]){10, 1, 0, 1});
    add(&message, VFJ_ROUTE_ADDR_GATEWAY, sizeof link, link, sizeof link);
    assert_entry(&message, "10.1.0.1", "");
    message = begin(VFJ_ROUTE_GATEWAY | VFJ_ROUTE_HOST);
    add_inet(&message, VFJ_ROUTE_ADDR_DST, (char[4]){10, 1, 0, 1});
    add(&message, VFJ_ROUTE_ADDR_GATEWAY, sizeof link, link, sizeof link);
    assert_true(read_entry(&message, &route));
    assert_true(route.is_mixed);
}

static uint16_t mtu_of_entry(int32_t flags, unsigned long mtu)
{
    struct message message = entry(flags);
    struct vfj_table_route route;
    memcpy(message.bytes + VFJ_RTM_MTU, &mtu, sizeof mtu);
    assert_true(read_entry(&message, &route));
    return route.mtu;
}

/* The kernel reports an MTU for each route. It is the route's own only when a user gave it. */
static void test_mtus(void **state)
{
    struct vfj_table_route route;
    (void)state;
    assert_int_equal(mtu_of_entry(VFJ_ROUTE_GATEWAY | VFJ_ROUTE_FIXED_MTU, 1400), 1400);
    assert_int_equal(mtu_of_entry(VFJ_ROUTE_GATEWAY | VFJ_ROUTE_FIXED_MTU, UINT16_MAX), UINT16_MAX);
    assert_int_equal(mtu_of_entry(VFJ_ROUTE_GATEWAY | VFJ_ROUTE_FIXED_MTU, UINT16_MAX + 1UL), 0);
    assert_int_equal(mtu_of_entry(VFJ_ROUTE_GATEWAY, 1500), 0);
    struct message message = begin(VFJ_ROUTE_STATIC | VFJ_ROUTE_HOST | VFJ_ROUTE_FIXED_MTU);
    const unsigned long mtu = 1280;
    add_inet(&message, VFJ_ROUTE_ADDR_DST, (char[4]){10, 1, 0, 1});
    memcpy(message.bytes + VFJ_RTM_MTU, &mtu, sizeof mtu);
    assert_true(read_entry(&message, &route));
    assert_int_equal(route.mtu, 1280); /* a route without a router */
}

/* The parser skips routes of the kernel itself, default routes, and those that reject packets or
 * that an ICMP redirect made. */
static void test_other_entries(void **state)
{
    static const int32_t flags[] = {0, VFJ_ROUTE_GATEWAY | 0x8, VFJ_ROUTE_STATIC | 0x1000,
                                    VFJ_ROUTE_GATEWAY | 0x10, VFJ_ROUTE_GATEWAY | 0x20};
    struct vfj_table_route route;
    struct message message;
    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        message = entry(flags[i]);
        assert_false(read_entry(&message, &route));
    }
    message = whole(); /* a mask of zeroes: the default route */
    assert_false(read_entry(&message, &route));
    message = begin(VFJ_ROUTE_STATIC | VFJ_ROUTE_HOST);
    add_inet(&message, VFJ_ROUTE_ADDR_DST, (char[4]){(char)224, 0, 0, 1});
    assert_false(read_entry(&message, &route));
    for (size_t length = 0; length < entry(VFJ_ROUTE_GATEWAY).length; length++) {
        message = entry(VFJ_ROUTE_GATEWAY);
        message.length = length;
        assert_false(read_entry(&message, &route));
    }
}

static void test_inet6_entry(void **state)
{
    struct message message = begin(VFJ_ROUTE_GATEWAY | VFJ_ROUTE_STATIC);
    char address[28] = {0, VFJ_SA_INET6}, mask[28] = {0};
    (void)state;
    address[VFJ_SA_INET6_ADDRESS] = (char)0xfd;
    memset(mask + VFJ_SA_INET6_ADDRESS, 0xff, 6);
    add(&message, VFJ_ROUTE_ADDR_DST, sizeof address, address, sizeof address);
    address[VFJ_SA_INET6_ADDRESS + 15] = 9;
    add(&message, VFJ_ROUTE_ADDR_GATEWAY, sizeof address, address, sizeof address);
    add(&message, VFJ_ROUTE_ADDR_NETMASK, sizeof mask, mask, sizeof mask);
    assert_entry(&message, "fd00::/48", "fd00::9");
    memset(message.bytes + HEADER + 64 + VFJ_SA_INET6_ADDRESS, 0xff, 16);
    assert_entry(&message, "fd00::/128", "fd00::9");
}

/* A dump is messages in a row. A length of 0, or one past the end, ends it. */
static void test_dump(void **state)
{
    const struct message one = entry(VFJ_ROUTE_GATEWAY);
    char bytes[2 * MESSAGE_MAX];
    struct vfj_span dump = {bytes, one.length + HEADER}, message;
    (void)state;
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, one.bytes, one.length);
    bytes[VFJ_RTM_INDEX] = 7;
    assert_true(vfj_route_message_next(&dump, &message));
    assert_int_equal(message.length, one.length);
    assert_int_equal(vfj_route_message_index(message), 7);
    assert_int_equal(vfj_route_message_index((struct vfj_span){bytes, 4}), 0);
    assert_false(vfj_route_message_next(&dump, &message));
    dump = (struct vfj_span){bytes, one.length - 1};
    assert_false(vfj_route_message_next(&dump, &message));
    dump = (struct vfj_span){bytes, 1};
    assert_false(vfj_route_message_next(&dump, &message));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gateway),       cmocka_unit_test(test_link),
        cmocka_unit_test(test_static),        cmocka_unit_test(test_inet6),
        cmocka_unit_test(test_short_address), cmocka_unit_test(test_whose),
        cmocka_unit_test(test_error),         cmocka_unit_test(test_cut),
        cmocka_unit_test(test_lengths),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_bits),          cmocka_unit_test(test_entries),
        cmocka_unit_test(test_mtus),          cmocka_unit_test(test_other_entries),
        cmocka_unit_test(test_inet6_entry),   cmocka_unit_test(test_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
