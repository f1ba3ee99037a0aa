/* Tests the grammar of the privileged monitor. It accepts each command that a trace leads to, in
 * both modes and with both policies, and refuses everything else. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/privsep/request.h"
#include "tests/kit/machine.h"
#include "tests/kit/scratch.h"
#include "tools/replay/trace_file.h"

enum { TRACES_LEAST = 400 };

static unsigned seen[VFJ_COMMAND_COUNT];

static void assert_accepted(const struct vfj_command *command)
{
    bool is_file = command->kind == VFJ_COMMAND_PROBE_FILE;
    struct vfj_argv argv;
    for (unsigned i = 0; is_file ? i == 0 : vfj_command_argv(command, i, &argv); i++) {
        struct vfj_request request
            = vfj_request_of(is_file ? VFJ_REQUEST_FILES : VFJ_REQUEST_COMMAND, command, i);
        request.command.limit_ms = is_file ? 0 : command->limit_ms;
        if (!vfj_request_check(&request))
            fail_msg("refused: %s %s %s %s \"%s\", %u ms",
                     vfj_command_kind_name((enum vfj_command_kind)command->kind), command->a.text,
                     command->b.text, command->c.text, command->text, command->limit_ms);
    }
    seen[command->kind]++;
}

static void watch(struct kit_machine *machine, const struct vfj_event *event)
{
    (void)event;
    for (unsigned i = 0; i < machine->decision.command_count; i++)
        assert_accepted(&machine->decision.commands[i]);
}

static void play_trace(const char *path)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_VFJOURNAL, VFJ_POLICY_SCRIPTS};
    static const enum vfj_mode modes[] = {VFJ_MODE_ACT, VFJ_MODE_OBSERVE};
    struct vfj_trace_place place;
    size_t length = 0;
    char *trace = kit_read(path, &length);
    for (size_t i = 0; i < 4; i++) {
        struct kit_machine *machine = kit_machine_open(modes[i % 2], policies[i / 2]);
        machine->watch = watch;
        /* some traces have an error on purpose; their lines before the error are played and
         * count */
        (void)vfj_trace_play((struct vfj_span){trace, length}, &machine->play, &place);
        kit_machine_close(machine);
    }
    free(trace);
}

/* The monitor accepts each command of each trace. The traces have commands of every kind. */
static void test_traces_pass(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("traces/*/*.trace", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= TRACES_LEAST);
    for (size_t i = 0; i < found.gl_pathc; i++)
        play_trace(found.gl_pathv[i]);
    globfree(&found);
    for (unsigned kind = 0; kind < VFJ_COMMAND_COUNT; kind++) {
        if (seen[kind] == 0)
            fail_msg("no trace has a command %s",
                     vfj_command_kind_name((enum vfj_command_kind)kind));
    }
}

struct attempt {
    enum vfj_command_kind kind;
    bool is_accepted;
    const char *a, *text;
};

static bool is_accepted(const struct attempt *attempt, uint32_t limit_ms)
{
    struct vfj_request request = {.kind = VFJ_REQUEST_COMMAND};
    request.command.kind = (uint8_t)attempt->kind;
    request.command.limit_ms = limit_ms;
    if (attempt->a[0] != '\0')
        request.command.a = vfj_name_of(attempt->a);
    vfj_span_copy(request.command.text, sizeof request.command.text, vfj_span_of(attempt->text));
    return vfj_request_check(&request);
}

static void test_texts(void **state)
{
    static const struct attempt attempts[] = {
        {VFJ_COMMAND_ADDRESS_ADD, true, "hn0", "10.0.0.4/24"},
        {VFJ_COMMAND_ADDRESS_ADD, true, "lagg0", "10.0.0.4/24 alias"},
        {VFJ_COMMAND_ADDRESS_ADD, true, "lagg0", "fd00::4/64 alias"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "10.0.0.4/24 destroy"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "10.0.0.4/24 alias alias"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "10.0.0.4/24 alias destroy"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "10.0.0.4/24  alias"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "destroy"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", " alias"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "gateway.example/24"},
        {VFJ_COMMAND_ADDRESS_ADD, false, "lagg0", "10.0.0.4/33"},
        {VFJ_COMMAND_ADDRESS_DELETE, true, "hn0", "10.0.0.4"},
        {VFJ_COMMAND_ADDRESS_DELETE, true, "hn0", "fd00::4"},
        {VFJ_COMMAND_ADDRESS_DELETE, false, "hn0", "10.0.0.4/24"},
        {VFJ_COMMAND_ADDRESS_DELETE, false, "hn0", "10.0.0.4 alias"},
        {VFJ_COMMAND_ADDRESS_DELETE, false, "hn0", "10.0.0.4 destroy"},
        {VFJ_COMMAND_CONFIGURE, true, "lagg0", "inet 10.0.0.4/24 mtu 9000 media auto fib 0"},
        {VFJ_COMMAND_CONFIGURE, true, "lagg0", "inet6 fd00::4/64 vhid 1 advskew 3 alias"},
        {VFJ_COMMAND_CONFIGURE, true, "lagg0", "group a description names"},
        {VFJ_COMMAND_CONFIGURE, false, "hn0", "inet 10.0.0.4/24"},
        {VFJ_COMMAND_CONFIGURE, false, "tun0", "inet 10.0.0.4/24"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "destroy"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "up destroy"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "unplumb"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "create"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "create2"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "plumb"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "name wan"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "vnet 1"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "-vnet 1"},
        {VFJ_COMMAND_CONFIGURE, false, "lagg0", "pass *"},
        {VFJ_COMMAND_NO_DAD, true, "lagg0", ""},
        {VFJ_COMMAND_NO_DAD, false, "hn0", ""},
        {VFJ_COMMAND_RTADV, false, "hn0", ""},
        {VFJ_COMMAND_DHCLIENT, false, "hn0", ""},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, true, "hn0", ""},
        {VFJ_COMMAND_ROUTE_ADD, true, "", "default 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_ADD, true, "", "-net 10.1.0.0/16 10.0.0.9 -mtu 1400"},
        {VFJ_COMMAND_ROUTE_ADD, false, "", "-net 10.1.0.0/16 10.0.0.9 -mtu"},
        {VFJ_COMMAND_ROUTE_CHANGE, true, "",
         "-inet6 fd00:7::/48 -iface lagg0 -ifp lagg0 -mtu 1400"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "-inet6 fd00:7::/48 fd00::9 -mtu"},
        {VFJ_COMMAND_ROUTE_ADD, true, "", "-host 10.0.0.1 -iface lagg0"},
        {VFJ_COMMAND_ROUTE_ADD, true, "", "-inet6 default fe80::1%lagg0"},
        {VFJ_COMMAND_ROUTE_ADD, false, "", "-inet6 -inet default 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_ADD, false, "", "-6 -4 default 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_ADD, false, "", "default"},
        {VFJ_COMMAND_ROUTE_ADD, false, "", "-n flush"},
        {VFJ_COMMAND_ROUTE_ADD, false, "", "default 10.0.0.1 -odd"},
        {VFJ_COMMAND_ROUTE_CHANGE, true, "", "-inet6 default fe80::1%lagg0"},
        {VFJ_COMMAND_ROUTE_CHANGE, true, "", "-inet6 -net fd01::/64 fd00::1"},
        {VFJ_COMMAND_ROUTE_CHANGE, true, "", "-net 172.20.0.0/16 -iface lagg0"},
        {VFJ_COMMAND_ROUTE_CHANGE, true, "", "-host 192.0.2.9 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "-net 172.20.0.0/16"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "default 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "-inet6 -inet default 10.0.0.1"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "-inet6 default 10.0.0.1 -4"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "-inet6 default"},
        {VFJ_COMMAND_ROUTE_CHANGE, false, "", "default -inet6 fd00::1"},
        {VFJ_COMMAND_DHCLIENT_STOP, true, "", "411"},
        {VFJ_COMMAND_DHCLIENT_STOP, false, "", "-1"},
        {VFJ_COMMAND_DHCLIENT_STOP, false, "", "411 -9"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        if (is_accepted(&attempts[i], 1000) != attempts[i].is_accepted)
            fail_msg("%s %s \"%s\"", vfj_command_kind_name(attempts[i].kind), attempts[i].a,
                     attempts[i].text);
    }
}

/* No request runs a program for longer than the row of its command allows. */
static void test_limits(void **state)
{
    static const struct attempt up = {VFJ_COMMAND_UP, true, "hn0", ""};
    const uint32_t most_ms = vfj_command_limit_ms(VFJ_COMMAND_UP);
    struct vfj_request request
        = {.kind = VFJ_REQUEST_RC, .command = {.limit_ms = VFJ_REQUEST_LIMIT_MAX_MS}};
    (void)state;
    assert_true(is_accepted(&up, most_ms));
    assert_true(is_accepted(&up, 1));
    assert_false(is_accepted(&up, most_ms + 1));
    assert_false(is_accepted(&up, UINT32_MAX));
    assert_false(is_accepted(&up, 0));
    assert_true(vfj_request_check(&request));
    request.command.limit_ms++;
    assert_false(vfj_request_check(&request));
}

/* With the option -n, ifconfig(8) loads no kernel module for the name of an interface. Every
 * ifconfig command has -n, except the one that creates laggN. */
static void test_no_modules(void **state)
{
    static struct vfj_paths paths;
    static struct vfj_request_program program;
    struct vfj_command command = {.kind = VFJ_COMMAND_UP, .a = vfj_name_of("mce0")};
    (void)state;
    assert_int_equal(vfj_paths_init(&paths, "/nonexistent"), VFJ_OK);
    struct vfj_request request = vfj_request_of(VFJ_REQUEST_COMMAND, &command, 0);
    assert_int_equal(vfj_request_prepare(&request, &paths, &program), 0);
    assert_int_equal(program.argv.count, 4);
    assert_string_equal(program.argv.words[1], "-n");
    assert_string_equal(program.argv.words[2], "mce0");
    assert_string_equal(program.argv.words[3], "up");
    assert_null(program.argv.words[4]);
    command = (struct vfj_command){.kind = VFJ_COMMAND_CREATE, .a = vfj_name_of("lagg0")};
    request = vfj_request_of(VFJ_REQUEST_COMMAND, &command, 0);
    assert_int_equal(vfj_request_prepare(&request, &paths, &program), 0);
    assert_string_equal(program.argv.words[1], "lagg0");
    /* a text may fill an argv, and -n fits in it, too */
    command = (struct vfj_command){.kind = VFJ_COMMAND_CONFIGURE, .a = vfj_name_of("lagg0")};
    for (size_t i = 0; vfj_command_is_well_formed(&command) || i == 0; i++)
        memcpy(command.text + 2 * i, "x ", 2);
    command.text[strlen(command.text) - 2] = '\0';
    assert_true(vfj_command_is_well_formed(&command));
    request = vfj_request_of(VFJ_REQUEST_COMMAND, &command, 0);
    assert_int_equal(vfj_request_prepare(&request, &paths, &program), 0);
    assert_int_equal(program.argv.count, VFJ_WORDS_MAX);
    assert_null(program.argv.words[VFJ_WORDS_MAX]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traces_pass),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_no_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
