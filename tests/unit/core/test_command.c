/* Tests commands: the words of their programs, which outcomes count as success, and their
 * records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/command.h"
#include "core/data/event.h"

/* Returns the words of the command's program number `index`, with NULL after the last. Returns
 * NULL when there is none. Fails when that program is not `program`. */
static const char *words_of(const struct vfj_command *command, unsigned index,
                            enum vfj_program program)
{
    static struct vfj_argv argv;
    static char line[VFJ_WORDS_MAX * 16 + 2 * VFJ_ARGS_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    memset(&argv, 0xff, sizeof argv);
    if (!vfj_command_argv(command, index, &argv))
        return NULL;
    assert_int_equal(argv.program, program);
    assert_null(argv.words[argv.count]);
    vfj_argv_print(&argv, &text);
    return line;
}

static struct vfj_command command_of(enum vfj_command_kind kind, const char *text)
{
    struct vfj_command command = {.kind = (uint8_t)kind, .a = vfj_name_of("lagg0")};
    command.b = vfj_name_of("hn0");
    command.c = vfj_name_of("mce0");
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(text));
    return command;
}

static void test_words(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        unsigned index;
        const char *text;
        enum vfj_program program;
        const char *words;
    } cases[] = {
        {VFJ_COMMAND_PROBE_SYSCTL, 0, "a.b", VFJ_PROGRAM_SYSCTL, "sysctl -n a.b"},
        {VFJ_COMMAND_PROBE_IFCONFIG, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0"},
        {VFJ_COMMAND_PROBE_SLOT, 0, "0", VFJ_PROGRAM_SYSCTL,
         "sysctl -i hw.hn.vf_transparent dev.hn.0.vf dev.hn.0.rxvf"},
        {VFJ_COMMAND_PROBE_SLOT, 0, "", VFJ_PROGRAM_SYSCTL, "sysctl -i hw.hn.vf_transparent"},
        {VFJ_COMMAND_PROBE_SLOT, 1, "0", VFJ_PROGRAM_IFCONFIG, "ifconfig -a"},
        {VFJ_COMMAND_PROBE_SLOT, 2, "0", VFJ_PROGRAM_ROUTE, "route -n get -inet default"},
        {VFJ_COMMAND_PROBE_SLOT, 3, "0", VFJ_PROGRAM_ROUTE, "route -n get -inet6 default"},
        {VFJ_COMMAND_PROBE_SLOT, 4, "0", VFJ_PROGRAM_NETSTAT, "netstat -rnW"},
        {VFJ_COMMAND_PROBE_SNAPSHOT, 0, "0", VFJ_PROGRAM_SYSCTL,
         "sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait dev.hn.0.vf dev.hn.0.vf_xpnt_enabled "
         "dev.hn.0.tso_max dev.hn.0.rx dev.hn.0.tx dev.mlx5_core.0.%location"},
        {VFJ_COMMAND_PROBE_SNAPSHOT, 0, "", VFJ_PROGRAM_SYSCTL,
         "sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait dev.mlx5_core.0.%location"},
        {VFJ_COMMAND_PROBE_SNAPSHOT, 1, "0", VFJ_PROGRAM_IFCONFIG, "ifconfig -a"},
        {VFJ_COMMAND_UP, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 up"},
        {VFJ_COMMAND_DOWN, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 down"},
        {VFJ_COMMAND_LEAVE, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 -laggport hn0"},
        {VFJ_COMMAND_CREATE, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 create"},
        {VFJ_COMMAND_JOIN_BOTH, 0, "", VFJ_PROGRAM_IFCONFIG,
         "ifconfig lagg0 laggproto failover laggport hn0 laggport mce0"},
        {VFJ_COMMAND_JOIN_FIRST, 0, "", VFJ_PROGRAM_IFCONFIG,
         "ifconfig lagg0 laggproto failover laggport hn0"},
        {VFJ_COMMAND_JOIN, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 laggport hn0"},
        {VFJ_COMMAND_NO_DAD, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 inet6 no_dad"},
        {VFJ_COMMAND_RTADV, 0, "", VFJ_PROGRAM_IFCONFIG,
         "ifconfig lagg0 inet6 -ifdisabled accept_rtadv"},
        {VFJ_COMMAND_STRIP, 0, "", VFJ_PROGRAM_IFCONFIG, "ifconfig lagg0 -alias"},
        {VFJ_COMMAND_ADDRESS_ADD, 0, "10.0.0.4/24", VFJ_PROGRAM_IFCONFIG,
         "ifconfig lagg0 inet 10.0.0.4/24"},
        {VFJ_COMMAND_ADDRESS_DELETE, 0, "10.0.0.4/24", VFJ_PROGRAM_IFCONFIG,
         "ifconfig lagg0 inet 10.0.0.4/24 delete"},
        {VFJ_COMMAND_CONFIGURE, 0, "inet 10.0.0.4/24 mtu 9000", VFJ_PROGRAM_IFCONFIG,
         "ifconfig lagg0 inet 10.0.0.4/24 mtu 9000"},
        {VFJ_COMMAND_ROUTE_ADD, 0, "default 10.0.0.1", VFJ_PROGRAM_ROUTE,
         "route add default 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_CHANGE, 0, "-inet6 default fe80::1%lagg0", VFJ_PROGRAM_ROUTE,
         "route change -inet6 default fe80::1%lagg0"},
        {VFJ_COMMAND_RTSOL, 0, "", VFJ_PROGRAM_RTSOL, "rtsol -i lagg0"},
        {VFJ_COMMAND_DHCLIENT, 0, "", VFJ_PROGRAM_DHCLIENT, "dhclient lagg0"},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, 0, "", VFJ_PROGRAM_DHCLIENT, "dhclient -b lagg0"},
        {VFJ_COMMAND_DHCLIENT_STOP, 0, "411", VFJ_PROGRAM_KILL, "kill -TERM 411"},
        {VFJ_COMMAND_LEASE, 0, "", VFJ_PROGRAM_LEASE, "vfjournal-lease lagg0 hn0"},
        {VFJ_COMMAND_SCRIPT, 0, "/usr/x y", VFJ_PROGRAM_SCRIPT, "'/usr/x y'"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_command command = command_of(cases[i].kind, cases[i].text);
        const char *words = words_of(&command, cases[i].index, cases[i].program);
        if (words == NULL || strcmp(words, cases[i].words) != 0)
            fail_msg("%s: %s", cases[i].words, words);
    }
}

/* When the driver of the VF is unknown, the probe does not ask for the VF's location, since the
 * name of its newbus device is unknown. */
static void test_location_of_a_vf(void **unused)
{
    (void)unused;
    struct vfj_command command = command_of(VFJ_COMMAND_PROBE_SNAPSHOT, "");
    command.c = vfj_name_of("odd0");
    assert_string_equal(words_of(&command, 0, VFJ_PROGRAM_SYSCTL),
                        "sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait");
}

/* Each kind of command has a fixed number of programs. For a higher index, vfj_command_argv()
 * returns false. */
static void test_programs_end(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < VFJ_COMMAND_COUNT; kind++) {
        static struct vfj_argv argv;
        struct vfj_command command = command_of((enum vfj_command_kind)kind, "0");
        unsigned count = 0;
        while (vfj_command_argv(&command, count, &argv))
            count++;
        unsigned expected = kind == VFJ_COMMAND_PROBE_SLOT ? 5
            : kind == VFJ_COMMAND_PROBE_SNAPSHOT           ? 2
                                                           : kind != VFJ_COMMAND_PROBE_FILE;
        assert_int_equal(count, expected);
        assert_false(vfj_command_argv(&command, count + 1, &argv));
    }
}

/* The probe of the map reads hw.hn.vfmap and the sysctl dev.hn.N.vf of every unit that an
 * observation can hold. */
static void test_map_words(void **unused)
{
    struct vfj_command command = {.kind = VFJ_COMMAND_PROBE_MAP};
    char expected[VFJ_WORDS_MAX * 16];
    struct vfj_text text = vfj_text_begin(expected, sizeof expected);
    (void)unused;
    vfj_text_add(&text, "sysctl -i hw.hn.vf_transparent hw.hn.vflist hw.hn.vfmap");
    for (unsigned i = 0; i < VFJ_UNITS_MAX; i++) {
        vfj_text_add(&text, " dev.hn.");
        vfj_text_add_u64(&text, i);
        vfj_text_add(&text, ".vf");
    }
    assert_string_equal(words_of(&command, 0, VFJ_PROGRAM_SYSCTL), expected);
}

/* A command also counts as successful when it failed because its effect already existed. */
static void test_already_so(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *output;
        bool so;
    } cases[] = {
        {VFJ_COMMAND_ROUTE_ADD, "route: message indicates error: File exists", true},
        {VFJ_COMMAND_ROUTE_ADD, "add net default: gateway 10.0.0.1 fib 0: route already in table",
         true},
        {VFJ_COMMAND_ROUTE_ADD, "Network is unreachable", false},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, "dhclient already running, pid: 7", true},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, "", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "kill: 7: No such process", true},
        {VFJ_COMMAND_DHCLIENT_STOP, "kill: 7: Operation not permitted", false},
        {VFJ_COMMAND_ADDRESS_DELETE,
         "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address", true},
        {VFJ_COMMAND_ADDRESS_DELETE, "", false},
        {VFJ_COMMAND_LEASE, "", true},
        {VFJ_COMMAND_NO_DAD, "", true},
        {VFJ_COMMAND_RTADV, "", false},
        {VFJ_COMMAND_RTSOL, "", true},
        {VFJ_COMMAND_ROUTE_CHANGE, "change net default: gateway fd00::1 fib 0: not in table",
         false},
        {VFJ_COMMAND_CREATE, "File exists", false},
        {VFJ_COMMAND_UP, "", false},
        {VFJ_COMMAND_JOIN, "", false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_outcome outcome = {.kind = VFJ_OUTCOME_EXITED, .status = 1};
        vfj_span_copy(outcome.output, sizeof outcome.output, vfj_span_of(cases[i].output));
        if (vfj_command_already_so(cases[i].kind, &outcome) != cases[i].so)
            fail_msg("%s: %s", vfj_command_kind_name(cases[i].kind), cases[i].output);
        outcome.kind = VFJ_OUTCOME_TIMEOUT;
        assert_false(vfj_command_already_so(cases[i].kind, &outcome));
    }
}

/* Tests which outcomes count as success. After such an outcome, the batch continues. */
static void test_succeeded(void **unused)
{
    const struct vfj_command up = {.kind = VFJ_COMMAND_UP},
                             stop = {.kind = VFJ_COMMAND_DHCLIENT_STOP};
    struct vfj_outcome outcome = {.kind = VFJ_OUTCOME_EXITED};
    (void)unused;
    assert_true(vfj_command_succeeded(&up, &outcome));
    outcome.status = 1;
    vfj_span_copy(outcome.output, sizeof outcome.output, vfj_span_of("kill: 7: No such process"));
    assert_false(vfj_command_succeeded(&up, &outcome));
    assert_true(vfj_command_succeeded(&stop, &outcome));
    outcome.kind = VFJ_OUTCOME_NOT_RUN;
    outcome.status = 0;
    assert_false(vfj_command_succeeded(&stop, &outcome));
    assert_false(vfj_outcome_ran(&outcome));
    outcome.kind = VFJ_OUTCOME_SKIPPED;
    assert_true(vfj_command_succeeded(&up, &outcome));
    assert_false(vfj_outcome_ran(&outcome));
    outcome.kind = VFJ_OUTCOME_ABSENT;
    assert_false(vfj_command_succeeded(&up, &outcome));
    assert_true(vfj_outcome_ran(&outcome));
}

/* A batch stops when a command fails and the later commands need its effect. A command that did
 * not run does not count as a failure. */
static void test_stops_batch(void **unused)
{
    struct vfj_command command = {.kind = VFJ_COMMAND_UP};
    struct vfj_outcome outcome = {.kind = VFJ_OUTCOME_EXITED, .status = 1};
    (void)unused;
    assert_true(vfj_command_stops_batch(&command, &outcome));
    outcome.kind = VFJ_OUTCOME_NOT_RUN;
    assert_false(vfj_command_stops_batch(&command, &outcome));
    outcome = (struct vfj_outcome){.kind = VFJ_OUTCOME_EXITED};
    assert_false(vfj_command_stops_batch(&command, &outcome));
    outcome.status = 1;
    command.is_optional = true;
    assert_false(vfj_command_stops_batch(&command, &outcome));
}

/* The record of a changing command has the command's slot and words. The record of a probe has
 * only the operands that the probe reads. */
static void test_records(void **unused)
{
    struct vfj_command command = {.id = 7, .kind = VFJ_COMMAND_CREATE, .hn = vfj_name_of("hn0")};
    char bytes[256];
    struct vfj_text body = vfj_text_begin(bytes, sizeof bytes);
    (void)unused;
    command.a = vfj_name_of("lagg0");
    vfj_command_encode(&command, &body);
    assert_string_equal(bytes, "id=7 kind=create slot=hn0 argv=\"ifconfig lagg0 create\"");
    body = vfj_text_begin(bytes, sizeof bytes);
    command.kind = VFJ_COMMAND_PROBE_SLOT;
    command.b = vfj_name_of("hn0");
    command.c = vfj_name_of("mce0");
    command.text[0] = '0';
    vfj_command_encode(&command, &body);
    assert_string_equal(bytes, "id=7 kind=probe-slot slot=hn0 a=lagg0 b=hn0 c=mce0 text=0");
    command = (struct vfj_command){.id = 8, .kind = VFJ_COMMAND_PROBE_MAP};
    body = vfj_text_begin(bytes, sizeof bytes);
    vfj_command_encode(&command, &body);
    assert_string_equal(bytes, "id=8 kind=probe-map");
}

static struct vfj_name name_or_none(const char *text)
{
    return text[0] != '\0' ? vfj_name_of(text) : (struct vfj_name){{0}};
}

/* The row of each kind decides which operands and texts a command of that kind may have. */
static void test_well_formed(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *a, *b, *c, *text;
        bool is_so;
    } cases[] = {
        {VFJ_COMMAND_UP, "mce0", "", "", "", true},
        {VFJ_COMMAND_UP, "", "", "", "", false},
        {VFJ_COMMAND_UP, "mce0", "", "", "\n", true}, /* this kind does not use the text */
        {VFJ_COMMAND_CREATE, "lagg0", "", "", "", true},
        {VFJ_COMMAND_CREATE, "mce0", "", "", "", false},
        {VFJ_COMMAND_CREATE, "", "", "", "", false},
        {VFJ_COMMAND_JOIN, "lagg0", "hn0", "", "", true},
        {VFJ_COMMAND_JOIN, "lagg0", "", "", "", false},
        {VFJ_COMMAND_LEASE, "hn0", "lagg0", "", "", true},
        {VFJ_COMMAND_LEASE, "hn0", "mce0", "", "", false},
        {VFJ_COMMAND_JOIN_BOTH, "lagg0", "hn0", "mce0", "", true},
        {VFJ_COMMAND_JOIN_BOTH, "lagg0", "hn0", "", "", false},
        {VFJ_COMMAND_JOIN_BOTH, "lagg0", "", "mce0", "", false},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "lagg0", "mce0", "0", true},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "", "", "", true},
        {VFJ_COMMAND_PROBE_SLOT, "", "lagg0", "mce0", "0", false},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "mce0", "mce0", "0", false},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "lagg0", "mce0", "0x", false},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "lagg0", "mce0", "x0", false},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "lagg0", "mce0", "123456789012345", true},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "lagg0", "mce0", "1234567890123456", false},
        {VFJ_COMMAND_PROBE_SYSCTL, "", "", "", "hw.hn.vflist", true},
        {VFJ_COMMAND_PROBE_SYSCTL, "", "", "", "dev.hn.0.vf", true},
        {VFJ_COMMAND_PROBE_SYSCTL, "", "", "", "dev.hn.0.vf=1", false},
        {VFJ_COMMAND_PROBE_SYSCTL, "", "", "", "kern.hostname", false},
        {VFJ_COMMAND_PROBE_SYSCTL, "", "", "", "", false},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/run/dhclient.hn0.pid", true},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/usr/libexec/hyperv/hyperv_vfup.hn0", true},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/run/dhclient..pid", false},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/run/dhclient.pid", false},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/run/dhclient.hn0.pix", false},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/run/dhclient.h/0.pid", false},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/ruN/dhclient.hn0.pid", false},
        {VFJ_COMMAND_SCRIPT, "", "", "", "/usr/libexec/hyperv/hyperv_vfup.hn0", true},
        {VFJ_COMMAND_SCRIPT, "", "", "", "/usr/local/libexec/hyperv/hyperv_vfup.hn0", true},
        {VFJ_COMMAND_SCRIPT, "", "", "", "/usr/libexec/hyperv/hyperv_vfup.", false},
        {VFJ_COMMAND_SCRIPT, "", "", "", "/usr/libexec/hyperv/hyperv_vfup./x", false},
        {VFJ_COMMAND_SCRIPT, "", "", "", "/var/run/dhclient.hn0.pid", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "", true},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "2 2147483647", true},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "1", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "0", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "-1", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "411 2147483648", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "411 x", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", " ", false},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "10.0.0.4/24", true},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "fe80::1/64 alias", true},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "fe80::1%lagg0/64", false},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "10.0.0.4/24 -alias", false},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "10.0.0.4/24\talias", false},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "-alias", false},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "", false},
        {VFJ_COMMAND_ADDRESS_DELETE, "lagg0", "", "", "10.0.0.4", true},
        {VFJ_COMMAND_ADDRESS_DELETE, "lagg0", "", "", "10.0.0.4/24", false},
        {VFJ_COMMAND_ADDRESS_DELETE, "lagg0", "", "", "gateway", false},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "inet 10.0.0.4/24 mtu 9000", true},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "inet 10.0.0.4/24 destroy", false},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "inet\t10.0.0.4/24", false},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "inet \x7f", false},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "\tinet 10.0.0.4/24", false},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "", false},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", " ", false},
        {VFJ_COMMAND_ROUTE_ADD, "", "", "", "default 10.0.0.1", true},
        {VFJ_COMMAND_ROUTE_CHANGE, "", "", "", "-inet6 default fd00::1", true},
        {VFJ_COMMAND_ROUTE_CHANGE, "", "", "", "default 10.0.0.1", false},
        {VFJ_COMMAND_ROUTE_CHANGE, "", "", "", "-inet6 default\nfd00::1", false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_command command
            = {.kind = (uint8_t)cases[i].kind, .a = name_or_none(cases[i].a)};
        command.b = name_or_none(cases[i].b);
        command.c = name_or_none(cases[i].c);
        vfj_span_copy(command.text, sizeof command.text, vfj_span_of(cases[i].text));
        if (vfj_command_is_well_formed(&command) != cases[i].is_so)
            fail_msg("%s: %s %s %s \"%s\"", vfj_command_kind_name(cases[i].kind), cases[i].a,
                     cases[i].b, cases[i].c, cases[i].text);
    }
    struct vfj_command none = {.kind = VFJ_COMMAND_COUNT};
    assert_false(vfj_command_is_well_formed(&none));
}

/* The text of a command may have as many words as the other words of its kind leave free in an
 * argv, and no more. */
static void test_words_fit(void **unused)
{
    /* its words are "route add TEXT" */
    struct vfj_command command = {.kind = VFJ_COMMAND_ROUTE_ADD};
    struct vfj_argv argv;
    unsigned most = 0;
    (void)unused;
    for (unsigned i = 1; 2 * i < sizeof command.text && i <= VFJ_WORDS_MAX; i++) {
        command.text[2 * i - 2] = 'x';
        command.text[2 * i - 1] = ' ';
        if (vfj_command_is_well_formed(&command))
            most = i;
    }
    memset(command.text, 0, sizeof command.text);
    for (unsigned i = 0; i < most; i++)
        memcpy(command.text + 2 * (size_t)i, "x ", 2);
    assert_true(vfj_command_argv(&command, 0, &argv));
    assert_int_equal(most, VFJ_WORDS_MAX - 3);
}

/* vfj_command_bare() copies only the members that the row of the kind uses. */
static void test_bare(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *a, *b, *c, *text;
    } cases[] = {
        {VFJ_COMMAND_PROBE_MAP, "", "", "", ""},
        {VFJ_COMMAND_UP, "lagg0", "", "", ""},
        {VFJ_COMMAND_JOIN, "lagg0", "hn0", "", ""},
        {VFJ_COMMAND_JOIN_BOTH, "lagg0", "hn0", "mce0", ""},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "words"},
        {VFJ_COMMAND_PROBE_SLOT, "lagg0", "hn0", "mce0", "words"},
        {VFJ_COMMAND_ROUTE_ADD, "", "", "", "words"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_command command = command_of(cases[i].kind, "words"), bare;
        command.id = 7;
        command.hn = vfj_name_of("hn1");
        command.is_extra = command.is_optional = 1;
        command.limit_ms = 1234;
        memset(&bare, 0xff, sizeof bare);
        vfj_command_bare(&command, &bare);
        assert_int_equal(bare.kind, cases[i].kind);
        assert_int_equal(bare.limit_ms, 1234);
        assert_string_equal(bare.a.text, cases[i].a);
        assert_string_equal(bare.b.text, cases[i].b);
        assert_string_equal(bare.c.text, cases[i].c);
        assert_string_equal(bare.text, cases[i].text);
        assert_true(bare.id == 0 && bare.is_extra == 0 && bare.is_optional == 0);
        assert_string_equal(bare.hn.text, "");
    }
}

static void assert_read_back(const struct vfj_command *command)
{
    struct vfj_command read;
    char bytes[4 * VFJ_ARGS_SIZE];
    struct vfj_text body = vfj_text_begin(bytes, sizeof bytes);
    vfj_command_encode(command, &body);
    if (vfj_command_decode((struct vfj_span){bytes, body.length}, &read) != VFJ_OK)
        fail_msg("not read back: %s", bytes);
    if (memcmp(&read, command, sizeof read) != 0)
        fail_msg("read back as another one: %s", bytes);
}

/* Reading the record of a command gives the same command, except for the members that a record
 * does not contain. */
static void test_read_back(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *a, *b, *c, *text;
    } cases[] = {
        {VFJ_COMMAND_PROBE_SYSCTL, "", "", "", "hw.hn.vflist"},
        {VFJ_COMMAND_PROBE_IFCONFIG, "hn0", "", "", ""},
        {VFJ_COMMAND_PROBE_FILE, "", "", "", "/var/run/dhclient.hn0.pid"},
        {VFJ_COMMAND_PROBE_MAP, "", "", "", ""},
        {VFJ_COMMAND_PROBE_SLOT, "hn0", "lagg0", "mce0", "0"},
        {VFJ_COMMAND_PROBE_SNAPSHOT, "hn0", "", "mce0", "0"},
        {VFJ_COMMAND_UP, "mce0", "", "", ""},
        {VFJ_COMMAND_DOWN, "mce0", "", "", ""},
        {VFJ_COMMAND_CREATE, "lagg0", "", "", ""},
        {VFJ_COMMAND_JOIN_BOTH, "lagg0", "hn0", "mce0", ""},
        {VFJ_COMMAND_JOIN_FIRST, "lagg0", "hn0", "", ""},
        {VFJ_COMMAND_JOIN, "lagg0", "mce0", "", ""},
        {VFJ_COMMAND_LEAVE, "lagg0", "mce0", "", ""},
        {VFJ_COMMAND_NO_DAD, "lagg0", "", "", ""},
        {VFJ_COMMAND_RTADV, "lagg0", "", "", ""},
        {VFJ_COMMAND_STRIP, "hn0", "", "", ""},
        {VFJ_COMMAND_ADDRESS_DELETE, "hn0", "", "", "fd00::4"},
        {VFJ_COMMAND_ADDRESS_ADD, "lagg0", "", "", "10.0.0.4/24 alias"},
        {VFJ_COMMAND_CONFIGURE, "lagg0", "", "", "inet 10.0.0.4 descr it's"},
        {VFJ_COMMAND_DHCLIENT, "lagg0", "", "", ""},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, "lagg0", "", "", ""},
        {VFJ_COMMAND_DHCLIENT_STOP, "", "", "", "411 412"},
        {VFJ_COMMAND_LEASE, "hn0", "lagg0", "", ""},
        {VFJ_COMMAND_ROUTE_ADD, "", "", "", "-inet6 default fe80::1%lagg0"},
        {VFJ_COMMAND_ROUTE_CHANGE, "", "", "", "default 10.0.0.1"},
        {VFJ_COMMAND_RTSOL, "lagg0", "", "", ""},
        {VFJ_COMMAND_SCRIPT, "", "", "", "/usr/libexec/hyperv/hyperv_vfup.hn0"},
    };
    (void)unused;
    assert_int_equal(sizeof cases / sizeof cases[0], VFJ_COMMAND_COUNT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_command command;
        memset(&command, 0, sizeof command);
        command.id = i + 1;
        command.kind = (uint8_t)cases[i].kind;
        vfj_name_parse(vfj_span_of("hn0"), &command.hn);
        vfj_name_parse(vfj_span_of(cases[i].a), &command.a);
        vfj_name_parse(vfj_span_of(cases[i].b), &command.b);
        vfj_name_parse(vfj_span_of(cases[i].c), &command.c);
        vfj_span_copy(command.text, sizeof command.text, vfj_span_of(cases[i].text));
        assert_read_back(&command);
    }
}

static void test_no_record(void **unused)
{
    static const char *const bodies[] = {
        "",
        "id=1",
        "id=x kind=up argv=\"ifconfig mce0 up\"",
        "id=1 kind=reboot argv=reboot",
        "id=1 kind=up argv=\"ifconfig mce0 down\"",
        "id=1 kind=up argv=\"ifconfig mce0 up up\"",
        "id=1 kind=up argv=\"ifconfig mce0\"",
        "id=1 kind=up argv=\"ifconfig m;e0 up\"",
        "id=1 kind=up argv=\"ifconfig 'mce0 up\"",
        "id=1 kind=up",
        "id=1 kind=route-add text=\"default 10.0.0.1\"",
        "id=1 kind=probe-map extra=1",
        "kind=probe-map id=1",
        "id=1 kind=probe-map \"",
    };
    struct vfj_command command;
    char words[VFJ_ARGS_SIZE + 64];
    struct vfj_text text = vfj_text_begin(words, sizeof words);
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        if (vfj_command_decode(vfj_span_of(bodies[i]), &command) != VFJ_BAD_BODY)
            fail_msg("read: %s", bodies[i]);
    }
    vfj_text_add(&text, "id=1 kind=probe-sysctl text=\""); /* more words than an argv can have */
    for (unsigned i = 0; i < VFJ_WORDS_MAX; i++)
        vfj_text_add(&text, i > 0 ? " a" : "a");
    vfj_text_add(&text, "\"");
    assert_int_equal(vfj_command_decode(vfj_span_of(words), &command), VFJ_BAD_BODY);
    static const unsigned lengths[][2]
        /* the length of a word, and the number of such words */
        = {{1, 70}, {VFJ_ARGS_SIZE, 1}, {300, 3}, {752, 1}, {3000, 1}};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char body[4096];
        text = vfj_text_begin(body, sizeof body);
        vfj_text_add(&text, "id=1 kind=configure argv=\"ifconfig lagg0");
        for (unsigned word = 0; word < lengths[i][1]; word++) {
            vfj_text_add_char(&text, ' ');
            for (unsigned c = 0; c < lengths[i][0]; c++)
                vfj_text_add_char(&text, 'x');
        }
        vfj_text_add(&text, " y\"");
        assert_int_equal(vfj_command_decode(vfj_span_of(body), &command), VFJ_BAD_BODY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),        cmocka_unit_test(test_location_of_a_vf),
        cmocka_unit_test(test_programs_end), cmocka_unit_test(test_map_words),
        cmocka_unit_test(test_already_so),   cmocka_unit_test(test_succeeded),
        cmocka_unit_test(test_stops_batch),  cmocka_unit_test(test_records),
        cmocka_unit_test(test_well_formed),  cmocka_unit_test(test_words_fit),
        cmocka_unit_test(test_bare),         cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
