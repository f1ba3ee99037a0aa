/* Tests the guest's network after each trace, by a separate model of the network
 * (tests/kit/network.h). The addresses that hn had at the daemon's start must be reachable
 * whenever the daemon has finished its work on a slot, or a conflict keeps it from doing so.
 * Also tests the model of the network itself, with states that lagg(4) and ifconfig(8) describe. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/plan.h"
#include "core/model/play.h"
#include "tests/kit/guest_network.h"
#include "tests/kit/scratch.h"
#include "tools/replay/trace_file.h"
#include "tools/replay/transcript.h"

enum {
    TRACES_MAX = 1024,
    HNS_MAX = 16,
    /* if all traces together had fewer addresses, the test would check next to nothing */
    ADDRESSES_LEAST = 200,
    ROUTES_LEAST = 10,
};

/* The tests below test the model of the network itself. */

struct fixture {
    struct kit_network network;
    struct kit_network_interface *hn, *vf, *lagg;
};

/* Makes a network in which hn0 and mce0 are ports of lagg0, and mce0 has the data path. */
static struct fixture *joined(void)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->hn = kit_network_add(&fixture->network, "hn0");
    fixture->vf = kit_network_add(&fixture->network, "mce0");
    fixture->lagg = kit_network_add(&fixture->network, "lagg0");
    fixture->lagg->kind = KIT_NETWORK_LAGG;
    fixture->hn->is_nic = fixture->hn->up = fixture->vf->up = fixture->lagg->up = true;
    strcpy(fixture->hn->data_path, "mce0");
    kit_network_add_address(fixture->lagg, "10.0.0.4/24");
    kit_network_add_member(fixture->lagg, "hn0");
    kit_network_add_member(fixture->lagg, "mce0");
    strcpy(fixture->network.default_route, "lagg0");
    return fixture;
}

static bool answers(const struct fixture *fixture)
{
    const char *why;
    return kit_network_answers(&fixture->network, "10.0.0.4/24", &why) != NULL;
}

static void test_joined(void **state)
{
    (void)state;
    struct fixture *fixture = joined();
    assert_true(answers(fixture));
    assert_true(kit_network_has_default_route(&fixture->network, false));
    assert_false(kit_network_has_default_route(&fixture->network, true));
    fixture->hn->data_path[0] = '\0';
    assert_true(answers(fixture));
    fixture->hn->up = false;
    assert_false(answers(fixture));
    free(fixture);
}

static void test_what_ends_traffic(void **state)
{
    (void)state;
    struct fixture *fixture = joined();
    fixture->vf->has_carrier = false;
    assert_false(answers(fixture));
    fixture->vf->has_carrier = true;
    fixture->vf->up = false;
    assert_false(answers(fixture));
    fixture->vf->up = true;
    fixture->lagg->up = false;
    assert_false(answers(fixture));
    assert_false(kit_network_has_default_route(&fixture->network, false));
    fixture->lagg->up = true;
    fixture->lagg->kind = KIT_NETWORK_OTHER_LAGG;
    assert_false(answers(fixture));
    fixture->lagg->kind = KIT_NETWORK_LAGG;
    fixture->lagg->member_count = 1; /* the VF is no longer a port */
    assert_false(answers(fixture));
    strcpy(fixture->hn->data_path, "mce7");
    assert_false(answers(fixture));
    free(fixture);
}

/* Of a lagg's ports, the first one that is up and has a carrier is active. */
static void test_active_port(void **state)
{
    (void)state;
    struct fixture *fixture = joined();
    struct kit_network_interface *stray = kit_network_add(&fixture->network, "mce9");
    stray->up = true;
    kit_network_add_member(fixture->lagg, "mce9");
    assert_true(answers(fixture));
    strcpy(fixture->lagg->members[1], "mce9");
    strcpy(fixture->lagg->members[2], "mce0");
    assert_false(answers(fixture));
    stray->has_carrier = false;
    assert_true(answers(fixture));
    free(fixture);
}

static void test_owners(void **state)
{
    (void)state;
    struct fixture *fixture = joined();
    kit_network_add_address(fixture->vf, "10.0.0.4/24");
    assert_false(answers(fixture));
    fixture->vf->address_count = 0;
    fixture->lagg->address_count = 0;
    assert_false(answers(fixture)); /* no interface has the address */
    kit_network_add_address(fixture->hn, "10.0.0.4/24");
    /* no answer, since the address is on an interface that is a port */
    assert_false(answers(fixture));
    fixture->lagg->member_count = 0;
    assert_false(answers(fixture)); /* no answer, since the VF has the data path and is no port */
    fixture->hn->data_path[0] = '\0';
    assert_true(answers(fixture));
    free(fixture);
}

static void test_route(void **state)
{
    (void)state;
    struct fixture *fixture = joined();
    assert_false(kit_network_has_route(&fixture->network, "192.168.7.0/24"));
    kit_network_add_route(&fixture->network, "192.168.7.0/24", "lagg0");
    kit_network_add_route(&fixture->network, "192.168.8.0/24", "hn0");
    kit_network_add_route(&fixture->network, "192.168.9.0/24", "hn9");
    assert_true(kit_network_has_route(&fixture->network, "192.168.7.0/24"));
    assert_false(kit_network_has_route(&fixture->network, "192.168.8.0/24")); /* hn0 is a port */
    assert_false(kit_network_has_route(&fixture->network, "192.168.9.0/24"));
    fixture->vf->up = false;
    assert_false(kit_network_has_route(&fixture->network, "192.168.7.0/24"));
    free(fixture);
}

static void test_vlan_and_bridge(void **state)
{
    (void)state;
    struct fixture *fixture = joined();
    const char *why;
    struct kit_network_interface *vlan = kit_network_add(&fixture->network, "vlan0");
    struct kit_network_interface *bridge = kit_network_add(&fixture->network, "bridge0");
    vlan->kind = KIT_NETWORK_VLAN;
    bridge->kind = KIT_NETWORK_BRIDGE;
    vlan->up = bridge->up = true;
    kit_network_add_address(vlan, "10.100.0.4/24");
    kit_network_add_member(vlan, "hn0");
    kit_network_add_address(bridge, "10.200.0.4/24");
    kit_network_add_member(bridge, "hn0");
    assert_null(kit_network_answers(&fixture->network, "10.100.0.4/24", &why));
    assert_null(kit_network_answers(&fixture->network, "10.200.0.4/24", &why));
    strcpy(vlan->members[0], "lagg0");
    assert_ptr_equal(kit_network_answers(&fixture->network, "10.100.0.4/24", &why), vlan);
    fixture->lagg->member_count = 0;
    fixture->hn->data_path[0] = '\0';
    assert_ptr_equal(kit_network_answers(&fixture->network, "10.200.0.4/24", &why), bridge);
    free(fixture);
}

/* The functions below play each trace, and check the guest's network. */

/* Traces in which the guest must lose an address or a route, with the reason. */
static const struct {
    const char *path, *why;
} losses[] = {
    {"traces/crash/rows-lost-and-renumbered.trace", "somebody gives lagg0 another address"},
    {"traces/ipv6/rows-lost-and-ipv6-renumbered.trace", "somebody gives lagg0 another address"},
    {"traces/lagg/lagg-has-too-many-addresses.trace", "somebody gives hn0, a port, an address"},
    {"traces/lagg/lagg-lost-and-hn-elsewhere.trace", "somebody puts hn0 into another lagg"},
    {"traces/link/no-link-never.trace", "vfjournal_link_wait says that the VF stays up"},
    {"traces/link/no-link-wait-switched-off.trace",
     "vfjournal_link_wait says that the VF stays up"},
    {"traces/scripts/scripts-vf-leaves-while-asked-for.trace",
     "somebody takes lagg0's address, and no line tells of it"},
    {"traces/static/kept-route-deleted-and-lagg-destroyed.trace", "somebody deletes a route"},
    {"traces/static/kept-route-deleted-while-the-vf-joins.trace", "somebody deletes a route"},
    {"traces/static/kept-routes-beside-static-routes.trace", "nothing reaches a route's router"},
    {"traces/scripts/scripts-vf-of-another-name.trace", "the kernel contradicts itself"},
};

static bool has_to_lose(const char *path)
{
    bool found = false;
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++)
        found |= strcmp(losses[i].path, path) == 0;
    return found;
}

/* number of checked addresses and routes in all traces */
static unsigned judged_addresses, judged_routes;

/* An hn interface with its addresses before the first event. */
struct wanted {
    struct vfj_name hn;
    struct vfj_interface told;
    struct vfj_guest_routes routes;
};

struct judged {
    struct vfj_play play;
    struct vfj_transcript transcript;
    struct vfj_play_sink sink;
    struct wanted wanted[HNS_MAX];
    unsigned count;
    bool has_begun;
    struct kit_network network;
};

static void note_wanted(struct judged *judged)
{
    const struct vfj_guest *guest = &judged->play.guest;
    judged->has_begun = true;
    for (unsigned i = 0; i < guest->if_count && judged->count < HNS_MAX; i++) {
        const struct vfj_guest_if *hn = &guest->ifs[i];
        if (hn->facts.exists && !vfj_name_is_empty(hn->unit))
            judged->wanted[judged->count++]
                = (struct wanted){hn->facts.name, hn->told, guest->told_routes};
    }
}

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct judged *judged = context;
    if (!judged->has_begun)
        note_wanted(judged);
    return judged->sink.submit(judged->sink.context, event, decision);
}

/* Returns true when a conflict keeps the machine from finishing its work on the slot. A lagg of
 * an administrator that has hn or the VF as a port is no such conflict: the administrator is
 * responsible for the traffic. */
static bool is_held_up(const struct vfj_slot *slot)
{
    return slot->activity == VFJ_ACTIVITY_WAITING && slot->observed.hn.exists
        && !slot->observed.script
        && (vfj_plan_is_use((enum vfj_reason)slot->fault) || slot->fault == VFJ_REASON_NO_LINK
            || slot->fault == VFJ_REASON_FOREIGN_LAGG
            || slot->fault == VFJ_REASON_TOO_MANY_ADDRESSES
            || slot->fault == VFJ_REASON_TOO_MANY_ROUTES);
}

/* Returns true when the daemon has finished its work on the slot: no fault, no plan and no timer
 * is left. */
static bool is_at_rest(const struct vfj_slot *slot)
{
    return slot->fault == VFJ_REASON_NONE && !vfj_slot_awaits_timer(slot)
        && !vfj_slot_has_plan(slot) && slot->plan.failed == 0 && slot->observed.hn.exists
        && !slot->observed.script;
}

static const struct vfj_slot *slot_of(const struct judged *judged, struct vfj_name hn)
{
    const struct vfj_state *state = &judged->transcript.state;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (vfj_name_equal(state->slots[i].hn, hn))
            return &state->slots[i];
    }
    return NULL;
}

/* Returns true when the trace has not changed the addresses that it gave hn at first. Addresses
 * that the trace removed need not be reachable. */
static bool is_as_told(const struct judged *judged, const struct wanted *wanted)
{
    const struct vfj_guest *guest = &judged->play.guest;
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists && vfj_name_equal(guest->ifs[i].facts.name, wanted->hn))
            return memcmp(&guest->ifs[i].told, &wanted->told, sizeof wanted->told) == 0;
    }
    return false;
}

/* Returns the number of routes that the trace gave hn and by which no packets leave. */
static unsigned judge_routes(const struct judged *judged, const struct wanted *wanted,
                             const char *path)
{
    unsigned lost = 0;
    for (unsigned i = 0; i < wanted->routes.count; i++) {
        const struct vfj_guest_route *route = &wanted->routes.list[i];
        if (!vfj_name_equal(route->interface, wanted->hn))
            continue;
        judged_routes++;
        if (kit_network_has_route(&judged->network, route->destination.text))
            continue;
        lost++;
        print_error("%s: %s: no route to %s\n", path, wanted->hn.text, route->destination.text);
    }
    return lost;
}

static unsigned judge(struct judged *judged, const char *path)
{
    unsigned lost = 0;
    kit_network_of_guest(&judged->network, &judged->play.guest);
    for (unsigned i = 0; i < judged->count; i++) {
        const struct wanted *wanted = &judged->wanted[i];
        const struct vfj_slot *slot = slot_of(judged, wanted->hn);
        if (slot == NULL || (!is_at_rest(slot) && !is_held_up(slot)) || !is_as_told(judged, wanted))
            continue;
        lost += judge_routes(judged, wanted, path);
        for (unsigned k = 0; k < wanted->told.address_count; k++) {
            const char *why;
            const char *address = wanted->told.addresses[k].text;
            judged_addresses++;
            if (kit_network_answers(&judged->network, address, &why) != NULL)
                continue;
            lost++;
            if (!has_to_lose(path))
                print_error("%s: %s: %s: %s\n", path, wanted->hn.text, address, why);
        }
    }
    return lost;
}

static void test_trace(void **state)
{
    const char *path = *state;
    size_t length = 0;
    struct vfj_trace_place place = {0};
    char *bytes = kit_read(path, &length);
    struct judged *judged = calloc(1, sizeof *judged);
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(judged);
    assert_non_null(out);
    vfj_transcript_init(&judged->transcript, out, VFJ_REPLAY_COMMANDS, false);
    judged->sink = vfj_transcript_sink(&judged->transcript);
    struct vfj_play_sink sink = {.context = judged, .submit = submit};
    vfj_play_init(&judged->play, sink, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    if (vfj_trace_play((struct vfj_span){bytes, length}, &judged->play, &place) == VFJ_OK)
        assert_int_equal(judge(judged, path) > 0, has_to_lose(path));
    (void)fclose(out);
    free(judged);
    free(bytes);
}

static int run_traces(void)
{
    static struct CMUnitTest tests[TRACES_MAX];
    glob_t found;
    if (glob("traces/*/*.trace", 0, NULL, &found) != 0 || found.gl_pathc > TRACES_MAX)
        return 1;
    for (size_t i = 0; i < found.gl_pathc; i++)
        tests[i] = (struct CMUnitTest){
            .name = found.gl_pathv[i], .test_func = test_trace, .initial_state = found.gl_pathv[i]};
    int failed
        = _cmocka_run_group_tests("the network of traces", tests, found.gl_pathc, NULL, NULL);
    globfree(&found);
    print_message("%u addresses were to answer, %u routes were to lead there\n", judged_addresses,
                  judged_routes);
    return judged_addresses > ADDRESSES_LEAST && judged_routes > ROUTES_LEAST ? failed : 1;
}

int main(void)
{
    const struct CMUnitTest model[] = {
        cmocka_unit_test(test_joined),          cmocka_unit_test(test_what_ends_traffic),
        cmocka_unit_test(test_active_port),     cmocka_unit_test(test_owners),
        cmocka_unit_test(test_vlan_and_bridge), cmocka_unit_test(test_route),
    };
    int failed = cmocka_run_group_tests(model, NULL, NULL);
    return failed + run_traces();
}
