/* Tests that the guest model behaves as FreeBSD does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/limits.h"
#include "core/model/guest.h"

static struct vfj_guest guest;
static struct vfj_outcome outcome;

static void direct(const char *line)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    if (!vfj_trace_read(vfj_span_of(line), 2, &read, &error))
        fail_msg("%s: %s", line, error.what);
    assert_null(vfj_guest_direct(&guest, &read));
}

static void happen(const char *line)
{
    struct vfj_devd devd;
    vfj_devd_parse(vfj_span_of(line), &devd);
    assert_int_equal(devd.note, VFJ_REASON_NONE);
    vfj_guest_happen(&guest, &devd);
}

/* Runs `ifconfig NAME WORDS`. Returns its exit status. */
static int32_t ifconfig(const char *name, const char *words)
{
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_CONFIGURE, .a = vfj_name_of(name)};
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(words));
    memset(&outcome, 0, sizeof outcome);
    vfj_guest_run(&guest, &command, &outcome);
    return outcome.status;
}

static int32_t run(enum vfj_command_kind kind, const char *name, const char *text)
{
    struct vfj_command command = {.id = 1, .kind = (uint8_t)kind};
    if (name[0] != '\0')
        command.a = vfj_name_of(name);
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(text));
    memset(&outcome, 0, sizeof outcome);
    vfj_guest_run(&guest, &command, &outcome);
    return outcome.status;
}

/* Runs `sysctl -n NAME`. Returns its output, or NULL when the kernel lacks the name. */
static const char *sysctl(const char *name)
{
    static struct vfj_observation answer;
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SYSCTL};
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(name));
    vfj_guest_observe(&guest, &command, &answer);
    return answer.ok ? answer.as.value : NULL;
}

static bool observe(enum vfj_command_kind kind, const char *name)
{
    static struct vfj_observation answer;
    struct vfj_command command = {.id = 1, .kind = (uint8_t)kind, .a = vfj_name_of(name)};
    vfj_guest_observe(&guest, &command, &answer);
    return answer.ok;
}

static const struct vfj_guest_if *find(const char *name)
{
    return vfj_guest_find(&guest, vfj_name_of(name));
}

static void begin(void)
{
    vfj_guest_init(&guest);
    direct("%if hn0 up inet 10.0.0.4/24 dhclient 411");
    direct("%if mce0 down");
}

static void test_lagg(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(ifconfig("lagg0", "up"), 1);
    assert_non_null(strstr(outcome.output, "does not exist"));
    assert_int_equal(ifconfig("lagg0", "create"), 0);
    assert_int_equal(ifconfig("lagg0", "create"), 1);
    assert_non_null(strstr(outcome.output, "already exists"));
    assert_int_equal(ifconfig("lagg0", "laggproto failover laggport hn0"), 0);
    assert_int_equal(ifconfig("lagg0", "laggport hn0"), 0); /* hn0 is a port already: no output */
    assert_string_equal(outcome.output, "");
    assert_int_equal(ifconfig("lagg0", "laggport nosuch0"), 1);
    assert_non_null(strstr(outcome.output, "SIOCSLAGGPORT: Invalid argument"));
    assert_int_equal(ifconfig("lagg0", "laggport lagg0"), 1);
    assert_int_equal(ifconfig("lagg1", "create"), 0);
    assert_int_equal(ifconfig("lagg1", "laggport hn0"), 1);
    assert_non_null(strstr(outcome.output, "SIOCSLAGGPORT: Device busy"));
    /* ifconfig fails because hn0 cannot be added, but it still adds mce0 */
    assert_int_equal(ifconfig("lagg1", "laggport hn0 laggport mce0"), 1);
    assert_true(vfj_interface_has_port(&find("lagg1")->facts, vfj_name_of("mce0")));
    assert_int_equal(ifconfig("hn0", "laggport mce0"), 1); /* hn0 is not a lagg */
    assert_int_equal(ifconfig("lagg1", "-laggport mce0"), 0);
    assert_false(vfj_interface_has_port(&find("lagg1")->facts, vfj_name_of("mce0")));
    assert_int_equal(ifconfig("lagg1", "-laggport mce0"), 1);
    assert_non_null(strstr(outcome.output, "SIOCSLAGGDELPORT: No such file or directory"));
    assert_int_equal(ifconfig("lagg1", "-laggport nosuch0"), 1);
    assert_non_null(strstr(outcome.output, "SIOCSLAGGDELPORT: Invalid argument"));
    assert_int_equal(ifconfig("lagg1", "-laggport"), 1);
    assert_int_equal(ifconfig("lagg1", "laggport"), 1);
    assert_int_equal(ifconfig("lagg1", "laggport nosuch0 laggport a;b"), 1);
    assert_string_equal(outcome.output,
                        "ifconfig: lagg1 nosuch0: SIOCSLAGGPORT: Invalid argument; "
                        "ifconfig: lagg1 a;b: SIOCSLAGGPORT: Invalid argument");
    assert_int_equal(ifconfig("hn0", "laggproto failover"), 1);
    assert_int_equal(ifconfig("lagg1", "laggproto lacp"), 0);
    assert_int_equal(find("lagg1")->facts.laggproto, VFJ_LAGGPROTO_OTHER);
    assert_int_equal(ifconfig("vlan7", "create"), 0);
    assert_int_equal(find("vlan7")->facts.laggproto, VFJ_LAGGPROTO_NONE);
    assert_int_equal(find("hn0")->facts.address_count, 1); /* a new port keeps its IPv4 addresses */
}

static void test_mtu(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(ifconfig("hn0", "mtu 9000"), 0);
    ifconfig("lagg0", "create");
    assert_int_equal(ifconfig("lagg0", "laggport hn0 laggport mce0"), 0);
    assert_int_equal(find("lagg0")->facts.mtu, 9000); /* the MTU of the first port */
    assert_int_equal(find("mce0")->facts.mtu, 9000);
    assert_int_equal(ifconfig("hn0", "mtu 1400"), 1);
    assert_int_equal(ifconfig("lagg0", "mtu 1400"), 0);
    assert_int_equal(find("hn0")->facts.mtu, 1400);
    assert_int_equal(ifconfig("lagg0", "mtu x"), 1);
    assert_int_equal(ifconfig("lagg0", "mtu 65536"), 1);
    direct("%if lagg7 laggport ghost0");
    /* ghost0 is a port because a %if line said so, but no such interface exists */
    assert_int_equal(ifconfig("lagg7", "mtu 1400"), 0);
}

static void test_addresses(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.5 netmask 255.255.255.0 alias"), 0);
    assert_string_equal(find("hn0")->facts.addresses[1].text, "10.0.0.5/24");
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.6 netmask 0xfffffff0 alias"), 0);
    assert_string_equal(find("hn0")->facts.addresses[2].text, "10.0.0.6/28");
    assert_int_equal(ifconfig("hn0", "-alias"), 0);
    assert_int_equal(ifconfig("hn0", "-alias"), 0);
    assert_int_equal(ifconfig("hn0", "-alias"), 0);
    assert_int_equal(ifconfig("hn0", "-alias"), 1);
    assert_non_null(strstr(outcome.output, "Can't assign requested address"));
    assert_int_equal(ifconfig("mce0", "inet 10.0.0.9/24"), 0);
    assert_true(find("mce0")->facts.up); /* the first IPv4 address also ups the interface */
    assert_int_equal(ifconfig("mce0", "inet 10.0.0.8/24"), 0);
    /* without the word alias, the new address replaced the old one */
    assert_int_equal(find("mce0")->facts.address_count, 1);
    assert_int_equal(ifconfig("mce0", "inet6 fd00::4 prefixlen 64"), 0);
    assert_string_equal(find("mce0")->facts.addresses[1].text, "fd00::4/64");
    assert_int_equal(ifconfig("mce0", "-alias"), 0);
    /* -alias without an address deletes IPv4 addresses only */
    assert_int_equal(find("mce0")->facts.address_count, 1);
    assert_int_equal(ifconfig("mce0", "inet 10.0.0.7 delete"), 1);
    assert_int_equal(ifconfig("mce0", "inet6 fd00::4 delete"), 0);
    assert_int_equal(ifconfig("mce0", "inet hello"), 1);
    assert_int_equal(ifconfig("mce0", "down"), 0);
    assert_false(find("mce0")->facts.up);
}

static const char *mask(const char *netmask)
{
    char words[64];
    struct vfj_text text = vfj_text_begin(words, sizeof words);
    vfj_text_add(&text, "inet 10.0.0.9 netmask ");
    vfj_text_add(&text, netmask);
    assert_int_equal(ifconfig("mce0", words), 0);
    return strchr(find("mce0")->facts.addresses[0].text, '/');
}

static void test_netmasks(void **unused)
{
    (void)unused;
    begin();
    assert_string_equal(mask("255.255.255.128"), "/25");
    assert_string_equal(mask("0xFFFFfffe"), "/31");
    assert_string_equal(mask("0xffffc000"), "/18");
    assert_string_equal(mask("0xff800000"), "/9");
    assert_string_equal(mask("0xfffffffff"), "/32");
    assert_string_equal(mask("255.255.255.255.255"), "/32");
    assert_string_equal(mask("255.256.0.0"), "/32");
    assert_string_equal(mask("255.x.0.0"), "/32");
}

static void test_words_of_inet(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.40/24 alias"), 0);
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.5 broadcast 10.0.0.255 add"), 0);
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.50/24 add"), 0);
    /* 10.0.0.50 has 10.0.0.5 as its beginning, but is another address and remains */
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.5 -alias"), 0);
    assert_int_equal(find("hn0")->facts.address_count, 3);
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.6 -alias"), 1);
    assert_int_equal(ifconfig("hn0", "inet -alias"), 0);
    assert_string_equal(find("hn0")->facts.addresses[0].text, "10.0.0.40/24");
    /* 10.0.0.4 is deleted already; 10.0.0.40 is another address */
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.4 delete"), 1);
    assert_int_equal(ifconfig("mce0", "inet6 fd00::4 prefixlen 64"), 0);
    /* adding the same address again changes nothing */
    assert_int_equal(ifconfig("mce0", "inet6 fd00::4/64"), 0);
    /* an IPv4 address does not replace an IPv6 address */
    assert_int_equal(ifconfig("mce0", "inet 10.0.0.9/24"), 0);
    assert_int_equal(find("mce0")->facts.address_count, 2);
    assert_int_equal(ifconfig("mce0", "inet 10.0.0.8/24"), 0);
    assert_string_equal(find("mce0")->facts.addresses[1].text, "10.0.0.8/24");
    assert_int_equal(ifconfig("mce0", "inet6 no_dad"), 0);
    assert_true(find("mce0")->facts.no_dad);
    assert_int_equal(ifconfig("mce0", "inet6 -no_dad"), 0);
    assert_false(find("mce0")->facts.no_dad);
    assert_int_equal(ifconfig("mce0", "inet6 accept_rtadv"), 0);
    assert_true(find("mce0")->facts.rtadv);
    assert_int_equal(ifconfig("mce0", "inet6 -accept_rtadv ifdisabled"), 0);
    assert_true(!find("mce0")->facts.rtadv && find("mce0")->facts.ifdisabled);
    assert_int_equal(ifconfig("mce0", "inet6 accept_rtadv"), 0);
    assert_true(find("mce0")->facts.rtadv && find("mce0")->facts.ifdisabled);
    assert_int_equal(ifconfig("mce0", "inet6 -ifdisabled accept_rtadv"), 0);
    assert_true(find("mce0")->facts.rtadv && !find("mce0")->facts.ifdisabled);
}

/* The words of carp(4) may stand before or after the address. */
static void test_carp(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(ifconfig("hn0", "inet 10.0.0.5/32 vhid 1 advskew 100 pass x alias"), 0);
    assert_true(find("hn0")->facts.carp);
    assert_string_equal(find("hn0")->facts.addresses[1].text, "10.0.0.5/32");
    assert_false(find("mce0")->facts.carp);
    assert_int_equal(ifconfig("mce0", "inet vhid 1 10.0.0.6/32"), 0);
    assert_true(find("mce0")->facts.carp);
    assert_string_equal(find("mce0")->facts.addresses[0].text, "10.0.0.6/32");
}

/* hnN.TAG is a VLAN of hnN, unless %if names another parent. */
static void test_vlan_by_name(void **unused)
{
    static const char *const others[] = {"mce0.10", "nosuch0.10", "hn0.lan", "hn0."};
    (void)unused;
    begin();
    direct("%if hn0.10 up");
    assert_int_equal(find("hn0.10")->facts.use, VFJ_USE_VLAN);
    assert_true(vfj_interface_has_port(&find("hn0.10")->facts, vfj_name_of("hn0")));
    direct("%if hn0.20 up vlandev mce0");
    assert_false(vfj_interface_has_port(&find("hn0.20")->facts, vfj_name_of("hn0")));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char line[32];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_format(&text, "%%if %s up", others[i]);
        direct(line);
        assert_int_equal(find(others[i])->facts.use, VFJ_USE_NONE);
    }
}

/* When the model's tables are full, further objects are ignored without an error. */
static void test_full(void **unused)
{
    char line[32];
    (void)unused;
    begin();
    direct("%vf mce9 hn0");
    for (unsigned i = 2; i < VFJ_GUEST_IFS_MAX; i++) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_add(&text, "%if full");
        vfj_text_add_u64(&text, i);
        direct(line);
    }
    happen("!system=ETHERNET subsystem=mce9 type=IFATTACH");
    happen("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_null(find("mce9"));
    assert_string_equal(find("hn0")->rxvf.text, "mce9");
    happen("!system=HYPERV_NIC_VF subsystem=hn80 type=VF_UP");
    happen("!system=HYPERV_NIC_VF subsystem=hn80 type=VF_DOWN");
    direct("%vf mce7 hn81");
    assert_null(find("hn81"));
    assert_int_equal(ifconfig("lagg0", "create"), 1);
    assert_non_null(strstr(outcome.output, "Cannot allocate memory"));
    assert_int_equal(run(VFJ_COMMAND_CREATE, "", ""), 0); /* without a name nothing is created */
}

static void test_hn_gone(void **unused)
{
    (void)unused;
    vfj_guest_init(&guest);
    direct("%vf mce0 hn0");
    direct("%noif hn0");
    direct("%if mce0 up");
    assert_string_equal(sysctl("hw.hn.vfmap"), "mce0:hn0");
    assert_null(sysctl("dev.hn.0.rxvf"));
}

/* vfj_guest_learn() adds the hn interfaces that a line of the trace names, before the line is
 * played. */
static void test_learn(void **unused)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    static const char *const lines[]
        = {"%rc ifconfig_hn0123456789abcdef=DHCP", "%rc ifconfig_hnx=DHCP", "%at 1"};
    (void)unused;
    vfj_guest_init(&guest);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_true(vfj_trace_read(vfj_span_of(lines[i]), 2, &read, &error));
        vfj_guest_learn(&guest, &read);
    }
    assert_int_equal(guest.if_count, 0);
    assert_true(vfj_trace_read(vfj_span_of("%rc ifconfig_hn7=DHCP"), 2, &read, &error));
    vfj_guest_learn(&guest, &read);
    assert_non_null(find("hn7"));
    assert_true(vfj_trace_read(
        vfj_span_of(
            "%sysctl a.name.that.is.longer.than.any.that.the.kernel.has.and.so.is.refused=1"),
        2, &read, &error));
    assert_string_equal(vfj_guest_direct(&guest, &read),
                        "the sysctl name is longer than the guest model holds (63 bytes)");
}

/* hn(4) maps the first VF that attaches to an hn, as long as that VF is attached. It ignores a
 * second VF. */
static void test_map(void **unused)
{
    (void)unused;
    begin();
    direct("%noif mce0");
    direct("%vf mce0 hn0");
    direct("%vf mce1 hn0");
    assert_string_equal(sysctl("hw.hn.vflist"), "");
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_string_equal(sysctl("hw.hn.vflist"), "mce0");
    assert_string_equal(sysctl("hw.hn.vfmap"), "mce0:hn0");
    assert_string_equal(sysctl("dev.hn.0.vf"), "mce0");
    happen("!system=ETHERNET subsystem=mce1 type=IFATTACH");
    assert_string_equal(sysctl("hw.hn.vflist"), "mce0");
    happen("!system=IFNET subsystem=mce0 type=DETACH");
    assert_string_equal(sysctl("hw.hn.vflist"), "");
    assert_string_equal(sysctl("dev.hn.0.vf"), "");
    assert_null(sysctl("dev.hn.1.vf"));
    assert_null(sysctl("dev.hn..vf"));
    assert_null(sysctl("kern.nothing"));
    assert_string_equal(sysctl("hw.hn.vf_transparent"), "0");
    direct("%sysctl dev.hn.0.vf=mce7");
    assert_string_equal(sysctl("dev.hn.0.vf"), "mce7");
    direct("%nosysctl hw.hn.vflist");
    assert_null(sysctl("hw.hn.vflist"));
}

static void test_the_only_hn(void **unused)
{
    static const char *const drivers[] = {"mlxen0", "mce0", "mana1", "ixv2", "iavf3"};
    (void)unused;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        char line[96];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_guest_init(&guest);
        direct("%if hn0 up");
        vfj_text_add(&text, "!system=ETHERNET subsystem=");
        vfj_text_add(&text, drivers[i]);
        vfj_text_add(&text, " type=IFATTACH");
        happen(line);
        assert_string_equal(sysctl("dev.hn.0.vf"), drivers[i]);
    }
    happen("!system=ETHERNET subsystem=ue0 type=IFATTACH");
    vfj_guest_init(&guest);
    direct("%if hn0 up");
    direct("%if hn1 up");
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_string_equal(sysctl("hw.hn.vflist"), "");
}

/* In transparent mode, hn(4) ups a VF hw.hn.vf_xpnt_attwait after the VF's attachment. */
static void test_hn_takes_up(void **unused)
{
    int64_t after_us = -1;
    (void)unused;
    begin();
    assert_false(vfj_guest_hn_takes_up(&guest, &after_us));
    direct("%nosysctl hw.hn.vf_transparent");
    assert_false(vfj_guest_hn_takes_up(&guest, &after_us));
    assert_int_equal(after_us, -1);
    direct("%sysctl hw.hn.vf_transparent=1");
    assert_true(vfj_guest_hn_takes_up(&guest, &after_us));
    assert_int_equal(after_us, 2000000);
    direct("%sysctl hw.hn.vf_xpnt_attwait=0");
    assert_true(vfj_guest_hn_takes_up(&guest, &after_us));
    assert_int_equal(after_us, 0);
    direct("%sysctl hw.hn.vf_xpnt_attwait=2147483647");
    assert_true(vfj_guest_hn_takes_up(&guest, &after_us));
    assert_true(after_us == INT64_C(2147483647000000));
    /* the values below are no time that hn(4) could have waited: too large, negative, no number,
     * missing */
    direct("%sysctl hw.hn.vf_xpnt_attwait=2147483648");
    assert_false(vfj_guest_hn_takes_up(&guest, &after_us));
    direct("%sysctl hw.hn.vf_xpnt_attwait=-1");
    assert_false(vfj_guest_hn_takes_up(&guest, &after_us));
    direct("%sysctl hw.hn.vf_xpnt_attwait=soon");
    assert_false(vfj_guest_hn_takes_up(&guest, &after_us));
    direct("%nosysctl hw.hn.vf_xpnt_attwait");
    assert_false(vfj_guest_hn_takes_up(&guest, &after_us));
}

static void test_data_path(void **unused)
{
    (void)unused;
    begin();
    direct("%vf mce0 hn0");
    /* mce0 exists already, so %vf makes it an attached VF */
    assert_string_equal(sysctl("dev.hn.0.vf"), "mce0");
    assert_string_equal(sysctl("dev.hn.0.rxvf"), "");
    happen("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_string_equal(sysctl("dev.hn.0.rxvf"), "mce0");
    assert_true(find("mce0")->facts.up);
    /* hn reports no link while its VF has the data path */
    assert_int_equal(find("hn0")->facts.link, VFJ_LINK_DOWN);
    happen("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN");
    assert_string_equal(sysctl("dev.hn.0.rxvf"), "");
    assert_int_equal(find("hn0")->facts.link, VFJ_LINK_UP);
    assert_false(find("mce0")->facts.up);
}

/* When a port leaves the guest, it leaves its lagg, and the lagg remains. */
static void test_departure(void **unused)
{
    (void)unused;
    begin();
    ifconfig("lagg0", "create");
    ifconfig("lagg0", "laggport hn0 laggport mce0");
    happen("!system=IFNET subsystem=mce0 type=DETACH");
    assert_null(find("mce0"));
    assert_int_equal(find("lagg0")->facts.port_count, 1);
    assert_true(vfj_interface_has_port(&find("lagg0")->facts, vfj_name_of("hn0")));
}

static void test_rename(void **unused)
{
    (void)unused;
    begin();
    direct("%vf mce0 hn0");
    direct("%if vlan0 up vlandev hn0");
    direct("%if bridge0 up addm tap0 addm hn0");
    ifconfig("lagg0", "create");
    ifconfig("lagg0", "laggport hn0 laggport mce0");
    happen("!system=IFNET subsystem=mce0 type=RENAME name=fast0");
    assert_true(vfj_interface_has_port(&find("lagg0")->facts, vfj_name_of("fast0")));
    assert_string_equal(sysctl("hw.hn.vflist"), ""); /* hn(4) drops a VF that is renamed */
    happen("!system=IFNET subsystem=nosuch0 type=RENAME name=fast1");
    assert_null(find("fast1"));
    happen("!system=IFNET subsystem=hn0 type=RENAME name=fast0"); /* that name is in use */
    assert_non_null(find("hn0"));
    happen("!system=IFNET subsystem=hn0 type=RENAME name=wan");
    assert_true(vfj_interface_has_port(&find("lagg0")->facts, vfj_name_of("wan")));
    assert_true(vfj_interface_has_port(&find("vlan0")->facts, vfj_name_of("wan")));
    assert_true(vfj_interface_has_port(&find("bridge0")->facts, vfj_name_of("wan")));
    assert_true(vfj_interface_has_port(&find("bridge0")->facts, vfj_name_of("tap0")));
    /* dev.hn.N depends on the device's unit, not on the name */
    assert_non_null(sysctl("dev.hn.0.vf"));
}

/* A renamed VF keeps the data path of its hn, but hn(4) no longer maps it under the new name. */
static void test_renamed_vf(void **unused)
{
    (void)unused;
    begin();
    direct("%if hn1 up");
    direct("%vf mce0 hn0");
    direct("%vf mce1 hn1");
    direct("%if mce1 up");
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    happen("!system=ETHERNET subsystem=mce1 type=IFATTACH");
    happen("!system=IFNET subsystem=mce0 type=RENAME name=fast0");
    happen("!system=IFNET subsystem=mce1 type=RENAME name=fast1");
    happen("!system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP");
    assert_string_equal(find("hn1")->rxvf.text, "fast1");
    assert_true(vfj_name_is_empty(find("hn0")->rxvf));
    happen("!system=HYPERV_NIC_VF subsystem=hn1 type=VF_DOWN");
    happen("!system=IFNET subsystem=fast1 type=DETACH");
    happen("!system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP");
    assert_true(vfj_name_is_empty(find("hn1")->rxvf));
    /* no VF driver has this name, so the interface is no VF of hn */
    happen("!system=ETHERNET subsystem=fast0 type=IFATTACH");
    assert_string_equal(sysctl("hw.hn.vflist"), "");
}

/* When a VF is renamed to mce1, it does not become the mce1 that a %vf line names. */
static void test_rename_to_a_known_vf(void **unused)
{
    (void)unused;
    begin();
    direct("%vf mce0 hn0");
    direct("%vf mce1 hn0");
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    happen("!system=IFNET subsystem=mce0 type=RENAME name=mce1");
    assert_null(find("mce0"));
    assert_non_null(find("mce1"));
    assert_string_equal(sysctl("hw.hn.vflist"), "");
}

/* A VF_UP of one hn attaches only the VF of that hn. */
static void test_data_path_of_two(void **unused)
{
    (void)unused;
    vfj_guest_init(&guest);
    direct("%if hn0 up");
    direct("%if hn1 up");
    direct("%vf mce0 hn0");
    direct("%vf mce1 hn1");
    happen("!system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP");
    assert_string_equal(sysctl("hw.hn.vflist"), "mce1");
    assert_string_equal(find("hn1")->rxvf.text, "mce1");
}

static void test_dhclient(void **unused)
{
    (void)unused;
    begin();
    ifconfig("lagg0", "create");
    ifconfig("lagg0", "laggport hn0");
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT, "hn0", ""), 1);
    assert_non_null(strstr(outcome.output, "already running, pid: 411"));
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_STOP, "", "411"), 0);
    assert_int_equal(find("hn0")->dhclient, 0);
    /* when SIGTERM ends dhclient, the address remains */
    assert_int_equal(find("hn0")->facts.address_count, 1);
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_STOP, "", "411"), 1);
    assert_non_null(strstr(outcome.output, "No such process"));
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", ""), 0);
    assert_true(find("lagg0")->dhclient != 0 && find("lagg0")->facts.up);
    /* dhclient on the lagg gets the lease of the lagg's port */
    assert_string_equal(find("lagg0")->facts.addresses[0].text, "10.0.0.4/24");
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT, "nosuch0", ""), 1);
    /* hn0 already has the address of the lease, so none is added */
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT, "hn0", ""), 0);
    assert_int_equal(find("hn0")->facts.address_count, 1);
    direct("%if hn2 up inet 10.0.2.4/24 dhclient 412");
    run(VFJ_COMMAND_DHCLIENT_STOP, "", "412");
    ifconfig("hn2", "-alias");
    ifconfig("hn2", "inet 10.0.2.9/24");
    /* another address on hn2 does not keep the address of the lease from being added */
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT, "hn2", ""), 0);
    assert_int_equal(find("hn2")->facts.address_count, 2);
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_STOP, "", "0"), 1);
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_STOP, "", ""), 2);
    direct("%if mce0 up");
    direct("%if lagg7 laggport ghost0 laggport mce0");
    /* no port of lagg7 ever had a lease */
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT, "lagg7", ""), 0);
    assert_int_equal(find("lagg7")->facts.address_count, 0);
}

/* dhclient waits for a link, and ends when no link comes. A lagg has a link when one of its
 * ports has a link. hn has no link while its VF has the data path. */
static void test_dhclient_without_link(void **unused)
{
    const struct vfj_command dhclient
        = {.id = 1, .kind = VFJ_COMMAND_DHCLIENT_BACKGROUND, .a = vfj_name_of("lagg0")};
    (void)unused;
    begin();
    ifconfig("lagg0", "create");
    assert_int_equal(vfj_guest_duration_us(&guest, &dhclient), 11000000);
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", ""), 1);
    assert_string_equal(outcome.output, "lagg0: no link .............. giving up");
    assert_int_equal(find("lagg0")->dhclient, 0);
    ifconfig("lagg0", "laggport hn0");
    assert_int_equal(vfj_guest_duration_us(&guest, &dhclient), 0);
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    happen("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", ""), 1);
    ifconfig("mce0", "down"); /* as soon as the VF is down, hn has the data path */
    assert_true(vfj_guest_has_link(&guest, find("lagg0")));
    ifconfig("mce0", "up");
    happen("!system=IFNET subsystem=mce0 type=LINK_DOWN");
    ifconfig("lagg0", "laggport mce0");
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", ""), 1);
    direct("%slow 60 dhclient");
    assert_int_equal(vfj_guest_duration_us(&guest, &dhclient), 60000000);
    happen("!system=IFNET subsystem=mce0 type=LINK_UP");
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", ""), 0);
    /* the command ends immediately, since a dhclient runs on lagg0 already */
    assert_int_equal(run(VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", ""), 1);
    /* the VF leaves without a VF_DOWN line before */
    happen("!system=IFNET subsystem=mce0 type=DETACH");
    assert_true(vfj_guest_has_link(&guest, find("lagg0")));
}

static void test_routes(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 192.168.1.1"), 1);
    assert_non_null(strstr(outcome.output, "Network is unreachable"));
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.0.1"), 0);
    assert_string_equal(guest.default_if.text, "hn0");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.0.1"), 1);
    assert_non_null(strstr(outcome.output, "already in table"));
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "-net 192.168.7.0/24 10.0.0.9"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "192.168.7.0/24 10.0.0.9"), 1);
    assert_non_null(strstr(outcome.output, "net 192.168.7.0/24: gateway 10.0.0.9"));
    assert_non_null(strstr(outcome.output, "already in table"));
    /* the model does not have a route that it cannot read or reach */
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "-net 10 10.0.0.9"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "192.168.8.0/24 172.16.0.1"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "192.168.8.0/24 10.0.0.9%hn0"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "192.0.2.1/32 10.0.0.9"), 0);
    assert_int_equal(guest.routes.count, 3);
    assert_string_equal(guest.routes.list[2].destination.text, "192.0.2.1");
    /* IPv6 routes stay when the IPv4 address goes, and a change moves them */
    direct("%if hn1 up inet6 fd00:1::4/64");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-inet6 fd00:7::/48 fe80::9%hn0"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-inet6 fd00:8::1/128 fe80::9%hn0"), 0);
    ifconfig("hn0", "inet 10.0.0.4 delete");
    assert_int_equal(guest.routes.count, 2);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-inet6 fd00:7::/48 fd00:1::9"), 0);
    assert_string_equal(guest.routes.list[0].interface.text, "hn1");
    assert_string_equal(guest.routes.list[0].gateway.text, "fd00:1::9");
    assert_string_equal(guest.routes.list[1].destination.text, "fd00:8::1");
    direct("%if hn0 up inet 10.0.0.4/24");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.0.1"), 0);
    ifconfig("hn0", "inet 10.0.0.4 delete"); /* the routes are deleted with the address */
    assert_string_equal(guest.default_if.text, "");
}

static int32_t add_route(const char *words)
{
    return run(VFJ_COMMAND_ROUTE_ADD, "", words);
}

/* A route through an interface makes its destination reachable, so that another route may have
 * this destination as its gateway. */
static void test_interface_routes(void **unused)
{
    (void)unused;
    begin();
    direct("%if hn1 up inet 10.0.1.4/24");
    /* the model ignores a route without a gateway */
    assert_int_equal(add_route("-net 192.168.7.0/24"), 0);
    assert_int_equal(guest.routes.count, 0);
    assert_int_equal(add_route("192.168.7.0/24 -iface nosuch0"), 1);
    assert_non_null(strstr(outcome.output, "Network is unreachable"));
    assert_int_equal(add_route("192.168.7.0/24 -iface a;b"), 1);
    /* the model ignores this route, since "10" is no complete address */
    assert_int_equal(add_route("-net 10 -iface hn0"), 0);
    assert_int_equal(guest.routes.count, 0);
    assert_int_equal(add_route("192.168.7.0/24 -iface hn0"), 0);
    assert_int_equal(add_route("192.168.8.0/24 -iface hn1"), 0);
    assert_int_equal(add_route("192.168.8.0/24 -iface hn0"), 1);
    assert_non_null(strstr(outcome.output, "route already in table"));
    assert_int_equal(add_route("default 192.168.9.1"), 1);
    assert_int_equal(add_route("default 192.168.8.1"), 0);
    assert_string_equal(guest.default_if.text, "hn1");
    /* only the routes of hn0 are deleted together with its address */
    ifconfig("hn0", "inet 10.0.0.4 delete");
    assert_int_equal(guest.routes.count, 1);
    assert_string_equal(guest.routes.list[0].interface.text, "hn1");
    assert_string_equal(guest.default_if.text, "hn1");
    ifconfig("hn1", "inet 10.0.1.4 delete");
    assert_int_equal(guest.routes.count, 0);
    assert_string_equal(guest.default_if.text, "");
}

/* A change of a route without a router leaves its interface as it is, unless -ifp names one, as on
 * FreeBSD 13.2. */
static void test_changed_interface_routes(void **unused)
{
    static const char *const kept[]
        = {"-net 192.168.7.0/24 -iface hn1", "-net 192.168.7.0/24 10.0.1.9"};
    (void)unused;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        begin();
        direct("%if hn1 up inet 10.0.1.4/24");
        assert_int_equal(add_route("192.168.7.0/24 -iface hn0"), 0);
        assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", kept[i]), 0);
        assert_string_equal(guest.routes.list[0].interface.text, "hn0");
    }
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-net 192.168.7.0/24 -iface hn1 -ifp hn1"),
                     0);
    assert_string_equal(guest.routes.list[0].interface.text, "hn1");
}

/* The model ignores routes beyond its limit. */
static void test_too_many_routes(void **unused)
{
    char words[64];
    (void)unused;
    begin();
    for (unsigned i = 0; i <= VFJ_GUEST_ROUTES_MAX; i++) {
        struct vfj_text text = vfj_text_begin(words, sizeof words);
        vfj_text_format(&text, "192.168.%u.0/24 -iface hn0", i);
        assert_int_equal(add_route(words), 0);
    }
    assert_int_equal(guest.routes.count, VFJ_GUEST_ROUTES_MAX);
    assert_int_equal(add_route("default 192.168.64.1"), 1);
    assert_int_equal(add_route("default 192.168.63.1"), 0);
}

/* An interface that is down provides no route to its subnet. */
static void test_route_and_down(void **unused)
{
    (void)unused;
    begin();
    direct("%if hn1 down inet 10.0.1.4/24");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.1.1"), 1);
    direct("%if hn2 up inet 10.0.1.5/24");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.1.1"), 0);
    assert_string_equal(guest.default_if.text, "hn2");
}

/* A route belongs to an interface, also after the interface was renamed. */
static void test_route_and_rename(void **unused)
{
    (void)unused;
    begin();
    direct("%if hn1 up inet 10.0.1.4/24");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.1.1"), 0);
    happen("!system=IFNET subsystem=hn0 type=RENAME name=wan");
    assert_string_equal(guest.default_if.text, "hn1");
    happen("!system=IFNET subsystem=hn1 type=RENAME name=lan3");
    assert_string_equal(guest.default_if.text, "lan3");
    ifconfig("lan3", "inet 10.0.1.4 delete");
    assert_string_equal(guest.default_if.text, "");
}

static void test_scripts(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(run(VFJ_COMMAND_SCRIPT, "", "/x"), 127);
    direct("%file /x mode=644");
    assert_int_equal(run(VFJ_COMMAND_SCRIPT, "", "/x"), 126);
    direct("%file /x mode=755");
    assert_int_equal(run(VFJ_COMMAND_SCRIPT, "", "/x"), 0);
}

/* A %fail rule applies to a given number of commands, a %slow rule to all commands. A word of a
 * rule matches only a complete word of a command. */
static void test_rules(void **unused)
{
    const struct vfj_command up = {.id = 1, .kind = VFJ_COMMAND_UP, .a = vfj_name_of("mce0")};
    (void)unused;
    begin();
    direct("%fail 2 7 ifconfig mce0");
    assert_int_equal(ifconfig("mce0", "up"), 7);
    assert_int_equal(ifconfig("hn0", "up"), 0);
    assert_int_equal(ifconfig("mce0", "up"), 7);
    assert_int_equal(ifconfig("mce0", "up"), 0);
    direct("%fail 1 7 ifconfig mce");
    assert_int_equal(ifconfig("mce0", "up"), 0);
    assert_int_equal(vfj_guest_duration_us(&guest, &up), 0);
    direct("%slow 2 ifconfig mce0");
    assert_int_equal(vfj_guest_duration_us(&guest, &up), 2000000);
    direct("%slow 1 ifconfig");
    /* the newest rule that matches */
    assert_int_equal(vfj_guest_duration_us(&guest, &up), 1000000);
}

/* Tests the outcomes that a %fail rule can give a command, and which commands the rule matches. */
static void test_outcomes(void **unused)
{
    (void)unused;
    begin();
    direct("%fail 1 timeout ifconfig hn0 up");
    assert_int_equal(ifconfig("hn0", "up"), 0);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_TIMEOUT);
    direct("%fail 1 signal-9 says=\"a word\" ifconfig hn0 up");
    assert_int_equal(ifconfig("hn0", "up"), 9);
    assert_int_equal(outcome.kind, VFJ_OUTCOME_SIGNALED);
    assert_string_equal(outcome.output, "a word");
    direct("%fail 1 0 ifconfig hn0 down");
    assert_int_equal(ifconfig("hn0", "down"), 0);
    assert_true(find("hn0")->facts.up); /* the failed command changes nothing */
    direct("%fail 1 7 ifconfig hn0 $");
    assert_int_equal(ifconfig("hn0", "up"), 0);
    direct("%fail 1 7 ifconfig hn0 up $");
    assert_int_equal(ifconfig("hn0", "up"), 7);
    /* the words of a rule are quoted as a transcript prints them */
    direct("%fail 1 7 ifconfig hn0 inet '$5'");
    assert_int_equal(ifconfig("hn0", "inet $5"), 7);
    direct("%fail 1 7 ifconfig $ hn0"); /* only as the last word, `$` stands for the end */
    assert_int_equal(ifconfig("hn0", "up"), 0);
    direct("%slow 1 $"); /* no command has no words */
    const struct vfj_command up = {.id = 1, .kind = VFJ_COMMAND_UP, .a = vfj_name_of("mce0")};
    assert_int_equal(vfj_guest_duration_us(&guest, &up), 0);
    direct("%slow 1 ifconfig mce0 x$");
    assert_int_equal(vfj_guest_duration_us(&guest, &up), 0);
    direct("%slow 1 if");
    assert_int_equal(vfj_guest_duration_us(&guest, &up), 0);
    direct("%fail 1 7 extra ifconfig hn0");
    assert_int_equal(ifconfig("hn0", "up"), 0);
}

static void test_refused_probes(void **unused)
{
    (void)unused;
    begin();
    assert_true(observe(VFJ_COMMAND_PROBE_IFCONFIG, "hn0"));
    direct("%fail 1 1 ifconfig hn0");
    assert_false(observe(VFJ_COMMAND_PROBE_IFCONFIG, "hn0"));
    direct("%fail 1 1 sysctl -n hw.hn.vflist");
    assert_null(sysctl("hw.hn.vflist"));
    assert_non_null(sysctl("hw.hn.vflist"));
    assert_true(observe(VFJ_COMMAND_PROBE_SLOT, "hn0"));
    /* a probe does not fail when route(8) fails, since there may be no default route */
    direct("%fail 1 1 route");
    assert_true(observe(VFJ_COMMAND_PROBE_SLOT, "hn0"));
    direct("%fail 1 1 ifconfig -a");
    assert_false(observe(VFJ_COMMAND_PROBE_SLOT, "hn0"));
}

static void view_of(const char *hn, struct vfj_view *view)
{
    static struct vfj_observation answer;
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SLOT, .a = vfj_name_of(hn)};
    vfj_guest_observe(&guest, &command, &answer);
    *view = answer.as.view;
}

static void test_views(void **unused)
{
    static struct vfj_view view;
    (void)unused;
    begin();
    direct("%if hn1 up inet 10.0.1.4/24");
    run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.1.1");
    view_of("hn0", &view);
    /* the default route does not go through hn0, but through another interface */
    assert_string_equal(view.gateway.text, "");
    view_of("hn1", &view);
    assert_string_equal(view.gateway.text, "10.0.1.1");
    direct("%sysctl hw.hn.vf_transparent=-1");
    view_of("hn0", &view);
    assert_int_equal(view.transparent, 0);
    direct("%sysctl hw.hn.vf_transparent=yes");
    view_of("hn0", &view);
    assert_int_equal(view.transparent, 0);
    direct("%sysctl hw.hn.vf_transparent=2");
    view_of("hn0", &view);
    assert_int_equal(view.transparent, 1);
    direct("%file /usr/libexec/hyperv/hyperv_vfup.hn0 mode=757");
    view_of("hn0", &view);
    assert_non_null(strstr(view.script_refused, ": others can write to it"));
    direct("%file /usr/libexec/hyperv/hyperv_vfup.hn0 mode=775");
    view_of("hn0", &view);
    assert_non_null(strstr(view.script_refused, ": its group can write to it"));
    direct("%file /usr/libexec/hyperv/hyperv_vfup.hn0 mode=644");
    view_of("hn0", &view);
    assert_non_null(strstr(view.script_refused, ": not executable"));
    assert_int_equal(view.script, VFJ_OWN_SCRIPT_NONE);
    direct("%file /usr/libexec/hyperv/hyperv_vfup.hn0 mode=755");
    view_of("hn0", &view);
    assert_true(view.script != VFJ_OWN_SCRIPT_NONE && view.script_refused[0] == '\0');
    direct("%file /usr/libexec/hyperv/hyperv_vfup.hn0 refused=\"/usr: others can write to it\"");
    view_of("hn0", &view);
    assert_string_equal(view.script_refused, "/usr: others can write to it");
    assert_int_equal(view.script, VFJ_OWN_SCRIPT_NONE);
    direct("%nofile /usr/libexec/hyperv/hyperv_vfup.hn0");
    direct("%nofile /there/is/none");
    view_of("hn0", &view);
    assert_true(view.script == VFJ_OWN_SCRIPT_NONE && view.script_refused[0] == '\0');
}

/* An observation shows the VF that the kernel names at that time, even if the command names
 * another VF. */
static void test_view_of_vf(void **unused)
{
    static struct vfj_observation answer;
    struct vfj_command command = {.id = 1,
                                  .kind = VFJ_COMMAND_PROBE_SLOT,
                                  .a = vfj_name_of("hn0"),
                                  .c = vfj_name_of("mce7"),
                                  .text = "0"};
    (void)unused;
    begin();
    vfj_guest_observe(&guest, &command, &answer);
    assert_string_equal(answer.as.view.vf.name.text, "mce7");
    assert_false(answer.as.view.vf.exists);
    direct("%vf mce0 hn0");
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    vfj_guest_observe(&guest, &command, &answer);
    assert_string_equal(answer.as.view.vf.name.text, "mce0");
    assert_true(answer.as.view.vf.exists);
}

/* The default routes that %if lines gave exist again after a boot. */
static void test_default_route(void **unused)
{
    static struct vfj_view view;
    (void)unused;
    begin();
    direct("%if hn0 up inet 10.0.0.4/24 gateway 10.0.0.1");
    view_of("hn0", &view);
    assert_string_equal(view.gateway.text, "10.0.0.1");
    assert_int_equal(run(VFJ_COMMAND_ROUTE_ADD, "", "default 10.0.0.1"), 1);
    ifconfig("hn0", "inet 10.0.0.4 delete"); /* the route is deleted with the address */
    view_of("hn0", &view);
    assert_string_equal(view.gateway.text, "");
    vfj_guest_boot(&guest);
    view_of("hn0", &view);
    assert_string_equal(view.gateway.text, "10.0.0.1");
    direct("%if hn0 up inet 10.0.0.4/24");
    view_of("hn0", &view);
    assert_string_equal(view.gateway.text, "");
    direct("%if hn0 up nomedia");
    assert_int_equal(find("hn0")->facts.link, VFJ_LINK_UNKNOWN);
}

/* A route has the MTU that -mtu gives it, and keeps it when a change has no such word. An observation
 * shows no MTU that the interface has, too. */
static void test_mtu_of_routes(void **unused)
{
    static struct vfj_view view;
    (void)unused;
    begin();
    direct(
        "%if hn0 up inet 10.0.0.4/24 route 192.0.2.0/24 10.0.0.9 mtu=1300 route 192.0.3.0/24 link");
    assert_int_equal(add_route("-net 192.0.4.0/24 10.0.0.9 -mtu 1400"), 0);
    assert_int_equal(add_route("-net 192.0.5.0/24 10.0.0.9 -mtu 1500"), 0);
    assert_int_equal(add_route("-net 192.0.6.0/24 10.0.0.9 -mtu x"), 0);
    assert_int_equal(add_route("-net 192.0.4.0/24 10.0.0.9 -mtu 1400"), 1);
    assert_non_null(strstr(outcome.output, "gateway 10.0.0.9 fib 0: route already in table"));
    assert_int_equal(add_route("-net 192.0.4.0/24 -iface nosuch0 -mtu 1400"), 1);
    assert_non_null(strstr(outcome.output, "gateway nosuch0 fib 0: Network is unreachable"));
    view_of("hn0", &view);
    assert_int_equal(view.routes.count, 5);
    assert_true(view.routes.list[0].mtu == 1300 && view.routes.list[1].mtu == 0
                && view.routes.list[2].mtu == 1400 && view.routes.list[3].mtu == 0
                && view.routes.list[4].mtu == 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-net 192.0.4.0/24 10.0.0.8"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-net 192.0.5.0/24 10.0.0.8 -mtu 1200"), 0);
    assert_int_equal(run(VFJ_COMMAND_ROUTE_CHANGE, "", "-net 192.0.2.0/24 10.0.0.8 -mtu 0"), 0);
    view_of("hn0", &view);
    assert_string_equal(view.routes.list[2].gateway.text, "10.0.0.8");
    assert_true(view.routes.list[0].mtu == 0 && view.routes.list[2].mtu == 1400
                && view.routes.list[3].mtu == 1200);
    vfj_guest_boot(&guest);
    view_of("hn0", &view);
    assert_int_equal(view.routes.list[0].mtu, 1300);
}

/* Tests the routes that %if lines give, before and after a boot. */
static void test_told_routes(void **unused)
{
    static struct vfj_view view;
    (void)unused;
    begin();
    direct("%if hn0 up inet 10.0.0.4/24 route 192.0.2.0/24 10.0.0.9 route fd00:7::/48 fe80::9");
    direct("%if hn1 up inet 10.0.1.4/24 route 172.16.0.0/12 link more_routes");
    view_of("hn0", &view);
    assert_int_equal(view.routes.count, 2);
    assert_false(view.routes.truncated || view.routes.list[0].on_lagg);
    assert_string_equal(view.routes.list[0].gateway.text, "10.0.0.9");
    view_of("hn1", &view);
    assert_int_equal(view.routes.count, 1);
    assert_true(view.routes.truncated);
    ifconfig("hn0", "inet 10.0.0.4 delete"); /* the IPv4 route is deleted with the address */
    view_of("hn0", &view);
    assert_int_equal(view.routes.count, 1);
    assert_string_equal(view.routes.list[0].destination.text, "fd00:7::/48");
    happen("!system=IFNET subsystem=hn0 type=RENAME name=wan0");
    view_of("wan0", &view);
    assert_int_equal(view.routes.count, 1);
    happen("!system=IFNET subsystem=wan0 type=DETACH");
    view_of("wan0", &view);
    assert_int_equal(view.routes.count, 0);
    vfj_guest_boot(&guest);
    view_of("hn0", &view);
    assert_int_equal(view.routes.count, 2);
    direct("%if hn0 up inet 10.0.0.4/24");
    direct("%if hn1 up inet 10.0.1.4/24");
    view_of("hn0", &view);
    assert_int_equal(view.routes.count, 0);
    view_of("hn1", &view);
    assert_false(view.routes.truncated);
}

static void test_variables(void **unused)
{
    (void)unused;
    begin();
    direct("%rc one=\"1\"");
    direct("%rc two=\"2\"");
    direct("%norc one");
    direct("%norc three");
    assert_null(strstr(guest.rc.text, "one="));
    assert_non_null(strstr(guest.rc.text, "two=2"));
}

/* An hn exists from the beginning under any name, with the unit that the trace gives it. */
static void test_unit(void **unused)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    (void)unused;
    begin();
    assert_true(vfj_trace_read(vfj_span_of("%if wan up unit 7"), 2, &read, &error));
    vfj_guest_learn(&guest, &read);
    direct("%vf mce7 wan");
    happen("!system=ETHERNET subsystem=mce7 type=IFATTACH");
    assert_string_equal(sysctl("dev.hn.7.vf"), "mce7");
}

static void test_boot(void **unused)
{
    (void)unused;
    begin();
    direct("%vf mce0 hn0");
    ifconfig("lagg0", "create");
    ifconfig("lagg0", "laggport hn0 laggport mce0");
    ifconfig("hn0", "-alias");
    run(VFJ_COMMAND_DHCLIENT_STOP, "", "411");
    vfj_guest_boot(&guest);
    assert_null(find("lagg0"));
    assert_null(find("mce0")); /* a VF attaches only after the boot */
    assert_int_equal(find("hn0")->facts.address_count, 1);
    assert_int_equal(find("hn0")->dhclient, 411);
    assert_string_equal(sysctl("hw.hn.vflist"), "");
    happen("!system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_string_equal(sysctl("hw.hn.vflist"), "mce0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lagg),
        cmocka_unit_test(test_mtu),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_the_only_hn),
        cmocka_unit_test(test_hn_takes_up),
        cmocka_unit_test(test_data_path),
        cmocka_unit_test(test_departure),
        cmocka_unit_test(test_rename),
        cmocka_unit_test(test_dhclient),
        cmocka_unit_test(test_dhclient_without_link),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_route_and_down),
        cmocka_unit_test(test_route_and_rename),
        cmocka_unit_test(test_interface_routes),
        cmocka_unit_test(test_changed_interface_routes),
        cmocka_unit_test(test_mtu_of_routes),
        cmocka_unit_test(test_too_many_routes),
        cmocka_unit_test(test_carp),
        cmocka_unit_test(test_vlan_by_name),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_boot),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_view_of_vf),
        cmocka_unit_test(test_default_route),
        cmocka_unit_test(test_told_routes),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_unit),
        cmocka_unit_test(test_netmasks),
        cmocka_unit_test(test_words_of_inet),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_hn_gone),
        cmocka_unit_test(test_learn),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_refused_probes),
        cmocka_unit_test(test_renamed_vf),
        cmocka_unit_test(test_rename_to_a_known_vf),
        cmocka_unit_test(test_data_path_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
