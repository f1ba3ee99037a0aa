/* Tests a snapshot that is made from the output of sysctl(8) and ifconfig(8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/snapshot.h"
#include "core/data/hn_snapshot.h"

static const char sysctls[]
    = "hw.hn.vf_transparent: 1\nhw.hn.vf_xpnt_attwait: 2\ndev.hn.0.vf: mce0\n"
      "dev.hn.0.vf_xpnt_enabled: 1\ndev.hn.0.tso_max: 65535\n"
      "dev.hn.0.rx.1.packets: 7\ndev.hn.0.rx.1.rss_pkts: 0\ndev.hn.0.rx.0.packets: 100\n"
      "dev.hn.0.tx.0.pkts: 9\ndev.hn.0.tx.0.packets: 50\n"
      "dev.mlx5_core.0.%location: slot=2 function=0 dbsf=pci2:0:2:0\n";

static const char interfaces[]
    = "hn0: flags=8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\toptions=8051b<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,TSO4,LRO,LINKSTATE>\n"
      "\tether 52:54:00:12:34:56\n"
      "\tinet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255\n"
      "\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n"
      "\tstatus: active\n"
      "\tnd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>\n"
      "lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384\n"
      "\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>\n"
      "mce0: flags=8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tmedia: Ethernet 40Gbase-CR4 <full-duplex,rxpause,txpause>\n"
      "\tstatus: active\n";

/* Passes the output to the parser in pieces of `piece` bytes. */
static void read_in(const char *output, size_t piece,
                    void (*feed)(void *parser, struct vfj_span bytes), void *parser)
{
    size_t length = strlen(output);
    for (size_t at = 0; at < length; at += piece)
        feed(parser, (struct vfj_span){output + at, piece < length - at ? piece : length - at});
}

static void feed_sysctl(void *parser, struct vfj_span bytes)
{
    vfj_sysctl_feed(parser, bytes);
}

static void feed_ifconfig(void *parser, struct vfj_span bytes)
{
    vfj_ifconfig_feed(parser, bytes);
}

static const struct vfj_slot_files *files;

static void read_all(const char *sysctl, const char *ifconfig, size_t piece,
                     struct vfj_hn_snapshot *snapshot)
{
    static struct vfj_snapshot_reader reader;
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SNAPSHOT, .text = "0"};
    command.a = vfj_name_of("hn0");
    command.c = vfj_name_of("mce0");
    vfj_snapshot_begin(&reader, &command, snapshot);
    read_in(sysctl, piece, feed_sysctl, &reader.sysctl);
    vfj_sysctl_end(&reader.sysctl);
    read_in(ifconfig, piece, feed_ifconfig, &reader.ifconfig);
    if (files != NULL)
        vfj_snapshot_take_files(&reader, files);
    vfj_snapshot_end(&reader);
}

static void test_whole(void **unused)
{
    static struct vfj_hn_snapshot snapshot, again;
    (void)unused;
    read_all(sysctls, interfaces, 4096, &snapshot);
    assert_int_equal(snapshot.transparent, 1);
    assert_int_equal(snapshot.enabled, 1);
    assert_int_equal(snapshot.attwait_s, 2);
    assert_int_equal(snapshot.tso_max, 65535);
    assert_int_equal(snapshot.synthetic_in, 107);
    assert_int_equal(snapshot.synthetic_out, 50);
    assert_string_equal(snapshot.location, "slot=2 function=0 dbsf=pci2:0:2:0");
    assert_true(snapshot.hn.interface.exists);
    assert_int_equal(snapshot.hn.counters.options, 0x8051b);
    assert_string_equal(snapshot.hn.counters.media,
                        "Ethernet autoselect (10Gbase-T <full-duplex>)");
    assert_int_equal(snapshot.hn.interface.address_count, 1);
    /* no program prints this counter */
    assert_int_equal(snapshot.hn.counters.out, VFJ_COUNT_UNKNOWN);
    assert_string_equal(snapshot.vf.interface.name.text, "mce0");
    assert_int_equal(snapshot.vf.interface.link, VFJ_LINK_UP);
    /* the VF has no options= line */
    assert_int_equal(snapshot.vf.counters.options, VFJ_COUNT_UNKNOWN);
    for (size_t piece = 1; piece < 9; piece++) {
        read_all(sysctls, interfaces, piece, &again);
        assert_memory_equal(&snapshot, &again, sizeof again);
    }
}

/* Tests incomplete output: a malformed options= line, a kernel without the sysctls, and a VF
 * that has left. */
static void test_little(void **unused)
{
    static struct vfj_hn_snapshot snapshot;
    (void)unused;
    read_all("hw.hn.vf_transparent: 1\ndev.hn.0.vf: \n",
             "hn0: flags=8863<UP> metric 0 mtu 1500\n\toptions=xyz<TSO4>\n"
             "mce0: flags=8863<UP> metric 0 mtu 1500\n\toptions=123456789abcdef0<TSO4>\n",
             4096, &snapshot);
    assert_true(snapshot.has_vf_name);
    assert_string_equal(snapshot.vf.interface.name.text, "");
    assert_false(snapshot.vf.interface.exists);
    assert_int_equal(snapshot.enabled, VFJ_COUNT_UNKNOWN);
    assert_int_equal(snapshot.synthetic_out, VFJ_COUNT_UNKNOWN);
    assert_int_equal(snapshot.hn.counters.options, VFJ_COUNT_UNKNOWN);
    read_all("", "", 1, &snapshot);
    assert_int_equal(snapshot.transparent, VFJ_TRANSPARENT_ABSENT);
    assert_false(snapshot.has_vf_name);
    assert_string_equal(snapshot.hn.interface.name.text, "hn0");
}

/* The pidfile is that of the VF in the command. When the kernel names another VF, it is unknown
 * whether that VF has a dhclient. */
static void test_dhclient(void **unused)
{
    static struct vfj_hn_snapshot snapshot;
    const struct vfj_slot_files some = {.vf_dhclient = 711}, none = {.vf_dhclient = 0};
    (void)unused;
    read_all(sysctls, interfaces, 4096, &snapshot);
    assert_int_equal(snapshot.vf_dhclient, VFJ_COUNT_UNKNOWN);
    files = &some;
    read_all(sysctls, interfaces, 4096, &snapshot);
    assert_int_equal(snapshot.vf_dhclient, 711);
    read_all("dev.hn.0.vf: mce1\n", interfaces, 4096, &snapshot);
    assert_int_equal(snapshot.vf_dhclient, VFJ_COUNT_UNKNOWN);
    read_all("dev.hn.0.vf: \n", interfaces, 4096, &snapshot);
    assert_int_equal(snapshot.vf_dhclient, VFJ_COUNT_UNKNOWN);
    files = &none;
    /* when the kernel names no VF, the VF is that of the command */
    read_all("", interfaces, 4096, &snapshot);
    assert_int_equal(snapshot.vf_dhclient, 0);
    files = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_little),
                                       cmocka_unit_test(test_dhclient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
