/* Tests two helpers of the package: the one that reads rc.conf, and the one that copies
 * dhclient's lease. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/guest/rc_conf.h"
#include "adapters/freebsd/guest/rc_password.h"
#include "core/limits.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

#define HELPERS "../adapters/freebsd/install/libexec/"

struct bench {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_paths paths;
    struct vfj_rc_reader *reader;
    unsigned answers;
    enum vfj_status status;
    char rc[VFJ_RC_SIZE];
    char complaint[256];
};

static void on_answer(void *context, const struct vfj_rc_answer *answer)
{
    struct bench *bench = context;
    bench->answers++;
    bench->status = answer->status;
    vfj_span_copy(bench->rc, sizeof bench->rc, answer->rc);
    vfj_span_copy(bench->complaint, sizeof bench->complaint, vfj_span_of(answer->complaint));
}

static struct bench *open_bench(void)
{
    char *helper = realpath(HELPERS "vfjournal-rcconf", NULL);
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    assert_int_equal(vfj_paths_init(&bench->paths, kit_path("root")), VFJ_OK);
    assert_non_null(helper);
    vfj_paths_set(bench->paths.rc_helper, helper);
    free(helper);
    vfj_paths_set(bench->paths.rc_conf, kit_path("rc.conf"));
    bench->base = event_base_new();
    bench->dispatch = vfj_dispatch_open(bench->base, &bench->paths, NULL, NULL, NULL);
    assert_non_null(bench->dispatch);
    bench->children = vfj_children_open(bench->base, bench->dispatch);
    bench->reader
        = vfj_rc_reader_open(bench->children, bench->dispatch, VFJ_RC_VALUES, on_answer, bench);
    assert_non_null(bench->reader);
    return bench;
}

static void close_bench(struct bench *bench)
{
    vfj_dispatch_close(bench->dispatch);
    vfj_children_close(bench->children);
    vfj_rc_reader_close(bench->reader);
    event_base_free(bench->base);
    free(bench);
}

static void wait_for(struct bench *bench, unsigned answers)
{
    while (bench->answers < answers)
        assert_int_equal(event_base_loop(bench->base, EVLOOP_ONCE), 0);
}

static void read_rc(struct bench *bench, const char *rc_conf)
{
    if (rc_conf != NULL)
        kit_text("rc.conf", rc_conf);
    bench->answers = 0;
    vfj_rc_reader_read(bench->reader);
    assert_int_equal(bench->answers, 0);
    wait_for(bench, 1);
}

static void test_file_alone(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    read_rc(bench,
            "hostname=\"guest\"\n"
            "ifconfig_hn0=\"SYNCDHCP\"\n"
            "ifconfig_hn1=\"inet 10.0.0.4/24 \\\n    mtu 9000\"\n"
            "ifconfig_hn1_alias0='inet 10.0.0.5/32 descr \"a b\"'\n"
            "ifconfig_hn2_descr='back\\slash'\n"
            "ifconfig_DEFAULT=\n"
            "ipv4_addrs_hn1=\"10.1.0.1-3/24\n10.2.0.1/24\"\n"
            "static_routes=\"n9\"; route_n9=\"-net 10.9.0.0/16 10.0.0.1\"\n"
            "hyperv_vf_delay=\"120\"\n"
            "vfjournal_link_wait=60\n"
            "echo noise; echo 'ifconfig_hn9=noise' >&2; false\n");
    assert_int_equal(bench->status, VFJ_OK);
    assert_string_equal(bench->rc,
                        "hyperv_vf_delay=120 ifconfig_DEFAULT=\"\" ifconfig_hn0=SYNCDHCP "
                        "ifconfig_hn1=\"inet 10.0.0.4/24     mtu 9000\" "
                        "ifconfig_hn1_alias0=\"inet 10.0.0.5/32 descr \\\"a b\\\"\" "
                        "ifconfig_hn2_descr=\"back\\\\slash\" "
                        "ipv4_addrs_hn1=\"10.1.0.1-3/24 10.2.0.1/24\" "
                        "route_n9=\"-net 10.9.0.0/16 10.0.0.1\" static_routes=n9 "
                        "vfjournal_link_wait=60");
    close_bench(bench);
}

static void test_passwords(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    read_rc(bench,
            "ifconfig_hn0='inet 10.0.0.4/24 vhid 1 advskew 100 pass secret'\n"
            "ifconfig_hn0_alias0='inet vhid 2 pass \"my secret phrase\" alias 10.0.0.5/32'\n"
            "ifconfig_hn1='inet 10.1.0.4/24  PASS pass'\n"
            "ifconfig_hn2=\"inet vhid 1 pass 'secret never ends\"\n"
            "ifconfig_wlan0='ssid x nwkey 0xsecret wepkey 1:secret pass'\n"
            "ifconfig_hn3='inet 10.3.0.4/24  passive'\n");
    assert_int_equal(bench->status, VFJ_OK);
    assert_string_equal(bench->rc,
                        "ifconfig_hn0=\"inet 10.0.0.4/24 vhid 1 advskew 100 pass *\" "
                        "ifconfig_hn0_alias0=\"inet vhid 2 pass * alias 10.0.0.5/32\" "
                        "ifconfig_hn1=\"inet 10.1.0.4/24 PASS *\" "
                        "ifconfig_hn2=\"inet vhid 1 pass *\" "
                        "ifconfig_hn3=\"inet 10.3.0.4/24  passive\" "
                        "ifconfig_wlan0=\"ssid x nwkey * wepkey * pass\"");
    read_rc(bench, "pass secret() { \n");
    assert_int_equal(bench->status, VFJ_SYSTEM);
    assert_null(strstr(bench->complaint, "secret"));
    close_bench(bench);
}

/* Checks that the output of vfjournal-rcconf contains no password, since a process without
 * root's rights reads that output. */
static void assert_helper_keeps(const struct bench *bench, const char *value)
{
    char command[3 * VFJ_PATHNAME_SIZE], line[VFJ_RC_SIZE];
    char assignment[256];
    struct vfj_text text = vfj_text_begin(assignment, sizeof assignment);
    vfj_text_add(&text, "ifconfig_hn0=");
    vfj_text_add_shell_word(&text, value);
    vfj_text_add(&text, "\n");
    (void)snprintf(command, sizeof command, "%s %s %s", bench->paths.rc_helper,
                   kit_text("rc.conf", assignment), kit_path("root"));
    FILE *output = popen(command, "r"); /* NOLINT(cert-env33-c): the helper is a script */
    assert_non_null(output);
    bool is_kept = strstr(value, "secret") == NULL || strstr(value, "description") != NULL;
    while (fgets(line, sizeof line, output) != NULL)
        assert_true(is_kept || strstr(line, "secret") == NULL);
    assert_int_equal(pclose(output), 0);
}

/* network.subr evaluates the values by sh(1), so a password ends where a word of sh(1) ends. */
static void test_quoted_passwords(void **state)
{
    struct bench *bench = open_bench();
    static const struct {
        const char *value, *blanked;
    } cases[] = {
        {"pass my\\ secret up", "pass * up"},
        {"pass m'y secret'x up", "pass * up"},
        {"pass 'm y'\" \\\" secret\"' s' up", "pass * up"},
        {"pass '' up", "pass * up"},
        {"'pass' secret up", "'pass' * up"},
        {"p\\ass secret up", "p\\ass * up"},
        {"wep\"key\" 1:'a secret' up", "wep\"key\" * up"},
        {"pass `echo my secret` up", "pass *"},
        {"pass $(echo my secret) up", "pass *"},
        {"pass 'a$(b' up", "pass * up"},
        {"pass a\\`b$ up", "pass * up"},
        {"pass \"$(echo my)\" secret", "pass *"},
        {"pass \"my secret", "pass *"},
        {"pass 'my secret", "pass *"},
        {"pass secret\\", "pass *"},
        {"up pass", "up pass"},
        {"description 'pass secret' up", "description 'pass secret' up"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa pass a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa pass *"},
        {"", ""},
        {"  up  pass", "up pass"},
        {"tunnel 10.0.0.1 10.0.0.2 grekey 0xsecret up", "tunnel 10.0.0.1 10.0.0.2 grekey * up"},
        {"wpapsk secret authkey secret WgPsk secret", "wpapsk * authkey * WgPsk *"},
        {"mySECRET secret passphrase secret password secret", "mySECRET * passphrase * password *"},
        {"-o psk=secret up", "-o * up"},
        {"-o a=psk='my secret'=b up", "-o * up"},
        {"pass$y secret up", "pass$y * up"},
        {"pas${y}s secret up", "*"},
        {"$y secret up", "$y * up"},
        {"pass $y secret up", "pass * * up"},
        {"pass $y $z secret up", "pass * * * up"},
        {"$'p\\x61ss' secret up", "$'p\\x61ss' * up"},
        {"'$y' up", "'$y' up"},
        {"vhid 1 $(echo pass secret) up", "vhid 1 *"},
        {"vhid 1 `cat secret` up", "vhid 1 *"},
        {"${x:-vhid 1 pass secret} up", "*"},
        {"\"$(echo pass secret)\" up", "*"},
        {"pa\\\nss secret up", "pa\\\nss * up"},
        {"pass \\\n secret up", "pass * up"},
        {"deft\\\n up", "deft\\\n up"},
    };
    char value[VFJ_RC_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vfj_span_copy(value, sizeof value, vfj_span_of(cases[i].value));
        vfj_rc_password_blank(value, sizeof value);
        assert_string_equal(value, cases[i].blanked);
        assert_helper_keeps(bench, cases[i].value);
    }
    close_bench(bench);
}

/* Control characters in rc.conf, from an editor or an attacker, become blanks. Bytes that are
 * not ASCII stay. */
static void test_control_characters(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    read_rc(bench,
            "ifconfig_hn0='inet 10.0.0.4/24\r'\nifconfig_hn1='inet\x1b[2J\x7f up B\xc3\xbcro'\n");
    assert_int_equal(bench->status, VFJ_OK);
    assert_string_equal(
        bench->rc, "ifconfig_hn0=\"inet 10.0.0.4/24 \" ifconfig_hn1=\"inet [2J  up B\xc3\xbcro\"");
    close_bench(bench);
}

#define RESOLVED_ALIASES                                                                   \
    "vfjournal_hn0_alias0=\"inet 10.0.0.5/32\" vfjournal_hn0_alias1=\"inet 10.0.0.6/32\" " \
    "vfjournal_hn0_alias2=\"inet6 10.0.0.5/32\" vfjournal_hn0_alias3=\"inet6 10.0.0.6/32\" "

/* When the guest has rc.subr, the helper calls its functions. Only the delay comes from rc.conf
 * itself, since hyperv_vfattach reads it from there. */
static void test_rc_subr(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    assert_int_equal(mkdir(kit_path("root"), 0755), 0);
    assert_int_equal(mkdir(kit_path("root/etc"), 0755), 0);
    kit_text(
        "root/etc/rc.subr",
        "load_rc_config()\n{\ncase $1 in network) return;; netif) ;; vfjournal) ifconfig_hn0=no "
        "vfjournal_link_wait=20; return;;"
        "*) exit 1;; esac\nifconfig_hn0=DHCP\n"
        "ifconfig_hn0_aliases='10.0.0.5/32 10.0.0.6/32'\n"
        "hyperv_vf_delay=7\nsynchronous_dhclient=NO\n}\n");
    kit_text("root/etc/network.subr",
             "IFCONFIG_CMD=/nonexistent\n"
             "ifalias()\n{\nfor word in $ifconfig_hn0_aliases; do\n"
             "$IFCONFIG_CMD $1 $2 $word $3\ndone\n}\n");
    read_rc(bench, "ifconfig_hn0=SYNCDHCP\nhyperv_vf_delay=120\n");
    assert_int_equal(bench->status, VFJ_OK);
    assert_string_equal(
        bench->rc,
        RESOLVED_ALIASES
        "hyperv_vf_delay=120 ifconfig_hn0=DHCP ifconfig_hn0_aliases=\"10.0.0.5/32 10.0.0.6/32\" "
        "synchronous_dhclient=NO vfjournal_link_wait=20");
    read_rc(bench, "ifconfig_hn0=SYNCDHCP\n");
    assert_string_equal(bench->rc,
                        RESOLVED_ALIASES
                        "ifconfig_hn0=DHCP ifconfig_hn0_aliases=\"10.0.0.5/32 10.0.0.6/32\" "
                        "synchronous_dhclient=NO vfjournal_link_wait=20");
    /* the functions of network.subr have already removed the quotes around a password */
    kit_text(
        "root/etc/network.subr",
        "ifalias()\n{\n[ $2 = inet6 ] || for pass in 'my secret' secret 'my 1.secret wepkey'; do\n"
        "$IFCONFIG_CMD $1 $2 vhid 1 pass $pass advskew 9 pass $pass 10.0.0.5/32 $3\ndone\n}\n");
    read_rc(bench, "");
    assert_string_equal(bench->rc,
                        "vfjournal_hn0_alias0=\"inet vhid 1 pass * advskew 9 pass * 10.0.0.5/32\" "
                        "vfjournal_hn0_alias1=\"inet vhid 1 pass * advskew 9 pass * 10.0.0.5/32\" "
                        "vfjournal_hn0_alias2=\"inet vhid 1 pass * advskew 9 pass * 10.0.0.5/32\" "
                        "ifconfig_hn0=DHCP ifconfig_hn0_aliases=\"10.0.0.5/32 10.0.0.6/32\" "
                        "synchronous_dhclient=NO vfjournal_link_wait=20");
    /* An interface without IPv6 has no IPv6 aliases. When no alias is left, the helper prints an
     * empty value for the next alias. */
    kit_text("root/etc/network.subr",
             "ifalias()\n{\n[ $2 = inet6 ] || [ -z \"$ifconfig_hn0_inet\" ] ||"
             " $IFCONFIG_CMD $1 $2 $ifconfig_hn0_inet $3\n"
             "[ $2 = inet ] || $IFCONFIG_CMD $1 $2 fd00::5/64 $3\n}\n"
             "ipv6if()\n{\n[ \"$ipv6_network_interfaces\" = hn0 ]\n}\n");
    kit_text("root/etc/rc.subr", "load_rc_config()\n{\n. \"$_vfj_conf\"\n}\n");
    read_rc(bench, "ifconfig_hn0_alias0='inet6 fd00::5/64'\nifconfig_hn0_inet=10.0.0.5/32\n");
    assert_non_null(strstr(bench->rc, "vfjournal_hn0_alias0=\"inet 10.0.0.5/32\""));
    assert_null(strstr(bench->rc, "vfjournal_hn0_alias1"));
    read_rc(bench, "ifconfig_hn0_alias0='inet6 fd00::5/64'\n");
    assert_non_null(strstr(bench->rc, "vfjournal_hn0_alias0=\"\""));
    read_rc(bench, "ipv6_ifconfig_hn0_alias0='fd00::5/64'\nipv6_network_interfaces=hn0\n");
    assert_non_null(strstr(bench->rc, "vfjournal_hn0_alias0=\"inet6 fd00::5/64\""));
    unlink(kit_path("root/etc/rc.subr"));
    unlink(kit_path("root/etc/network.subr"));
    rmdir(kit_path("root/etc"));
    rmdir(kit_path("root"));
    close_bench(bench);
}

static void test_failures(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    unlink(kit_path("rc.conf"));
    read_rc(bench, NULL);
    assert_int_equal(bench->status, VFJ_SYSTEM);
    assert_non_null(strstr(bench->complaint, "no such file"));
    read_rc(bench, "ifconfig_hn0=\"SYNCDHCP\n");
    assert_int_equal(bench->status, VFJ_SYSTEM);
    assert_true(strlen(bench->complaint) > 0);
    read_rc(bench, "ifconfig_hn0=SYNCDHCP\nexit 0\n");
    assert_int_equal(bench->status, VFJ_SYSTEM);
    read_rc(bench, "ifconfig_hn0=SYNCDHCP\nkill -9 $$\n");
    assert_int_equal(bench->status, VFJ_SYSTEM);
    assert_string_equal(bench->complaint, "died by a signal");
    vfj_paths_set(bench->paths.rc_helper, kit_path("nothing"));
    read_rc(bench, "ifconfig_hn0=SYNCDHCP\n");
    assert_int_equal(bench->status, VFJ_SYSTEM);
    assert_string_equal(bench->complaint, "No such file or directory");
    close_bench(bench);
}

static void test_too_long(void **state)
{
    static char text[2 * VFJ_RC_SIZE];
    struct bench *bench = open_bench();
    struct vfj_text rc = vfj_text_begin(text, sizeof text);
    (void)state;
    for (unsigned i = 0; rc.length < VFJ_RC_SIZE; i++) {
        vfj_text_add(&rc, "ifconfig_epair");
        vfj_text_add_u64(&rc, i);
        vfj_text_add(&rc, "a='inet 10.0.0.4/24'\n");
    }
    read_rc(bench, text);
    assert_int_equal(bench->status, VFJ_TOO_LONG);
    close_bench(bench);
}

/* Requests that arrive while rc.conf is being read cause exactly one more reading, however many
 * they are. */
static void test_again(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    kit_text("rc.conf", "ifconfig_hn0=A\n");
    for (unsigned i = 0; i < 5; i++)
        vfj_rc_reader_read(bench->reader);
    wait_for(bench, 2);
    for (unsigned i = 0; i < 50; i++) {
        event_base_loop(bench->base, EVLOOP_NONBLOCK);
        usleep(2000);
    }
    assert_int_equal(bench->answers, 2);
    close_bench(bench);
}

static int lease(const char *arguments)
{
    char command[2048];
    struct vfj_text text = vfj_text_begin(command, sizeof command);
    vfj_text_add(&text, "sh " HELPERS "vfjournal-lease ");
    vfj_text_add(&text, arguments);
    vfj_text_add(&text, " ");
    vfj_text_add(&text, kit_path("."));
    vfj_text_add(&text, " 2>/dev/null");
    int status = system(command); /* NOLINT(cert-env33-c): calls the helper as an admin does */
    return status == -1 ? -1 : status >> 8;
}

static void test_lease(void **state)
{
    size_t length;
    struct stat facts;
    (void)state;
    kit_text("dhclient.leases.hn0",
             "lease {\n  interface \"hn0\";\n  fixed-address 10.0.2.15;\n"
             "  option host-name \"hn0\";\n}\nlease {\n  interface \"hn01\";\n}");
    assert_int_equal(lease("hn0 lagg0"), 0);
    char *text = kit_read(kit_path("dhclient.leases.lagg0"), &length);
    assert_string_equal(text,
                        "lease {\n  interface \"lagg0\";\n  fixed-address 10.0.2.15;\n"
                        "  option host-name \"hn0\";\n}\nlease {\n  interface \"hn01\";\n}\n");
    free(text);
    assert_int_equal(stat(kit_path("dhclient.leases.lagg0"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(lease("hn7 lagg7"), 1);
    assert_false(kit_exists(kit_path("dhclient.leases.lagg7")));
    assert_int_equal(lease("../hn0 lagg0"), 2);
    assert_int_equal(lease("hn0 ''"), 2);
    assert_int_equal(lease(""), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_alone),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_quoted_passwords),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_rc_subr),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_lease),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
