/* Tests the parser for ifconfig(8)'s output, with output of FreeBSD 13.2 and the formats of
 * later releases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "core/text/text.h"

enum { FOUND_MAX = 8 };

struct found {
    unsigned count;
    struct vfj_interface interfaces[FOUND_MAX];
};

static void take(void *context, const struct vfj_interface *interface)
{
    struct found *found = context;
    if (found->count < FOUND_MAX)
        found->interfaces[found->count] = *interface;
    found->count++;
}

/* Passes the text to the parser in pieces of `piece` bytes. */
static void parse_in(const char *text, size_t length, size_t piece, struct found *found)
{
    struct vfj_ifconfig_parser parser;
    memset(found, 0, sizeof *found);
    vfj_ifconfig_begin(&parser, take, found);
    for (size_t at = 0; at < length; at += piece)
        vfj_ifconfig_feed(&parser,
                          (struct vfj_span){text + at, piece < length - at ? piece : length - at});
    vfj_ifconfig_end(&parser);
}

static void parse(const char *text, struct found *found)
{
    static struct found again;
    parse_in(text, strlen(text), strlen(text) + 1, found);
    for (size_t piece = 1; piece < 8; piece++) {
        parse_in(text, strlen(text), piece, &again);
        assert_memory_equal(found, &again, sizeof again);
    }
}

static const char recorded[]
    = "hn0: flags=8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1400\n"
      "\toptions=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>\n"
      "\tether 52:54:00:12:34:56\n"
      "\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n"
      "\tstatus: active\n"
      "\tnd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>\n"
      "lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384\n"
      "\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>\n"
      "\tinet6 ::1 prefixlen 128\n"
      "\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x3\n"
      "\tinet 127.0.0.1 netmask 0xff000000\n"
      "\tgroups: lo\n"
      "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n"
      "lagg0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1400\n"
      "\toptions=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>\n"
      "\tether 52:54:00:12:34:56\n"
      "\tinet 10.0.2.77 netmask 0xffffff00 broadcast 10.0.2.255\n"
      "\tinet 10.0.2.78 netmask 0xffffff00 broadcast 10.0.2.255\n"
      "\tinet6 fd00::77 prefixlen 64\n"
      "\tinet6 fe80::5054:ff:fe12:3456%lagg0 prefixlen 64 scopeid 0x4\n"
      "\tlaggproto failover lagghash l2,l3,l4\n"
      "\tlaggport: hn0 flags=5<MASTER,ACTIVE>\n"
      "\tlaggport: mce0 flags=0<>\n"
      "\tgroups: lagg\n"
      "\tmedia: Ethernet autoselect\n"
      "\tstatus: active\n"
      "\tnd6 options=121<PERFORMNUD,AUTO_LINKLOCAL,NO_DAD>\n"
      "lagg1: flags=8802<BROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\toptions=800000<>\n"
      "\tether 00:00:00:00:00:00\n"
      "\tlaggproto failover lagghash l2,l3,l4\n"
      "\tgroups: lagg\n"
      "\tmedia: Ethernet autoselect\n"
      "\tstatus: no carrier\n"
      "\tnd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>\n";

static void test_recorded(void **state)
{
    static struct found found;
    (void)state;
    parse(recorded, &found);
    assert_int_equal(found.count, 4);

    const struct vfj_interface *hn = &found.interfaces[0];
    assert_string_equal(hn->name.text, "hn0");
    assert_true(hn->exists && hn->up && !hn->no_dad && !hn->rtadv);
    assert_int_equal(hn->mtu, 1400);
    assert_int_equal(hn->link, VFJ_LINK_UP);
    assert_int_equal(hn->laggproto, VFJ_LAGGPROTO_NONE);
    assert_int_equal(hn->address_count, 0);

    const struct vfj_interface *lo = &found.interfaces[1];
    assert_int_equal(lo->address_count, 2);
    assert_string_equal(lo->addresses[0].text, "::1/128");
    assert_string_equal(lo->addresses[1].text, "127.0.0.1/8");

    const struct vfj_interface *lagg = &found.interfaces[2];
    assert_int_equal(lagg->laggproto, VFJ_LAGGPROTO_FAILOVER);
    assert_int_equal(lagg->port_count, 2);
    assert_string_equal(lagg->ports[0].text, "hn0");
    assert_string_equal(lagg->ports[1].text, "mce0");
    assert_int_equal(lagg->address_count, 3);
    assert_string_equal(lagg->addresses[1].text, "10.0.2.78/24");
    assert_string_equal(lagg->addresses[2].text, "fd00::77/64");
    assert_true(lagg->no_dad);

    const struct vfj_interface *empty = &found.interfaces[3];
    assert_false(empty->up);
    assert_int_equal(empty->link, VFJ_LINK_DOWN);
    assert_int_equal(empty->port_count, 0);
    assert_int_equal(empty->laggproto, VFJ_LAGGPROTO_FAILOVER);
}

static const struct vfj_interface *parse_one(const char *details)
{
    static struct found found;
    char text[4096];
    struct vfj_text whole = vfj_text_begin(text, sizeof text);
    vfj_text_add(&whole, "hn0: flags=1008843<UP,BROADCAST,LOWER_UP> metric 0 mtu 9000\n");
    vfj_text_add(&whole, details);
    assert_false(whole.overflow);
    parse(text, &found);
    assert_int_equal(found.count, 1);
    return &found.interfaces[0];
}

static void test_masks(void **state)
{
    static const struct {
        const char *line, *address;
    } cases[] = {
        {"\tinet 10.0.0.4 netmask 0xffffffff broadcast 10.0.0.4\n", "10.0.0.4/32"},
        {"\tinet 10.0.0.4 netmask 0xfffff000 broadcast 10.0.15.255\n", "10.0.0.4/20"},
        {"\tinet 10.0.0.4 netmask 0x00000000\n", "10.0.0.4/0"},
        {"\tinet 10.0.0.4 --> 10.0.0.9 netmask 0xFFFFFF00\n", "10.0.0.4/24"},
        {"\tinet 10.0.0.4 netmask 255.255.255.0\n", "10.0.0.4/24"}, /* as with -f inet:dotted */
        {"\tinet 10.0.0.4/26 broadcast 10.0.0.63\n", "10.0.0.4/26"},
        {"\tinet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255 vhid 1\n", "10.0.0.4/24"},
        {"\tinet6 2001:db8::4/56\n", "2001:db8::4/56"},
        {"\tinet6 2001:db8::4 --> 2001:db8::5 prefixlen 128\n", "2001:db8::4/128"},
        {"\tinet6 2001:db8::4 prefixlen 64 tentative\n", "2001:db8::4/64"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct vfj_interface *interface = parse_one(cases[i].line);
        assert_int_equal(interface->address_count, 1);
        assert_string_equal(interface->addresses[0].text, cases[i].address);
    }
}

/* Addresses that the kernel itself restores are left out, and so are malformed ones. */
static void test_no_address(void **state)
{
    static const char *const lines[] = {
        "\tinet6 fe80::1%hn0 prefixlen 64 scopeid 0x1\n",
        "\tinet6 febf::1 prefixlen 64\n",
        "\tinet6 2001:db8::a prefixlen 64 autoconf\n",
        "\tinet6 2001:db8::b prefixlen 64 deprecated autoconf temporary\n",
        /* dhclient sets this address until it has a lease */
        "\tinet 0.0.0.0 netmask 0xff000000 broadcast 255.255.255.255\n",
        "\tinet 0.0.0.0/8 broadcast 255.255.255.255\n",
        "\tinet 10.0.0.4 netmask 0xff00ff00\n",
        "\tinet 10.0.0.4 netmask\n",
        "\tinet 10.0.0.4\n",
        "\tinet\n",
        "\tinet6\n",
        "\tinet6 ::1 prefixlen\n",
        "\tinet ;reboot netmask 0xffffff00\n",
        "\tinetx 10.0.0.4 netmask 0xffffff00\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(parse_one(lines[i])->address_count, 0);
}

static void test_words(void **state)
{
    (void)state;
    assert_false(parse_one("\tnd6 options=1<NO_DADDY,XNO_DAD>\n")->no_dad);
    assert_true(parse_one("\tnd6 options=8023<PERFORMNUD,ACCEPT_RTADV,AUTO_LINKLOCAL>\n")->rtadv);
    assert_int_equal(parse_one("\tlaggproto lacp lagghash l2,l3,l4\n")->laggproto,
                     VFJ_LAGGPROTO_OTHER);
    assert_int_equal(parse_one("\tstatus: associated\n")->link, VFJ_LINK_UNKNOWN);
    assert_int_equal(parse_one("\tlaggport: mce10 flags=0<>\n")->port_count, 1);
    assert_string_equal(parse_one("\tlaggport: mce10 flags=0<>\n")->ports[0].text, "mce10");
    assert_int_equal(parse_one("\tlaggport: ../x flags=0<>\n")->port_count, 0);
    assert_int_equal(parse_one("")->mtu, 9000);
}

static void test_limits(void **state)
{
    char text[4096];
    (void)state;
    struct vfj_text lines = vfj_text_begin(text, sizeof text);
    for (unsigned i = 0; i <= VFJ_ADDRESSES_MAX; i++) {
        vfj_text_add(&lines, "\tinet 10.0.0.");
        vfj_text_add_u64(&lines, i);
        vfj_text_add(&lines, " netmask 0xffffffff\n");
    }
    const struct vfj_interface *interface = parse_one(text);
    assert_int_equal(interface->address_count, VFJ_ADDRESSES_MAX);
    assert_true(interface->truncated);

    lines = vfj_text_begin(text, sizeof text);
    for (unsigned i = 0; i <= VFJ_PORTS_MAX; i++) {
        vfj_text_add(&lines, "\tlaggport: mce");
        vfj_text_add_u64(&lines, i);
        vfj_text_add(&lines, " flags=0<>\n");
    }
    assert_int_equal(parse_one(text)->port_count, VFJ_PORTS_MAX);
}

/* An interface whose name no command may use is skipped with all its lines. */
static void test_names(void **state)
{
    static struct found found;
    (void)state;
    parse("a b: flags=8843<UP> mtu 1500\n\tinet 10.0.0.1 netmask 0xffffff00\n"
          "hn0;reboot: flags=8843<UP> mtu 1500\n\tlaggport: hn0 flags=0<>\n"
          "a:b: flags=8843<UP> mtu 1500\n\tlaggport: hn0 flags=0<>\n"
          "averyveryverylongname: flags=8843<UP> mtu 1500\n"
          "ifconfig: interface x does not exist\n"
          "mce0: flags=8802<BROADCAST> metric 0 mtu 1500",
          &found);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.interfaces[0].name.text, "mce0");
    assert_int_equal(found.interfaces[0].port_count, 0);
    assert_int_equal(found.interfaces[0].mtu, 1500);
}

static void test_garbage(void **state)
{
    static struct found found;
    static char bytes[20000];
    uint32_t seed = 1;
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (seed >> 24) % 3 == 0 ? "\n\t :<>,=%/"[seed >> 16 & 7] : (char)(seed >> 20);
        }
        parse_in(bytes, sizeof bytes, 1 + seed % 4096, &found);
    }
    /* the parser's memory does not grow with the length of a line */
    memset(bytes, 'x', sizeof bytes);
    parse_in(bytes, sizeof bytes, 4096, &found);
    assert_int_equal(found.count, 0);
}

/* Output of FreeBSD 13.2 with a VLAN, a bridge and other interfaces that use hn0. */
static const char uses[]
    = "hn0: flags=8943<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tether 52:54:00:12:34:56\n"
      "\tinet 192.168.1.3 netmask 0xffffff00 broadcast 192.168.1.255\n"
      "\tinet 192.168.1.100 netmask 0xffffffff broadcast 192.168.1.100 vhid 1\n"
      "\tcarp: BACKUP vhid 1 advbase 1 advskew 100\n"
      "hn1: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tinet6 2001:db8::1 prefixlen 64 vhid 7\n"
      "\tfib: 2\n"
      "bridge0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tid 58:9c:fc:10:ff:8d priority 32768 hellotime 2 fwddelay 15\n"
      "\tmember: tap0 flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>\n"
      "\t        ifmaxaddr 0 port 5 priority 128 path cost 2000000\n"
      "\tmember: hn0 flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>\n"
      "\t        ifmaxaddr 0 port 1 priority 128 path cost 2000\n"
      "\tgroups: bridge\n"
      "hn0.10: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tfib: 1\n"
      "\tvlan: 10 vlanproto: 802.1q vlanpcp: 0 parent interface: hn0\n"
      "vlan7: flags=8002<BROADCAST,MULTICAST> metric 0 mtu 1500\n"
      "\tvlan: 0 vlanproto: 802.1q vlanpcp: 0 parent interface: <none>\n"
      "hn2: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tfib: 0\n";

static void test_uses(void **state)
{
    static struct found found;
    (void)state;
    parse(uses, &found);
    const struct vfj_interface *interfaces = found.interfaces;
    assert_int_equal(found.count, 6);
    assert_true(interfaces[0].carp);
    assert_int_equal(interfaces[0].use, VFJ_USE_NONE);
    assert_int_equal(interfaces[0].address_count, 2);
    assert_true(interfaces[1].carp);
    assert_int_equal(interfaces[1].use, VFJ_USE_FIB);
    assert_int_equal(interfaces[2].use, VFJ_USE_BRIDGE);
    assert_int_equal(interfaces[2].port_count, 2);
    assert_string_equal(interfaces[2].ports[1].text, "hn0");
    assert_false(interfaces[2].carp);
    assert_int_equal(interfaces[3].use, VFJ_USE_VLAN);
    assert_int_equal(interfaces[3].port_count, 1);
    assert_string_equal(interfaces[3].ports[0].text, "hn0");
    assert_int_equal(interfaces[4].port_count, 0);
    assert_int_equal(interfaces[5].use, VFJ_USE_NONE);
}

/* A bridge has many members. hn0, the first one that was added, is listed last. */
static void test_many_members(void **state)
{
    static struct found found;
    char text[8192] = "bridge0: flags=8843<UP> metric 0 mtu 1500\n";
    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length,
                       "\tmember: %s%u%s flags=143<LEARNING>\n", i % 2 == 0 ? "tap" : "epair",
                       60 - i, i % 2 == 0 ? "" : "a");
    }
    strcat(text, "\tmember: hn0 flags=143<LEARNING>\n\tmember: tap0 flags=143<LEARNING>\n");
    parse(text, &found);
    assert_int_equal(found.interfaces[0].port_count, VFJ_PORTS_MAX);
    assert_true(vfj_interface_has_port(&found.interfaces[0], vfj_name_of("hn0")));
    assert_true(vfj_interface_has_port(&found.interfaces[0], vfj_name_of("tap60")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uses),       cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_recorded),   cmocka_unit_test(test_masks),
        cmocka_unit_test(test_no_address), cmocka_unit_test(test_words),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
