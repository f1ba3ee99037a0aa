/* Tests the reading of a trace's lines: their meaning, and the position of errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/event.h"
#include "core/model/trace.h"
#include "core/model/trace_time.h"
#include "core/text/trace_quote.h"

static struct vfj_trace_line read;
static struct vfj_trace_error error;

static bool read_line(const char *line)
{
    error = (struct vfj_trace_error){0};
    return vfj_trace_read(vfj_span_of(line), 2, &read, &error);
}

static void test_errors(void **unused)
{
    static const struct {
        const char *line;
        size_t column;
        const char *what;
    } cases[] = {
        {"hello", 1, "not an event (! + - ?), a directive (%) or a comment (#)"},
        {" !system=IFNET", 1, "not an event (! + - ?), a directive (%) or a comment (#)"},
        {"@1", 3, "a time without an event"},
        {"@1 ", 3, "a time without an event"},
        {"@1\t!x", 3, "a time without an event"},
        {"@ !x", 2, "not a time"},
        {"@x !x", 2, "not a time"},
        {"@1.x !x", 2, "not a time"},
        {"@1. !x", 2, "not a time"},
        {"@-1 !x", 2, "not a time"},
        {"@1 hello", 4, "not an event (! + - ?), a directive (%) or a comment (#)"},
        {"@1  !x", 4, "not an event (! + - ?), a directive (%) or a comment (#)"},
        {"%", 1, "unknown directive"},
        {"% at 1", 1, "unknown directive"},
        {"%dance", 1, "unknown directive"},
        {"%AT 1", 1, "unknown directive"},
        {"%vfjournal 1", 1, "%vfjournal may only be the first line"},
        {"%at", 4, "the time is missing"},
        {"%at soon", 5, "not a time"},
        {"%at 1 2", 7, "more words than the directive takes"},
        {"%sysctl", 8, "NAME=VALUE is missing"},
        {"%sysctl a", 9, "NAME=VALUE is missing"},
        {"%sysctl =1", 9, "NAME=VALUE is missing"},
        {"%nosysctl", 10, "a sysctl name is missing"},
        {"%nosysctl a b", 13, "more words than the directive takes"},
        {"%rc", 4, "NAME=\"VALUE\" is missing"},
        {"%rc a", 5, "NAME=\"VALUE\" is missing"},
        {"%rc 1a=2", 5, "not a variable name"},
        {"%rc a-b=2", 5, "not a variable name"},
        {"%rc =2", 5, "not a variable name"},
        {"%rc a{=2", 5, "not a variable name"},
        {"%rc a[=2", 5, "not a variable name"},
        {"%rc a:=2", 5, "not a variable name"},
        {"%rc a=\"open", 7, "the quote is not closed"},
        {"%rc a='open", 7, "the quote is not closed"},
        {"%rc a=b'c", 8, "the quote is not closed"},
        {"%rc a=b c", 9, "more words than one assignment has"},
        {"%if", 4, "an interface name is missing"},
        {"%if 0hn", 5, "not an interface name"},
        {"%if hn0 sideways", 9, "not a word of %if"},
        {"%if hn0 mtu", 12, "an MTU of at most 65535 is missing"},
        {"%if hn0 mtu 65536", 13, "an MTU of at most 65535 is missing"},
        {"%if hn0 in", 11, "a number is missing"},
        {"%if hn0 drops_out many", 19, "a number is missing"},
        {"%if hn0 out 1000000000000000001", 13, "a number is missing"},
        {"%if hn0 inet", 13, "an address is missing"},
        {"%if hn0 inet fd00::1/64", 14, "not an address of that family (ADDR/LEN)"},
        {"%if hn0 inet6 10.0.0.4/24", 15, "not an address of that family (ADDR/LEN)"},
        {"%if hn0 inet hello", 14, "not an address of that family (ADDR/LEN)"},
        {"%if hn0 gateway6", 17, "an IPv6 gateway is missing"},
        {"%if hn0 gateway6 10.0.0.1", 18, "not an IPv6 address without length and scope"},
        {"%if hn0 gateway6 fd00::1/64", 18, "not an IPv6 address without length and scope"},
        {"%if hn0 gateway6 router", 18, "not an IPv6 address without length and scope"},
        {"%if hn0 route", 14, "a destination is missing"},
        {"%if hn0 route lab link", 15, "not a destination (ADDR/LEN or ADDR)"},
        {"%if hn0 route 10.1.0.0/16", 26, "a router, or the word link, is missing"},
        {"%if hn0 route 10.1.0.0/16 hn0", 27,
         "not a router of that family, without length and scope"},
        {"%if hn0 route 10.1.0.0/16 10.0.0.9/24", 27,
         "not a router of that family, without length and scope"},
        {"%if hn0 route 10.1.0.0/16 fd00::1", 27,
         "not a router of that family, without length and scope"},
        {"%if hn0 route 10.1.0.0/16 link mtu=0", 32, "not the MTU of a route, 1 to 65535"},
        {"%if hn0 route 10.1.0.0/16 10.0.0.9 mtu=65536", 36, "not the MTU of a route, 1 to 65535"},
        {"%if hn0 mtu=1400", 9, "not a word of %if"},
        {"%if hn0 dhclient", 17, "a pid is missing"},
        {"%if hn0 dhclient x", 18, "a pid is missing"},
        {"%if hn0 dhclient 2147483648", 18, "a pid is missing"},
        {"%if lagg0 laggport", 19, "an interface name is missing"},
        {"%if lagg0 laggport a;b", 20, "not an interface name"},
        {"%if vlan7 vlandev", 18, "an interface name is missing"},
        {"%if bridge0 addm a;b", 18, "not an interface name"},
        {"%if lagg0 laggproto", 20, "a lagg protocol is missing"},
        {"%noif", 6, "an interface name is missing"},
        {"%noif a b", 9, "more words than the directive takes"},
        {"%vf", 4, "an interface name is missing"},
        {"%vf mce0", 9, "an interface name is missing"},
        {"%vf mce0 hn0 x", 14, "more words than the directive takes"},
        {"%file", 6, "a path is missing"},
        {"%file x", 7, "not an absolute path of at most 255 bytes"},
        {"%file /x mode=9", 15, "not an octal mode"},
        {"%file /x mode=", 15, "not an octal mode"},
        {"%file /x mode=77777", 15, "not an octal mode"},
        {"%file /x mode=7777777", 15, "not an octal mode"},
        {"%file /x mode=7/7", 15, "not an octal mode"},
        {"%file /x owner=0", 10, "not a word of %file"},
        {"%file /x text=\"open", 15, "the quote is not closed"},
        {"%fail", 6, "a number of times is missing"},
        {"%fail x", 7, "a number of times is missing"},
        {"%fail 1000001", 7, "a number of times is missing"},
        {"%fail 1", 8, "an exit status of at most 255 is missing"},
        {"%fail 1 256", 9, "an exit status of at most 255 is missing"},
        {"%fail 1 1", 10, "a command is missing"},
        {"%fail 1 1 ", 11, "a command is missing"},
        {"%slow", 6, "a number of seconds is missing"},
        {"%slow x y", 7, "not a number of seconds"},
        {"%slow 1", 8, "a command is missing"},
        {"%scheduled", 11, "not a row of a scheduled event"},
        {"%scheduled soon id=A", 12, "not a row of a scheduled event"},
        {"%mode", 6, "a word is missing"},
        {"%mode think", 7, "not observe or act"},
        {"%mode act now", 11, "more words than the directive takes"},
        {"%policy none", 9, "not scripts or vfjournal"},
        {"%crash now", 8, "more words than the directive takes"},
        {"%restart 1", 10, "more words than the directive takes"},
        {"%boot x", 7, "more words than the directive takes"},
        {"%boot stopped x", 15, "more words than the directive takes"},
        {"%norc", 6, "a variable's name is missing"},
        {"%norc a-b", 7, "not a variable name"},
        {"%norc a b", 9, "more words than the directive takes"},
        {"%nofile x", 9, "not an absolute path of at most 255 bytes"},
        {"%nofile /x y", 12, "more words than the directive takes"},
        {"%file /x refused=\"open", 18, "the quote is not closed"},
        {"%if hn0 unit", 13, "a unit of at most 9999 is missing"},
        {"%if hn0 unit 10000", 14, "a unit of at most 9999 is missing"},
        {"%if hn0 gateway", 16, "a gateway is missing"},
        {"%if hn0 gateway router", 17, "not an IPv4 address without length"},
        {"%if hn0 gateway fd00::1", 17, "not an IPv4 address without length"},
        {"%if hn0 gateway 10.0.0.1/24", 17, "not an IPv4 address without length"},
        {"%fail 1 signal- x", 9, "an exit status of at most 255 is missing"},
        {"%fail 1 absent-256 x", 9, "an exit status of at most 255 is missing"},
        {"%fail 1 1 says=\"open x", 16, "the quote is not closed"},
        {"%fail 1 1 says=x", 17, "a command is missing"},
        {"%late", 6, "a number of seconds is missing"},
        {"%late 1 2", 9, "more words than the directive takes"},
        {"%devd", 6, "a devd line is missing"},
        {"%devd a\\n", 8, "neither \"\\\\\" nor \"\\xHH\""},
        {"%devd \\x0G", 7, "neither \"\\\\\" nor \"\\xHH\""},
        {"%start now", 8, "more words than the directive takes"},
        {"%configure x", 12, "more words than the directive takes"},
        {"%connect x", 10, "more words than the directive takes"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (read_line(cases[i].line))
            fail_msg("no error: %s", cases[i].line);
        if (error.column != cases[i].column || strcmp(error.what, cases[i].what) != 0)
            fail_msg("%s: %zu: %s", cases[i].line, error.column, error.what);
    }
}

static void test_version(void **unused)
{
    (void)unused;
    assert_true(vfj_trace_read(vfj_span_of("%vfjournal 1"), 1, &read, &error));
    assert_int_equal(read.kind, VFJ_TRACE_VERSION);
    assert_false(vfj_trace_read(vfj_span_of("%vfjournal 2"), 1, &read, &error));
    assert_string_equal(error.what, "unknown version of the trace format");
    assert_int_equal(error.column, 12);
    assert_false(vfj_trace_read(vfj_span_of("%vfjournal"), 1, &read, &error));
    assert_string_equal(error.what, "the version is missing");
    assert_false(vfj_trace_read(vfj_span_of("%vfjournal 1 x"), 1, &read, &error));
    assert_int_equal(error.column, 14);
}

static void test_bytes(void **unused)
{
    static char line[VFJ_LINE_MAX + 2];
    (void)unused;
    assert_false(vfj_trace_read((struct vfj_span){"!a\0b", 4}, 1, &read, &error));
    assert_int_equal(error.column, 3);
    assert_string_equal(error.what, "a NUL byte");
    memset(line, 'x', sizeof line);
    line[0] = '!';
    assert_true(vfj_trace_read((struct vfj_span){line, VFJ_LINE_MAX}, 1, &read, &error));
    assert_false(vfj_trace_read((struct vfj_span){line, VFJ_LINE_MAX + 1}, 1, &read, &error));
    assert_int_equal(error.column, VFJ_LINE_MAX + 1);
    assert_string_equal(error.what, "the line is longer than 8192 bytes");
    memcpy(line, "%scheduled ", 11); /* longer than any row */
    assert_false(vfj_trace_read((struct vfj_span){line, VFJ_LINE_MAX}, 1, &read, &error));
    assert_string_equal(error.what, "not a row of a scheduled event");
    memset(line, '!', 11);
    line[VFJ_LINE_MAX] = '\r';
    assert_true(vfj_trace_read((struct vfj_span){line, VFJ_LINE_MAX + 1}, 1, &read, &error));
    assert_int_equal(read.event.length, VFJ_LINE_MAX);
}

static void test_blank(void **unused)
{
    static const char *const lines[] = {"", "\r", "#", "# comment", "#> vfjournal text", "#\r"};
    (void)unused;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_true(read_line(lines[i]));
        assert_int_equal(read.kind, VFJ_TRACE_BLANK);
    }
}

static void test_events(void **unused)
{
    (void)unused;
    assert_true(read_line("!system=IFNET subsystem=hn0 type=LINK_UP\r"));
    assert_int_equal(read.kind, VFJ_TRACE_EVENT);
    assert_int_equal(read.time.form, VFJ_TIME_SAME);
    assert_true(vfj_span_is(read.event, "!system=IFNET subsystem=hn0 type=LINK_UP"));
    assert_true(read_line("@120.4 -mlx5_core0 at slot=2"));
    assert_int_equal(read.time.form, VFJ_TIME_RELATIVE);
    assert_true(read.time.us == 120400000);
    assert_true(vfj_span_is(read.event, "-mlx5_core0 at slot=2"));
    assert_true(read_line("+"));
    assert_true(read_line("?"));
}

static void test_directives(void **unused)
{
    (void)unused;
    assert_true(read_line("%at +1.5"));
    assert_true(read.kind == VFJ_TRACE_AT && read.time.form == VFJ_TIME_AFTER
                && read.time.us == 1500000);
    assert_true(read_line("%sysctl  dev.hn.0.vf= two words "));
    assert_true(vfj_span_is(read.key, "dev.hn.0.vf"));
    assert_string_equal(read.value, " two words ");
    assert_true(read_line("%sysctl dev.hn.0.vf="));
    assert_string_equal(read.value, "");
    assert_true(read_line("%nosysctl hw.hn.vflist "));
    assert_true(vfj_span_is(read.key, "hw.hn.vflist"));
    assert_true(read_line(
        "%if lagg0 down mtu 9000 inet 10.0.0.4/24 inet6 fd00::4/64 dhclient 7 laggproto lacp laggport a1"));
    assert_string_equal(read.if_facts.interface.name.text, "lagg0");
    assert_true(read.if_facts.interface.exists && !read.if_facts.interface.up);
    assert_int_equal(read.if_facts.interface.mtu, 9000);
    assert_int_equal(read.if_facts.interface.address_count, 2);
    assert_int_equal(read.if_facts.dhclient, 7);
    assert_int_equal(read.if_facts.interface.laggproto, VFJ_LAGGPROTO_OTHER);
    assert_true(vfj_interface_has_port(&read.if_facts.interface, vfj_name_of("a1")));
    assert_true(read_line("%if lagg0 laggport a1"));
    assert_int_equal(read.if_facts.interface.laggproto, VFJ_LAGGPROTO_FAILOVER);
    assert_int_equal(read.if_facts.interface.mtu, 1500);
    assert_true(
        read_line("%if hn0 route 10.2.0.0/16 link mtu=1300 route 10.1.0.0/16 10.0.0.9 mtu 9000 "
                  "route 10.3.0.0/16 10.0.0.9 mtu=1400"));
    const struct vfj_kept_route *routes = read.if_facts.routes.list;
    assert_int_equal(read.if_facts.interface.mtu, 9000);
    assert_true(routes[0].mtu == 0 && routes[1].mtu == 1300 && routes[2].mtu == 1400);
    assert_true(read_line("%if hn0 fib 2"));
    assert_int_equal(read.if_facts.interface.use, VFJ_USE_FIB);
    assert_true(read_line("%if hn0 fib 0"));
    assert_int_equal(read.if_facts.interface.use, VFJ_USE_NONE);
    assert_true(read_line("%if hn0 netgraph up"));
    assert_int_equal(read.if_facts.interface.use, VFJ_USE_NETGRAPH);
    assert_true(read.if_facts.interface.up);
    assert_true(read_line("%if hn0 fib 2 netgraph"));
    assert_int_equal(read.if_facts.interface.use, VFJ_USE_FIB);
    /* an interface has one use: this one is a VLAN, so its FIB is not recorded */
    assert_true(read_line("%if vlan7 vlandev hn0 fib 2"));
    assert_int_equal(read.if_facts.interface.use, VFJ_USE_VLAN);
    assert_true(read_line("%if hn0 in 1 out 2 errors_in 3 errors_out 4 drops_in 5 drops_out 6 "
                          "bits_per_s 7 options 8 media=\"a b\" up"));
    const struct vfj_counters *counters = &read.if_facts.counters;
    assert_true(counters->in == 1 && counters->out == 2 && counters->errors_in == 3
                && counters->errors_out == 4 && counters->drops_in == 5 && counters->drops_out == 6
                && counters->bits_per_s == 7 && counters->options == 8);
    assert_string_equal(counters->media, "a b");
    assert_true(read.if_facts.interface.up);
    assert_true(read_line("%if hn0 out 1000000000000000000"));
    assert_true(counters->out == VFJ_COUNT_MAX && counters->in == VFJ_COUNT_UNKNOWN);
    assert_false(read_line("%if hn0 media=\"a b"));
    assert_true(read_line("%vf mce0 hn0"));
    assert_string_equal(read.name.text, "mce0");
    assert_string_equal(read.other.text, "hn0");
    assert_true(read_line("%file /a/b"));
    assert_true(read.mode == 0755 && !read.has_text);
    assert_true(read_line("%file /a/b mode=0640 text=\"a \\\"b\\\"\""));
    assert_true(read.mode == 0640 && read.has_text);
    assert_string_equal(read.value, "a \"b\"");
    assert_true(read_line("%file /a/b text=\"a\\nb\\c\""));
    assert_string_equal(read.value, "a\nb\\c");
    assert_true(read_line("%fail 3 126 ifconfig lagg0 create"));
    assert_true(read.count == 3 && read.status == 126
                && vfj_span_is(read.key, "ifconfig lagg0 create"));
    assert_true(read_line("%slow 0.25 dhclient"));
    assert_true(read.us == 250000 && vfj_span_is(read.key, "dhclient"));
    assert_true(read_line("%mode act") && read.choice == VFJ_MODE_ACT);
    assert_true(read_line("%policy scripts") && read.choice == VFJ_POLICY_SCRIPTS);
    assert_true(read_line("%gap  devd is gone ") && vfj_span_is(read.reason, "devd is gone "));
    assert_true(read_line("%gap") && read.reason.length == 0);
    assert_true(read_line("%scheduled  over id=A type=Freeze here=yes")
                && read.kind == VFJ_TRACE_SCHEDULED && read.scheduled.phase == VFJ_SCHEDULED_OVER
                && strcmp(read.scheduled.id, "A") == 0);
    assert_true(read_line("%crash") && read.kind == VFJ_TRACE_CRASH);
    assert_true(read_line("%stop") && read.kind == VFJ_TRACE_STOP);
    assert_true(read_line("%restart") && read.kind == VFJ_TRACE_RESTART);
    assert_true(read_line("%boot") && read.kind == VFJ_TRACE_BOOT && !read.stopped);
    assert_true(read_line("%boot stopped") && read.kind == VFJ_TRACE_BOOT && read.stopped);
    assert_true(read_line("%end") && read.kind == VFJ_TRACE_END);
    assert_true(read_line("%end a signal") && vfj_span_is(read.reason, "a signal"));
    assert_true(read_line("%stop SIGTERM") && read.kind == VFJ_TRACE_STOP
                && vfj_span_is(read.reason, "SIGTERM"));
    assert_true(read_line("%lost a b") && read.kind == VFJ_TRACE_LOST
                && vfj_span_is(read.reason, "a b"));
    assert_true(read_line("%late 0.5") && read.us == 500000);
    assert_true(read_line("%norc a") && vfj_span_is(read.key, "a"));
    assert_true(read_line("%fail 2 timeout ifconfig $"));
    assert_true(read.outcome == VFJ_OUTCOME_TIMEOUT && read.count == 2
                && vfj_span_is(read.key, "ifconfig $"));
    assert_true(read_line("%fail 1 signal-9 says=\"a \\\"b\" kill"));
    assert_true(read.outcome == VFJ_OUTCOME_SIGNALED && read.status == 9
                && vfj_span_is(read.key, "kill"));
    assert_string_equal(read.value, "a \"b");
    assert_true(read_line("%fail 1 absent-2 kill") && read.outcome == VFJ_OUTCOME_ABSENT
                && read.status == 2);
    assert_true(read_line("%if wan up nomedia unit 7 gateway 10.0.0.1") && read.if_facts.nomedia);
    assert_string_equal(read.if_facts.unit.text, "7");
    assert_string_equal(read.if_facts.gateway.text, "10.0.0.1");
    assert_true(read_line("%file /x refused=\"others can\""));
    assert_string_equal(read.refused, "others can");
    assert_true(read_line("%file /x text=\"a\\\\\\\\n\""));
    assert_string_equal(read.value, "a\\n");
}

/* Values in %rc lines are quoted as for sh(1). */
static void test_rc_quoting(void **unused)
{
    static const struct {
        const char *line, *value;
    } cases[] = {
        {"%rc a=", ""},
        {"%rc a=\"\"", ""},
        {"%rc a=b", "b"},
        {"%rc a=\"b c\" # why", "b c"},
        {"%rc a='b $c \\d'", "b $c \\d"},
        {"%rc a=\"b\"'c'd", "bcd"},
        {"%rc a=b\\ c", "b c"},
        {"%rc a=b\\", "b\\"},
        {"%rc a=\"b\\\\\"", "b\\"},
        {"%rc\ta=b", "b"},
        {"%rc a=\"\\$x \\` \\\\ \\\" \\n\"", "$x ` \\ \" \\n"},
        {"%rc a=b#c", "b#c"},
        {"%rc a=b # c", "b"},
        {"%rc a=b\t# c", "b"},
        {"%rc a=\"b\tc\"", "b\tc"},
        {"%rc a=\"b # c\"", "b # c"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!read_line(cases[i].line))
            fail_msg("%s: %zu: %s", cases[i].line, error.column, error.what);
        if (strcmp(read.value, cases[i].value) != 0)
            fail_msg("%s: %s", cases[i].line, read.value);
    }
}

/* Checks a limit of a trace's line: `most` items are read, and one more is refused. */
static void check_limit(const char *before, const char *item, unsigned most, const char *after,
                        const char *what)
{
    static char line[VFJ_LINE_MAX];
    for (unsigned more = 0; more < 2; more++) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_add(&text, before);
        for (unsigned i = 0; i < most + more; i++)
            vfj_text_add(&text, item);
        vfj_text_add(&text, after);
        assert_false(text.overflow);
        assert_int_equal(read_line(line), more == 0);
        if (more == 1)
            assert_string_equal(error.what, what);
    }
}

/* An interface in a trace may have more addresses than an observation has room for. */
static void test_many_addresses(void **unused)
{
    (void)unused;
    for (unsigned count = VFJ_ADDRESSES_MAX; count <= VFJ_ADDRESSES_MAX + 2; count++) {
        static char line[VFJ_LINE_MAX];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_add(&text, "%if hn0");
        for (unsigned i = 0; i < count; i++)
            vfj_text_add(&text, " inet 10.0.0.4/24");
        assert_true(read_line(line));
        assert_int_equal(read.if_facts.interface.address_count, VFJ_ADDRESSES_MAX);
        assert_int_equal(read.if_facts.interface.truncated, count > VFJ_ADDRESSES_MAX);
    }
}

static void test_limits(void **unused)
{
    (void)unused;
    check_limit("%if lagg0", " laggport mce0", VFJ_PORTS_MAX, "", "too many lagg ports");
    check_limit("%if bridge0", " addm mce0", VFJ_PORTS_MAX, "", "too many members");
    check_limit("%sysctl a=", "x", VFJ_VALUE_SIZE - 1, "", "value too long");
    check_limit("%rc a=\"", "x", VFJ_VALUE_SIZE - 1, "\"", "value too long");
    check_limit("%file /x text=\"", "x", VFJ_VALUE_SIZE - 1, "\"", "value too long");
    check_limit("%file /", "x", VFJ_PATH_SIZE - 2, "", "not an absolute path of at most 255 bytes");
    check_limit("%fail 1 1 ", "x", VFJ_RULE_SIZE - 1, "", "command too long");
    check_limit("%slow 1 ", "x", VFJ_RULE_SIZE - 1, "", "command too long");
    check_limit("%noif h", "n", VFJ_NAME_SIZE - 2, "", "not an interface name");
}

static void test_times(void **unused)
{
    static const struct {
        const char *text;
        enum vfj_trace_time_form form;
        int64_t us;
    } cases[] = {
        {"0", VFJ_TIME_RELATIVE, 0},
        {"0.000001", VFJ_TIME_RELATIVE, 1},
        {"0.0000019", VFJ_TIME_RELATIVE, 1},
        {"999999999.999999", VFJ_TIME_RELATIVE, 999999999999999},
        {"1000000000", VFJ_TIME_UNIX, 1000000000000000},
        {"+0.5", VFJ_TIME_AFTER, 500000},
        {"+2000000000", VFJ_TIME_AFTER, 2000000000000000},
        {"100000000000", VFJ_TIME_UNIX, 100000000000000000},
        {"1970-01-01T00:00:00Z", VFJ_TIME_UNIX, 0},
        {"2000-02-29T12:00:00Z", VFJ_TIME_UNIX, 951825600000000},
        {"2026-11-22T14:00:00.123456Z", VFJ_TIME_UNIX, 1795356000123456},
        {"2026-12-31T23:59:60Z", VFJ_TIME_UNIX, 1798761600000000},
        {"2100-03-01T00:00:00Z", VFJ_TIME_UNIX, 4107542400000000},
    };
    static const char *const bad[] = {
        "",
        "-1",
        "1.",
        "1.2.3",
        "1e3",
        "+",
        "+-1",
        "100000000001",
        "0x10",
        "2026-11-22",
        "2026-11-22T14:00:00",
        "2026-13-01T00:00:00Z",
        "2026-1x-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-04-32T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T14:60:00Z",
        "2026-11-22T14:00:61Z",
        "2026-11-22T14:00:00.Z",
        "2026-11-22T14:00:00.1x",
        "2026-11-22 14:00:00Z",
        "1969-12-31T23:59:59Z",
        "2026-11-22T14:00:00ZZ",
        "2026-11-22T14:00:00+01:00",
    };
    struct vfj_trace_time time;
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!vfj_trace_time_parse(vfj_span_of(cases[i].text), &time) || time.form != cases[i].form
            || time.us != cases[i].us)
            fail_msg("%s: form %u, %lld us", cases[i].text, time.form, (long long)time.us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (vfj_trace_time_parse(vfj_span_of(bad[i]), &time))
            fail_msg("read: %s", bad[i]);
    }
}

/* Bytes that a line of a trace cannot contain are escaped. Unescaping gives the same bytes. */
static void test_escapes(void **unused)
{
    static const char all[] = {'a', '\\', '\n', '\0', '\x7f', (char)0xff, '"', 'x'};
    static const char *const bad[] = {"\\", "\\x", "\\x1", "\\xg0", "\\x0g", "\\y00", "\\x0G"};
    char escaped[64], bytes[64], value[64];
    const char *opened;
    struct vfj_text text = vfj_text_begin(escaped, sizeof escaped),
                    back = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_span rest;
    (void)unused;
    vfj_bytes_escape(&text, (struct vfj_span){all, sizeof all});
    assert_string_equal(escaped, "a\\\\\\x0a\\x00\\x7f\\xff\"x");
    assert_null(vfj_bytes_unescape((struct vfj_span){escaped, text.length}, &back));
    assert_int_equal(back.length, sizeof all);
    assert_memory_equal(bytes, all, sizeof all);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_ptr_equal(vfj_bytes_unescape(vfj_span_of(bad[i]), &back), bad[i]);
    /* a NUL is not a digit */
    assert_ptr_equal(vfj_bytes_unescape((struct vfj_span){bad[2], 4}, &back), bad[2]);
    text = vfj_text_begin(escaped, sizeof escaped);
    vfj_newlines_escape(&text, "a\nb\\n");
    assert_string_equal(escaped, "a\\nb\\\\n");
    vfj_newlines_unescape(escaped);
    assert_string_equal(escaped, "a\nb\\n");
    text = vfj_text_begin(escaped, sizeof escaped);
    vfj_quoted_add(&text, "a $b\"");
    assert_string_equal(escaped, "\"a \\$b\\\"\"");
    rest = (struct vfj_span){escaped, text.length};
    assert_int_equal(vfj_quoted_read(&rest, value, sizeof value, &opened), VFJ_QUOTED_READ);
    assert_string_equal(value, "a $b\"");
    strcpy(escaped, "\"a\\");
    /* quotes that are never closed, and a backslash before a NUL in them */
    rest = (struct vfj_span){escaped, 4};
    assert_int_equal(vfj_quoted_read(&rest, value, sizeof value, &opened), VFJ_QUOTED_OPEN);
    assert_ptr_equal(opened, escaped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_version),
        cmocka_unit_test(test_bytes),      cmocka_unit_test(test_blank),
        cmocka_unit_test(test_events),     cmocka_unit_test(test_directives),
        cmocka_unit_test(test_rc_quoting), cmocka_unit_test(test_many_addresses),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_times),
        cmocka_unit_test(test_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
