/* Commands: their words, what of an outcome counts as done, and their records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/command.h"
#include "core/event.h"

/* The words of the command's program number `index`; NULL when it has none. */
static const char *words_of(const struct vfj_command *command, unsigned index)
{
    static struct vfj_argv argv;
    static char line[2 * VFJ_ARGS_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (!vfj_command_argv(command, index, &argv))
        return NULL;
    vfj_argv_print(&argv, &text);
    return line;
}

static void test_words(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *text, *words;
    } cases[] = {
        {VFJ_COMMAND_PROBE_SYSCTL, "a.b", "sysctl -n a.b"},
        {VFJ_COMMAND_PROBE_IFCONFIG, "", "ifconfig lagg0"},
        {VFJ_COMMAND_PROBE_FILE, "/x", NULL},
        {VFJ_COMMAND_PROBE_SLOT, "0", "sysctl -i hw.hn.vf_transparent dev.hn.0.vf dev.hn.0.rxvf"},
        {VFJ_COMMAND_PROBE_SLOT, "", "sysctl -i hw.hn.vf_transparent"},
        {VFJ_COMMAND_UP, "", "ifconfig lagg0 up"},
        {VFJ_COMMAND_DOWN, "", "ifconfig lagg0 down"},
        {VFJ_COMMAND_LEAVE, "", "ifconfig lagg0 -laggport hn0"},
        {VFJ_COMMAND_CREATE, "", "ifconfig lagg0 create"},
        {VFJ_COMMAND_JOIN_BOTH, "", "ifconfig lagg0 laggproto failover laggport hn0 laggport mce0"},
        {VFJ_COMMAND_JOIN_FIRST, "", "ifconfig lagg0 laggproto failover laggport hn0"},
        {VFJ_COMMAND_JOIN, "", "ifconfig lagg0 laggport hn0"},
        {VFJ_COMMAND_NO_DAD, "", "ifconfig lagg0 inet6 no_dad"},
        {VFJ_COMMAND_RTADV, "", "ifconfig lagg0 inet6 -ifdisabled accept_rtadv"},
        {VFJ_COMMAND_STRIP, "", "ifconfig lagg0 -alias"},
        {VFJ_COMMAND_ADDRESS_ADD, "10.0.0.4/24", "ifconfig lagg0 inet 10.0.0.4/24"},
        {VFJ_COMMAND_ADDRESS_DELETE, "10.0.0.4/24", "ifconfig lagg0 inet 10.0.0.4/24 delete"},
        {VFJ_COMMAND_CONFIGURE, "inet 10.0.0.4/24 mtu 9000", "ifconfig lagg0 inet 10.0.0.4/24 mtu 9000"},
        {VFJ_COMMAND_ROUTE_ADD, "default 10.0.0.1", "route add default 10.0.0.1"},
        {VFJ_COMMAND_DHCLIENT, "", "dhclient lagg0"},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, "", "dhclient -b lagg0"},
        {VFJ_COMMAND_DHCLIENT_STOP, "411", "kill -TERM 411"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_command command = {.kind = (uint8_t)cases[i].kind, .a = vfj_name_of("lagg0")};
        command.b = vfj_name_of("hn0");
        command.c = vfj_name_of("mce0");
        vfj_span_copy(command.text, sizeof command.text, vfj_span_of(cases[i].text));
        const char *words = words_of(&command, 0);
        if ((words == NULL) != (cases[i].words == NULL) || (words != NULL && strcmp(words, cases[i].words) != 0))
            fail_msg("%s: %s", cases[i].words, words);
    }
}

/* A command that failed because what it wants is so already has succeeded. */
static void test_already_so(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        const char *output;
        bool so;
    } cases[] = {
        {VFJ_COMMAND_ROUTE_ADD, "route: message indicates error: File exists", true},
        {VFJ_COMMAND_ROUTE_ADD, "add net default: gateway 10.0.0.1 fib 0: route already in table", true},
        {VFJ_COMMAND_ROUTE_ADD, "Network is unreachable", false},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, "dhclient already running, pid: 7", true},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, "", false},
        {VFJ_COMMAND_DHCLIENT_STOP, "kill: 7: No such process", true},
        {VFJ_COMMAND_DHCLIENT_STOP, "kill: 7: Operation not permitted", false},
        {VFJ_COMMAND_ADDRESS_DELETE, "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address", true},
        {VFJ_COMMAND_ADDRESS_DELETE, "", false},
        {VFJ_COMMAND_LEASE, "", true},
        {VFJ_COMMAND_NO_DAD, "", true},
        {VFJ_COMMAND_RTADV, "", true},
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

/* A record of a command says which slot it is for, and its words; one of a probe, what is asked for. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_already_so),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
