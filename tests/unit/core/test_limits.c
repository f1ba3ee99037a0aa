/* Reaches every limit of the machine. The machine reports each limit by a reason, and never
 * ignores the excess silently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/machine/planner.h"
#include "core/policy/script.h"
#include "tests/kit/machine.h"

static struct kit_machine *machine;

/* How many times each note of an event, and each notice of a slot, has occurred. */
static unsigned notes[VFJ_REASON_COUNT], notices[VFJ_REASON_COUNT];

/* The number of batches so far. BATCHES_MAX is the limit of core/machine/reconcile.c for one
 * plan. */
static unsigned batches;
enum { BATCHES_MAX = 16 };

static void watch(struct kit_machine *watched, const struct vfj_event *event)
{
    const struct vfj_decision *decision = &watched->decision;
    (void)event;
    notes[decision->note]++;
    for (unsigned i = 0; i < decision->transition_count; i++)
        notices[decision->transitions[i].reason]++;
    bool has_batch = false;
    for (unsigned i = 0; i < decision->command_count; i++)
        has_batch |= !vfj_command_reads(&decision->commands[i]);
    batches += has_batch;
}

static int set_up(void **state)
{
    (void)state;
    machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    machine->watch = watch;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kit_machine_close(machine);
    return 0;
}

static void begin(enum vfj_policy policy)
{
    memset(notes, 0, sizeof notes);
    memset(notices, 0, sizeof notices);
    batches = 0;
    kit_machine_begin(machine, VFJ_MODE_ACT, policy);
}

static void line(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void line(const char *format, ...)
{
    char text[2 * VFJ_VALUE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    kit_machine_line(machine, text);
}

/* Checks that the line is refused because it exceeds a limit of the guest model. */
static void refused(const char *text, const char *what)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error = {0};
    assert_true(vfj_trace_read(vfj_span_of(text), 2, &read, &error));
    assert_int_equal(vfj_play_line(&machine->play, &read, &error), VFJ_TOO_MANY);
    assert_string_equal(error.what, what);
}

static void test_slots(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("@0 +cpu0 at x on y");
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        line("@+0 !system=HYPERV_NIC_VF subsystem=hn%u type=VF_UP", i);
    assert_int_equal(machine->state.head.slot_count, VFJ_SLOTS_MAX);
    assert_int_equal(notes[VFJ_REASON_TOO_MANY_SLOTS], 0);
    line("@+0 !system=HYPERV_NIC_VF subsystem=hn64 type=VF_UP");
    assert_int_equal(notes[VFJ_REASON_TOO_MANY_SLOTS], 1);
    line("@+0 !system=HYPERV_NIC_VF subsystem=hn64 type=VF_DOWN");
    line("@+0 !system=IFNET subsystem=hn65 type=RENAME name=wan");
    assert_int_equal(notes[VFJ_REASON_TOO_MANY_SLOTS], 3);
    assert_int_equal(machine->state.head.slot_count, VFJ_SLOTS_MAX);
}

/* All slots change at the same time: after a burst of lines, when their delays end, after a gap,
 * after a boot. */
static void test_all_slots(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        line("%%if hn%u up inet 10.0.%u.4/24 dhclient %u", i, i, 1000 + i);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        line("%%vf mce%u hn%u", i, i);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        line("@0 !system=ETHERNET subsystem=mce%u type=IFATTACH", i);
    line("%%at 2");
    assert_int_equal(notices[VFJ_REASON_JOINED], VFJ_SLOTS_MAX);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        line("%%noif mce%u", i);
    line("%%gap all VFs left");
    assert_int_equal(notices[VFJ_REASON_VF_LOST], VFJ_SLOTS_MAX);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        line("%%if mce%u down", i);
    line("%%gap all VFs came back");
    assert_int_equal(notices[VFJ_REASON_VF_FOUND], VFJ_SLOTS_MAX);
    line("%%at +3");
    assert_int_equal(notices[VFJ_REASON_JOINED], 2 * VFJ_SLOTS_MAX);
    line("%%boot");
    assert_int_equal(notices[VFJ_REASON_BOOTED], VFJ_SLOTS_MAX);
    line("%%at +3");
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        assert_int_equal(machine->state.slots[i].state, VFJ_SLOT_DETACHED);
}

/* A map has more pairs than there are slots. The pairs that fit are used. A VF that the map
 * lacks does not count as lost. */
static void test_map(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 1; i++)
        line("%%vf mce%u hn%u", i, i);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 1; i++)
        line("%%if mce%u down", i);
    line("@0 +cpu0 at x on y");
    assert_int_equal(machine->state.head.slot_count, VFJ_SLOTS_MAX);
    assert_true(notes[VFJ_REASON_TOO_MANY_SLOTS] > 0);
    line("%%gap x");
    assert_int_equal(notices[VFJ_REASON_VF_LOST], 0);
}

static void test_sleepers(void **state)
{
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    line("%%rc hyperv_vf_delay=\"1000\"");
    line("%%vf mce0 hn0");
    line("@0 +cpu0 at x on y");
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        line("@+1 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_int_equal(machine->state.scripts.sleeping, VFJ_SLEEPERS_MAX);
    assert_int_equal(notes[VFJ_REASON_TOO_MANY_TIMERS], 0);
    line("@+1 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_int_equal(notes[VFJ_REASON_TOO_MANY_TIMERS], 1);
    line("%%at +2000");
    assert_int_equal(machine->state.scripts.sleeping, 0);
}

/* The delays of all sleeping scripts end at the same time. Each of these scripts then runs to
 * its end. */
static void test_sleepers_at_once(void **state)
{
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    line("%%rc hyperv_vf_delay=\"1000\"");
    line("%%vf mce0 hn0");
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_int_equal(machine->state.scripts.sleeping, VFJ_SLEEPERS_MAX);
    line("%%at 2000");
    assert_int_equal(machine->state.scripts.sleeping, 0);
}

static void test_script_queue(void **state)
{
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    line("%%slow 1000 sysctl -n hw.hn.vflist");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    for (unsigned i = 0; i < VFJ_SCRIPT_QUEUE_MAX; i++)
        line("@0 !system=ETHERNET subsystem=epair%ua type=IFATTACH", i);
    assert_int_equal(machine->state.scripts.waiting, VFJ_SCRIPT_QUEUE_MAX);
    assert_int_equal(notes[VFJ_REASON_QUEUE_FULL], 0);
    line("@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_int_equal(notes[VFJ_REASON_QUEUE_FULL], 1);
    assert_int_equal(machine->state.scripts.waiting, VFJ_SCRIPT_QUEUE_MAX);
    line("%%slow 0 sysctl");
    line("%%at 2000000");
    assert_int_equal(machine->state.scripts.waiting, 0);
}

/* The machine does nothing with an interface that has more addresses than can be moved. */
static void test_addresses(void **state)
{
    char text[VFJ_LINE_MAX];
    struct vfj_text words = vfj_text_begin(text, sizeof text);
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    vfj_text_add(&words, "%if hn0 up");
    for (unsigned i = 0; i < VFJ_ADDRESSES_MAX; i++) {
        vfj_text_add(&words, " inet 10.0.0.");
        vfj_text_add_u64(&words, 4 + i);
        vfj_text_add(&words, "/32");
    }
    kit_machine_line(machine, text);
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 2");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
    assert_int_equal(notices[VFJ_REASON_NOT_CONVERGING], 0);

    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, text);
    line("%%if lagg0 up laggport hn0 inet 192.168.1.1/32");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 2");
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_TOO_MANY_ADDRESSES);
    assert_int_equal(vfj_guest_find(&machine->play.guest, vfj_name_of("hn0"))->facts.address_count,
                     VFJ_ADDRESSES_MAX);
}

/* hn has no address, and rc.conf has more aliases than laggN may have. laggN gets as many
 * addresses as an observation can hold, and the slot has a fault because of the rest. */
static void test_aliases(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%rc ifconfig_hn0=\"inet 10.0.0.4/24\"");
    for (unsigned i = 0; i < 200; i++)
        line("%%rc ifconfig_hn0_alias%u=\"inet 10.0.1.%u/32\"", i, 1 + i);
    line("%%if hn0 up");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 2");
    const struct vfj_interface *lagg
        = &vfj_guest_find(&machine->play.guest, vfj_name_of("lagg0"))->facts;
    assert_int_equal(lagg->address_count, VFJ_ADDRESSES_MAX);
    assert_false(lagg->truncated);
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_TOO_MANY_ADDRESSES);
    assert_true(batches < 4);
}

/* Tests the limit of aliases when rc.conf has only aliases and a killed daemon had begun the
 * join. */
static void test_aliases_alone(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < 200; i++)
        line("%%rc ifconfig_hn0_alias%u=\"inet 10.0.1.%u/32\"", i, 1 + i);
    line("%%if hn0 up");
    line("%%if lagg0 up laggproto failover laggport hn0");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 2");
    const struct vfj_interface *lagg
        = &vfj_guest_find(&machine->play.guest, vfj_name_of("lagg0"))->facts;
    assert_int_equal(lagg->address_count, VFJ_ALIASES_MAX);
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
}

/* Commands that do not fit into a batch come in the next batch. No real plan has such a long
 * batch. */
static void test_batch(void **state)
{
    static struct vfj_state next;
    static struct vfj_decision decision;
    struct vfj_step_context context = {.now = &next, .next = &next, .decision = &decision};
    struct vfj_planner planner = {.context = &context, .slot = &next.slots[0]};
    struct vfj_batch *batch = &next.slots[0].batch;
    (void)state;
    vfj_state_init(&next);
    for (unsigned i = 0; i < VFJ_BATCH_MAX; i++)
        assert_non_null(vfj_planner_add(&planner, VFJ_NEED_INET, VFJ_COMMAND_ADDRESS_ADD));
    assert_ptr_equal(vfj_planner_add(&planner, VFJ_NEED_INET6, VFJ_COMMAND_ADDRESS_ADD),
                     &planner.unissued);
    assert_int_equal(batch->count, VFJ_BATCH_MAX);
    assert_int_equal(decision.command_count, VFJ_BATCH_MAX);
    assert_true(batch->first == 1 && decision.commands[VFJ_BATCH_MAX - 1].id == VFJ_BATCH_MAX);
    assert_int_equal(next.slots[0].plan.tried >> VFJ_NEED_INET6 & 1, 0);
    /* a need is open again when one of its commands did not fit, even if another one did */
    assert_int_equal(next.slots[0].plan.tried >> VFJ_NEED_INET & 1, 1);
    assert_ptr_equal(vfj_planner_add(&planner, VFJ_NEED_INET, VFJ_COMMAND_ADDRESS_ADD),
                     &planner.unissued);
    assert_int_equal(next.slots[0].plan.tried >> VFJ_NEED_INET & 1, 0);
    assert_int_equal(next.slots[0].plan.failed >> VFJ_NEED_INET & 1, 1);
}

/* Adds the IPv6 address fd00::N:1, and the IPv4 addresses N.0.0.2 up to N.0.0.VFJ_ADDRESSES_MAX. */
static void fill(struct vfj_interface *interface, unsigned n)
{
    interface->exists = true;
    for (unsigned i = 1; i <= VFJ_ADDRESSES_MAX; i++) {
        char text[32];
        struct vfj_address address;
        (void)snprintf(text, sizeof text, i == 1 ? "fd00::%u:%u/64" : "%u.0.0.%u/24", n, i);
        assert_true(vfj_address_parse(vfj_span_of(text), &address));
        assert_true(vfj_interface_add_address(interface, &address));
    }
}

/* Each interface and rc.conf have the largest number of addresses, and no address occurs twice. */
static void test_desired(void **state)
{
    static struct vfj_state next;
    static struct vfj_decision decision;
    struct vfj_step_context context = {.now = &next, .next = &next, .decision = &decision};
    struct vfj_planner planner = {.context = &context, .slot = &next.slots[0]};
    struct vfj_slot *slot = &next.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%rc ifconfig_hn0=\"inet 60.0.0.250/24\"");
    line("%%rc ifconfig_hn0_ipv6=\"inet6 fd00::4/64\"");
    for (unsigned i = 0; i < VFJ_ALIASES_MAX; i++)
        line("%%rc ifconfig_hn0_alias%u=\"inet 60.0.0.%u/32\"", i, 1 + i);
    line("@0 +x at y");
    next = machine->state;
    planner.rc = &next.rc;
    planner.target = VFJ_TARGET_JOINED_UP;
    vfj_slot_init(slot, vfj_name_of("hn0"));
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    slot->recovering = 1;
    fill(&slot->before.hn, 51);
    fill(&slot->before.lagg, 52);
    fill(&slot->observed.hn, 53);
    fill(&slot->observed.vf, 54);
    fill(&slot->before.vf, 55);
    vfj_planner_desire(&planner);
    assert_int_equal(planner.desired.count, 5 * VFJ_ADDRESSES_MAX + VFJ_ALIASES_MAX + 2);
}

/* rc.conf has more aliases than fit into a batch. The remaining aliases come in the next
 * batches, and so do the routes and ports. */
static void test_full_batch(void **state)
{
    enum { ALIASES = VFJ_BATCH_MAX + 20 };
    (void)state;
    for (unsigned has_first = 0; has_first < 2; has_first++) {
        begin(VFJ_POLICY_VFJOURNAL);
        line("%%rc static_routes=\"lab\"");
        line("%%rc route_lab=\"-net 192.168.7.0/24 10.0.0.1\"");
        line("%%rc defaultrouter=\"10.0.0.1\"");
        line("%%rc ifconfig_hn0=\"inet 10.0.0.4/24\"");
        for (unsigned i = 0; i < ALIASES; i++)
            line("%%rc ifconfig_hn0_alias%u=\"inet 10.0.%u.%u/32\"", i, 1 + i / 200, 1 + i % 200);
        line("%%if hn0 up");
        /* in this case the first plan recovers a lagg0 that a killed daemon made */
        if (has_first != 0)
            line("%%if lagg0 up inet 10.0.0.4/24 laggproto failover laggport hn0");
        line("%%vf mce0 hn0");
        line("@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
        line("%%at 10");
        const struct vfj_slot *slot = kit_machine_slot(machine, "hn0");
        assert_true(vfj_interface_has_port(&slot->observed.lagg, vfj_name_of("mce0")));
        assert_int_equal(notices[VFJ_REASON_NOT_CONVERGING], 0);
    }
}

/* A lagg that has as many ports as possible. No further port can be added. */
static void test_ports(void **state)
{
    char text[VFJ_LINE_MAX];
    struct vfj_text words = vfj_text_begin(text, sizeof text);
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    vfj_text_add(&words, "%if lagg0 up laggport hn0");
    for (unsigned i = 1; i < VFJ_PORTS_MAX; i++) {
        line("%%if igb%u up", i);
        vfj_text_add(&words, " laggport igb");
        vfj_text_add_u64(&words, i);
    }
    line("%%if hn0 up");
    kit_machine_line(machine, text);
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 10");
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_COMMAND_FAILED);
    assert_false(vfj_guest_find(&machine->play.guest, vfj_name_of("mce0"))->facts.up);
}

/* Under policy scripts, words of rc.conf that do not fit into a command are reported, and never
 * cut. */
static void test_arguments(void **state)
{
    char words[VFJ_ARGS_SIZE + 8];
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = '\0';
    line("%%rc ifconfig_hn0=\"%.400s %.200s\"", words, words);
    line("%%vf mce0 hn0");
    line("@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_int_equal(notices[VFJ_REASON_ARGS_TOO_LONG], 1);
}

static void test_not_converging(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%sysctl dev.hn.0.vf=mce1");
    line("%%sysctl hw.hn.vfmap=mce0:hn0");
    line("%%if hn0 up inet 10.0.0.4/24");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 100");
    /* contradictory results of the kernel must not cause an endless loop */
    assert_true(machine->events < 1000);

    begin(VFJ_POLICY_VFJOURNAL);
    line("%%if hn0 up inet 10.0.0.4/24");
    line("%%vf mce0 hn0");
    /* ifconfig reports success each time, but the VF stays down */
    line("%%fail 1000 0 ifconfig mce0 up");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 3");
    assert_int_equal(notices[VFJ_REASON_NOT_CONVERGING], 1);
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_NOT_CONVERGING);
    assert_int_equal(batches, BATCHES_MAX);

    line("%%at 64"); /* a later plan, with as many batches as the first one */
    assert_int_equal(batches, 2 * BATCHES_MAX);
    line("%%if mce0 up");
    line("%%at 1000");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);

    /* in another plan, a command reports its failure; then the fault is not "not converging" */
    batches = 0;
    line("%%fail 1 1 ifconfig hn0 inet");
    line("%%fail 1000 0 ifconfig hn0 inet");
    line("%%if hn0 up inet 10.0.0.5/24");
    line("@+1 !system=ETHERNET subsystem=hn0 type=IFATTACH");
    assert_int_equal(batches, BATCHES_MAX + 1);
}

/* Each plan may have BATCHES_MAX batches. Batches of earlier plans of the slot do not count. */
static void test_many_plans(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%if hn0 up inet 10.0.0.4/24");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("@3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    for (unsigned i = 0; i < 200; i++) {
        /* an administrator gives an address to hn, which is a port */
        line("%%if hn0 up inet 10.0.0.5/24");
        line("@+100 !system=IFNET subsystem=hn0 type=LINK_UP");
    }
    line("%%at +100");
    assert_true(notices[VFJ_REASON_HN_HAS_ADDRESS] >= 199);
    assert_int_equal(notices[VFJ_REASON_NOT_CONVERGING], 0);
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
}

/* An IPv6 default route cannot be moved away from hn. The machine tries again forever, and
 * reports the fault once. */
static void test_many_tries(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%if hn0 up inet 10.0.0.4/24 inet6 fd00::4/64 gateway6 fd00::1");
    line("%%fail 1000 1 route change -inet6 default");
    line("%%fail 1000 1 route add -inet6 default");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 1000000");
    assert_int_equal(kit_machine_slot(machine, "hn0")->plan.retries, UINT8_MAX);
    assert_int_equal(notices[VFJ_REASON_COMMAND_FAILED], 1);
    assert_int_equal(notices[VFJ_REASON_ROUTE_STAYS], 1);
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_ROUTE_STAYS);
}

/* `dhclient -b` reports success, but its process ends soon. The machine starts it again in the
 * next plan, not in the same plan. */
static void test_dhclient_that_ends(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%rc ifconfig_hn0=\"DHCP\"");
    line("%%fail 1 0 dhclient");
    line("%%if hn0 up inet 10.0.0.4/24 dhclient 411");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 6.9");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_DHCLIENT_FAILED);
    assert_true(vfj_guest_find(&machine->play.guest, vfj_name_of("lagg0"))->dhclient == 0);
    line("%%at 60");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
    assert_int_equal(kit_machine_slot(machine, "hn0")->fault, VFJ_REASON_NONE);
    assert_int_equal(notices[VFJ_REASON_DHCLIENT_FAILED], 1);
    assert_true(vfj_guest_find(&machine->play.guest, vfj_name_of("lagg0"))->dhclient != 0);
}

/* The probe for the lagg's ports fails. hyperv_vfup therefore does not find the VF among the
 * ports, and joins it again. */
static void test_ports_not_read(void **state)
{
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    line("%%rc ifconfig_hn0=\"inet 10.0.0.4/24\"");
    line("%%slow 1 ifconfig lagg0");
    line("%%if hn0 up inet 10.0.0.4/24");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("@3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    line("@20 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    line("%%at 21.5");
    line("%%fail 1 1 ifconfig lagg0");
    line("%%at 22.5");
    assert_int_equal(machine->state.scripts.run.step, VFJ_STEP_UP_LAST);
    line("%%at 40");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_LAGGED);
}

/* The counter of failures stays at 255, and the machine tries again forever. */
static void test_failures(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%if hn0 up inet 10.0.0.4/24");
    line("%%vf mce0 hn0");
    line("%%fail 1000000 1 ifconfig lagg0 create");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("%%at 200000");
    assert_int_equal(kit_machine_slot(machine, "hn0")->plan.failures, UINT8_MAX);
    assert_int_equal(notices[VFJ_REASON_COMMAND_FAILED], 1);
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%fail 1000000 1 sysctl -i");
    line("@0 +x at y");
    line("%%at 200000");
    assert_int_equal(machine->state.head.map_failures, UINT8_MAX);
    line("@+1 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    assert_int_equal(machine->state.head.map_failures, UINT8_MAX);
}

/* In observe mode nobody joins hn and VF. The machine keeps observing the guest forever. */
static void test_rechecks(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_begin(machine, VFJ_MODE_OBSERVE, VFJ_POLICY_VFJOURNAL);
    line("%%if hn0 up inet 10.0.0.4/24");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("@3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    line("%%at 200000");
    assert_int_equal(kit_machine_slot(machine, "hn0")->plan.rechecks, UINT8_MAX);
    assert_int_equal(notices[VFJ_REASON_NOT_JOINED_YET], 1);
}

/* The machine tries forever to up a VF without a link, after pauses that grow up to a limit. */
static void test_no_link(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    line("%%if hn0 up inet 10.0.0.4/24");
    line("%%vf mce0 hn0");
    line("@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    line("!system=IFNET subsystem=mce0 type=LINK_DOWN");
    line("%%at 1500000");
    assert_int_equal(kit_machine_slot(machine, "hn0")->link.tries, UINT8_MAX);
}

/* Lines name one more hn than there are slots. */
static void test_one_hn_too_many(void **state)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_SCRIPTS, VFJ_POLICY_VFJOURNAL};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        begin(policies[i]);
        line("@0 +x at y");
        for (unsigned hn = 0; hn < VFJ_SLOTS_MAX; hn++)
            line("!system=HYPERV_NIC_VF subsystem=hn%u type=VF_DOWN", hn);
        line("%%if hn64 up");
        line("%%vf mce0 hn64");
        assert_int_equal(notes[VFJ_REASON_TOO_MANY_SLOTS], 0);
        line("!system=HYPERV_NIC_VF subsystem=hn64 type=VF_DOWN");
        assert_int_equal(notes[VFJ_REASON_TOO_MANY_SLOTS], 1);
        line("!system=HYPERV_NIC_VF subsystem=hn64 type=VF_UP");
        assert_true(notes[VFJ_REASON_TOO_MANY_SLOTS] >= 2);
        line("!system=ETHERNET subsystem=mce0 type=IFATTACH");
        assert_true(notes[VFJ_REASON_TOO_MANY_SLOTS] >= 3);
        line("@100 +x at y");
        assert_null(kit_machine_slot(machine, "hn64"));
    }
}

static void test_guest_model(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < VFJ_GUEST_IFS_MAX; i++)
        line("%%if if%u up", i);
    refused("%if one.more up", "more interfaces than the guest model holds (512)");
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < VFJ_GUEST_VFS_MAX; i++)
        line("%%vf mce%u hn%u", i, i % 50);
    refused("%vf one.more hn0", "more VFs than the guest model holds (256)");
    for (unsigned i = 0; i < VFJ_GUEST_SYSCTLS_MAX; i++)
        line("%%sysctl a.%u=x", i);
    line("%%sysctl a.0=y");
    refused("%sysctl one.more=x", "more sysctl names than the guest model holds (128)");
    for (unsigned i = 0; i < VFJ_GUEST_FILES_MAX; i++)
        line("%%file /a/%u", i);
    line("%%file /a/0 text=\"again\"");
    refused("%file /one/more", "more files than the guest model holds (64)");
    for (unsigned i = 0; i < VFJ_GUEST_RULES_MAX; i++)
        line("%%fail 1 1 a%u", i);
    refused("%fail 1 1 more", "more %fail or %slow lines than the guest model holds (256)");
    for (unsigned i = 0; i < VFJ_GUEST_RULES_MAX; i++)
        line("%%slow 1 a%u", i);
    refused("%slow 1 more", "more %fail or %slow lines than the guest model holds (256)");
}

static void test_rc(void **state)
{
    char value[VFJ_VALUE_SIZE], text[VFJ_LINE_MAX];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    memset(value, 'v', sizeof value);
    value[VFJ_VALUE_SIZE - 1] = '\0';
    for (unsigned i = 0; i < 15; i++)
        line("%%rc v%u=\"%.400s\"", i, value);
    line("%%rc v0=\"1\"");
    unsigned count = 0;
    while (strlen(machine->play.guest.rc.text) + VFJ_VALUE_SIZE + 8 < VFJ_RC_SIZE) {
        snprintf(text, sizeof text, "%%rc w%u=\"%s\"", count++, value);
        kit_machine_line(machine, text);
    }
    snprintf(text, sizeof text, "%%rc more=\"%s\"", value);
    size_t before = strlen(machine->play.guest.rc.text);
    refused(text, "more rc.conf values than fit (16383 bytes)");
    assert_int_equal(strlen(machine->play.guest.rc.text), before);
    line("@0 +cpu0 at x on y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_all_slots),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_sleepers),
        cmocka_unit_test(test_sleepers_at_once),
        cmocka_unit_test(test_script_queue),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_aliases_alone),
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_full_batch),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_not_converging),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_dhclient_that_ends),
        cmocka_unit_test(test_ports_not_read),
        cmocka_unit_test(test_many_plans),
        cmocka_unit_test(test_many_tries),
        cmocka_unit_test(test_no_link),
        cmocka_unit_test(test_rechecks),
        cmocka_unit_test(test_one_hn_too_many),
        cmocka_unit_test(test_desired),
        cmocka_unit_test(test_guest_model),
        cmocka_unit_test(test_rc),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
