/* Tests the values of rc.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/rc.h"
#include "core/data/secret.h"
#include "core/text/kv.h"

static struct vfj_rc rc;
static char value[VFJ_VALUE_SIZE];

/* Sets rc.conf to the pairs of a name and a value. NULL ends the list. */
static void set(const char *const *pairs)
{
    struct vfj_text text = vfj_text_begin(rc.text, sizeof rc.text);
    for (; pairs[0] != NULL; pairs += 2)
        vfj_kv_add_string(&text, pairs[0], pairs[1]);
    assert_false(text.overflow);
}

#define SET(...) set((const char *const[]){__VA_ARGS__, NULL})

static struct vfj_name hn0(void)
{
    return vfj_name_of("hn0");
}

static void test_get(void **unused)
{
    char small[3];
    (void)unused;
    SET("a", "1", "b", "", "a", "two words");
    assert_true(vfj_rc_get(&rc, "a", value, sizeof value));
    assert_string_equal(value, "two words");
    assert_true(vfj_rc_get(&rc, "b", value, sizeof value));
    assert_string_equal(value, "");
    assert_false(vfj_rc_get(&rc, "c", value, sizeof value));
    assert_string_equal(value, "");
    assert_true(vfj_rc_get(&rc, "a", small, sizeof small));
    assert_string_equal(small, "tw");
}

static void test_delay(void **unused)
{
    static const struct {
        const char *text;
        int64_t delay_s;
    } cases[] = {{"120", 120},
                 {"2", 2},
                 {"1", 2},
                 {"0", 2},
                 {"-5", 2},
                 {"", 2},
                 {"abc", 2},
                 {"2.5", 2},
                 {"5 6", 2},
                 {" 7 ", 7},
                 {"+9", 9},
                 {"+-9", 2},
                 {"08", 8},
                 {"0x10", 2},
                 {"10s", 2},
                 {"99999999999", 2147483647},
                 {"99999999999999999999999", 2}};
    (void)unused;
    SET("other", "1");
    assert_int_equal(vfj_rc_delay_s(&rc), 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SET("hyperv_vf_delay", cases[i].text);
        if (vfj_rc_delay_s(&rc) != cases[i].delay_s)
            fail_msg("'%s': %lld", cases[i].text, (long long)vfj_rc_delay_s(&rc));
    }
}

static void test_link_wait(void **unused)
{
    static const struct {
        const char *text;
        int64_t wait_s;
    } cases[] = {{"", 10},     {"0", 0},   {"7", 7},
                 {" 30 ", 30}, {"-1", 10}, {"x", 10},
                 {"1 2", 10},  {" ", 10},  {"99999999999", VFJ_PAUSE_MAX_S}};
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SET("vfjournal_link_wait", cases[i].text);
        if (vfj_rc_link_wait_s(&rc) != cases[i].wait_s)
            fail_msg("%s: %lld", cases[i].text, (long long)vfj_rc_link_wait_s(&rc));
    }
}

static void test_if_words(void **unused)
{
    (void)unused;
    SET("ifconfig_hn0", "DHCP", "ifconfig_DEFAULT", "inet 1.2.3.4/8");
    vfj_rc_if_words(&rc, hn0(), value, sizeof value);
    assert_string_equal(value, "DHCP");
    vfj_rc_if_words(&rc, vfj_name_of("hn1"), value, sizeof value);
    assert_string_equal(value, "inet 1.2.3.4/8");
    SET("ifconfig_hn0", "", "ifconfig_DEFAULT", "DHCP");
    vfj_rc_if_words(&rc, hn0(), value, sizeof value);
    assert_string_equal(value, "");
    SET("ifconfig_vm_public_7", "up");
    vfj_rc_if_words(&rc, vfj_name_of("vm-public.7"), value, sizeof value);
    assert_string_equal(value, "up");
}

static void test_dhcp(void **unused)
{
    static const struct {
        const char *words;
        bool dhcp, sync;
    } cases[] = {
        {"DHCP", true, false},
        {"SYNCDHCP", true, true},
        {"NOSYNCDHCP", true, false},
        {"syncdhcp", true, true},
        {"NOSYNCDHCP SYNCDHCP", true, false},
        {"SYNCDHCP NOSYNCDHCP", true, true},
        {"DHCP SYNCDHCP", true, true},
        {"WPA DHCP", true, false},
        {"inet 10.0.0.4/24", false, false},
        {"", false, false},
        {"XDHCP", false, false},
        {"DHCPX", false, false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SET("ifconfig_hn0", cases[i].words);
        assert_int_equal(vfj_rc_is_dhcp(&rc, hn0()), cases[i].dhcp);
        assert_int_equal(vfj_rc_is_sync_dhcp(&rc, hn0()), cases[i].sync);
    }
    SET("ifconfig_lo0", "DHCP", "ifconfig_DEFAULT", "DHCP");
    assert_false(vfj_rc_is_dhcp(&rc, vfj_name_of("lo0")));
    assert_false(vfj_rc_is_dhcp(&rc, vfj_name_of("stf1")));
    assert_false(vfj_rc_is_dhcp(&rc, vfj_name_of("lp0")));
    assert_false(vfj_rc_is_dhcp(&rc, vfj_name_of("sl0")));
    assert_false(vfj_rc_is_dhcp(&rc, vfj_name_of("wpi0")));
    assert_false(vfj_rc_is_sync_dhcp(&rc, vfj_name_of("wpi0")));
    assert_true(vfj_rc_is_dhcp(&rc, vfj_name_of("lo.1")));
    assert_true(vfj_rc_is_dhcp(&rc, vfj_name_of("loop0")));
    assert_true(vfj_rc_is_dhcp(&rc, hn0()));
}

/* The words that count as true are those of checkyesno in rc.subr. */
static void test_synchronous(void **unused)
{
    static const struct {
        const char *word;
        bool yes;
    } cases[]
        = {{"YES", true}, {"yes", true},    {"TRUE", true}, {"on", true}, {"1", true},
           {"NO", false}, {"FALSE", false}, {"0", false},   {"", false},  {"yes please", false}};
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SET("ifconfig_hn0", "DHCP", "synchronous_dhclient", cases[i].word);
        assert_int_equal(vfj_rc_is_sync_dhcp(&rc, hn0()), cases[i].yes);
    }
    SET("ifconfig_hn0", "NOSYNCDHCP", "synchronous_dhclient", "YES");
    assert_false(vfj_rc_is_sync_dhcp(&rc, hn0()));
}

static void test_args(void **unused)
{
    static const struct {
        const char *words, *args;
    } cases[] = {
        {"inet 10.0.0.4/24", "inet 10.0.0.4/24"},
        {"  inet\t10.0.0.4/24\n mtu  9000 ", "inet 10.0.0.4/24 mtu 9000"},
        {"DHCP", ""},
        {"WPA SYNCDHCP NOAUTO up", "up"},
        {"wpa hostap inet 1.2.3.4/8", "inet 1.2.3.4/8"},
        {"vnet jail1 inet 1.2.3.4/8", "inet 1.2.3.4/8"},
        {"inet 1.2.3.4/8 vnet", "inet 1.2.3.4/8"},
        {"vnet DHCP up", "up"},
        {"", ""},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SET("ifconfig_hn0", cases[i].words);
        assert_true(vfj_rc_ifconfig_args(&rc, hn0(), value, sizeof value));
        assert_string_equal(value, cases[i].args);
    }
}

static void test_labels(void **unused)
{
    static const struct {
        const char *words, *labels;
    } cases[] = {
        {"inet 10.0.0.4/24 group wan mtu 1500", "group wan"},
        {"DHCP group wan description uplink group dmz", "group wan description uplink group dmz"},
        {"descr uplink inet 10.0.0.4/24", "descr uplink"},
        {"inet 10.0.0.4/24", ""},
        {"inet 10.0.0.4/24 group", ""},
        {"", ""},
    };
    char words[VFJ_VALUE_SIZE], few[10];
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SET("ifconfig_hn0", cases[i].words);
        assert_int_equal(vfj_rc_labels(&rc, hn0(), value, sizeof value),
                         cases[i].labels[0] != '\0');
        assert_string_equal(value, cases[i].labels);
    }
    SET("ifconfig_hn0", "group wan");
    assert_true(vfj_rc_labels(&rc, hn0(), few, sizeof few));
    SET("ifconfig_hn0", "group wide");
    assert_false(vfj_rc_labels(&rc, hn0(), few, sizeof few));
    memset(words, 'x', sizeof words); /* too long for a command */
    memcpy(words, "group wan ", 10);
    words[VFJ_ARGS_SIZE + 9] = '\0';
    SET("ifconfig_hn0", words);
    assert_false(vfj_rc_labels(&rc, hn0(), value, sizeof value));
}

/* Words that do not fit into a command are reported, and never cut silently. */
static void test_args_limits(void **unused)
{
    char words[VFJ_VALUE_SIZE], args[VFJ_ARGS_SIZE];
    struct vfj_text text = vfj_text_begin(words, sizeof words);
    (void)unused;
    memset(words, 'x', VFJ_ARGS_SIZE);
    words[VFJ_ARGS_SIZE - 1] = '\0';
    SET("ifconfig_hn0", words);
    assert_true(vfj_rc_ifconfig_args(&rc, hn0(), args, sizeof args));
    words[VFJ_ARGS_SIZE - 1] = 'x';
    words[VFJ_ARGS_SIZE] = '\0';
    SET("ifconfig_hn0", words);
    assert_false(vfj_rc_ifconfig_args(&rc, hn0(), args, sizeof args));
    for (unsigned i = 0; i < VFJ_WORDS_MAX - 4; i++)
        vfj_text_add(&text, "w ");
    SET("ifconfig_hn0", words);
    assert_true(vfj_rc_ifconfig_args(&rc, hn0(), args, sizeof args));
    vfj_text_add(&text, "w ");
    SET("ifconfig_hn0", words);
    assert_false(vfj_rc_ifconfig_args(&rc, hn0(), args, sizeof args));
}

/* When a password in a value was replaced, the value differs from that of the guest. No command
 * uses such a value. */
static void test_blanked_password(void **unused)
{
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    (void)unused;
    SET("ifconfig_hn0", "inet 10.0.0.4/24 vhid 1 pass *");
    assert_false(vfj_rc_ifconfig_args(&rc, hn0(), args, sizeof args));
    assert_true(vfj_rc_is_too_long(&rc, hn0(), VFJ_RC_INET));
    SET("ifconfig_hn0_ipv6", "inet6 fd00::4/64 vhid 1 pass *");
    assert_false(vfj_rc_ipv6_args(&rc, hn0(), args, sizeof args, &rtadv));
    assert_true(vfj_rc_is_too_long(&rc, hn0(), VFJ_RC_INET6));
    SET("ifconfig_hn0_alias0", "inet vhid 1 pass * 10.0.0.5/32");
    assert_true(vfj_rc_alias(&rc, hn0(), 0, args, sizeof args));
    assert_string_equal(args, "");
    assert_true(vfj_rc_is_too_long(&rc, hn0(), VFJ_RC_ALIASES));
}

/* No command has a word that makes, destroys, renames or moves an interface. */
static void test_refused_words(void **unused)
{
    static const char *const words[]
        = {"create", "create2", "plumb", "destroy", "unplumb", "name", "vnet", "-vnet", "*"};
    char args[VFJ_ARGS_SIZE], words_of_rc[64];
    bool rtadv;
    (void)unused;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_true(vfj_rc_is_refused(vfj_span_of(words[i])));
        (void)snprintf(words_of_rc, sizeof words_of_rc, "inet6 fd00::4/64 %s", words[i]);
        SET("ifconfig_hn0_ipv6", words_of_rc);
        assert_false(vfj_rc_ipv6_args(&rc, hn0(), args, sizeof args, &rtadv));
        assert_true(vfj_rc_is_too_long(&rc, hn0(), VFJ_RC_INET6));
    }
    SET("ifconfig_hn0", "inet 10.0.0.4/24 description names");
    assert_true(vfj_rc_ifconfig_args(&rc, hn0(), args, sizeof args));
    assert_false(vfj_rc_is_refused(vfj_span_of("names")));
    assert_false(vfj_rc_is_refused(vfj_span_of("Destroy")));
}

/* `address` NULL: the words have no address with a length. */
static void test_address(void **unused)
{
    static const struct {
        const char *args, *address;
    } cases[] = {
        {"inet 10.0.0.4/24", "10.0.0.4/24"},
        {"10.0.0.4/24 up", "10.0.0.4/24"},
        {"inet 10.0.0.4/24 netmask 255.0.0.0", "10.0.0.4/24"},
        {"inet 10.0.0.4 netmask 255.255.255.0", "10.0.0.4/24"},
        {"inet 10.0.0.4 broadcast 10.0.0.255 netmask 0xfffffe00 mtu 9000", "10.0.0.4/23"},
        {"up mtu 9000 inet 10.0.0.4 netmask 0xFFFFFFFF", "10.0.0.4/32"},
        {"inet 10.0.0.4 netmask 0x00000000", "10.0.0.4/0"},
        {"inet6 2001:DB8:0::4 prefixlen 64", "2001:DB8:0::4/64"},
        {"inet6 fd00::4/56 no_dad", "fd00::4/56"},
        {"inet 10.0.0.4", NULL},
        {"inet 10.0.0.4 netmask", NULL},
        {"inet 10.0.0.4 netmask 255.0.255.0", NULL},
        {"inet 10.0.0.4 netmask 0xff00ff00", NULL},
        {"inet 10.0.0.4 netmask 0xfffffff", NULL},
        {"inet 10.0.0.4 netmask 0xffffff0g", NULL},
        {"inet 10.0.0.4 netmask 0xfffgff00", NULL},
        {"inet 10.0.0.4 netmask 255.255.256.0", NULL},
        {"inet6 fd00::4 prefixlen 129", NULL},
        /* an address that is longer than the buffer for an address */
        {"inet6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 prefixlen 000128", NULL},
        {"ether 02:00:00:00:00:01 up", NULL},
        {"inet6 fe80::1%hn0/64", NULL},
        {"", NULL},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_address address;
        bool told = vfj_rc_address(cases[i].args, &address);
        if (told != (cases[i].address != NULL)
            || (told && strcmp(address.text, cases[i].address) != 0))
            fail_msg("%s: %s", cases[i].args, told ? address.text : "none");
    }
}

static void test_same_host(void **unused)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"10.0.0.4/24", "10.0.0.4/24", true},      {"10.0.0.4/24", "10.0.0.4/32", true},
        {"10.0.0.4", "10.0.0.4/32", true},         {"10.0.0.4/24", "10.0.0.5/24", false},
        {"2001:DB8:0::4/64", "2001:db8::4", true}, {"2001:db8::4/64", "2001:db8::40/64", false},
        {"10.0.0.4/24", "::a00:4/24", false},      {"::a00:4", "10.0.0.4", false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_address a, b;
        assert_true(vfj_address_parse(vfj_span_of(cases[i].a), &a)
                    && vfj_address_parse(vfj_span_of(cases[i].b), &b));
        assert_int_equal(vfj_address_same_host(&a, &b), cases[i].same);
    }
}

static void test_aliases(void **unused)
{
    (void)unused;
    SET("ifconfig_hn0_alias0", "inet 10.0.0.5/32", "ifconfig_hn0_alias2", "inet 10.0.0.7/32",
        "ifconfig_hn0_alias3", " ");
    assert_true(vfj_rc_alias(&rc, hn0(), 0, value, sizeof value));
    assert_string_equal(value, "inet 10.0.0.5/32");
    assert_false(vfj_rc_alias(&rc, hn0(), 1, value, sizeof value));
    assert_true(vfj_rc_alias(&rc, hn0(), 2, value, sizeof value));
    assert_false(vfj_rc_alias(&rc, hn0(), 3, value, sizeof value));
    assert_false(vfj_rc_alias(&rc, vfj_name_of("hn1"), 0, value, sizeof value));
}

/* Aliases that the helper vfjournal-rcconf computed (variables vfjournal_IF_aliasN) replace those
 * of rc.conf itself. */
static void test_resolved_aliases(void **unused)
{
    (void)unused;
    SET("ifconfig_hn0_alias0", "inet 10.0.0.5/32", "ifconfig_hn0_alias1", "inet 10.0.0.6/32",
        "vfjournal_hn0_alias0", "inet 10.0.0.7/32");
    assert_true(vfj_rc_alias(&rc, hn0(), 0, value, sizeof value));
    assert_string_equal(value, "inet 10.0.0.7/32");
    assert_false(vfj_rc_alias(&rc, hn0(), 1, value, sizeof value));
}

/* When the helper computed an empty value for an alias, there is no such alias. */
static void test_aliases_that_are_none(void **unused)
{
    (void)unused;
    SET("ifconfig_hn0_alias0", "inet6 fd00::5/64", "vfjournal_hn0_alias0", "");
    assert_false(vfj_rc_alias(&rc, hn0(), 0, value, sizeof value));
}

static void test_ipv6_args(void **unused)
{
    char words[2 * VFJ_WORDS_MAX + 8] = "fd00::4 ", small[16];
    struct vfj_text text = vfj_text_begin(words + 8, sizeof words - 8);
    bool rtadv = true;
    (void)unused;
    SET("ifconfig_hn0_ipv6", "SyncDHCP");
    assert_false(vfj_rc_ipv6_args(&rc, hn0(), value, sizeof value, &rtadv));
    SET("ifconfig_hn0_ipv6", "fd00::4 prefixlen 64 accept_rtadv up");
    assert_true(vfj_rc_ipv6_args(&rc, hn0(), value, sizeof value, &rtadv));
    assert_string_equal(value, "inet6 fd00::4 prefixlen 64 up");
    assert_true(rtadv);
    assert_false(vfj_rc_ipv6_args(&rc, hn0(), small, sizeof small, &rtadv));
    SET("ifconfig_hn0_ipv6", "inet6 accept_rtadv");
    assert_false(vfj_rc_ipv6_args(&rc, hn0(), value, sizeof value, &rtadv));
    assert_true(rtadv);
    SET("ifconfig_hn0_ipv6", "inet6 auto_linklocal");
    assert_true(vfj_rc_ipv6_args(&rc, hn0(), value, sizeof value, &rtadv));
    assert_string_equal(value, "inet6 auto_linklocal");
    assert_false(rtadv);
    assert_false(vfj_rc_ipv6_args(&rc, vfj_name_of("hn1"), value, sizeof value, &rtadv));
    for (unsigned i = 0; i < VFJ_WORDS_MAX - 6; i++)
        vfj_text_add(&text, "w ");
    SET("ifconfig_hn0_ipv6", words);
    assert_true(vfj_rc_ipv6_args(&rc, hn0(), value, sizeof value, &rtadv));
    vfj_text_add(&text, "w");
    SET("ifconfig_hn0_ipv6", words);
    assert_false(vfj_rc_ipv6_args(&rc, hn0(), value, sizeof value, &rtadv));
}

static void test_too_many_words(void **unused)
{
    char words[2 * VFJ_WORDS_MAX + 1];
    struct vfj_text text = vfj_text_begin(words, sizeof words);
    (void)unused;
    for (unsigned i = 0; i < VFJ_WORDS_MAX - 4; i++)
        vfj_text_add(&text, "w ");
    SET("ifconfig_hn0_alias0", words);
    assert_true(vfj_rc_alias(&rc, hn0(), 0, value, sizeof value));
    vfj_text_add(&text, "w");
    SET("ifconfig_hn0_alias0", words);
    assert_true(vfj_rc_alias(&rc, hn0(), 0, value, sizeof value));
    assert_string_equal(value, "");
}

/* A value that is too long for a command, or has too many words, is distinguished from a missing
 * value. */
static void test_too_long(void **unused)
{
    char words[VFJ_ARGS_SIZE + 1];
    static const struct {
        const char *name;
        enum vfj_rc_part part;
    } parts[] = {{"ifconfig_hn0", VFJ_RC_INET},
                 {"ifconfig_DEFAULT", VFJ_RC_INET},
                 {"ifconfig_hn0_ipv6", VFJ_RC_INET6},
                 {"ifconfig_hn0_alias0", VFJ_RC_ALIASES}};
    (void)unused;
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (unsigned part = VFJ_RC_INET; part <= VFJ_RC_ALIASES; part++) {
            SET(parts[i].name, words);
            assert_int_equal(vfj_rc_is_too_long(&rc, hn0(), (enum vfj_rc_part)part),
                             part == (unsigned)parts[i].part);
            SET(parts[i].name, "w w");
            assert_false(vfj_rc_is_too_long(&rc, hn0(), (enum vfj_rc_part)part));
            SET(parts[i].name, " ");
            assert_false(vfj_rc_is_too_long(&rc, hn0(), (enum vfj_rc_part)part));
        }
    }
    SET("ifconfig_hn0", "inet 10.0.0.4/24", "ifconfig_DEFAULT", words);
    assert_false(vfj_rc_is_too_long(&rc, hn0(), VFJ_RC_INET));
    SET("ifconfig_hn0_alias0", words, "ifconfig_hn0_alias1", "inet 10.0.0.5/32");
    assert_true(vfj_rc_alias(&rc, hn0(), 0, value, VFJ_ARGS_SIZE));
    assert_string_equal(value, "");
    /* an alias that follows a too long one is found */
    assert_true(vfj_rc_alias(&rc, hn0(), 1, value, VFJ_ARGS_SIZE));
    assert_string_equal(value, "inet 10.0.0.5/32");
    SET("vfjournal_hn0_alias0", "inet 10.0.0.5/32", "vfjournal_hn0_alias1", words);
    assert_true(vfj_rc_is_too_long(&rc, hn0(), VFJ_RC_ALIASES));
}

static void test_router6(void **unused)
{
    static const char *const none[] = {"", "NO", "10.0.0.1", "fd00::1 -reject"};
    (void)unused;
    SET("ipv6_defaultrouter", "fe80::1%hn0");
    assert_true(vfj_rc_default_router6(&rc, value, sizeof value));
    assert_string_equal(value, "fe80::1%hn0");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        SET("ipv6_defaultrouter", none[i]);
        assert_false(vfj_rc_default_router6(&rc, value, sizeof value));
    }
    SET("ipv6_static_routes", "far:hn0 other:hn1", "ipv6_route_far",
        "2001:db8:9:: -prefixlen 48 fe80::9%hn0", "ipv6_route_other", "2001:db8:8::/48 2001:db8::8",
        "ipv6_defaultrouter", "fd00::1");
    assert_true(vfj_rc_static_route(&rc, hn0(), 0, value, sizeof value));
    assert_string_equal(value, "-inet6 2001:db8:9:: -prefixlen 48 fe80::9%hn0");
    assert_false(vfj_rc_static_route(&rc, hn0(), 1, value, sizeof value));
}

static void test_router(void **unused)
{
    (void)unused;
    SET("defaultrouter", "10.0.0.1");
    assert_true(vfj_rc_default_router(&rc, value, sizeof value));
    assert_string_equal(value, "10.0.0.1");
    SET("defaultrouter", "NO");
    assert_false(vfj_rc_default_router(&rc, value, sizeof value));
    SET("defaultrouter", "no");
    assert_false(vfj_rc_default_router(&rc, value, sizeof value));
    SET("defaultrouter", "");
    assert_false(vfj_rc_default_router(&rc, value, sizeof value));
    SET("defaultrouter", " ");
    assert_false(vfj_rc_default_router(&rc, value, sizeof value));
    SET("other", "x");
    assert_false(vfj_rc_default_router(&rc, value, sizeof value));
}

static void test_default_routes_of_fibs(void **unused)
{
    (void)unused;
    SET("static_routes", "lab", "route_lab", "-net 10.9.0.0/16 10.0.0.2", "defaultrouter_fib1",
        "10.0.0.1", "defaultrouter_fib2", "no", "defaultrouter_fib3", "10.0.0.1 -mtu 1400",
        "defaultrouter_fib4", "10.0.0.4", "defaultrouter_fib5", VFJ_RC_BLANK,
        "ipv6_defaultrouter_fib15", "fe80::1%hn0");
    static const char *const wanted[]
        = {"-net 10.9.0.0/16 10.0.0.2", "-fib 1 default 10.0.0.1", "-fib 4 default 10.0.0.4",
           "-inet6 -fib 15 default fe80::1%hn0"};
    for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_true(vfj_rc_static_route(&rc, hn0(), i, value, sizeof value));
        assert_string_equal(value, wanted[i]);
    }
    assert_false(vfj_rc_static_route(&rc, hn0(), 4, value, sizeof value));
    assert_false(vfj_rc_static_route(&rc, hn0(), 1, value, 12));
}

static void test_static_routes(void **unused)
{
    (void)unused;
    SET("static_routes", "lab none far:hn0 other:hn1 last", "route_lab",
        "-net 192.168.7.0/24 10.0.0.9", "route_far", "-net 192.168.8.0/24 10.0.0.10", "route_other",
        "-net 192.168.9.0/24 10.0.1.1", "route_last", "-host 1.2.3.4 10.0.0.1");
    assert_true(vfj_rc_static_route(&rc, hn0(), 0, value, sizeof value));
    assert_string_equal(value, "-net 192.168.7.0/24 10.0.0.9");
    assert_true(vfj_rc_static_route(&rc, hn0(), 1, value, sizeof value));
    assert_string_equal(value, "-net 192.168.8.0/24 10.0.0.10");
    assert_true(vfj_rc_static_route(&rc, hn0(), 2, value, sizeof value));
    assert_string_equal(value, "-host 1.2.3.4 10.0.0.1");
    assert_false(vfj_rc_static_route(&rc, hn0(), 3, value, sizeof value));
    assert_true(vfj_rc_static_route(&rc, vfj_name_of("hn1"), 1, value, sizeof value));
    assert_string_equal(value, "-net 192.168.9.0/24 10.0.1.1");
    SET("static_routes",
        "a_name_that_is_longer_than_any_variable_of_a_route_that_is_looked_up_here empty full",
        "route_empty", " ", "route_full", "-host 1.2.3.4 10.0.0.1");
    assert_true(vfj_rc_static_route(&rc, hn0(), 0, value, sizeof value));
    assert_string_equal(value, "-host 1.2.3.4 10.0.0.1");
    assert_false(vfj_rc_static_route(&rc, hn0(), 1, value, sizeof value));
    SET("other", "x");
    assert_false(vfj_rc_static_route(&rc, hn0(), 0, value, sizeof value));
}

static void test_control_characters(void **unused)
{
    struct vfj_text text = vfj_text_begin(rc.text, sizeof rc.text);
    (void)unused;
    vfj_kv_add_string(&text, "ifconfig_hn0",
                      "inet\x01"
                      "10.0.0.4/24\x1f\x7fup");
    assert_true(vfj_rc_get(&rc, "ifconfig_hn0", value, sizeof value));
    assert_string_equal(value, "inet 10.0.0.4/24  up");
}

static enum vfj_rc_use use_of(const char *interface)
{
    return vfj_rc_use(&rc, vfj_name_of(interface));
}

static void test_uses(void **unused)
{
    (void)unused;
    SET("vlans_hn0", "10 20", "vlans_hn30", " ", "create_args_vlan7", "vlan 7 vlandev hn1",
        "ifconfig_bridge0", "inet 10.0.0.1/24 addm tap0 addm hn2 up", "ifconfig_hn3",
        "inet 10.3.0.4/24 fib 2", "ifconfig_hn4", "DHCP fib 0", "ifconfig_hn5_alias1",
        "inet 10.5.0.4/32 vhid 3", "ifconfig_hn6_ipv6", "inet6 2001:db8::6/64 vhid 3",
        "ifconfig_hn7_descr", "vhid", "ifconfig_wan_alias0", "inet 10.8.0.1/32 vhid 4",
        "vfjournal_hn8_alias0", "inet 10.8.0.4/32 vhid 5");
    assert_int_equal(use_of("hn0"), VFJ_RC_USE_VLAN);
    assert_int_equal(use_of("hn1"), VFJ_RC_USE_VLAN);
    assert_int_equal(use_of("hn2"), VFJ_RC_USE_BRIDGE);
    assert_int_equal(use_of("hn3"), VFJ_RC_USE_FIB);
    assert_int_equal(use_of("hn4"), VFJ_RC_USE_NONE);
    assert_int_equal(use_of("hn5"), VFJ_RC_USE_CARP);
    assert_int_equal(use_of("hn6"), VFJ_RC_USE_CARP);
    assert_int_equal(use_of("hn7"), VFJ_RC_USE_NONE);
    assert_int_equal(use_of("hn30"), VFJ_RC_USE_NONE);
    assert_int_equal(use_of("hn20"), VFJ_RC_USE_NONE);
    assert_int_equal(use_of("tap0"), VFJ_RC_USE_BRIDGE);
    assert_int_equal(use_of("wan"), VFJ_RC_USE_CARP);
    assert_int_equal(use_of("hn8"), VFJ_RC_USE_CARP);
}

static void test_multicast(void **unused)
{
    (void)unused;
    SET("ifconfig_pfsync0", "syncdev hn0 up", "create_args_vxlan0", "vxlanid 7 vxlandev hn1");
    assert_int_equal(use_of("hn0"), VFJ_RC_USE_MULTICAST);
    assert_int_equal(use_of("hn1"), VFJ_RC_USE_MULTICAST);
    assert_int_equal(use_of("hn2"), VFJ_RC_USE_NONE);
    SET("pfsync_enable", "YES", "pfsync_syncdev", "hn0", "vlans_hn1", "5");
    assert_int_equal(use_of("hn0"), VFJ_RC_USE_MULTICAST);
    assert_int_equal(use_of("hn1"), VFJ_RC_USE_VLAN);
    assert_int_equal(use_of("hn2"), VFJ_RC_USE_NONE);
    SET("pfsync_syncdev", "hn0");
    assert_int_equal(use_of("hn0"), VFJ_RC_USE_NONE);
}

static void test_other_dhcp(void **unused)
{
    (void)unused;
    SET("ifconfig_hn0", "DHCP", "ifconfig_hn1", "inet 10.1.0.4/24");
    assert_false(vfj_rc_has_other_dhcp(&rc, hn0()));
    SET("ifconfig_hn0", "DHCP", "dhclient_program", "/sbin/dhclient", "dhclient_flags", "-bq -u");
    assert_false(vfj_rc_has_other_dhcp(&rc, hn0()));
    SET("ifconfig_hn0", "DHCP", "dhclient_program", "", "dhclient_flags", "-c /etc/x",
        "dhclient_flags_hn0", "");
    assert_false(vfj_rc_has_other_dhcp(&rc, hn0()));
    SET("ifconfig_hn0", "DHCP", "dhclient_flags", "-c /etc/x");
    assert_true(vfj_rc_has_other_dhcp(&rc, hn0()));
    SET("ifconfig_hn0", "DHCP", "dhclient_flags", "-q bd");
    assert_true(vfj_rc_has_other_dhcp(&rc, hn0()));
    SET("ifconfig_hn0", "DHCP", "dhclient_flags", "-q -");
    assert_true(vfj_rc_has_other_dhcp(&rc, hn0()));
    SET("ifconfig_hn0", "SYNCDHCP", "ifconfig_hn1", "inet 10.1.0.4/24", "dhclient_program",
        "/usr/local/sbin/dhcpcd");
    assert_true(vfj_rc_has_other_dhcp(&rc, hn0()));
    assert_false(vfj_rc_has_other_dhcp(&rc, vfj_name_of("hn1")));
    SET("dhcpcd_enable", "YES", "ifconfig_hn1", "inet 10.1.0.4/24");
    assert_true(vfj_rc_has_other_dhcp(&rc, hn0()));
    assert_false(vfj_rc_has_other_dhcp(&rc, vfj_name_of("hn1")));
    SET("dhcpcd_enable", "NO");
    assert_false(vfj_rc_has_other_dhcp(&rc, hn0()));
}

static bool is_surplus(const char *name)
{
    return vfj_rc_is_surplus(vfj_span_of(name));
}

static void test_surplus(void **unused)
{
    static const char *const surplus[]
        = {"ifconfig_lo1_alias0",       "ifconfig_lo1_aliases", "vfjournal_bridge0_alias7",
           "ifconfig_hn0_10_alias0",    "ipv4_addrs_epair0a",   "ipv4_addrs_hn0_10",
           "ipv6_ifconfig_lo1_alias12", "ifconfig_hn0_alias33", "vfjournal_wan_alias4000000000",
           "ifconfig_vlan10_alias0"};
    static const char *const wanted[] = {
        "ifconfig_lo1", "ifconfig_hn0_alias32", "ifconfig_hn0_aliases", "ipv4_addrs_hn0",
        "ifconfig_wan_alias0", "vfjournal_hn0_alias0", "ifconfig_alias", "route_lo1_alias0",
        "ifconfig_long_alias0", "ifconfig_hn0_ipv6", "ipv4_addrs_lo", "", "ifconfig_hn_10_alias0",
        /* neither DRIVERn nor hnN_TAG */
        "ifconfig_lo.1_alias0", "ifconfig_hn0.10_alias0", "ifconfig_hn0x10_alias0",
        "ifconfig_hn0_.10_alias0"};
    (void)unused;
    for (size_t i = 0; i < sizeof surplus / sizeof surplus[0]; i++)
        assert_true(is_surplus(surplus[i]));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_false(is_surplus(wanted[i]));
}

/* Each letter in `is` stands for a member that must be true: b: is_before_secret, s: has_secret,
 * v: has_variable, x: has_substitution. */
static void test_secret_words(void **state)
{
    static const struct {
        const char *word, *is;
    } cases[] = {
        {"", ""},
        {"pass", "b"},
        {"PASS", "b"},
        {"bypass", ""},
        {"passes", ""},
        {"key", "b"},
        {"grekey", "b"},
        {"wepkey", "b"},
        {"NWKEY", "b"},
        {"authkey", "b"},
        {"wpapsk", "b"},
        {"secret", "b"},
        {"passwd", "b"},
        {"password", "b"},
        {"passphrase", "b"},
        {"a.long.name.of.a.passphrase", "b"},
        {"keys", ""},
        {"psk=a", "s"},
        {"a=psk=b", "s"},
        {"psk=", "s"},
        {"psk=secret", "s"},
        {"a=key", "b"},
        {"mtu=1500", ""},
        {"p\\ass", "b"},
        {"p\"as\"s", "b"},
        {"'pass'", "b"},
        {"'pa\\ss'", ""},
        {"\"pa's\"", ""},
        {"'pa\"ss'", ""},
        {"pa\\\nss", "b"},
        {"pass\\", "b"},
        {"pass\\\\", "b"},
        {"'my pass'", ""},
        {"'my\tkey'", ""},
        {"pass$y", "v"},
        {"$Y$*", "v"},
        {"$7", "v"},
        {"$_", "v"},
        {"$@", "v"},
        {"$~", ""},
        {"$'pass'", "v"},
        {"$", ""},
        {"$.", ""},
        {"'$y'", ""},
        {"\\$y", ""},
        {"\"$y\"", "v"},
        {"'$(y)'", ""},
        {"$(y)", "x"},
        {"${y}", "x"},
        {"`y`", "x"},
        {"\\`y", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char found[8];
        struct vfj_secret_word word = vfj_secret_word_of(vfj_span_of(cases[i].word));
        (void)snprintf(found, sizeof found, "%s%s%s%s", word.is_before_secret ? "b" : "",
                       word.has_secret ? "s" : "", word.has_variable ? "v" : "",
                       word.has_substitution ? "x" : "");
        if (strcmp(found, cases[i].is) != 0)
            fail_msg("%s is \"%s\", not \"%s\"", cases[i].word, found, cases[i].is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_link_wait),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_if_words),
        cmocka_unit_test(test_dhcp),
        cmocka_unit_test(test_synchronous),
        cmocka_unit_test(test_args),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_args_limits),
        cmocka_unit_test(test_blanked_password),
        cmocka_unit_test(test_refused_words),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_same_host),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_router),
        cmocka_unit_test(test_default_routes_of_fibs),
        cmocka_unit_test(test_static_routes),
        cmocka_unit_test(test_too_many_words),
        cmocka_unit_test(test_resolved_aliases),
        cmocka_unit_test(test_aliases_that_are_none),
        cmocka_unit_test(test_ipv6_args),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_router6),
        cmocka_unit_test(test_uses),
        cmocka_unit_test(test_multicast),
        cmocka_unit_test(test_other_dhcp),
        cmocka_unit_test(test_surplus),
        cmocka_unit_test(test_secret_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
