/* Tests which facts of a slot an event keeps, and which ones it resets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/facts.h"
#include "core/machine/link.h"
#include "core/machine/observed.h"
#include "core/machine/planner.h"

static struct vfj_state now, next;
static struct vfj_decision decision;
static struct vfj_step_context context = {.now = &now, .next = &next, .decision = &decision};

/* Makes a slot of hn0 with mce0, in act mode under policy vfjournal. */
static struct vfj_slot *begin(void)
{
    vfj_state_init(&now);
    vfj_state_init(&next);
    memset(&decision, 0, sizeof decision);
    memset(context.causes, 0, sizeof context.causes);
    next.head.mode = VFJ_MODE_ACT;
    next.head.policy = VFJ_POLICY_VFJOURNAL;
    struct vfj_slot *slot
        = vfj_step_edit_slot(&context, vfj_step_open_hn(&context, vfj_name_of("hn0")));
    slot->vf = vfj_name_of("mce0");
    slot->recovering = 0;
    return slot;
}

static uint64_t bit(enum vfj_need need)
{
    return (uint64_t)1 << need;
}

static void give(struct vfj_interface *interface, const char *text)
{
    struct vfj_address address;
    assert_true(vfj_address_parse(vfj_span_of(text), &address));
    assert_true(vfj_interface_add_address(interface, &address));
}

/* When the VF leaves, the failed needs about it end. The failed needs about hn remain. */
static void test_needs_of_a_vf(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->plan.failed = bit(VFJ_NEED_VF_DHCLIENT) | bit(VFJ_NEED_VF_ADDRESSES)
        | bit(VFJ_NEED_VF_PORT) | bit(VFJ_NEED_INET6) | bit(VFJ_NEED_DHCLIENT);
    vfj_facts_detach(&context, slot, VFJ_REASON_VF_DETACHED);
    assert_true(slot->plan.failed == (bit(VFJ_NEED_INET6) | bit(VFJ_NEED_DHCLIENT)));
}

/* An active plan continues when another VF replaces the slot's VF. A logged plan ends. */
static void test_plan_of_another_vf(void **unused)
{
    static const struct {
        enum vfj_plan_phase before, after;
    } cases[] = {{VFJ_PLAN_NONE, VFJ_PLAN_NONE},
                 {VFJ_PLAN_ACTIVE, VFJ_PLAN_ACTIVE},
                 {VFJ_PLAN_LOGGED, VFJ_PLAN_NONE}};
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->plan.phase = (uint8_t)cases[i].before;
        vfj_facts_attach(&context, slot, vfj_name_of("mce1"), VFJ_REASON_VF_ATTACHED);
        assert_int_equal(slot->plan.phase, cases[i].after);
    }
}

/* When the command of the per-interface script did not run, the script is due again. When
 * another command did not run, it is not. */
static void test_script_not_run(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->script.phase = VFJ_SCRIPT_JOINED;
    vfj_facts_not_run(slot, VFJ_NEED_VF_UP);
    assert_int_equal(slot->script.phase, VFJ_SCRIPT_JOINED);
    vfj_facts_not_run(slot, VFJ_NEED_SCRIPT);
    assert_int_equal(slot->script.phase, VFJ_SCRIPT_DUE);
    assert_true(slot->plan.failed == (bit(VFJ_NEED_VF_UP) | bit(VFJ_NEED_SCRIPT)));
}

/* A script that is due again runs within the same plan. */
static void test_script_due(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->plan.tried = bit(VFJ_NEED_VF_UP) | bit(VFJ_NEED_SCRIPT) | bit(VFJ_NEED_VF_LEAVE);
    vfj_facts_script_due(slot);
    assert_true(slot->plan.tried == (bit(VFJ_NEED_VF_UP) | bit(VFJ_NEED_VF_LEAVE)));
}

/* A new daemon recovers a slot when the previous daemon ended while a command ran, or while a plan
 * was active that had issued a command. */
static void test_cut_short(void **unused)
{
    static const struct {
        enum vfj_activity activity;
        enum vfj_plan_phase phase;
        enum vfj_need tried;
        bool was_running, is_recovering;
    } cases[] = {
        {VFJ_ACTIVITY_IDLE, VFJ_PLAN_NONE, VFJ_NEED_NONE, false, false},
        {VFJ_ACTIVITY_IDLE, VFJ_PLAN_NONE, VFJ_NEED_NONE, true, true},
        {VFJ_ACTIVITY_IDLE, VFJ_PLAN_NONE, VFJ_NEED_LAGG, false, false},
        {VFJ_ACTIVITY_OBSERVING, VFJ_PLAN_ACTIVE, VFJ_NEED_NONE, false, false},
        {VFJ_ACTIVITY_OBSERVING, VFJ_PLAN_ACTIVE, VFJ_NEED_LAGG, false, true},
        {VFJ_ACTIVITY_RUNNING, VFJ_PLAN_ACTIVE, VFJ_NEED_LAGG, false, true},
        {VFJ_ACTIVITY_RUNNING, VFJ_PLAN_NONE, VFJ_NEED_VF_DOWN, false, true},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->activity = (uint8_t)cases[i].activity;
        slot->plan.phase = (uint8_t)cases[i].phase;
        slot->plan.tried = cases[i].tried != VFJ_NEED_NONE ? bit(cases[i].tried) : 0;
        vfj_facts_restart(&context, slot, cases[i].was_running);
        assert_int_equal(slot->recovering, cases[i].is_recovering);
        assert_int_equal(slot->activity, VFJ_ACTIVITY_IDLE);
    }
}

/* A delay of policy vfjournal continues after a restart. A delay of policy scripts, in which a
 * process sleeps, ends with that policy. */
static void test_delay_at_restart(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->delay = VFJ_DELAY_RUNNING;
    slot->timers.delay_us = 7;
    vfj_facts_restart(&context, slot, false);
    assert_int_equal(slot->delay, VFJ_DELAY_RUNNING);
    assert_int_equal(context.causes[0], VFJ_REASON_NONE);
    slot->timers.delay_us = VFJ_NEVER_US;
    vfj_facts_restart(&context, slot, false);
    assert_int_equal(slot->delay, VFJ_DELAY_NONE);
    assert_int_equal(context.causes[0], VFJ_REASON_NOT_RUNNING);
}

/* laggN had all addresses of hn and no longer exists. It counts as lost, unless hn has an
 * address of its own again. An address that hn got from a router does not count. */
static void test_lagg_lost(void **unused)
{
    static const struct {
        const char *address, *before; /* the address of hn, and the one that laggN had */
        bool rtadv, is_lost;
    } cases[] = {
        {NULL, NULL, false, true},
        {NULL, NULL, true, true},
        {"10.0.0.4/24", NULL, false, false},
        {"10.0.0.4/24", "10.0.0.5/24", true, false},
        {"fd00::4/64", NULL, false, false},
        {"fd00::4/64", "fd00::5/64", false, false},
        {"fd00::4/64", "10.0.0.4/24", false, true},
        {"fd00::4/64", NULL, true, true},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->lagg_ours = 1;
        slot->observed.hn.exists = true;
        slot->observed.hn.rtadv = cases[i].rtadv;
        if (cases[i].address != NULL)
            give(&slot->observed.hn, cases[i].address);
        if (cases[i].before != NULL)
            give(&slot->before.lagg, cases[i].before);
        assert_int_equal(vfj_observed_is_lagg_lost(slot), cases[i].is_lost);
    }
}

/* While a plan is active, laggN also counts as lost when hn lacks an IPv4 address that it had
 * before the plan. */
static void test_lagg_lost_in_a_plan(void **unused)
{
    static const struct {
        enum vfj_plan_phase phase;
        const char *before[2], *now;
        bool is_lost;
    } cases[] = {
        {VFJ_PLAN_ACTIVE, {"10.0.0.4/24", "10.0.0.5/24"}, "10.0.0.4/24", true},
        {VFJ_PLAN_ACTIVE, {"10.0.0.4/24", "10.0.0.5/24"}, "10.0.0.5/24", true},
        {VFJ_PLAN_ACTIVE, {"10.0.0.4/24", "fd00::4/64"}, "10.0.0.4/24", false},
        {VFJ_PLAN_NONE, {"10.0.0.5/24", "10.0.0.6/24"}, "10.0.0.4/24", false},
        {VFJ_PLAN_LOGGED, {"10.0.0.5/24", "10.0.0.6/24"}, "10.0.0.4/24", false},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->lagg_ours = 1;
        slot->plan.phase = (uint8_t)cases[i].phase;
        slot->observed.hn.exists = true;
        give(&slot->observed.hn, cases[i].now);
        give(&slot->before.hn, cases[i].before[0]);
        give(&slot->before.hn, cases[i].before[1]);
        give(&slot->before.hn, "10.0.0.7/24");
        /* this address is past the new end of the list, so it does not count */
        slot->before.hn.address_count--;
        assert_int_equal(vfj_observed_is_lagg_lost(slot), cases[i].is_lost);
    }
}

/* When a plan has begun to give the addresses of a lost laggN back to hn, laggN counts as lost
 * until hn has all of these addresses. */
static void test_lagg_given_back(void **unused)
{
    (void)unused;
    for (unsigned tried = 0; tried < 2; tried++) {
        struct vfj_slot *slot = begin();
        slot->lagg_ours = 1;
        slot->plan.phase = VFJ_PLAN_ACTIVE;
        slot->plan.tried = tried != 0 ? bit(VFJ_NEED_GIVE_BACK) : 0;
        slot->observed.hn.exists = true;
        give(&slot->observed.hn, "10.0.0.4/24");
        give(&slot->before.lagg, "10.0.0.4/24");
        give(&slot->before.lagg, "10.0.0.5/24");
        assert_int_equal(vfj_observed_is_lagg_lost(slot), tried != 0);
        give(&slot->observed.hn, "10.0.0.5/24");
        assert_false(vfj_observed_is_lagg_lost(slot));
    }
}

/* When laggN had nothing before the plan, nothing is given back to hn. */
static void test_nothing_given_back(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    assert_false(vfj_plan_give_back(&context, slot));
    give(&slot->before.lagg, "10.0.0.4/24");
    assert_true(vfj_plan_give_back(&context, slot));
    assert_int_equal(slot->batch.count, 1);
}

/* A route through hn is astray only while hn is a port. */
static void test_stray_route(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->observed.lagg = (struct vfj_interface){.exists = true, .port_count = 1};
    slot->observed.lagg.ports[0] = vfj_name_of("hn0");
    assert_false(vfj_observed_has_stray_route(slot));
    slot->observed.routes.count = 2;
    slot->observed.routes.list[0].on_lagg = true;
    assert_true(vfj_observed_has_stray_route(slot));
    slot->observed.routes.list[1].on_lagg = true;
    assert_false(vfj_observed_has_stray_route(slot));
    slot->observed.routes.list[1].on_lagg = false;
    slot->observed.lagg.port_count = 0;
    assert_false(vfj_observed_has_stray_route(slot));
}

/* The first command of a plan makes laggN the daemon's own (lagg_ours). A plan without a command
 * does not. */
static void test_lagg_of_others(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    vfj_plan_begin(slot, false);
    slot->observed.hn = (struct vfj_interface){.exists = true, .up = true};
    slot->observed.lagg = slot->observed.vf = slot->observed.hn;
    slot->observed.lagg.no_dad = true;
    slot->observed.lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    slot->observed.lagg.port_count = 2;
    slot->observed.lagg.ports[0] = vfj_name_of("hn0");
    slot->observed.lagg.ports[1] = vfj_name_of("mce0");
    assert_false(vfj_plan_next_batch(&context, slot, VFJ_TARGET_JOINED_UP));
    assert_false(slot->lagg_ours);
    slot->observed.vf.up = false;
    assert_true(vfj_plan_next_batch(&context, slot, VFJ_TARGET_JOINED_UP));
    assert_true(slot->lagg_ours);
}

/* Copying a view writes nothing past the end of the destination. */
static void test_copy_of_a_view(void **unused)
{
    static struct {
        struct vfj_view view;
        unsigned char behind[2 * sizeof(struct vfj_view)];
    } copy;
    static struct vfj_view view;
    (void)unused;
    memset(copy.behind, 0xa5, sizeof copy.behind);
    view.routes.count = VFJ_KEPT_ROUTES_MAX;
    vfj_observed_copy(&copy.view, &view);
    for (size_t i = 0; i < sizeof copy.behind; i++)
        assert_int_equal(copy.behind[i], 0xa5);
}

/* Only addresses that hn has are deleted from a foreign laggN. */
static void test_taken_back(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->plan.tried = bit(VFJ_NEED_INET);
    slot->observed.lagg.exists = true;
    slot->observed.lagg.laggproto = VFJ_LAGGPROTO_OTHER;
    give(&slot->observed.lagg, "10.0.0.4/24");
    give(&slot->observed.hn, "10.0.0.4/24");
    slot->observed.hn.address_count--; /* this address is past the end and does not count */
    assert_false(vfj_plan_take_back(&context, slot));
    slot->observed.hn.address_count++;
    assert_true(vfj_plan_take_back(&context, slot));
    assert_int_equal(slot->batch.count, 1);
}

/* When a VF leaves, routes may disappear with its addresses. The slot is then observed, if laggN
 * belongs to the daemon. */
static void test_routes_of_a_vf(void **unused)
{
    static const struct {
        bool is_ours, has_address, is_due;
    } cases[] = {{true, true, true}, {true, false, false}, {false, true, false}};
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->lagg_ours = cases[i].is_ours;
        if (cases[i].has_address)
            give(&slot->observed.vf, "10.0.0.4/24");
        vfj_facts_detach(&context, slot, VFJ_REASON_VF_DETACHED);
        assert_int_equal(slot->request.wanted,
                         cases[i].is_due ? VFJ_OBSERVE_CHANGE : VFJ_OBSERVE_NOT);
        assert_true(slot->plan.failed == (cases[i].has_address ? vfj_plan_route_needs() : 0));
    }
}

/* Addresses that hn and the VF had before a plan count as laggN's only while that plan is
 * active. */
static void test_addresses_of_the_plan(void **unused)
{
    (void)unused;
    for (unsigned phase = VFJ_PLAN_NONE; phase <= VFJ_PLAN_LOGGED; phase++) {
        struct vfj_slot *slot = begin();
        struct vfj_planner planner
            = {.context = &context, .slot = slot, .rc = &now.rc, .target = VFJ_TARGET_JOINED};
        slot->plan.phase = (uint8_t)phase;
        slot->observed.vf.exists = true;
        give(&slot->before.hn, "10.0.0.4/24");
        give(&slot->before.vf, "10.0.0.5/24");
        vfj_planner_desire(&planner);
        assert_int_equal(planner.desired.count, phase == VFJ_PLAN_ACTIVE ? 2 : 0);
    }
}

/* An administrator takes down a VF that has no link, or adds the VF to another lagg. The link
 * monitor then forgets the VF. */
static void test_taken_by_somebody(void **unused)
{
    (void)unused;
    for (unsigned is_taken = 0; is_taken < 2; is_taken++) {
        struct vfj_slot *slot = begin();
        slot->link = (struct vfj_link_facts){.monitor = VFJ_LINK_MONITOR_WAITING, .tries = 3};
        slot->timers.link_us = 7;
        slot->observed.vf.exists = true;
        if (is_taken != 0)
            slot->observed.vf_lagg = vfj_name_of("lagg7");
        vfj_link_observed(&context, slot);
        assert_int_equal(slot->link.monitor, VFJ_LINK_MONITOR_OFF);
        assert_int_equal(slot->link.tries, 0);
        assert_true(slot->timers.link_us == VFJ_NEVER_US);
    }
}

/* The command that takes the VF down reports a failure, but the VF is down: the need is met. */
static void test_down_after_all(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = begin();
    slot->plan.failed = bit(VFJ_NEED_VF_DOWN) | bit(VFJ_NEED_SCRIPT) | bit(VFJ_NEED_INET6);
    slot->observed.vf.exists = true;
    vfj_link_observed(&context, slot);
    assert_int_equal(slot->link.monitor, VFJ_LINK_MONITOR_RETRY);
    assert_true(slot->plan.failed == (bit(VFJ_NEED_SCRIPT) | bit(VFJ_NEED_INET6)));
}

/* After rc.conf was read, a slot with a fault that depends on rc.conf is observed immediately.
 * Other slots are not observed. */
static void test_configured(void **unused)
{
    static const enum vfj_reason by_rc[] = {
        VFJ_REASON_RC_UNREAD,        VFJ_REASON_HN_HAS_VLAN,    VFJ_REASON_HN_IN_BRIDGE,
        VFJ_REASON_HN_HAS_CARP,      VFJ_REASON_HN_IN_FIB,      VFJ_REASON_OTHER_DHCP,
        VFJ_REASON_HN_HAS_MULTICAST, VFJ_REASON_HN_IN_NETGRAPH,
    };
    (void)unused;
    for (unsigned fault = VFJ_REASON_NONE; fault < VFJ_REASON_COUNT; fault++) {
        bool is_by_rc = false;
        for (unsigned i = 0; i < sizeof by_rc / sizeof by_rc[0]; i++)
            is_by_rc |= fault == by_rc[i];
        for (unsigned activity = VFJ_ACTIVITY_IDLE; activity < VFJ_ACTIVITY_COUNT; activity++) {
            struct vfj_slot *slot = begin();
            slot->fault = (uint8_t)fault;
            slot->activity = (uint8_t)activity;
            vfj_facts_configured(&context);
            assert_int_equal(slot->request.wanted,
                             is_by_rc && activity == VFJ_ACTIVITY_WAITING ? VFJ_OBSERVE_CHANGE
                                                                          : VFJ_OBSERVE_NOT);
        }
    }
}

/* An observation is marked as one of the watch timer only when no other timer of the slot was due,
 * and nothing else requested it. */
static void test_watch(void **unused)
{
    static const struct {
        struct vfj_timers timers;
        bool is_watch;
    } cases[] = {
        {{VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US, 7}, true},
        {{7, VFJ_NEVER_US, VFJ_NEVER_US, 7}, false},
        {{VFJ_NEVER_US, 7, VFJ_NEVER_US, 7}, false},
        {{VFJ_NEVER_US, VFJ_NEVER_US, 7, 7}, false},
        {{VFJ_NEVER_US, 7, VFJ_NEVER_US, 8}, false},
        {{8, 8, 8, 7}, true},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        next.head.mono_us = 7;
        slot->timers = cases[i].timers;
        vfj_facts_timer(&context, slot);
        assert_int_equal(slot->request.wanted, VFJ_OBSERVE_CHANGE);
        assert_int_equal(slot->request.watch, cases[i].is_watch);
        assert_true(slot->timers.watch_us == (cases[i].timers.watch_us > 7 ? 8 : VFJ_NEVER_US));
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
        assert_int_equal(slot->request.watch, 0);
    }
}

/* When the link of a VF comes up, the fault "no link" ends before any observation. Any other
 * fault remains. */
static void test_link_came(void **unused)
{
    static const enum vfj_reason faults[] = {VFJ_REASON_NO_LINK, VFJ_REASON_ROUTE_FAILED};
    (void)unused;
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->data_path = VFJ_DATA_PATH_VF_REPORTED;
        slot->link = (struct vfj_link_facts){.monitor = VFJ_LINK_MONITOR_WAITING, .tries = 3};
        slot->fault = (uint8_t)faults[i];
        vfj_link_changed(&context, slot, true);
        assert_int_equal(slot->link.tries, 0);
        assert_int_equal(slot->fault, i == 0 ? VFJ_REASON_NONE : faults[i]);
        assert_int_equal(slot->request.wanted, VFJ_OBSERVE_NOT);
    }
}

/* A LINK_UP ends the pause of a VF that the machine took down for its missing link. It does not
 * end the pause after too many waits for the link were in vain. */
static void test_link_came_while_held(void **unused)
{
    static const struct {
        enum vfj_link_monitor was, is;
        enum vfj_data_path path;
        unsigned tries;
        bool is_up;
    } cases[] = {
        {VFJ_LINK_MONITOR_HELD, VFJ_LINK_MONITOR_RETRY, VFJ_DATA_PATH_HN, 1, true},
        {VFJ_LINK_MONITOR_HELD, VFJ_LINK_MONITOR_RETRY, VFJ_DATA_PATH_HN, 3, true},
        {VFJ_LINK_MONITOR_HELD, VFJ_LINK_MONITOR_HELD, VFJ_DATA_PATH_HN, 4, true},
        {VFJ_LINK_MONITOR_HELD, VFJ_LINK_MONITOR_HELD, VFJ_DATA_PATH_HN, 1, false},
        {VFJ_LINK_MONITOR_HELD, VFJ_LINK_MONITOR_HELD, VFJ_DATA_PATH_VF_REPORTED, 1, true},
        {VFJ_LINK_MONITOR_OFF, VFJ_LINK_MONITOR_OFF, VFJ_DATA_PATH_HN, 0, true},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_slot *slot = begin();
        slot->data_path = (uint8_t)cases[i].path;
        slot->link.monitor = (uint8_t)cases[i].was;
        slot->link.tries = (uint8_t)cases[i].tries;
        slot->timers.link_us = 99;
        vfj_link_changed(&context, slot, cases[i].is_up);
        bool has_ended = cases[i].is != cases[i].was;
        assert_int_equal(slot->link.monitor, cases[i].is);
        assert_int_equal(slot->link.tries, cases[i].tries);
        assert_true((slot->timers.link_us == VFJ_NEVER_US) == has_ended);
        assert_int_equal(slot->request.wanted, has_ended ? VFJ_OBSERVE_CHANGE : VFJ_OBSERVE_NOT);
    }
}

/* When laggN was destroyed, or another lagg has its name now, the slot remembers the addresses
 * that laggN had in the last observation. */
static void test_last_of_lagg(void **unused)
{
    static const struct {
        enum vfj_laggproto was, is; /* NONE: no lagg */
        const char *address;        /* the address of the new lagg */
        const char *kept;
        bool had_address, is_ours;
    } cases[] = {
        {VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_NONE, NULL, "10.0.0.4/24", true, true},
        {VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_NONE, NULL, "10.0.0.5/24", false, true},
        {VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_NONE, NULL, "10.0.0.5/24", true, false},
        {VFJ_LAGGPROTO_OTHER, VFJ_LAGGPROTO_NONE, NULL, "10.0.0.5/24", true, true},
        {VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_OTHER, NULL, "10.0.0.4/24", true, true},
        {VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_FAILOVER, NULL, "10.0.0.4/24", true, true},
        {VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_FAILOVER, "10.0.0.9/24", "10.0.0.5/24", true, true},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static struct vfj_observation answer;
        struct vfj_slot *slot = begin();
        slot->lagg_ours = cases[i].is_ours;
        slot->observed.lagg.exists = true;
        slot->observed.lagg.laggproto = (uint8_t)cases[i].was;
        if (cases[i].had_address)
            give(&slot->observed.lagg, "10.0.0.4/24");
        give(&slot->before.lagg, "10.0.0.5/24");
        answer = (struct vfj_observation){.probe = VFJ_PROBE_SLOT, .ok = true};
        struct vfj_view *view = &answer.as.view;
        view->vf_name = slot->vf;
        view->hn.exists = true;
        view->lagg.exists = cases[i].is != VFJ_LAGGPROTO_NONE;
        view->lagg.laggproto = (uint8_t)cases[i].is;
        if (cases[i].address != NULL)
            give(&view->lagg, cases[i].address);
        vfj_facts_observed(&context, slot, &answer);
        assert_int_equal(slot->before.lagg.address_count, 1);
        assert_string_equal(slot->before.lagg.addresses[0].text, cases[i].kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs_of_a_vf),
        cmocka_unit_test(test_plan_of_another_vf),
        cmocka_unit_test(test_script_not_run),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_delay_at_restart),
        cmocka_unit_test(test_lagg_lost),
        cmocka_unit_test(test_addresses_of_the_plan),
        cmocka_unit_test(test_taken_by_somebody),
        cmocka_unit_test(test_down_after_all),
        cmocka_unit_test(test_script_due),
        cmocka_unit_test(test_lagg_lost_in_a_plan),
        cmocka_unit_test(test_configured),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_link_came),
        cmocka_unit_test(test_link_came_while_held),
        cmocka_unit_test(test_last_of_lagg),
        cmocka_unit_test(test_lagg_given_back),
        cmocka_unit_test(test_nothing_given_back),
        cmocka_unit_test(test_stray_route),
        cmocka_unit_test(test_lagg_of_others),
        cmocka_unit_test(test_copy_of_a_view),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_routes_of_a_vf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
