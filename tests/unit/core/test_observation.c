/* Tests that the records of observations are written correctly, and can be read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/observation.h"
#include "core/limits.h"

static uint64_t random_state = 1;

static uint64_t roll(uint64_t sides)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % sides;
}

static void any_text(char *text, size_t size)
{
    size_t length = roll(8) == 0 ? size - 1 : roll(size < 40 ? size : 40);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(1 + roll(255));
}

static struct vfj_name any_name(void)
{
    static const char first[] = "abcXYZ", later[] = "abc019_.-";
    struct vfj_name name = {{0}};
    size_t length = roll(VFJ_NAME_SIZE);
    for (size_t i = 0; i < length; i++)
        name.text[i] = i == 0 ? first[roll(sizeof first - 1)] : later[roll(sizeof later - 1)];
    return name;
}

static struct vfj_name some_name(void)
{
    struct vfj_name name = any_name();
    return vfj_name_is_empty(name) ? vfj_name_of("hn0") : name;
}

static void any_address(struct vfj_address *address)
{
    static const char *const texts[] = {"10.0.0.4/24", "2001:db8::4/64",
                                        "::", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128"};
    const char *text = texts[roll(4)];
    assert_true(vfj_address_parse(vfj_span_of(text), address) == (strlen(text) < VFJ_ADDRESS_SIZE));
    if (address->text[0] == '\0')
        address->text[0] = 'a';
}

static void any_interface(struct vfj_interface *interface)
{
    interface->name = any_name();
    interface->exists = roll(2);
    interface->up = roll(2);
    interface->no_dad = roll(2);
    interface->rtadv = roll(2);
    interface->ifdisabled = roll(2);
    interface->truncated = roll(2);
    interface->carp = roll(2);
    interface->use = (uint8_t)roll(VFJ_USE_COUNT);
    interface->link = (uint8_t)roll(3);
    interface->laggproto = (uint8_t)roll(3);
    interface->mtu = roll(3) == 0 ? UINT32_MAX : (uint32_t)roll(10000);
    interface->address_count = (uint8_t)(roll(4) == 0 ? VFJ_ADDRESSES_MAX : roll(3));
    interface->port_count = (uint8_t)(roll(4) == 0 ? VFJ_PORTS_MAX : roll(3));
    for (unsigned i = 0; i < interface->address_count; i++)
        any_address(&interface->addresses[i]);
    for (unsigned i = 0; i < interface->port_count; i++)
        interface->ports[i] = some_name();
}

static void any_map(struct vfj_map *map)
{
    map->transparent = (int32_t)roll(3) - 1;
    map->has_list = roll(2);
    map->truncated = roll(2);
    map->pair_count = (uint8_t)(roll(4) == 0 ? VFJ_SLOTS_MAX : roll(4));
    for (unsigned i = 0; i < map->pair_count; i++) {
        map->pairs[i].vf = some_name();
        map->pairs[i].hn = any_name();
    }
}

static void any_routes(struct vfj_kept_routes *routes)
{
    uint64_t count = roll(4) == 0 ? 2 * VFJ_KEPT_ROUTES_MAX : roll(3);
    for (unsigned i = 0; i < count; i++) {
        struct vfj_kept_route route = {.on_lagg = roll(2)};
        char text[32];
        snprintf(text, sizeof text, "10.%u.0.0/16", (unsigned)roll(100));
        assert_true(vfj_address_parse(vfj_span_of(text), &route.destination));
        if (roll(2) == 0)
            any_address(&route.gateway);
        if (roll(2) == 0)
            route.mtu = (uint16_t)(1 + roll(UINT16_MAX));
        vfj_kept_routes_add(routes, &route);
    }
}

static void any_view(struct vfj_view *view)
{
    view->hn_name = any_name();
    view->vf_name = any_name();
    view->rxvf = any_name();
    view->transparent = roll(2) == 0 ? INT32_MIN : (int32_t)roll(3) - 1;
    view->script = (uint8_t)roll(VFJ_OWN_SCRIPT_COUNT);
    any_text(view->script_refused, roll(2) == 0 ? 1 : sizeof view->script_refused);
    view->lease = roll(2);
    view->hn_dhclient = roll(3) * 1000;
    view->vf_dhclient = roll(3) * 1000;
    view->lagg_dhclient = roll(2) * INT32_MAX;
    view->hn_lagg = any_name();
    view->vf_lagg = any_name();
    any_interface(&view->hn);
    any_interface(&view->vf);
    any_interface(&view->lagg);
    if (roll(2) == 0)
        any_address(&view->gateway);
    view->gateway_on_lagg = roll(2);
    if (roll(2) == 0)
        any_address(&view->gateway6);
    view->gateway6_on_lagg = roll(2);
    any_routes(&view->routes);
}

static int64_t any_count(void)
{
    const int64_t counts[] = {VFJ_COUNT_UNKNOWN, 0, 1, 1500, VFJ_COUNT_MAX};
    return counts[roll(sizeof counts / sizeof counts[0])];
}

static void any_end(struct vfj_end *end)
{
#define X(key, member) end->counters.member = any_count();
    VFJ_COUNTERS(X)
#undef X
    any_text(end->counters.media, sizeof end->counters.media);
    any_interface(&end->interface);
}

static void any_snapshot(struct vfj_hn_snapshot *snapshot)
{
    snapshot->transparent = (int32_t)roll(3) - 1;
#define X(key, member) snapshot->member = any_count();
    VFJ_HN_SNAPSHOT_COUNTS(X)
#undef X
    snapshot->has_vf_name = roll(2);
    if (snapshot->has_vf_name)
        snapshot->vf_name = any_name();
    any_text(snapshot->location, sizeof snapshot->location);
    any_end(&snapshot->hn);
    any_end(&snapshot->vf);
}

static void any_observation(struct vfj_observation *observation)
{
    memset(observation, 0, sizeof *observation);
    observation->command = roll(2) == 0 ? UINT64_MAX : roll(1000);
    observation->probe = (uint8_t)roll(VFJ_PROBE_SNAPSHOT + 1);
    observation->ok = roll(2);
    switch ((enum vfj_probe)observation->probe) {
    case VFJ_PROBE_SYSCTL:
        any_text(observation->as.value, sizeof observation->as.value);
        break;
    case VFJ_PROBE_IFCONFIG:
        any_interface(&observation->as.interface);
        break;
    case VFJ_PROBE_FILE:
        observation->as.file.exists = roll(2);
        any_text(observation->as.file.text, sizeof observation->as.file.text);
        break;
    case VFJ_PROBE_MAP:
        any_map(&observation->as.map);
        break;
    case VFJ_PROBE_SLOT:
        any_view(&observation->as.view);
        break;
    case VFJ_PROBE_SNAPSHOT:
        any_snapshot(&observation->as.snapshot);
        break;
    }
}

static void test_round_trip(void **unused)
{
    static struct vfj_observation observation, read;
    static char body[VFJ_BODY_MAX];
    (void)unused;
    for (unsigned round = 0; round < 5000; round++) {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        any_observation(&observation);
        vfj_observation_encode(&observation, &text);
        assert_false(text.overflow);
        if (vfj_observation_decode((struct vfj_span){body, text.length}, &read) != VFJ_OK)
            fail_msg("not read: %s", body);
        if (memcmp(&observation, &read, sizeof read) != 0)
            fail_msg("read otherwise: %s", body);
    }
}

/* A body that is cut off at any byte is read or refused, without reading past its end. */
static void test_truncations(void **unused)
{
    static struct vfj_observation observation, read;
    static char body[VFJ_BODY_MAX];
    (void)unused;
    for (unsigned round = 0; round < 60; round++) {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        any_observation(&observation);
        vfj_observation_encode(&observation, &text);
        for (size_t length = 0; length < text.length; length += length < 200 ? 1 : 37) {
            char *cut = malloc(length > 0 ? length : 1);
            assert_non_null(cut);
            memcpy(cut, body, length);
            vfj_observation_decode((struct vfj_span){cut, length}, &read);
            free(cut);
        }
    }
}

static void test_refused(void **unused)
{
    static const char *const bodies[] = {
        "",
        "command=1",
        "probe=map command=1",
        "command=x probe=map",
        "command=1 probe=dance",
        "command=1 probe=map ok=2",
        "command=1 probe=map ok=\"1\"",
        "command=1 probe=map vf=mce0 hn=hn0 hn=../x",
        "command=1 probe=map hn=hn0",
        "command=1 probe=map vf=0bad",
        "command=1 probe=map unit=0",
        "command=1 probe=map vf=mce0 unit=32",
        "command=1 probe=map vf=mce0 unit=x",
        "command=1 probe=map unknown=1",
        "command=1 probe=map transparent=99999999999",
        "command=1 probe=map transparent=-99999999999",
        "command=1 probe=map transparent=\"1\"",
        "command=1 probe=slot hn_mtu=\"1500\"",
        "command=1 probe=map transparent=x",
        "command=1 other=map",
        "command=1 probe=sysctl",
        "command=1 probe=sysctl other=1 value=x",
        "command=1 probe=ifconfig if_if=hn0 if_flags=up,flying",
        "command=1 probe=ifconfig if_link=3",
        "command=1 probe=ifconfig if_laggproto=3",
        "command=1 probe=ifconfig if_mtu=4294967296",
        "command=1 probe=ifconfig if_address=hello",
        "command=1 probe=ifconfig if_port=a;b",
        "command=1 probe=ifconfig hn_if=hn0",
        "command=1 probe=ifconfig if_if=\"hn0\"",
        "command=1 probe=ifconfig if_color=1",
        "command=1 probe=slot hn_dhclient=2147483648",
        "command=1 probe=slot if_if=hn0",
        "command=1 probe=slot script=yes",
        "command=1 probe=slot script=3",
        "command=1 probe=slot route=\"\"",
        "command=1 probe=slot route=hello",
        "command=1 probe=slot route=\"10.1.0.0/16 hello\"",
        "command=1 probe=slot route=\"10.1.0.0/16 10.0.0.9 x\"",
        "command=1 probe=slot route=\"10.1.0.0/16 10.0.0.9 mtu=1400 x\"",
        "command=1 probe=slot route=\"10.1.0.0/16 mtu=1400 10.0.0.9\"",
        "command=1 probe=slot route=\"10.1.0.0/16 mtu=\"",
        "command=1 probe=slot route=\"10.1.0.0/16 mtu=0\"",
        "command=1 probe=slot route=\"10.1.0.0/16 mtu=65536\"",
        "command=1 probe=slot route=\"10.1.0.0/16 10.0.0.9 mtu=x\"",
        "command=1 probe=slot route=\"mtu=1400\"",
        "command=1 probe=slot route=10.1.0.0/16 route_on_lagg=10.1.0.0/16",
        "command=1 probe=slot routes_truncated=2",
        "command=1 probe=slot route=\"10.1.0.0/16 10.0.0.9 10.0.0.9 10.0.0.9 10.0.0.9 10.0.0.9 "
        "10.0.0.9 10.0.0.9 10.0.0.9 10.0.0.9 10.0.0.9 10.0.0.9 10.0.0.9\"",
        "command=1 probe=file exists=1 text=\"open",
        "command=1 probe=file exists=1 name=x",
    };
    static struct vfj_observation read;
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        /* only this body is accepted, since an empty value is valid */
        bool is_empty_value = strcmp(bodies[i], "command=1 probe=sysctl") == 0;
        if ((vfj_observation_decode(vfj_span_of(bodies[i]), &read) == VFJ_OK) != is_empty_value)
            fail_msg("%s", bodies[i]);
    }
}

/* Checks that `most` items are read, and that one more item is refused. */
static void check_count(const char *before, const char *item, unsigned most)
{
    static struct vfj_observation read;
    static char body[VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_text_add(&text, before);
    for (unsigned i = 0; i < most; i++)
        vfj_text_add(&text, item);
    assert_int_equal(vfj_observation_decode((struct vfj_span){body, text.length}, &read), VFJ_OK);
    vfj_text_add(&text, item);
    assert_int_equal(vfj_observation_decode((struct vfj_span){body, text.length}, &read),
                     VFJ_BAD_BODY);
}

static void test_limits(void **unused)
{
    (void)unused;
    check_count("command=1 probe=ifconfig", " if_address=10.0.0.4/24", VFJ_ADDRESSES_MAX);
    check_count("command=1 probe=ifconfig", " if_port=mce0", VFJ_PORTS_MAX);
    check_count("command=1 probe=map", " vf=mce0 hn=hn0", VFJ_SLOTS_MAX);
    check_count("command=1 probe=slot", " lagg_port=mce0", VFJ_PORTS_MAX);
}

/* The list of routes is sorted by destination, whatever the order in which they were added. It has
 * one route for each destination. A route for which it has no room sets `truncated`. */
static void test_routes(void **unused)
{
    static struct vfj_kept_routes routes, more;
    struct vfj_kept_route route = {.on_lagg = true};
    (void)unused;
    for (unsigned i = VFJ_KEPT_ROUTES_MAX; i-- > 0;) {
        snprintf(route.destination.text, sizeof route.destination.text, "10.%u.0.0/16", 10 + i);
        vfj_kept_routes_add(&routes, &route);
        vfj_kept_routes_add(&routes, &route);
    }
    assert_int_equal(routes.count, VFJ_KEPT_ROUTES_MAX);
    assert_false(routes.truncated);
    for (unsigned i = 1; i < routes.count; i++)
        assert_true(strcmp(routes.list[i - 1].destination.text, routes.list[i].destination.text)
                    < 0);
    assert_ptr_equal(vfj_kept_routes_find(&routes, &routes.list[7].destination), &routes.list[7]);
    vfj_kept_routes_add_all(&more, &routes);
    assert_memory_equal(&more, &routes, sizeof more);
    snprintf(route.destination.text, sizeof route.destination.text, "10.9.0.0/16");
    assert_null(vfj_kept_routes_find(&routes, &route.destination));
    vfj_kept_routes_add(&routes, &route);
    assert_int_equal(routes.count, VFJ_KEPT_ROUTES_MAX);
    assert_true(routes.truncated);
}

/* A row's routes keep their order, and a row with more routes than a list holds is refused. */
static void test_order_of_routes(void **unused)
{
    static struct vfj_observation read;
    char body[32 + 32 * VFJ_KEPT_ROUTES_MAX];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    (void)unused;
    vfj_text_add(&text, "command=1 probe=slot ok=1");
    for (unsigned i = VFJ_KEPT_ROUTES_MAX; i > 0; i--)
        vfj_text_format(&text, " route=10.%u.0.0/16", 10 + i);
    assert_int_equal(vfj_observation_decode(vfj_span_of(body), &read), VFJ_OK);
    assert_int_equal(read.as.view.routes.count, VFJ_KEPT_ROUTES_MAX);
    assert_string_equal(read.as.view.routes.list[VFJ_KEPT_ROUTES_MAX - 1].destination.text,
                        "10.11.0.0/16");
    vfj_text_add(&text, " route=10.10.0.0/16");
    assert_false(text.overflow);
    assert_int_not_equal(vfj_observation_decode(vfj_span_of(body), &read), VFJ_OK);
}

/* A route's row has its MTU as the last word. The row of a route without an own MTU is as it was before
 * routes had one. */
static void test_rows_of_routes(void **unused)
{
    static const char body[] = "command=1 probe=slot ok=1 route=\"10.1.0.0/16 10.0.0.9\""
                               " route_on_lagg=\"10.2.0.0/16 10.0.0.9 mtu=65535\" route=10.3.0.1"
                               " route=\"10.4.0.0/16 mtu=1\"";
    static struct vfj_observation read;
    static char written[VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(written, sizeof written);
    (void)unused;
    assert_int_equal(vfj_observation_decode(vfj_span_of(body), &read), VFJ_OK);
    const struct vfj_kept_route *list = read.as.view.routes.list;
    assert_int_equal(read.as.view.routes.count, 4);
    assert_true(list[0].mtu == 0 && list[1].mtu == UINT16_MAX && list[2].mtu == 0
                && list[3].mtu == 1);
    assert_string_equal(list[1].gateway.text, "10.0.0.9");
    assert_string_equal(list[3].gateway.text, "");
    vfj_observation_encode(&read, &text);
    assert_string_equal(written, body);
}

static uint16_t settled(uint16_t mtu, bool on_lagg)
{
    static struct vfj_view view;
    memset(&view, 0, sizeof view);
    view.hn.mtu = 1500;
    view.lagg.mtu = 9000;
    view.routes.count = 1;
    view.routes.list[0] = (struct vfj_kept_route){.on_lagg = on_lagg, .mtu = mtu};
    view.routes.list[1].mtu = UINT16_MAX; /* no route: the list has one */
    vfj_view_drop_interface_mtus(&view);
    assert_int_equal(view.routes.list[1].mtu, UINT16_MAX);
    return view.routes.list[0].mtu;
}

/* Only an MTU that is smaller than that of the route's interface is the route's own. */
static void test_own_mtus(void **unused)
{
    (void)unused;
    assert_int_equal(settled(0, false), 0);
    assert_int_equal(settled(1499, false), 1499);
    assert_int_equal(settled(1500, false), 0);
    assert_int_equal(settled(1501, false), 0);
    assert_int_equal(settled(1501, true), 1501);
    assert_int_equal(settled(9000, true), 0);
}

static struct vfj_interface made_of(const char *name, enum vfj_use use, const char *port)
{
    struct vfj_interface interface = {.name = vfj_name_of(name), .exists = true};
    interface.use = (uint8_t)use;
    assert_true(vfj_interface_add_port(&interface, vfj_name_of(port)));
    return interface;
}

/* Tests the uses of hn as a VLAN's parent and as a bridge's member. An observation has only the
 * first use that is found. */
static void test_users(void **unused)
{
    struct vfj_interface users = {.name = vfj_name_of("hn0")}, hn = users, user;
    (void)unused;
    vfj_view_take_users(&hn, &users);
    assert_int_equal(hn.use, VFJ_USE_NONE);
    user = made_of("lagg0", VFJ_USE_VLAN, "hn0");
    user.laggproto = VFJ_LAGGPROTO_FAILOVER; /* a lagg with hn as a port does not count as a use */
    vfj_view_add_user(&users, &user);
    user = made_of("hn9", VFJ_USE_FIB, "hn0");
    vfj_view_add_user(&users, &user);
    user = made_of("vlan1", VFJ_USE_VLAN, "hn1");
    vfj_view_add_user(&users, &user);
    assert_int_equal(users.port_count, 0);
    for (unsigned i = 0; i < VFJ_PORTS_MAX + 1; i++) {
        user = made_of(i == 0 ? "vlan1" : "vlan2", VFJ_USE_VLAN, "hn0");
        vfj_view_add_user(&users, &user);
        user = made_of("bridge0", VFJ_USE_BRIDGE, "hn0");
        vfj_view_add_user(&users, &user);
    }
    assert_int_equal(users.port_count, VFJ_PORTS_MAX);
    assert_string_equal(users.ports[0].text, "vlan1");
    for (unsigned i = 1; i < VFJ_PORTS_MAX; i++)
        assert_string_equal(users.ports[i].text, "vlan2");
    vfj_view_take_users(&hn, &users); /* hn does not exist */
    assert_int_equal(hn.use, VFJ_USE_NONE);
    hn.exists = true;
    vfj_view_take_users(&hn, &users);
    assert_int_equal(hn.use, VFJ_USE_VLAN);
    assert_true(vfj_interface_has_port(&hn, vfj_name_of("vlan2")));
}

static void test_too_long(void **unused)
{
    static const char *const heads[]
        = {"command=1 probe=sysctl value=", "command=1 probe=file exists=1 text="};
    static struct vfj_observation read;
    static char body[2 * VFJ_VALUE_SIZE];
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        vfj_text_add(&text, heads[i]);
        for (unsigned k = 0; k < VFJ_VALUE_SIZE; k++)
            vfj_text_add_char(&text, 'x');
        assert_int_equal(vfj_observation_decode(vfj_span_of(body), &read), VFJ_BAD_BODY);
    }
}

static void test_addresses(void **unused)
{
    static const char *const bad[] = {"",
                                      "hello",
                                      "10.0.0.4/24;x",
                                      "/24",
                                      "fe80::1%hn0",
                                      "10.0.0.4 /24",
                                      "10.",
                                      "10.0.0",
                                      "10.0.0.256",
                                      "10.0.0.4.",
                                      "10.0.0.4/",
                                      "10.0.0.4/33",
                                      "10.0.0.4/2/4",
                                      "10.0.0.4/255.255.255.0",
                                      "1",
                                      "fe80",
                                      ":",
                                      ":::",
                                      "::1::",
                                      "1::2:",
                                      ":1::2",
                                      "::12345",
                                      "::1/129",
                                      "::g",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1:2:3:4::5:6:7:8",
                                      "10.0.0.4::",
                                      "::10.0.0.4:1",
                                      "1:2:3:4:5:6:7:10.0.0.4",
                                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128888888"};
    static const struct {
        const char *address, *host;
        bool covers;
    } cases[] = {
        {"10.0.0.4/24", "10.0.0.1", true},
        {"10.0.0.4/24", "10.0.1.1", false},
        {"10.0.0.4/32", "10.0.0.4", true},
        {"10.0.0.4/32", "10.0.0.5", false},
        {"10.0.0.4/0", "192.168.1.1", true},
        {"10.0.0.4", "10.0.0.4", true},
        {"10.0.0.4", "10.0.0.5", false},
        {"172.16.9.4/16", "172.16.0.1", true},
        {"::/0", "10.0.0.4", false},
        {"2001:db8::4/64", "2001:db8::1", true},
        {"10.0.0.4/24", "10.0.0", false},
        {"10.0.0.4/24", "10.0.0.256", false},
        {"10.0.0.4/24", "10.0.0.1.1", false},
        {"10.0.0.4/24", "", false},
        {"10.0.0.4/24", "router", false},
        {"1:2:3:4:5:6:7:8", "10.0.0.4", false},
        {"2001:DB8::4/32", "10.0.0.4", false},
        {"::ffff:10.0.0.4/128", "10.0.0.4", false},
        {"1:2:3:4:5:6:10.0.0.4", "", false},
        {"::1", "", false},
        {"1::", "", false},
        {"1:2:3:4:5:6:7::", "", false},
        {"10.0.0.4/24", "fd00::1", false},
        {"fd00::4/64", "10.0.0.1", false},
        {"fd00::4/64", "FD00:0:0:0:1::", true},
        {"fd00::4/64", "fd00:0:0:1::1", false},
        {"fd00::4/65", "fd00::8000:0:0:1", false},
        {"fd00::4/65", "fd00::7fff:0:0:1", true},
        {"fd00::4/63", "fd00:0:0:1::1", true},
        {"fd00::4/128", "fd00::4", true},
        {"fd00::4", "fd00::5", false},
        {"fd00::4/0", "::", true},
        {"1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8", true},
        {"1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7::8", false},
        {"1:2:3:4:5:6:7:8/0", "1:2:3:4:5:6:7", false},
        {"1:2:3:4:5:6:7:8/0", "1:2:3:4:5:6:7:8:9", false},
        {"1:2:3:4:5:6:7:8/0", "1:2:3:4:5:6:7:8:1.2.3.4", false},
        {"1:2:3:4:5:6:7:8/0", "1::2::3", false},
        {"1:2:3:4:5:6:7:8/0", "12345::", false},
        {"1:2:3:4:5:6:7:8/0", "fd00::g", false},
        {"1:2:3:4:5:6:7:8/0", ":1::", false},
        {"1:2:3:4:5:6:7:8/0", "1::2:", false},
        {"fe80::4/64", "fe80::1%hn0", false},
        {"::/128", "::", true},
        {"::1/128", "::", false},
    };
    struct vfj_address address;
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(vfj_address_parse(vfj_span_of(bad[i]), &address));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(vfj_address_parse(vfj_span_of(cases[i].address), &address));
        if (vfj_address_covers(&address, vfj_span_of(cases[i].host)) != cases[i].covers)
            fail_msg("%s, %s", cases[i].address, cases[i].host);
    }
    static const char *const local[] = {"fe80::1", "FE80::1", "fe9a::", "feAf::1%hn0", "febf::"};
    static const char *const global[]
        = {"fd00::1", "fec0::1", "fe80",    "fe80.::", "2001:db8::fe80",
           "fe8::1",  "fe8g::1", "ff02::1", ""};
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        assert_true(vfj_address_is_link_local(vfj_span_of(local[i])));
    for (size_t i = 0; i < sizeof global / sizeof global[0]; i++)
        assert_false(vfj_address_is_link_local(vfj_span_of(global[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_refused),         cmocka_unit_test(test_limits),
        cmocka_unit_test(test_addresses),       cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_routes),          cmocka_unit_test(test_users),
        cmocka_unit_test(test_order_of_routes), cmocka_unit_test(test_rows_of_routes),
        cmocka_unit_test(test_own_mtus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
