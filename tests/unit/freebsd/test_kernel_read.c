/* Tests that an observation that is read from the kernel equals the one that is parsed from the
 * output of programs, both in one process and when the monitor reads for the daemon. The
 * functions at the beginning of this file simulate the kernel: they are linked in place of the
 * adapter's functions. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/guest/kernel.h"
#include "adapters/freebsd/guest/kernel_read.h"
#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/privsep/monitor.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

enum { SYSCTLS_MAX = 8, INTERFACES_MAX = 8 };

/* The simulated kernel. */
static struct {
    struct {
        const char *name, *value;
    } sysctls[SYSCTLS_MAX];
    unsigned interface_count;
    struct vfj_interface interfaces[INTERFACES_MAX];
    struct vfj_default_route route, route6;
    /* errno of each function; 0: it succeeds */
    int sysctl_error, interfaces_error, counters_error, route_error, routes_error;
    unsigned route_count;
    struct vfj_table_route routes[8];
} kernel;

bool vfj_kernel_answers(void)
{
    return true;
}

int vfj_kernel_sysctl(const char *name, char *value, size_t size)
{
    if (kernel.sysctl_error != 0)
        return kernel.sysctl_error;
    for (unsigned i = 0; i < SYSCTLS_MAX && kernel.sysctls[i].name != NULL; i++) {
        if (strcmp(kernel.sysctls[i].name, name) == 0) {
            (void)vfj_span_copy(value, size, vfj_span_of(kernel.sysctls[i].value));
            return 0;
        }
    }
    return ENOENT;
}

static bool is_wanted(struct vfj_name name, const struct vfj_name *wanted, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (vfj_name_equal(wanted[i], name))
            return true;
    }
    return false;
}

int vfj_kernel_counters(struct vfj_name name, struct vfj_counters *counters)
{
    *counters = vfj_counters_unknown();
    counters->out = (int64_t)strlen(name.text);
    counters->options = 0x8000b;
    return kernel.counters_error;
}

int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *tell,
                          void *context)
{
    if (kernel.interfaces_error != 0)
        return kernel.interfaces_error;
    for (unsigned i = 0; i < kernel.interface_count; i++) {
        struct vfj_interface interface = kernel.interfaces[i];
        if (!is_wanted(interface.name, wanted, count))
            interface.address_count = 0;
        tell(context, &interface);
    }
    return 0;
}

int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route)
{
    *route = inet6 ? kernel.route6 : kernel.route;
    return kernel.route_error;
}

int vfj_kernel_routes(const struct vfj_name *through, unsigned count, vfj_table_route_fn *found,
                      void *context)
{
    for (unsigned i = 0; i < kernel.route_count && kernel.routes_error == 0; i++) {
        if (is_wanted(kernel.routes[i].interface, through, count))
            found(context, &kernel.routes[i]);
    }
    return kernel.routes_error;
}

static struct vfj_interface *add_interface(const char *name)
{
    struct vfj_interface *interface = &kernel.interfaces[kernel.interface_count++];
    *interface = (struct vfj_interface){
        .name = vfj_name_of(name), .exists = true, .up = true, .mtu = 1500};
    return interface;
}

static void add_address(struct vfj_interface *interface, const char *text)
{
    struct vfj_address address;
    assert_true(vfj_address_parse(vfj_span_of(text), &address));
    assert_true(vfj_interface_add_address(interface, &address));
}

/* Makes a guest with hn0 and its VF mce0 in lagg0, and another hn. */
static int make_guest(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof kernel);
    kernel.sysctls[0].name = "hw.hn.vf_transparent";
    kernel.sysctls[0].value = "0";
    kernel.sysctls[1].name = "hw.hn.vflist";
    kernel.sysctls[1].value = "mce0";
    kernel.sysctls[2].name = "hw.hn.vfmap";
    kernel.sysctls[2].value = "mce0:hn0";
    kernel.sysctls[3].name = "dev.hn.0.vf";
    kernel.sysctls[3].value = "mce0";
    kernel.sysctls[4].name = "dev.hn.0.rxvf";
    kernel.sysctls[4].value = "";
    add_address(add_interface("hn1"), "10.0.1.4/24");
    add_interface("hn0")->link = VFJ_LINK_DOWN;
    add_interface("mce0")->link = VFJ_LINK_UP;
    struct vfj_interface *lagg = add_interface("lagg0");
    lagg->laggproto = VFJ_LAGGPROTO_FAILOVER;
    add_address(lagg, "10.0.0.4/24");
    add_address(lagg, "fd00::4/64");
    vfj_interface_add_port(lagg, vfj_name_of("hn0"));
    vfj_interface_add_port(lagg, vfj_name_of("mce0"));
    assert_true(vfj_address_parse(vfj_span_of("10.0.0.1"), &kernel.route.gateway));
    kernel.route.interface = vfj_name_of("lagg0");
    assert_true(vfj_address_parse(vfj_span_of("fe80::1"), &kernel.route6.gateway));
    kernel.route6.interface = vfj_name_of("hn0");
    kernel.route6.is_static = true;
    return 0;
}

static struct vfj_command probe(enum vfj_command_kind kind, const char *a, const char *text)
{
    struct vfj_command command = {.id = 7, .kind = (uint8_t)kind, .limit_ms = 5000};
    if (a[0] != '\0')
        command.a = vfj_name_of(a);
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(text));
    return command;
}

static struct vfj_command probe_slot(void)
{
    struct vfj_command command = probe(VFJ_COMMAND_PROBE_SLOT, "hn0", "0");
    command.b = vfj_name_of("lagg0");
    return command;
}

static void set_paths(struct vfj_paths *paths)
{
    assert_int_equal(vfj_paths_init(paths, kit_path("root")), VFJ_OK);
    vfj_paths_set(paths->sysctl, kit_program("sysctl", "echo by a program"));
}

static void assert_body(const struct vfj_observation *observation, const char *expected)
{
    char body[VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_observation_encode(observation, &text);
    assert_string_equal(body, expected);
}

static void assert_read(const struct vfj_command *command, const char *expected)
{
    struct vfj_paths paths;
    struct vfj_observation observation;
    set_paths(&paths);
    memset(&observation, 'x', sizeof observation);
    assert_true(vfj_kernel_read(&paths, command, &observation));
    assert_body(&observation, expected);
}

static const char slot_body[]
    = "command=7 probe=slot ok=1 hn=hn0 transparent=0 vf=mce0 hn_lagg=lagg0 vf_lagg=lagg0 gateway=10.0.0.1"
      " gateway_on_lagg=1 gateway6=fe80::1 hn_if=hn0 hn_flags=exists,up hn_link=2 hn_mtu=1500 vf_if=mce0 "
      "vf_flags=exists,up vf_link=1"
      " vf_mtu=1500 lagg_if=lagg0 lagg_flags=exists,up lagg_mtu=1500 lagg_laggproto=1 lagg_address=10.0.0.4/24"
      " lagg_address=fd00::4/64 lagg_port=hn0 lagg_port=mce0";

static void test_slot(void **state)
{
    const struct vfj_command command = probe_slot();
    (void)state;
    assert_read(&command, slot_body);
}

/* A snapshot that is read from the kernel has the interfaces' counters. One that is made from
 * programs' output has none. */
static void test_snapshot(void **state)
{
    static const char *const sysctls[][2] = {
        {"hw.hn.vf_transparent", "1"},      {"dev.hn.0.vf", "mce0"},
        {"dev.hn.0.vf_xpnt_enabled", "0"},  {"dev.hn.0.rx.0.packets", "5"},
        {"dev.hn.0.tx.0.packets", "30"},    {"dev.hn.0.tx.1.packets", "4"},
        {"dev.mlx5_core.0.%location", "x"},
    };
    struct vfj_command command = probe(VFJ_COMMAND_PROBE_SNAPSHOT, "hn0", "0");
    (void)state;
    for (size_t i = 0; i < sizeof sysctls / sizeof sysctls[0]; i++) {
        kernel.sysctls[i].name = sysctls[i][0];
        kernel.sysctls[i].value = sysctls[i][1];
    }
    command.c = vfj_name_of("mce0");
    assert_read(
        &command,
        "command=7 probe=snapshot ok=1 transparent=1 vf=mce0 enabled=0 synthetic_in=5 "
        "synthetic_out=34 vf_dhclient=0 location=x hn_out=3 hn_options=524299 hn_if=hn0 hn_flags=exists,up "
        "hn_link=2 hn_mtu=1500 vf_out=4 vf_options=524299 vf_if=mce0 vf_flags=exists,up "
        "vf_link=1 vf_mtu=1500");
}

/* A default route through another interface is not recorded for the slot, and neither is one
 * that a router advertised. */
static void test_slot_alone(void **state)
{
    const struct vfj_command command = probe_slot();
    (void)state;
    kernel.route.interface = vfj_name_of("hn1");
    kernel.route6.is_static = false;
    kernel.interface_count = 2;
    kernel.sysctls[0].name = NULL;
    assert_read(
        &command,
        "command=7 probe=slot ok=1 hn=hn0 hn_if=hn0 hn_flags=exists,up hn_link=2 hn_mtu=1500 lagg_if=lagg0");
}

static void add_table_route(const char *destination, const char *gateway, const char *interface)
{
    struct vfj_table_route *route = &kernel.routes[kernel.route_count++];
    memset(route, 0, sizeof *route);
    assert_true(vfj_address_parse(vfj_span_of(destination), &route->destination));
    if (gateway[0] != '\0')
        assert_true(vfj_address_parse(vfj_span_of(gateway), &route->gateway));
    route->interface = vfj_name_of(interface);
}

/* An observation has the routes through hn and laggN, in the order of their destinations. It
 * reports too many routes when a route has a router of another family, and when the routing table
 * cannot be read. */
static void test_routes(void **state)
{
    const struct vfj_command command = probe_slot();
    struct vfj_paths paths;
    struct vfj_observation observation;
    (void)state;
    set_paths(&paths);
    add_table_route("192.0.2.9", "10.0.0.3", "lagg0");
    add_table_route("172.16.0.0/12", "10.0.1.3", "hn1");
    add_table_route("10.9.0.0/16", "", "hn0");
    assert_true(vfj_kernel_read(&paths, &command, &observation));
    assert_int_equal(observation.as.view.routes.count, 2);
    assert_false(observation.as.view.routes.truncated);
    assert_string_equal(observation.as.view.routes.list[0].destination.text, "10.9.0.0/16");
    assert_false(observation.as.view.routes.list[0].on_lagg);
    assert_string_equal(observation.as.view.routes.list[1].gateway.text, "10.0.0.3");
    assert_true(observation.as.view.routes.list[1].on_lagg);
    kernel.routes[0].mtu = 1400;
    kernel.routes[2].mtu = 1500;
    assert_true(vfj_kernel_read(&paths, &command, &observation));
    assert_int_equal(observation.as.view.routes.list[0].mtu, 0); /* that of hn0, which has 1500 */
    assert_int_equal(observation.as.view.routes.list[1].mtu, 1400);
    kernel.routes[0].is_mixed = true;
    assert_true(vfj_kernel_read(&paths, &command, &observation));
    assert_int_equal(observation.as.view.routes.count, 1);
    assert_true(observation.as.view.routes.truncated);
    kernel.routes_error = E2BIG;
    assert_true(vfj_kernel_read(&paths, &command, &observation));
    assert_true(observation.ok && observation.as.view.routes.truncated);
    kernel.routes_error = EOPNOTSUPP;
    assert_false(vfj_kernel_read(&paths, &command, &observation));
}

/* hn0 is used by VLANs and a bridge, and is in no lagg. Only the kind of use that is found first
 * is reported. */
static void test_users(void **state)
{
    const struct vfj_command command = probe_slot();
    (void)state;
    kernel.interface_count = 2;
    kernel.sysctls[0].name = NULL;
    kernel.route.interface = vfj_name_of("hn1");
    kernel.route6.is_static = false;
    for (unsigned i = 0; i < 2; i++) {
        struct vfj_interface *vlan = add_interface(i == 0 ? "hn0.10" : "trunk");
        vlan->use = VFJ_USE_VLAN;
        vfj_interface_add_port(vlan, vfj_name_of("hn0"));
    }
    struct vfj_interface *bridge = add_interface("bridge0");
    bridge->use = VFJ_USE_BRIDGE;
    vfj_interface_add_port(bridge, vfj_name_of("tap0"));
    vfj_interface_add_port(bridge, vfj_name_of("hn0"));
    assert_read(&command,
                "command=7 probe=slot ok=1 hn=hn0 hn_if=hn0 hn_flags=exists,up hn_link=2 "
                "hn_mtu=1500 hn_use=vlan hn_port=hn0.10 hn_port=trunk lagg_if=lagg0");
}

static void test_map(void **state)
{
    const struct vfj_command command = probe(VFJ_COMMAND_PROBE_MAP, "", "");
    (void)state;
    assert_read(&command,
                "command=7 probe=map ok=1 transparent=0 has_list=1 vf=mce0 hn=hn0 unit=0");
    kernel.sysctls[0].name = NULL;
    assert_read(&command, "command=7 probe=map ok=1");
}

/* The value of hw.hn.vfmap is longer than the longest line of sysctl(8) that the parser accepts.
 * The map is then truncated. */
static void test_long_map(void **state)
{
    const struct vfj_command command = probe(VFJ_COMMAND_PROBE_MAP, "", "");
    static char value[3 * 4096];
    struct vfj_paths paths;
    struct vfj_observation observation;
    (void)state;
    for (size_t at = 0; at + 16 < sizeof value; at += strlen(value + at))
        (void)snprintf(value + at, sizeof value - at, "mce%zu:hn%zu ", at % 1000, at % 1000);
    kernel.sysctls[2].value = value;
    set_paths(&paths);
    assert_true(vfj_kernel_read(&paths, &command, &observation));
    assert_true(observation.ok);
    assert_true(observation.as.map.truncated);
    assert_int_equal(observation.as.map.pair_count, VFJ_SLOTS_MAX);
}

static void test_interface(void **state)
{
    struct vfj_command command = probe(VFJ_COMMAND_PROBE_IFCONFIG, "lagg0", "");
    (void)state;
    assert_read(
        &command,
        "command=7 probe=ifconfig ok=1 if_if=lagg0 if_flags=exists,up if_mtu=1500 if_laggproto=1"
        " if_address=10.0.0.4/24 if_address=fd00::4/64 if_port=hn0 if_port=mce0");
    command.a = vfj_name_of("lagg1");
    assert_read(&command, "command=7 probe=ifconfig if_if=lagg1");
}

static void test_value(void **state)
{
    struct vfj_command command = probe(VFJ_COMMAND_PROBE_SYSCTL, "", "hw.hn.vfmap");
    (void)state;
    assert_read(&command, "command=7 probe=sysctl ok=1 value=mce0:hn0");
    kernel.sysctls[2].value = "one\ntwo";
    assert_read(&command, "command=7 probe=sysctl ok=1 value=one");
    command = probe(VFJ_COMMAND_PROBE_SYSCTL, "", "hw.hn.nothing");
    assert_read(&command, "command=7 probe=sysctl value=\"\"");
}

/* An error about the guest gives an observation that is not ok. Another error means that this
 * kernel cannot be read: vfj_kernel_read() then returns false. */
static void test_errors(void **state)
{
    static const int for_programs[]
        = {ENOSYS, EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT, ETIMEDOUT, EBADMSG};
    const struct vfj_command slot = probe_slot(), map = probe(VFJ_COMMAND_PROBE_MAP, "", ""),
                             file = probe(VFJ_COMMAND_PROBE_FILE, "", "/var/run/dhclient.hn0.pid");
    struct vfj_paths paths;
    struct vfj_observation observation;
    int *const places[] = {&kernel.sysctl_error, &kernel.interfaces_error, &kernel.route_error};
    (void)state;
    set_paths(&paths);
    for (unsigned place = 0; place < 3; place++) {
        for (unsigned i = 0; i < sizeof for_programs / sizeof for_programs[0]; i++) {
            *places[place] = for_programs[i];
            assert_false(vfj_kernel_read(&paths, &slot, &observation));
        }
        *places[place] = EPERM;
        assert_true(vfj_kernel_read(&paths, &slot, &observation));
        assert_false(observation.ok);
        *places[place] = 0;
    }
    kernel.sysctl_error = EPERM;
    assert_true(vfj_kernel_read(&paths, &map, &observation));
    assert_false(observation.ok);
    assert_false(vfj_kernel_read(&paths, &file, &observation));
}

/* The tests below run the prober, with and without a monitor. */

struct bench {
    struct vfj_paths paths;
    struct event_base *base;
    struct vfj_monitor *monitor;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_prober *prober;
    unsigned count;
    struct vfj_observation observed;
};

static void on_observed(void *context, const struct vfj_observation *observation)
{
    struct bench *bench = context;
    bench->observed = *observation;
    bench->count++;
    event_base_loopbreak(bench->base);
}

static void be_silent(const char *line)
{
    (void)line;
}

static void on_gone(void *context)
{
    (void)context;
    fail();
}

/* Opens a bench. With `monitor`, forks the monitor, which keeps a copy of the simulated kernel
 * as it is at that time. */
static struct bench *open_bench(bool monitor)
{
    struct vfj_monitor_settings settings = {.log = be_silent};
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    set_paths(&bench->paths);
    settings.paths = bench->paths;
    bench->monitor = monitor ? vfj_monitor_start(&settings) : NULL;
    bench->base = event_base_new();
    assert_non_null(bench->base);
    bench->dispatch = vfj_dispatch_open(bench->base, &bench->paths, bench->monitor, on_gone, bench);
    assert_non_null(bench->dispatch);
    bench->children = vfj_children_open(bench->base, bench->dispatch);
    bench->prober = vfj_prober_open(bench->children, bench->dispatch, VFJ_PROBE_WAY_KERNEL,
                                    on_observed, bench);
    assert_non_null(bench->prober);
    return bench;
}

static void close_bench(struct bench *bench)
{
    vfj_dispatch_close(bench->dispatch);
    vfj_children_close(bench->children);
    vfj_prober_close(bench->prober);
    event_base_free(bench->base);
    vfj_monitor_end(bench->monitor);
    free(bench);
}

static void run(struct bench *bench, const struct vfj_command *command)
{
    bench->count = 0;
    vfj_prober_run(bench->prober, command);
    assert_int_equal(bench->count, 0); /* vfj_prober_run() itself reports no observation */
    assert_int_equal(event_base_dispatch(bench->base), 0);
    assert_int_equal(bench->count, 1);
}

static void assert_prober(bool monitor, const struct vfj_command *command, const char *expected)
{
    struct bench *bench = open_bench(monitor);
    run(bench, command);
    assert_body(&bench->observed, expected);
    close_bench(bench);
}

static void test_prober(void **state)
{
    const struct vfj_command command = probe_slot();
    (void)state;
    assert_prober(false, &command, slot_body);
    assert_prober(true, &command, slot_body);
}

static void test_prober_falls_back(void **state)
{
    const struct vfj_command command = probe(VFJ_COMMAND_PROBE_SYSCTL, "", "hw.hn.vfmap");
    (void)state;
    kernel.sysctl_error = EOPNOTSUPP;
    assert_prober(false, &command, "command=7 probe=sysctl ok=1 value=\"by a program\"");
    assert_prober(true, &command, "command=7 probe=sysctl ok=1 value=\"by a program\"");
}

/* An observation takes many replies of the monitor. Before it is complete, other requests are
 * made. */
static void test_prober_long(void **state)
{
    const struct vfj_command slot = probe_slot(), map = probe(VFJ_COMMAND_PROBE_MAP, "", "");
    struct bench *bench;
    char address[VFJ_ADDRESS_SIZE], whole[VFJ_BODY_MAX];
    struct vfj_observation observation;
    struct vfj_text text = vfj_text_begin(whole, sizeof whole);
    (void)state;
    for (unsigned i = 1; i < 4; i++) {
        struct vfj_interface *interface = &kernel.interfaces[i];
        while (interface->address_count < VFJ_ADDRESSES_MAX) {
            (void)snprintf(address, sizeof address, "2001:db8:ffff:%u:ffff:ffff:ffff:%u/128",
                           i + 1000, interface->address_count + 1000U);
            add_address(interface, address);
        }
    }
    bench = open_bench(true);
    assert_true(vfj_kernel_read(&bench->paths, &slot, &observation));
    vfj_observation_encode(&observation, &text);
    assert_true(text.length > 3 * VFJ_REPLY_PART_SIZE);
    vfj_prober_run(bench->prober, &slot);
    vfj_prober_run(bench->prober, &map);
    vfj_prober_run(bench->prober, &slot);
    while (bench->count < 3) {
        assert_int_equal(event_base_dispatch(bench->base), 0);
        assert_body(&bench->observed,
                    bench->count == 2
                        ? "command=7 probe=map ok=1 transparent=0 has_list=1 vf=mce0 hn=hn0 unit=0"
                        : whole);
    }
    close_bench(bench);
}

/* The daemon does not trust the monitor's replies. When a reply has a malformed observation, the
 * observation is not ok. */
static void test_prober_refuses(void **state)
{
    const struct vfj_command command = probe_slot();
    (void)state;
    memcpy(kernel.interfaces[3].ports[0].text, "a b", 4);
    assert_prober(true, &command, "command=7 probe=slot hn=hn0");
}

/* The prober drops its requests and is closed before the replies arrive. */
static void test_prober_forgets(void **state)
{
    const struct vfj_command command = probe_slot();
    (void)state;
    for (unsigned monitor = 0; monitor < 2; monitor++) {
        struct bench *bench = open_bench(monitor != 0);
        vfj_prober_run(bench->prober, &command);
        vfj_prober_forget(bench->prober);
        vfj_prober_run(bench->prober, &command);
        assert_int_equal(event_base_dispatch(bench->base), 0);
        assert_int_equal(bench->count, 1);
        vfj_prober_run(bench->prober, &command);
        close_bench(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_slot, make_guest),
        cmocka_unit_test_setup(test_snapshot, make_guest),
        cmocka_unit_test_setup(test_slot_alone, make_guest),
        cmocka_unit_test_setup(test_routes, make_guest),
        cmocka_unit_test_setup(test_users, make_guest),
        cmocka_unit_test_setup(test_map, make_guest),
        cmocka_unit_test_setup(test_long_map, make_guest),
        cmocka_unit_test_setup(test_interface, make_guest),
        cmocka_unit_test_setup(test_value, make_guest),
        cmocka_unit_test_setup(test_errors, make_guest),
        cmocka_unit_test_setup(test_prober, make_guest),
        cmocka_unit_test_setup(test_prober_falls_back, make_guest),
        cmocka_unit_test_setup(test_prober_long, make_guest),
        cmocka_unit_test_setup(test_prober_refuses, make_guest),
        cmocka_unit_test_setup(test_prober_forgets, make_guest),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
