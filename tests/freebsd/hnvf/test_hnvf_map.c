/* Tests hnvf_map: which VF belongs to which hn, and the actions after each change of an
 * interface, in both VF modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/freebsd/hnvf/hnvf_map.h"

/* Names for the interfaces of the tests. hn0 and the VF vtnet1 have the same MAC, and so do hn1 and
 * vtnet2. */
enum { HN0, HN1, VF0, VF1, LAGG, VLAN, OTHER, INTERFACES };

static struct hnvf_interface interfaces[INTERFACES];
static struct hnvf_map map;
static struct hnvf_actions actions;
static char text[1024];

static const char *const action_names[] = {
    [HNVF_TAKE] = "take",
    [HNVF_RELEASE] = "release",
    [HNVF_MAP] = "map",
    [HNVF_UNMAP] = "unmap",
    [HNVF_ANNOUNCE] = "announce",
    [HNVF_LINK_DOWN] = "link-down",
    [HNVF_LINK_UP] = "link-up",
    [HNVF_LINK_ASK] = "link-ask",
    [HNVF_SEND_VF_UP] = "VF_UP",
    [HNVF_SEND_VF_DOWN] = "VF_DOWN",
    [HNVF_WAIT] = "wait",
    [HNVF_WAIT_CANCEL] = "cancel",
    [HNVF_FLAGS_UP] = "flags-up",
    [HNVF_FLAGS_DOWN] = "flags-down",
    [HNVF_TAKE_DOWN] = "take-down",
    [HNVF_SAY_OCCUPIED] = "occupied",
    [HNVF_SAY_IF_START] = "if-start",
};

static const char *name_of(const void *id)
{
    const struct hnvf_interface *interface = id;
    return interface != NULL ? interface->name : "-";
}

/* Returns the last actions as text "kind:interface kind:interface", in their order. */
static const char *actions_text(void)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < actions.count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s", i > 0 ? " " : "",
                                 action_names[actions.of[i].kind], name_of(actions.of[i].id));
    return text;
}

static const char *after(enum hnvf_event event, unsigned which)
{
    if (event == HNVF_UP || event == HNVF_DOWN)
        interfaces[which].is_up = event == HNVF_UP;
    hnvf_step(&map, event, &interfaces[which], &actions);
    return actions_text();
}

static const char *after_link(unsigned which, bool has_link)
{
    interfaces[which].has_link = has_link;
    return after(HNVF_LINK, which);
}

static void define(unsigned which, const char *name, const char *driver, uint8_t mac)
{
    interfaces[which] = (struct hnvf_interface){
        .id = &interfaces[which],
        .name = name,
        .driver = driver,
        .mac = {0x52, 0x54, 0, 0, 0, mac},
        .is_ethernet = true,
        .has_link = true,
    };
}

static int set_up(void **state)
{
    (void)state;
    memset(&map, 0, sizeof map);
    define(HN0, "hn0", "vtnet", 0x10);
    define(HN1, "hn1", "vtnet", 0x11);
    define(VF0, "vtnet1", "vtnet", 0x10);
    define(VF1, "vtnet2", "vtnet", 0x11);
    define(LAGG, "lagg0", "lagg", 0x10);
    define(VLAN, "vlan0", "vlan", 0x10);
    define(OTHER, "vtnet9", "vtnet", 0x99);
    return 0;
}

/* Attaches hn0 and hn1, both up. */
static int set_up_hns(void **state)
{
    set_up(state);
    (void)after(HNVF_ATTACH, HN0);
    (void)after(HNVF_ATTACH, HN1);
    (void)after(HNVF_UP, HN0);
    (void)after(HNVF_UP, HN1);
    return 0;
}

static int set_up_transparent(void **state)
{
    set_up(state);
    map.is_transparent = true;
    (void)after(HNVF_ATTACH, HN0);
    (void)after(HNVF_UP, HN0);
    return 0;
}

static void names_of_units(void **state)
{
    (void)state;
    assert_int_equal(hnvf_unit_of("hn0"), 0);
    assert_int_equal(hnvf_unit_of("hn15"), 15);
    static const char *const others[]
        = {"hn16", "hn", "hn01", "hn1a", "hn100", "h", "", "vhn0", "hn/", "hn:"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(hnvf_unit_of(others[i]), HNVF_UNITS_MAX);
}

static void hn_arrives_without_mac(void **state)
{
    (void)state;
    uint8_t mac = interfaces[HN0].mac[5];
    interfaces[HN0].mac[5] = 0;
    assert_string_equal(after(HNVF_ARRIVAL, HN0), "take:hn0");
    interfaces[HN0].mac[5] = mac;
    assert_string_equal(after(HNVF_ATTACH, HN0), "");
    assert_string_equal(after(HNVF_ATTACH, VF0), "map:vtnet1");
    assert_ptr_equal(map.units[0].vf, &interfaces[VF0]);
}

static void only_ethernet_of_the_mac_is_a_vf(void **state)
{
    (void)state;
    assert_string_equal(after(HNVF_ATTACH, OTHER), "");
    assert_string_equal(after(HNVF_ATTACH, LAGG), "");
    assert_string_equal(after(HNVF_ATTACH, VLAN), "");
    interfaces[VF0].is_ethernet = false;
    assert_string_equal(after(HNVF_ATTACH, VF0), "");
    assert_string_equal(after(HNVF_UP, VF0), "");
    interfaces[VF0].is_ethernet = true;
    assert_string_equal(after(HNVF_ATTACH, VF0), "map:vtnet1");
    /* a rescan of the bus can report an interface a second time */
    assert_string_equal(after(HNVF_ATTACH, VF0), "");
}

static void second_vf_is_ignored(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    define(VF1, "vtnet2", "vtnet", 0x10);
    assert_string_equal(after(HNVF_ATTACH, VF1), "occupied:vtnet1");
    assert_ptr_equal(map.units[0].vf, &interfaces[VF0]);
}

static void edges_of_the_vf(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    assert_string_equal(after(HNVF_UP, VF0), "link-down:hn0 VF_UP:hn0");
    assert_string_equal(after(HNVF_UP, VF0), "");
    assert_string_equal(after(HNVF_ADDRESS, VF0), "");
    assert_string_equal(after_link(HN0, true), "link-down:hn0"); /* hn hides its link */
    assert_string_equal(after_link(HN0, false), "");
    assert_string_equal(after_link(VF0, false), ""); /* a VF without a link remains active */
    assert_string_equal(after(HNVF_DOWN, VF0), "link-ask:hn0 VF_DOWN:hn0");
    assert_string_equal(after(HNVF_DOWN, VF0), "");
    assert_string_equal(after_link(HN0, true), "");
    assert_string_equal(after(HNVF_DEPART, VF0), "unmap:vtnet1");
    assert_null(map.units[0].vf);
}

/* The VF was up before it was mapped. An address on the VF can then be the first event that causes
 * VF_UP. */
static void address_sends_the_edge(void **state)
{
    (void)state;
    interfaces[VF0].is_up = true;
    (void)after(HNVF_ATTACH, VF0);
    assert_string_equal(after(HNVF_ADDRESS, VF0), "link-down:hn0 VF_UP:hn0");
    interfaces[VF0].is_up = false;
    assert_string_equal(after(HNVF_ADDRESS, VF0), "link-ask:hn0 VF_DOWN:hn0");
    assert_string_equal(after(HNVF_ADDRESS, HN0), "");
}

/* hn_rxvf_change() compares MACs and ignores the map, so a VF can be active without being
 * mapped. */
static void vf_that_was_never_mapped_is_active(void **state)
{
    (void)state;
    assert_string_equal(after(HNVF_UP, VF0), "link-down:hn0 VF_UP:hn0");
    assert_null(map.units[0].vf);
    assert_ptr_equal(map.units[0].active, &interfaces[VF0]);
}

static void rename_of_the_vf_loses_the_map(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    (void)after(HNVF_UP, VF0);
    assert_string_equal(after(HNVF_RENAME, VF0), "unmap:vtnet1");
    interfaces[VF0].name = "mce0";
    assert_string_equal(after(HNVF_ARRIVAL, VF0), "");
    assert_ptr_equal(map.units[0].active, &interfaces[VF0]);
    assert_string_equal(after(HNVF_DOWN, VF0), "link-ask:hn0 VF_DOWN:hn0");
}

/* An hn remains the hn of its unit when it is renamed, because the N of dev.hn.N is the newbus
 * unit. */
static void rename_of_the_hn_changes_nothing(void **state)
{
    (void)state;
    assert_string_equal(after(HNVF_RENAME, HN0), "");
    interfaces[HN0].name = "wan";
    assert_string_equal(after(HNVF_ARRIVAL, HN0), "");
    assert_string_equal(after(HNVF_ATTACH, VF0), "map:vtnet1");
    assert_string_equal(after(HNVF_UP, VF0), "link-down:wan VF_UP:wan");
}

/* FreeBSD 16 renames an interface without a departure event. */
static void vf_that_is_renamed_to_an_hn_stays_a_vf(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    interfaces[VF0].name = "hn7";
    assert_string_equal(after(HNVF_ARRIVAL, VF0), "");
    assert_null(map.units[7].hn);
}

static void vf_that_goes_while_up(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    (void)after(HNVF_UP, VF0);
    assert_string_equal(after(HNVF_DEPART, VF0), "unmap:vtnet1 link-ask:hn0 VF_DOWN:hn0");
    assert_null(map.units[0].active);
}

static void hn_goes_first(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    (void)after(HNVF_UP, VF0);
    assert_string_equal(after(HNVF_DEPART, HN0), "unmap:vtnet1 release:hn0");
    assert_string_equal(after(HNVF_DOWN, VF0), "");
    assert_string_equal(after(HNVF_DEPART, VF0), "");
    assert_string_equal(after(HNVF_ATTACH, HN0), "take:hn0");
}

static void two_pairs_are_apart(void **state)
{
    (void)state;
    assert_string_equal(after(HNVF_ATTACH, VF1), "map:vtnet2");
    assert_string_equal(after(HNVF_ATTACH, VF0), "map:vtnet1");
    assert_string_equal(after(HNVF_UP, VF1), "link-down:hn1 VF_UP:hn1");
    assert_string_equal(after(HNVF_UP, VF0), "link-down:hn0 VF_UP:hn0");
    assert_string_equal(after(HNVF_DEPART, VF1), "unmap:vtnet2 link-ask:hn1 VF_DOWN:hn1");
    assert_ptr_equal(map.units[0].active, &interfaces[VF0]);
}

/* epair(4) and tap(4) interfaces can get their MAC after they attached. */
static void mac_of_an_hn_is_an_attach(void **state)
{
    (void)state;
    assert_string_equal(after(HNVF_MAC, OTHER), "");
    interfaces[OTHER].mac[5] = 0x10;
    assert_string_equal(after(HNVF_MAC, OTHER), "map:vtnet9 announce:vtnet9");
    assert_string_equal(after(HNVF_MAC, OTHER), "");
    interfaces[HN1].mac[5] = 0x77;
    assert_string_equal(after(HNVF_MAC, HN1), "");
    assert_string_equal(after(HNVF_ATTACH, VF1), "");
}

static void all_ports_of_a_mana_go_at_once(void **state)
{
    (void)state;
    map.is_mana = true;
    (void)after(HNVF_ATTACH, VF0);
    (void)after(HNVF_ATTACH, VF1);
    assert_string_equal(after(HNVF_UP, VF0), "link-down:hn0 VF_UP:hn0 link-up:vtnet1");
    (void)after(HNVF_UP, VF1);
    assert_string_equal(after(HNVF_DOWN, VF0), "link-ask:hn0 VF_DOWN:hn0 link-down:vtnet1");
    assert_string_equal(after(HNVF_DEPART, VF0), "unmap:vtnet1 take-down:vtnet2");
    assert_string_equal(after(HNVF_DOWN, VF1), "link-ask:hn1 VF_DOWN:hn1 link-down:vtnet2");
}

static void transparent_vf_is_upped_after_the_wait(void **state)
{
    (void)state;
    assert_string_equal(after(HNVF_ATTACH, VF0), "map:vtnet1 wait:vtnet1");
    assert_string_equal(after(HNVF_UP, VF0), ""); /* no HYPERV_NIC_VF in this mode */
    assert_false(map.units[0].is_enabled);
    hnvf_wait_over(&map, 0, &actions);
    assert_string_equal(actions_text(), "flags-up:vtnet1 link-up:hn0");
    assert_true(map.units[0].is_enabled);
    hnvf_wait_over(&map, 0, &actions);
    assert_string_equal(actions_text(), "");
    assert_string_equal(after_link(VF0, false), "link-down:hn0");
    /* hn's link mirrors that of the VF */
    assert_string_equal(after_link(HN0, true), "link-down:hn0");
    assert_string_equal(after_link(VF0, true), "link-up:hn0");
    assert_string_equal(after_link(HN0, false), "link-up:hn0");
    assert_string_equal(after(HNVF_DEPART, VF0), "link-ask:hn0 unmap:vtnet1");
    assert_false(map.units[0].is_enabled);
}

static void transparent_vf_follows_hn(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    (void)after(HNVF_DOWN, HN0);
    hnvf_wait_over(&map, 0, &actions);
    assert_string_equal(actions_text(), "");
    assert_string_equal(after(HNVF_UP, HN0), "flags-up:vtnet1 link-up:hn0");
    assert_string_equal(after(HNVF_DOWN, HN0), "link-ask:hn0 flags-down:vtnet1");
}

/* ether_ioctl() takes an interface up when the interface gets its first address. */
static void transparent_hn_is_upped_by_its_address(void **state)
{
    (void)state;
    (void)after(HNVF_DOWN, HN0);
    (void)after(HNVF_ATTACH, VF0);
    interfaces[HN0].is_up = true;
    assert_string_equal(after(HNVF_ADDRESS, HN0), "");
    hnvf_wait_over(&map, 0, &actions);
    assert_string_equal(actions_text(), "flags-up:vtnet1 link-up:hn0");
}

static void transparent_vf_that_goes_in_the_wait(void **state)
{
    (void)state;
    (void)after(HNVF_ATTACH, VF0);
    assert_string_equal(after(HNVF_DEPART, VF0), "cancel:vtnet1 unmap:vtnet1");
    hnvf_wait_over(&map, 0, &actions); /* the delayed call may come although it was cancelled */
    assert_string_equal(actions_text(), "");
    hnvf_wait_over(&map, HNVF_UNITS_MAX, &actions);
    assert_string_equal(actions_text(), "");
}

static void transparent_mode_refuses_if_start(void **state)
{
    (void)state;
    interfaces[VF0].uses_if_start = true;
    assert_string_equal(after(HNVF_ATTACH, VF0), "if-start:vtnet1");
    assert_null(map.units[0].vf);
}

/* Checks what happens to received and sent packets in each mode, data path and state of the VF. */
static void packets(void **state)
{
    (void)state;
    static const struct {
        bool is_transparent, has_path;
        enum hnvf_datapath datapath;
        enum hnvf_verdict on_hn, on_vf, sent;
    } rows[] = {
        {false, false, HNVF_PATH_SWITCH, HNVF_DELIVER, HNVF_DELIVER, HNVF_DELIVER},
        {false, false, HNVF_PATH_HANG, HNVF_DELIVER, HNVF_DELIVER, HNVF_DELIVER},
        {false, true, HNVF_PATH_SWITCH, HNVF_DROP, HNVF_DELIVER, HNVF_DELIVER},
        {false, true, HNVF_PATH_STAY, HNVF_RELABEL, HNVF_DROP, HNVF_DELIVER},
        {false, true, HNVF_PATH_HANG, HNVF_DROP, HNVF_DROP, HNVF_DELIVER},
        {true, false, HNVF_PATH_SWITCH, HNVF_DELIVER, HNVF_DROP, HNVF_DELIVER},
        {true, true, HNVF_PATH_SWITCH, HNVF_DROP, HNVF_RELABEL, HNVF_RELABEL},
        {true, true, HNVF_PATH_STAY, HNVF_DELIVER, HNVF_DROP, HNVF_RELABEL},
        {true, true, HNVF_PATH_HANG, HNVF_DROP, HNVF_DROP, HNVF_DROP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        map.is_transparent = rows[i].is_transparent;
        map.datapath = rows[i].datapath;
        map.units[0].active = rows[i].has_path && !rows[i].is_transparent ? &interfaces[VF0] : NULL;
        map.units[0].is_enabled = rows[i].has_path && rows[i].is_transparent;
        assert_int_equal(hnvf_received(&map, 0, false), rows[i].on_hn);
        assert_int_equal(hnvf_received(&map, 0, true), rows[i].on_vf);
        assert_int_equal(hnvf_sent(&map, 0), rows[i].sent);
    }
}

/* The changes that the module has made so far and must undo: installed hooks and running timers. */
struct shadow {
    const void *hn[HNVF_UNITS_MAX], *vf[HNVF_UNITS_MAX];
    bool waits[HNVF_UNITS_MAX];
    bool is_up[HNVF_UNITS_MAX]; /* whether the unit's last HYPERV_NIC_VF event was VF_UP */
};

static void shadow_take(struct shadow *shadow)
{
    assert_true(actions.count < HNVF_ACTIONS_MAX);
    for (unsigned i = 0; i < actions.count; i++) {
        const struct hnvf_action *action = &actions.of[i];
        unsigned unit = action->unit;
        switch (action->kind) {
        case HNVF_TAKE:
            assert_null(shadow->hn[unit]);
            shadow->hn[unit] = action->id;
            shadow->is_up[unit] = false;
            break;
        case HNVF_RELEASE:
            assert_ptr_equal(shadow->hn[unit], action->id);
            shadow->hn[unit] = NULL;
            break;
        case HNVF_MAP:
            assert_null(shadow->vf[unit]);
            assert_non_null(shadow->hn[unit]);
            shadow->vf[unit] = action->id;
            break;
        case HNVF_UNMAP:
            assert_ptr_equal(shadow->vf[unit], action->id);
            shadow->vf[unit] = NULL;
            break;
        case HNVF_WAIT:
            assert_false(shadow->waits[unit]);
            shadow->waits[unit] = true;
            break;
        case HNVF_WAIT_CANCEL:
            assert_true(shadow->waits[unit]);
            shadow->waits[unit] = false;
            break;
        case HNVF_SEND_VF_UP:
        /* VF_UP and VF_DOWN alternate, and neither is sent in transparent mode */
        case HNVF_SEND_VF_DOWN:
            assert_false(map.is_transparent);
            assert_int_equal(shadow->is_up[unit], action->kind == HNVF_SEND_VF_DOWN);
            shadow->is_up[unit] = action->kind == HNVF_SEND_VF_UP;
            break;
        case HNVF_ANNOUNCE:
        case HNVF_LINK_DOWN:
        case HNVF_LINK_UP:
        case HNVF_LINK_ASK:
        case HNVF_FLAGS_UP:
        case HNVF_FLAGS_DOWN:
        case HNVF_TAKE_DOWN:
        case HNVF_SAY_OCCUPIED:
        case HNVF_SAY_IF_START:
            break;
        }
    }
}

/* Fails when the map still contains the id of an interface that no longer exists. */
static void assert_no_stale_id(const bool *is_there)
{
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < INTERFACES; i++)
            if (!is_there[i]) {
                assert_ptr_not_equal(map.units[unit].hn, &interfaces[i]);
                assert_ptr_not_equal(map.units[unit].vf, &interfaces[i]);
                assert_ptr_not_equal(map.units[unit].active, &interfaces[i]);
            }
}

/* Applies events in random order. Each hook and timer must be undone once, the map must never
 * contain the id of a removed interface, and hnvf_stop() must undo everything. */
static void any_order(void **state)
{
    static const uint8_t macs[] = {0x10, 0x11, 0x99};
    uint32_t random = 1;
    for (unsigned run = 0; run < 2000; run++) {
        struct shadow shadow = {.waits = {false}};
        bool is_there[INTERFACES] = {false};
        set_up(state);
        map.is_transparent = run % 2 == 1;
        map.is_mana = run % 4 > 1;
        for (unsigned i = 0; i < 200; i++) {
            random = random * 1664525U + 1013904223U;
            unsigned which = (random >> 8) % INTERFACES;
            enum hnvf_event event = (enum hnvf_event)((random >> 16) % (HNVF_MAC + 2));
            if (event > HNVF_MAC) {
                unsigned unit = (random >> 24) % 2;
                hnvf_wait_over(&map, unit, &actions);
                shadow.waits[unit] = map.units[unit].is_waiting;
            } else if (is_there[which] || event == HNVF_ATTACH || event == HNVF_ARRIVAL) {
                if (event == HNVF_MAC)
                    interfaces[which].mac[5] = macs[(random >> 24) % 3];
                interfaces[which].has_link = (random >> 25) % 2 == 1;
                is_there[which] = event != HNVF_DEPART;
                (void)after(event, which);
            } else {
                continue;
            }
            shadow_take(&shadow);
            assert_no_stale_id(is_there);
        }
        hnvf_stop(&map, &actions);
        shadow_take(&shadow);
        for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
            assert_null(shadow.hn[unit]);
            assert_null(shadow.vf[unit]);
            assert_false(shadow.waits[unit]);
            assert_null(map.units[unit].hn);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(names_of_units, set_up),
        cmocka_unit_test_setup(hn_arrives_without_mac, set_up),
        cmocka_unit_test_setup(only_ethernet_of_the_mac_is_a_vf, set_up_hns),
        cmocka_unit_test_setup(second_vf_is_ignored, set_up_hns),
        cmocka_unit_test_setup(edges_of_the_vf, set_up_hns),
        cmocka_unit_test_setup(address_sends_the_edge, set_up_hns),
        cmocka_unit_test_setup(vf_that_was_never_mapped_is_active, set_up_hns),
        cmocka_unit_test_setup(rename_of_the_vf_loses_the_map, set_up_hns),
        cmocka_unit_test_setup(rename_of_the_hn_changes_nothing, set_up_hns),
        cmocka_unit_test_setup(vf_that_is_renamed_to_an_hn_stays_a_vf, set_up_hns),
        cmocka_unit_test_setup(vf_that_goes_while_up, set_up_hns),
        cmocka_unit_test_setup(hn_goes_first, set_up_hns),
        cmocka_unit_test_setup(two_pairs_are_apart, set_up_hns),
        cmocka_unit_test_setup(mac_of_an_hn_is_an_attach, set_up_hns),
        cmocka_unit_test_setup(all_ports_of_a_mana_go_at_once, set_up_hns),
        cmocka_unit_test_setup(transparent_vf_is_upped_after_the_wait, set_up_transparent),
        cmocka_unit_test_setup(transparent_vf_follows_hn, set_up_transparent),
        cmocka_unit_test_setup(transparent_hn_is_upped_by_its_address, set_up_transparent),
        cmocka_unit_test_setup(transparent_vf_that_goes_in_the_wait, set_up_transparent),
        cmocka_unit_test_setup(transparent_mode_refuses_if_start, set_up_transparent),
        cmocka_unit_test_setup(packets, set_up),
        cmocka_unit_test_setup(any_order, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
