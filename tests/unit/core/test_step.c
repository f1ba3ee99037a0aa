/* Tests steps with events that no trace can produce, under every policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/context.h"
#include "core/machine/plan.h"
#include "tests/kit/machine.h"

static struct kit_machine *machine;
static struct vfj_event event;

static int set_up(void **state)
{
    (void)state;
    machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kit_machine_close(machine);
    return 0;
}

/* Begins in the middle of a delay, while no command runs. */
static void begin(enum vfj_policy policy)
{
    kit_machine_begin(machine, VFJ_MODE_ACT, policy);
    kit_machine_play(machine,
                     "%rc hyperv_vf_delay=\"10\"\n"
                     "%if hn0 up inet 10.0.0.4/24\n"
                     "%vf mce0 hn0\n"
                     "@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n");
}

static struct vfj_event *blank(enum vfj_event_kind kind)
{
    memset(&event, 0, sizeof event);
    event.kind = (uint8_t)kind;
    event.mono_us = machine->state.head.mono_us;
    return &event;
}

static void step(void)
{
    kit_machine_index(&machine->state);
    kit_machine_step(machine, &event);
    kit_machine_check_index(&machine->state);
}

static void started(const char *boot_id)
{
    struct vfj_started *body = &blank(VFJ_EVENT_STARTED)->as.started;
    vfj_span_copy(body->boot_id, sizeof body->boot_id, vfj_span_of(boot_id));
    body->mode = VFJ_MODE_ACT;
    body->policy = machine->state.head.policy;
    body->rules = VFJ_RULES;
}

/* After a boot, a slot has no facts about interfaces, no plan and no timer. */
static void test_boot(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    static const struct vfj_view blank_view;
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    slot->plan
        = (struct vfj_plan){.tried = 16, .failed = 16, .phase = VFJ_PLAN_ACTIVE, .failures = 7};
    slot->fault = VFJ_REASON_COMMAND_FAILED;
    slot->activity = VFJ_ACTIVITY_RUNNING;
    slot->batch
        = (struct vfj_batch){.first = 3, .count = 2, .needs = {VFJ_NEED_LAGG, VFJ_NEED_LAGG_UP}};
    slot->timers.observe_us = slot->timers.link_us = 9000000;
    slot->observed.lagg.exists = slot->before.lagg.exists = true;
    slot->request
        = (struct vfj_observe_request){.wanted = VFJ_OBSERVE_CHANGE, .asked = VFJ_OBSERVE_GAP};
    slot->script = (struct vfj_script_facts){.phase = VFJ_SCRIPT_RAN, .failures = 2, .refused = 1};
    slot->lagg_ours = 1;
    slot->recovering = 0;
    /* the old daemon had ended in order, but nobody knows what happened before the new one
     * started */
    machine->state.head.running = 0;
    started("another");
    event.mono_us = 5;
    step();
    assert_int_equal(machine->state.head.boot, 2);
    assert_true(machine->state.head.mono_us == 5); /* the clock of another boot starts from 0 */
    assert_int_equal(slot->state, VFJ_SLOT_DETACHED);
    assert_true(vfj_slot_due_us(slot) == VFJ_NEVER_US);
    assert_false(vfj_slot_has_plan(slot));
    assert_int_equal(slot->activity, VFJ_ACTIVITY_IDLE);
    assert_int_equal(slot->fault, VFJ_REASON_NONE);
    assert_true(slot->plan.tried == 0 && slot->plan.failed == 0 && slot->plan.failures == 0);
    assert_int_equal(slot->batch.count, 0);
    assert_int_equal(slot->lagg_ours, 0);
    assert_int_equal(slot->recovering, 1);
    assert_memory_equal(&slot->observed, &blank_view, sizeof blank_view);
    assert_memory_equal(&slot->before, &blank_view, sizeof blank_view);
    assert_int_equal(slot->request.wanted, VFJ_OBSERVE_NOT);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_NOT);
    assert_int_equal(slot->script.phase, VFJ_SCRIPT_DUE);
    assert_true(slot->script.failures == 0 && slot->script.refused == 0);
    assert_int_equal(machine->decision.transition_count, 1);
    assert_int_equal(machine->decision.transitions[0].reason, VFJ_REASON_BOOTED);
}

/* When the daemon restarts within the same boot, it issues its probes again. All other facts
 * remain. */
static void test_start(void **state)
{
    struct vfj_head *head = &machine->state.head;
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    head->running = 0;
    head->map_pending = 9;
    head->map_again = 1;
    head->map_retry_us = 7;
    started(head->boot_id);
    step();
    assert_int_equal(head->boot, 1);
    assert_int_equal(head->running, 1);
    assert_true(head->map_pending == 0 && head->map_again == 0
                && head->map_retry_us == VFJ_NEVER_US);
    assert_int_equal(machine->state.slots[0].state, VFJ_SLOT_DELAYED);
    assert_true(machine->decision.deadline_us == machine->state.slots[0].timers.delay_us);
}

/* While no daemon runs, the decision has no deadline. */
static void test_stop(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    blank(VFJ_EVENT_STOPPED)->as.text = vfj_span_of("a=1");
    step();
    assert_int_equal(machine->state.head.running, 0);
    assert_true(machine->decision.deadline_us == INT64_MAX);
    assert_false(machine->decision.touched.rc);
    assert_string_equal(machine->state.rc.text, "hyperv_vf_delay=10");
}

/* A STOPPING event changes nothing when no daemon runs. */
static void test_stopping_when_stopped(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    blank(VFJ_EVENT_STOPPING);
    step();
    assert_int_equal(machine->state.head.running, VFJ_RUNNING_STOPPING);
    blank(VFJ_EVENT_STOPPED);
    step();
    blank(VFJ_EVENT_STOPPING);
    step();
    assert_int_equal(machine->state.head.running, VFJ_RUNNING_NOT);
}

/* A gap itself changes nothing. The guest is observed when the connection to devd is open again. */
static void test_gap(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    blank(VFJ_EVENT_GAP)->as.devd.kind = VFJ_DEVD_VF_ATTACHED;
    event.as.devd.note = VFJ_REASON_NO_TYPE;
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_NONE);
    assert_int_equal(machine->decision.command_count, 0);
}

/* Time never goes back within a boot, even if an event has an earlier time. */
static void test_clock(void **state)
{
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    blank(VFJ_EVENT_GAP)->mono_us = 999999;
    step();
    assert_true(machine->state.head.mono_us == 1000000);
    event.mono_us = 1000001;
    step();
    assert_true(machine->state.head.mono_us == 1000001);
}

/* A line with something unusual is recorded with a note, and no policy uses it. */
static void test_odd_lines(void **state)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_SCRIPTS, VFJ_POLICY_VFJOURNAL};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        begin(policies[i]);
        blank(VFJ_EVENT_DEVD)->as.devd.kind = VFJ_DEVD_VF_UP;
        event.as.devd.name = vfj_name_of("hn7");
        event.as.devd.note = VFJ_REASON_BAD_NAME;
        step();
        assert_int_equal(machine->decision.note, VFJ_REASON_BAD_NAME);
        assert_null(kit_machine_slot(machine, "hn7"));
        event.as.devd.note = VFJ_REASON_NONE;
        step();
        assert_non_null(kit_machine_slot(machine, "hn7"));
    }
}

/* A timer fires only at a timer event, not at another event after the timer's due time. */
static void test_timers_of_their_own(void **state)
{
    static const enum vfj_event_kind kinds[]
        = {VFJ_EVENT_FINISHED, VFJ_EVENT_OBSERVED, VFJ_EVENT_DEVD, VFJ_EVENT_GAP};
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        blank(kinds[i])->mono_us = 60000000;
        step();
        assert_int_equal(machine->state.slots[0].delay, VFJ_DELAY_RUNNING);
        assert_true(machine->decision.deadline_us == 11000000); /* this deadline has passed */
    }
    blank(VFJ_EVENT_TIMER);
    step();
    assert_int_equal(machine->state.slots[0].delay, VFJ_DELAY_OVER);
    assert_true(machine->state.slots[0].timers.delay_us == VFJ_NEVER_US);
}

/* A timer event changes only the slots with a timer that is due. */
static void test_timers_of_one_slot(void **state)
{
    const struct vfj_slot *slots = machine->state.slots;
    (void)state;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%rc hyperv_vf_delay=\"10\"\n"
                     "%if hn0 up inet 10.0.0.4/24\n"
                     "%if hn1 up inet 10.1.0.4/24\n"
                     "%if hn2 up inet 10.2.0.4/24\n"
                     "%vf mce0 hn0\n"
                     "%vf mce1 hn1\n"
                     "@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "@2 !system=ETHERNET subsystem=mce1 type=IFATTACH\n"
                     "@3 !system=HYPERV_NIC_VF subsystem=hn2 type=VF_DOWN\n");
    assert_int_equal(machine->state.head.slot_count, 3);
    assert_int_equal(slots[1].delay, VFJ_DELAY_RUNNING);
    blank(VFJ_EVENT_TIMER)->mono_us = slots[0].timers.delay_us;
    step();
    assert_true(machine->decision.touched.slots == 1);
    assert_int_equal(machine->decision.command_count, 1);
    assert_int_equal(slots[1].activity, VFJ_ACTIVITY_WAITING);
}

/* While the daemon is stopping, the delay's timer stays set for the next daemon, and so does the
 * timer of an observation, unless a plan is active. The link's timer fires. */
static void test_timers_left_to_the_next(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    for (unsigned phase = VFJ_PLAN_NONE; phase <= VFJ_PLAN_ACTIVE; phase++) {
        begin(VFJ_POLICY_VFJOURNAL);
        machine->state.head.running = VFJ_RUNNING_STOPPING;
        slot->link.monitor = VFJ_LINK_MONITOR_WAITING;
        slot->plan.phase = (uint8_t)phase;
        slot->timers = (struct vfj_timers){.delay_us = 1, .observe_us = 1, .link_us = 1};
        blank(VFJ_EVENT_TIMER);
        step();
        assert_int_equal(slot->link.monitor, VFJ_LINK_MONITOR_EXPIRED);
        assert_int_equal(slot->activity, VFJ_ACTIVITY_OBSERVING);
        assert_true(slot->timers.delay_us == 1 && slot->timers.link_us == VFJ_NEVER_US);
        assert_true(slot->timers.observe_us == (phase == VFJ_PLAN_ACTIVE ? VFJ_NEVER_US : 1));
    }
}

/* A delay ends while the daemon is stopping, so this daemon no longer joins the VF. The next
 * daemon finds the delay due when it starts. */
static void test_delay_left_to_the_next(void **state)
{
    const struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    machine->state.head.running = VFJ_RUNNING_STOPPING;
    machine->state.slots[0].recovering = 0; /* hn0 has no unfinished change */
    machine->state.slots[0].delay = VFJ_DELAY_OVER;
    machine->state.slots[0].timers.delay_us = VFJ_NEVER_US;
    kit_machine_index(&machine->state);
    kit_machine_line(machine, "@3 !system=IFNET subsystem=mce0 type=RENAME name=fast0");
    assert_int_equal(slot->delay, VFJ_DELAY_RUNNING);
    assert_true(slot->timers.delay_us == machine->state.head.mono_us);
    assert_int_equal(slot->activity, VFJ_ACTIVITY_WAITING);
    assert_int_equal(machine->decision.command_count, 0);
}

/* The head's due time is the earliest of all timers. */
static void test_deadline(void **state)
{
    struct vfj_head *head = &machine->state.head;
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    blank(VFJ_EVENT_GAP);
    head->map_retry_us = 12000000;
    step();
    assert_true(machine->decision.deadline_us == 11000000);
    head->map_retry_us = 10999999;
    step();
    assert_true(machine->decision.deadline_us == 10999999);
    head->map_retry_us = VFJ_NEVER_US;
    step();
    assert_true(machine->decision.deadline_us == 11000000);
}

/* Returns the id of the command or probe whose outcome or answer the slot waits for next; 0:
 * none. */
static uint64_t pending(const struct vfj_slot *slot)
{
    return slot->batch.count > 0 ? slot->batch.first + slot->batch.ended : 0;
}

static enum vfj_command_kind pending_kind(const struct vfj_slot *slot)
{
    assert_true(pending(slot) != 0);
    return slot->activity == VFJ_ACTIVITY_OBSERVING
        ? VFJ_COMMAND_PROBE_SLOT
        : (enum vfj_command_kind)slot->batch.kinds[slot->batch.ended];
}

/* Fills in the observation that a slot or the map waits for. The guest model gives the answer. */
static struct vfj_observation *answer_to(enum vfj_command_kind kind, uint64_t id)
{
    struct vfj_command command
        = {.id = id, .kind = (uint8_t)kind, .a = vfj_name_of("hn0"), .b = vfj_name_of("lagg0")};
    command.c = vfj_name_of("mce0");
    command.text[0] = '0';
    vfj_guest_observe(&machine->play.guest, &command, &blank(VFJ_EVENT_OBSERVED)->as.observed);
    return &event.as.observed;
}

/* When the policy changes, the commands and timers of the old policy end. */
static void test_another_policy(void **state)
{
    static const struct {
        const char *slow, *at;
        unsigned notices;
    } cases[] = {
        {"%at +0", "%at +1", 0}, /* the policy changes during the delay */
        /* the policy changes while the slot is observed */
        {"%slow 60 ifconfig -a", "%at 12", 0},
        /* the policy changes while a command runs */
        {"%slow 60 ifconfig lagg0 create", "%at 12", 1},
        {"%fail 3 1 ifconfig lagg0 create", "%at 11.5", 0}, /* the policy changes before a retry */
        /* the policy changes when nothing is unfinished */
        {"%at +0", "%at 12", 0},
    };
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(VFJ_POLICY_VFJOURNAL);
        kit_machine_line(machine, cases[i].slow);
        kit_machine_line(machine, cases[i].at);
        started(machine->state.head.boot_id);
        event.as.started.policy = VFJ_POLICY_SCRIPTS;
        step();
        assert_int_equal(machine->decision.transition_count, cases[i].notices);
        assert_true(pending(slot) == 0);
        assert_false(vfj_slot_has_plan(slot));
        assert_true(vfj_slot_due_us(slot) == VFJ_NEVER_US);
        assert_true(machine->decision.deadline_us == INT64_MAX);
        begin(VFJ_POLICY_VFJOURNAL);
        kit_machine_line(machine, cases[i].slow);
        kit_machine_line(machine, cases[i].at);
        started(machine->state.head.boot_id);
        step();
        assert_true(pending(slot) == 0);
        assert_int_equal(machine->decision.transition_count, cases[i].notices);
    }
}

/* The policy changes and changes back while the VF is a port and the plan is about to up it.
 * Afterwards the machine still ups the VF, since no administrator took the VF down. */
static void test_another_policy_for_a_while(void **state)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_SCRIPTS, VFJ_POLICY_VFJOURNAL};
    const struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig mce0 up");
    kit_machine_line(machine, "%at 12");
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_UP);
    for (unsigned i = 0; i < 2; i++) {
        started(machine->state.head.boot_id);
        event.as.started.policy = (uint8_t)policies[i];
        step();
    }
    kit_machine_line(machine, "%gap x");
    assert_true(vfj_interface_has_port(&slot->observed.lagg, slot->vf));
    assert_int_equal(slot->state, VFJ_SLOT_DELAYED);
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_UP);
    assert_string_equal(machine->decision.commands[0].a.text, "mce0");
}

/* Policy scripts is in force for a while. The sleeping process of its scripts has no effect on
 * policy vfjournal afterwards. */
static void test_another_policy_than_scripts(void **state)
{
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    assert_int_equal(machine->state.scripts.sleeping, 1);
    started(machine->state.head.boot_id);
    step();
    assert_int_equal(machine->state.scripts.sleeping, 1);
    assert_int_equal(machine->state.slots[0].delay, VFJ_DELAY_RUNNING);
    started(machine->state.head.boot_id);
    event.as.started.policy = VFJ_POLICY_VFJOURNAL;
    step();
    assert_int_equal(machine->state.slots[0].delay, VFJ_DELAY_NONE);
    assert_int_equal(machine->state.slots[0].state, VFJ_SLOT_ATTACHED);
    assert_int_equal(machine->decision.transitions[0].reason, VFJ_REASON_NOT_RUNNING);
    assert_int_equal(machine->state.scripts.sleeping, 0);
    assert_true(machine->decision.deadline_us == INT64_MAX);

    /* the daemon restarts while a command of a sleeping script runs: the new daemon does not
     * wait for its outcome */
    begin(VFJ_POLICY_SCRIPTS);
    kit_machine_line(machine, "%slow 60 ifconfig mce0 up");
    kit_machine_line(machine, "%at 12");
    assert_true(machine->state.scripts.sleepers[0].pending != 0);
    started(machine->state.head.boot_id);
    step();
    assert_true(machine->state.scripts.sleepers[0].pending == 0);
}

/* After a change from policy vfjournal to policy scripts, no observation of policy vfjournal
 * sets a timer. */
static void test_nothing_observed_for_scripts(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "@5 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
    started(machine->state.head.boot_id);
    event.as.started.policy = VFJ_POLICY_SCRIPTS;
    step();
    kit_machine_line(machine, "@6 !system=IFNET subsystem=mce0 type=DETACH");
    assert_int_equal(slot->state, VFJ_SLOT_DETACHED);
    assert_int_equal(slot->activity, VFJ_ACTIVITY_IDLE);
    assert_true(vfj_slot_due_us(slot) == VFJ_NEVER_US);
}

/* An incomplete observation causes no command that moves addresses, and no report that VFs are
 * lost. */
static void test_truncated(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        begin(VFJ_POLICY_VFJOURNAL);
        kit_machine_line(machine, "%slow 60 ifconfig -a");
        kit_machine_line(machine, "%at 12");
        struct vfj_observation *answer = answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot));
        *(i == 0 ? &answer->as.view.hn.truncated : &answer->as.view.vf.truncated) = true;
        step();
        assert_int_equal(slot->fault, VFJ_REASON_TOO_MANY_ADDRESSES);
        assert_int_equal(machine->decision.command_count, 0);
    }
    begin(VFJ_POLICY_VFJOURNAL);
    machine->state.head.map_pending = 77;
    struct vfj_map *map = &answer_to(VFJ_COMMAND_PROBE_MAP, 77)->as.map;
    map->truncated = true;
    map->pair_count = 1;
    /* this pair has no usable name of an hn */
    map->pairs[0] = (struct vfj_pair){.vf = vfj_name_of("mce7")};
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_TOO_MANY_SLOTS);
    assert_int_equal(machine->state.head.slot_count, 1);
    assert_int_equal(slot->state, VFJ_SLOT_DELAYED);
}

/* A map was requested again (map_again) while a probe of the map was running. The VF may have
 * attached after that probe began, so only the next map can show that the VF is absent. */
static void test_map_that_is_late(void **unused)
{
    const struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned again = 0; again < 2; again++) {
        begin(VFJ_POLICY_VFJOURNAL);
        machine->state.head.map_pending = 77;
        machine->state.head.map_again = (uint8_t)(1 - again);
        memset(&answer_to(VFJ_COMMAND_PROBE_MAP, 77)->as.map, 0, sizeof event.as.observed.as.map);
        step();
        assert_int_equal(slot->state, again == 0 ? VFJ_SLOT_DELAYED : VFJ_SLOT_DETACHED);
        assert_int_equal(machine->state.head.map_pending != 0, again == 0);
    }
}

/* The machine ignores an observation or an outcome for which it does not wait. */
static void test_stale(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    answer_to(VFJ_COMMAND_PROBE_MAP, 0);
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    machine->state.head.map_pending = 77;
    answer_to(VFJ_COMMAND_PROBE_SLOT, 77);
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    kit_machine_line(machine, "%at 12");
    answer_to(VFJ_COMMAND_PROBE_MAP, pending(slot));
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    blank(VFJ_EVENT_FINISHED)->as.finished.command = pending(slot);
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig lagg0 create");
    kit_machine_line(machine, "%at 12");
    answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot));
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
}

/* States that the machine reaches only after a long history. The test sets them directly. */
static void test_rare_states(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    /* a fault that occurred before is reported again after a plan that succeeded */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig lagg0 create");
    kit_machine_line(machine, "%at 12");
    slot->fault = VFJ_REASON_COMMAND_FAILED;
    blank(VFJ_EVENT_FINISHED)->as.finished
        = (struct vfj_outcome){.command = pending(slot), .status = 1};
    step();
    while (slot->activity == VFJ_ACTIVITY_RUNNING) {
        assert_int_equal(machine->decision.transition_count, 0);
        blank(VFJ_EVENT_FINISHED)->as.finished
            = (struct vfj_outcome){.command = pending(slot), .kind = VFJ_OUTCOME_NOT_RUN};
        step();
    }
    assert_int_equal(machine->decision.transition_count, 1);
    assert_int_equal(machine->decision.transitions[0].reason, VFJ_REASON_COMMAND_FAILED);
    assert_int_equal(slot->plan.failures, 1);

    /* While a slot with a fault runs a command, a lagg is destroyed. The slot is observed after
     * the command. */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig lagg0 create");
    kit_machine_line(machine, "%at 12");
    slot->fault = VFJ_REASON_FOREIGN_LAGG;
    slot->timers.observe_us = 99000000;
    blank(VFJ_EVENT_DEVD)->as.devd
        = (struct vfj_devd){.kind = VFJ_DEVD_VF_DETACHED, .name = vfj_name_of("lagg7")};
    step();
    assert_int_equal(machine->decision.command_count, 0);
    assert_int_equal(slot->request.wanted, VFJ_OBSERVE_CHANGE);

    /* An administrator's script joined the VF, so a VF_UP cannot confirm a join by the machine.
     * The guest is observed. */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%at 12");
    assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
    slot->observed.script = VFJ_OWN_SCRIPT_BASE;
    blank(VFJ_EVENT_DEVD)->as.devd
        = (struct vfj_devd){.kind = VFJ_DEVD_VF_UP, .name = vfj_name_of("hn0")};
    step();
    assert_int_equal(machine->decision.command_count, 1);

    /* after a change of policy, the VF is no longer kept down */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%at 12");
    slot->link.monitor = VFJ_LINK_MONITOR_HELD;
    slot->timers.link_us = 99000000;
    started(machine->state.head.boot_id);
    event.as.started.policy = VFJ_POLICY_SCRIPTS;
    step();
    assert_int_equal(slot->link.monitor, VFJ_LINK_MONITOR_OFF);
    assert_true(slot->timers.link_us == VFJ_NEVER_US);

    /* after a change of policy, a failed plan does not continue */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%at 12");
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    slot->plan.failures = 3;
    started(machine->state.head.boot_id);
    event.as.started.policy = VFJ_POLICY_SCRIPTS;
    step();
    assert_false(vfj_slot_has_plan(slot));
    assert_int_equal(slot->plan.failures, 0);

    /* one slot's observation shows transparent mode, which then counts for the whole guest */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    kit_machine_line(machine, "%at 12");
    answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view.transparent = 1;
    step();
    assert_int_equal(machine->state.head.transparent, 1);

    /* a new VF was up and was therefore to be joined at once; it is observed down, so its delay
     * starts */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    kit_machine_line(machine, "%at 12");
    slot->data_path = VFJ_DATA_PATH_VF_OBSERVED;
    slot->request.asked = VFJ_OBSERVE_REDISCOVERED;
    answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view.vf.up = false;
    step();
    assert_int_equal(slot->delay, VFJ_DELAY_RUNNING);
    assert_true(slot->timers.delay_us == machine->state.head.mono_us + 10000000);
    assert_int_equal(machine->decision.command_count, 0); /* no command was issued */

    /* When the second recheck is due, the VF has detached and hn is no port of laggN. This recheck
     * still takes place, and no further one follows. */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%at 12");
    memset(&slot->vf, 0, sizeof slot->vf);
    slot->state = VFJ_SLOT_DETACHED;
    slot->joined = 0;
    slot->observed.lagg.port_count = 0;
    slot->plan.rechecks = 2;
    slot->timers.observe_us = 1;
    blank(VFJ_EVENT_TIMER);
    step();
    assert_true(slot->timers.observe_us == VFJ_NEVER_US);
    assert_int_equal(machine->decision.command_count, 1);
}

/* When a view says that the VF does not exist, the addresses in the view's VF are ignored. */
static void test_contradiction(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    kit_machine_line(machine, "%at 12");
    struct vfj_view *view = &answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view;
    view->vf.exists = view->vf.up = false;
    view->vf_dhclient = 77;
    view->lagg.exists = true;
    view->lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    view->lagg.up = view->lagg.no_dad = true;
    vfj_interface_add_port(&view->lagg, slot->hn);
    view->hn_lagg = vfj_name_of("lagg0");
    vfj_address_parse(vfj_span_of("10.0.0.9/24"), &view->vf.addresses[0]);
    view->vf.address_count = 1;
    step();
    unsigned taken_from_hn = 0;
    for (unsigned i = 0; i < machine->decision.command_count; i++) {
        const struct vfj_command *command = &machine->decision.commands[i];
        taken_from_hn
            += command->kind == VFJ_COMMAND_ADDRESS_DELETE && strcmp(command->a.text, "hn0") == 0;
        assert_string_not_equal(command->a.text, "mce0");
        assert_string_not_equal(command->b.text, "mce0");
        assert_string_not_equal(command->text, "77");
        assert_null(strstr(command->text, "10.0.0.9"));
    }
    assert_int_equal(taken_from_hn, 1);
}

/* A slot without a unit has no plan and no request for an observation. */
static void test_no_unit(void **state)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)state;
    begin(VFJ_POLICY_VFJOURNAL);
    memset(&slot->unit, 0, sizeof slot->unit);
    slot->request.wanted = VFJ_OBSERVE_REDISCOVERED;
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    blank(VFJ_EVENT_DEVD)->as.devd
        = (struct vfj_devd){.kind = VFJ_DEVD_VF_UP, .name = vfj_name_of("hn0")};
    step();
    assert_int_equal(slot->fault, VFJ_REASON_NO_UNIT);
    /* the machine asks for the map, since the kernel may know the unit by now */
    assert_int_equal(machine->decision.command_count, 1);
    assert_int_equal(machine->decision.commands[0].kind, VFJ_COMMAND_PROBE_MAP);
    assert_false(vfj_slot_has_plan(slot));
    assert_int_equal(slot->request.wanted, VFJ_OBSERVE_NOT);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_NOT);
    assert_int_equal(machine->decision.transition_count, 1);
    blank(VFJ_EVENT_DEVD)->as.devd
        = (struct vfj_devd){.kind = VFJ_DEVD_VF_UP, .name = vfj_name_of("hn0")};
    step();
    assert_int_equal(machine->decision.transition_count, 0); /* the fault is reported once */
    struct vfj_map *map
        = &answer_to(VFJ_COMMAND_PROBE_MAP, machine->state.head.map_pending)->as.map;
    map->pair_count = 1;
    map->pairs[0]
        = (struct vfj_pair){.vf = slot->vf, .hn = slot->hn, .unit = vfj_name_of_number(0)};
    step();
    assert_int_equal(slot->fault, VFJ_REASON_NONE);
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_PROBE_SLOT);
}

/* Policy scripts also ignores stale outcomes and answers, for a sleeping script and for the
 * running script. */
static void test_stale_of_scripts(void **state)
{
    static const struct {
        const char *trace;
        bool is_sleeper;
    } probes[] = {
        {"%slow 60 sysctl -n dev.hn.0.vf\n@1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n",
         false},
        {"%slow 1 sysctl -n hw.hn.vflist\n@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "@1.5 +x at y\n%slow 60 sysctl -n hw.hn.vf_transparent\n%at 5\n",
         true},
    };
    const struct vfj_scripts *scripts = &machine->state.scripts;
    (void)state;
    begin(VFJ_POLICY_SCRIPTS);
    kit_machine_line(machine, "%slow 60 ifconfig mce0 up");
    kit_machine_line(machine, "%at 12");
    const struct vfj_sleeper *sleeper = &scripts->sleepers[0];
    assert_true(sleeper->pending != 0);
    answer_to(VFJ_COMMAND_PROBE_SYSCTL, sleeper->pending);
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    /* the outcome of a changing command is ignored while a probe runs */
    for (unsigned i = 0; i < 2; i++) {
        kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS);
        kit_machine_play(machine, "%if hn0 up\n%vf mce0 hn0\n");
        kit_machine_play(machine, probes[i].trace);
        uint64_t pending
            = probes[i].is_sleeper ? scripts->sleepers[0].pending : scripts->run.pending;
        assert_true(pending != 0);
        blank(VFJ_EVENT_FINISHED)->as.finished.command = pending;
        step();
        assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    }
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS);
    kit_machine_play(machine,
                     "%if hn0 up\n%vf mce0 hn0\n%slow 60 sysctl -n hw.hn.vf_transparent\n"
                     "@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n");
    assert_true(scripts->run.pending != 0);
    blank(VFJ_EVENT_FINISHED)->as.finished.command = scripts->run.pending;
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    answer_to(VFJ_COMMAND_PROBE_FILE, scripts->run.pending);
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    answer_to(VFJ_COMMAND_PROBE_SYSCTL, 0);
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
}

/* Tests the members of a script's command that do not appear in its argv, but in its record. */
static void test_commands_of_scripts(void **state)
{
    const struct vfj_command *command = &machine->decision.commands[0];
    (void)state;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS);
    kit_machine_play(machine,
                     "%if hn0 up\n%vf mce0 hn0\n%slow 60 sysctl -n hw.hn.vf_transparent\n"
                     "@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n");
    assert_int_equal(machine->decision.command_count, 1);
    assert_string_equal(command->hn.text, ""); /* the slot is not known yet */

    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS);
    kit_machine_play(machine,
                     "%if hn0 up\n%vf mce0 hn0\n%slow 60 kill\n"
                     "%file /var/run/dhclient.hn0.pid text=\" 411  412 \"\n"
                     "@1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n");
    assert_int_equal(machine->decision.command_count, 1);
    assert_string_equal(command->hn.text, "hn0");
    assert_string_equal(command->a.text, "");
    assert_string_equal(command->text, "411 412");
}

/* Ends the running command with an outcome that the guest model never gives. */
static void end_command(enum vfj_outcome_kind kind)
{
    struct vfj_outcome *outcome = &blank(VFJ_EVENT_FINISHED)->as.finished;
    outcome->command = pending(kit_machine_slot(machine, "hn0"));
    outcome->kind = (uint8_t)kind;
    outcome->status = 15;
    step();
}

static bool has_notice(enum vfj_reason reason)
{
    for (unsigned i = 0; i < machine->decision.transition_count; i++) {
        if (machine->decision.transitions[i].reason == (uint8_t)reason)
            return true;
    }
    return false;
}

/* No router sends an advertisement, or rtsol(8) does not exist. The machine records that, without a
 * fault, and the plan continues. */
static void test_no_advertisement(void **unused)
{
    static const struct {
        enum vfj_outcome_kind kind;
        enum vfj_reason notice;
    } cases[] = {{VFJ_OUTCOME_TIMEOUT, VFJ_REASON_COMMAND_TIMEOUT},
                 {VFJ_OUTCOME_ABSENT, VFJ_REASON_COMMAND_FAILED},
                 {VFJ_OUTCOME_SIGNALED, VFJ_REASON_COMMAND_FAILED}};
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
        kit_machine_play(machine,
                         "%rc ifconfig_hn0_ipv6=\"inet6 accept_rtadv\"\n"
                         "%slow 100 rtsol\n"
                         "%if hn0 up inet 10.0.0.4/24 accept_rtadv\n"
                         "%vf mce0 hn0\n"
                         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                         "%at 3\n");
        const struct vfj_slot *slot = kit_machine_slot(machine, "hn0");
        assert_int_equal(pending_kind(slot), VFJ_COMMAND_RTSOL);
        assert_int_equal(slot->state, VFJ_SLOT_DELAYED);
        end_command(cases[i].kind);
        assert_true(has_notice(cases[i].notice));
        slot = kit_machine_slot(machine, "hn0");
        assert_int_equal(slot->fault, VFJ_REASON_NONE);
        assert_int_equal(pending_kind(slot), VFJ_COMMAND_PROBE_SLOT);
    }
}

/* An optional command, for whose need no fault is defined, reaches its time limit without
 * effect. The next plan issues it again. */
static void test_optional_timeout(void **unused)
{
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%if hn0 up inet 10.0.0.4/24\n"
                     "%vf mce0 hn0\n"
                     "%slow 15 ifconfig lagg0 inet6 no_dad\n"
                     "%fail 1 0 ifconfig lagg0 inet6 no_dad\n"
                     "@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
                     "%at 1\n");
    const struct vfj_slot *slot = kit_machine_slot(machine, "hn0");
    while (pending_kind(slot) != VFJ_COMMAND_NO_DAD)
        end_command(VFJ_OUTCOME_EXITED);
    end_command(VFJ_OUTCOME_TIMEOUT);
    assert_true(has_notice(VFJ_REASON_COMMAND_TIMEOUT));
    kit_machine_line(machine, "%at 16");
    assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
    assert_int_equal(slot->fault, VFJ_REASON_NONE);
    assert_false(slot->observed.lagg.no_dad);
    assert_int_equal(slot->plan.retries, 1);
    kit_machine_line(machine, "%at 60");
    assert_true(slot->observed.lagg.no_dad);
    assert_int_equal(slot->plan.retries, 0);
}

/* `route change` reaches its time limit, so the machine does not know whether the IPv6 route
 * exists. It does not add that route. */
static void test_route_timeout(void **unused)
{
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%rc ipv6_static_routes=\"six\"\n"
                     "%rc ipv6_route_six=\"fd01:: -prefixlen 64 fd00::1\"\n"
                     "%if hn0 up inet6 fd00::4/64\n"
                     "%vf mce0 hn0\n"
                     "%slow 100 route change\n"
                     "@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n");
    const struct vfj_slot *slot = kit_machine_slot(machine, "hn0");
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_ROUTE_CHANGE);
    end_command(VFJ_OUTCOME_TIMEOUT);
    assert_true(has_notice(VFJ_REASON_COMMAND_TIMEOUT));
    assert_true((slot->plan.tried >> VFJ_NEED_STATIC_ROUTE & 1) != 0);
    assert_true((slot->plan.failed >> VFJ_NEED_STATIC_ROUTE & 1) != 0);
}

/* The lagg with hn's configuration is destroyed, but its dhclient still runs. The machine
 * creates the lagg again. */
static void test_dhclient_outlives_lagg(void **unused)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "@12 !system=IFNET subsystem=mce0 type=DETACH");
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    kit_machine_line(machine, "@13 !system=IFNET subsystem=lagg0 type=DETACH");
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_PROBE_SLOT);
    struct vfj_view *view = &answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view;
    memset(&view->vf_name, 0, sizeof view->vf_name);
    memset(&view->vf, 0, sizeof view->vf);
    memset(&view->rxvf, 0, sizeof view->rxvf);
    view->hn.address_count = 0;
    view->lagg_dhclient = 77;
    step();
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_CREATE);
}

/* Submits a parsed devd line. */
static void devd(struct vfj_devd line)
{
    blank(VFJ_EVENT_DEVD)->as.devd = line;
    step();
}

/* Submits a map of one pair. */
static void map_says(const char *vf, const char *hn, unsigned unit)
{
    machine->state.head.map_pending = 77;
    struct vfj_map *map = &answer_to(VFJ_COMMAND_PROBE_MAP, 77)->as.map;
    memset(map, 0, sizeof *map);
    map->pair_count = 1;
    map->pairs[0] = (struct vfj_pair){
        .vf = vfj_name_of(vf), .hn = vfj_name_of(hn), .unit = vfj_name_of_number(unit)};
    step();
}

/* Begins while the observation at the end of the delay is running. */
static struct vfj_slot *begin_looking(void)
{
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    kit_machine_line(machine, "%at 12");
    assert_int_equal(machine->state.slots[0].activity, VFJ_ACTIVITY_OBSERVING);
    return &machine->state.slots[0];
}

/* After a devd line, the reason of the observation is a change. After a gap it is another
 * reason, since the VF may be another one with the same name. */
static void test_why_looked_at(void **unused)
{
    struct vfj_slot *slot = begin_looking();
    (void)unused;
    devd((struct vfj_devd){
        .kind = VFJ_DEVD_RENAMED, .name = vfj_name_of("hn0"), .new_name = vfj_name_of("wan")});
    assert_string_equal(slot->hn.text, "wan");
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "%at 12");
    kit_machine_line(machine, "%slow 60 ifconfig -a");
    slot->data_path = VFJ_DATA_PATH_VF_OBSERVED;
    slot->plan.failed = (uint64_t)1 << VFJ_NEED_DHCLIENT;
    devd((struct vfj_devd){.kind = VFJ_DEVD_LINK, .name = vfj_name_of("mce0"), .link_up = true});
    assert_int_equal(slot->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
    begin(VFJ_POLICY_VFJOURNAL);
    slot->timers.observe_us = 1;
    blank(VFJ_EVENT_TIMER);
    step();
    assert_int_equal(slot->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
    begin_looking();
    devd((struct vfj_devd){.kind = VFJ_DEVD_VF_DOWN, .name = vfj_name_of("hn0")});
    assert_int_equal(slot->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
    begin(VFJ_POLICY_VFJOURNAL); /* the host gave hn0 back to this guest */
    slot->lagg_ours = 1;
    devd((struct vfj_devd){.kind = VFJ_DEVD_VF_ATTACHED, .name = vfj_name_of("hn0")});
    assert_int_equal(slot->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
    begin(VFJ_POLICY_VFJOURNAL); /* the map no longer has a VF that still has the data path */
    kit_machine_line(machine, "@5 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
    machine->state.head.map_pending = 77;
    memset(&answer_to(VFJ_COMMAND_PROBE_MAP, 77)->as.map, 0, sizeof event.as.observed.as.map);
    step();
    assert_int_equal(slot->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
}

/* The probe of a slot has hn, laggN and the VF as operands. */
static void test_operands_of_a_probe(void **unused)
{
    const struct vfj_command *probe = &machine->decision.commands[0];
    (void)unused;
    begin(VFJ_POLICY_VFJOURNAL);
    blank(VFJ_EVENT_TIMER)->mono_us = 11000000;
    step();
    assert_int_equal(machine->decision.command_count, 1);
    assert_int_equal(probe->kind, VFJ_COMMAND_PROBE_SLOT);
    assert_string_equal(probe->a.text, "hn0");
    assert_string_equal(probe->b.text, "lagg0");
    assert_string_equal(probe->c.text, "mce0");
    assert_string_equal(probe->text, "0");
}

/* laggN was made for this hn, but an administrator has replaced it by another lagg with the same
 * name. */
static void test_lagg_of_somebody(void **unused)
{
    struct vfj_slot *slot = begin_looking();
    (void)unused;
    slot->lagg_ours = 1;
    struct vfj_view *view = &answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view;
    view->lagg.exists = true;
    view->lagg.laggproto = VFJ_LAGGPROTO_OTHER;
    step();
    assert_int_equal(slot->fault, VFJ_REASON_FOREIGN_LAGG);
    assert_int_equal(slot->lagg_ours, 0);
}

/* A map shows which unit an hn has. */
static void test_units_learnt(void **unused)
{
    struct vfj_slot *slot = &machine->state.slots[0], *other = &machine->state.slots[1];
    (void)unused;
    /* A second slot has the new name, but no unit. The slot with the unit takes the name, and
     * keeps its own facts. */
    begin(VFJ_POLICY_VFJOURNAL);
    kit_machine_line(machine, "@2 !system=HYPERV_NIC_VF subsystem=wan type=VF_DOWN");
    assert_string_equal(other->hn.text, "wan");
    slot->data_path = VFJ_DATA_PATH_VF_REPORTED;
    other->activity = VFJ_ACTIVITY_OBSERVING;
    other->fault = VFJ_REASON_PROBE_FAILED;
    map_says("mce0", "wan", 0);
    assert_string_equal(slot->hn.text, "wan");
    assert_int_equal(slot->data_path, VFJ_DATA_PATH_VF_REPORTED);
    assert_int_equal(other->fault, VFJ_REASON_NONE);
    begin(VFJ_POLICY_VFJOURNAL); /* the facts about lagg0 do not apply to lagg3 */
    kit_machine_line(machine, "%at 12");
    assert_true(slot->observed.lagg.exists);
    map_says("mce0", "hn0", 3);
    assert_string_equal(slot->unit.text, "3");
    assert_false(slot->observed.lagg.exists);
    assert_int_equal(slot->lagg_ours, 0);
    /* the running observation is about the old unit, so it is issued again */
    begin_looking();
    map_says("mce0", "hn0", 3);
    assert_int_equal(machine->decision.command_count, 1);
    assert_string_equal(machine->decision.commands[0].b.text, "lagg3");
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
}

/* While the slot is observed, another VF replaces one that has no link. The fault "no link"
 * ends, since it does not apply to the new VF. */
static void test_replaced_without_link(void **unused)
{
    static const enum vfj_reason faults[] = {VFJ_REASON_NO_LINK, VFJ_REASON_HN_HAS_ADDRESS};
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        struct vfj_slot *slot = begin_looking();
        slot->fault = (uint8_t)faults[i];
        map_says("mce1", "hn0", 0);
        assert_string_equal(slot->vf.text, "mce1");
        assert_int_equal(slot->delay, VFJ_DELAY_RUNNING);
        /* only the fault "no link" ends; the other one stays until the observation's answer */
        assert_int_equal(slot->fault, i == 0 ? VFJ_REASON_NONE : faults[i]);
        /* the reason is a change and not a rediscovered VF, since the delay of the new VF runs
         * already */
        assert_int_equal(slot->request.asked, VFJ_OBSERVE_CHANGE);
    }
}

/* An observation of a slot shows transparent mode, and the slot's plan ends. */
static void test_transparent_look(void **unused)
{
    struct vfj_slot *slot = begin_looking();
    (void)unused;
    slot->request.asked = VFJ_OBSERVE_REDISCOVERED;
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view.transparent = 1;
    step();
    assert_int_equal(machine->decision.note, VFJ_REASON_TRANSPARENT);
    assert_int_equal(slot->request.asked, VFJ_OBSERVE_NOT);
    assert_false(vfj_slot_has_plan(slot));
}

/* Fills in an observation during an active plan, in which hn and VF are ports. The test fills in
 * `before` itself. */
static struct vfj_view *look_within_plan(void)
{
    struct vfj_slot *slot = begin_looking();
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    slot->plan.tried = 0;
    memset(&slot->before, 0, sizeof slot->before);
    struct vfj_view *view = &answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view;
    view->hn.address_count = 0;
    view->lagg.exists = view->lagg.up = view->lagg.no_dad = view->vf.up = true;
    view->lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    view->lagg.mtu = view->hn.mtu;
    vfj_interface_add_port(&view->lagg, slot->hn);
    vfj_interface_add_port(&view->lagg, slot->vf);
    view->hn_lagg = view->vf_lagg = vfj_name_of("lagg0");
    slot->lagg_ours = 1;
    return view;
}

static void give(struct vfj_interface *interface, const char *address)
{
    vfj_address_parse(vfj_span_of(address), &interface->addresses[interface->address_count++]);
}

static bool has_command(enum vfj_command_kind kind, const char *words)
{
    for (unsigned i = 0; i < machine->decision.command_count; i++) {
        const struct vfj_command *command = &machine->decision.commands[i];
        if (command->kind == (uint8_t)kind && strstr(command->text, words) != NULL)
            return true;
    }
    return false;
}

/* Addresses that the plan has deleted from hn and VF must be on laggN. If laggN has a lease, an
 * IPv4 address of hn need not be on laggN. */
static void test_addresses_of_before(void **unused)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned by_lease = 0; by_lease < 2; by_lease++) {
        struct vfj_view *view = look_within_plan();
        give(&view->lagg, "10.0.0.9/24");
        give(&slot->before.hn, "10.0.0.7/24");
        give(&slot->before.vf, "10.0.0.8/24");
        view->lagg_dhclient = by_lease != 0 ? 77 : 0;
        step();
        assert_int_equal(has_command(VFJ_COMMAND_ADDRESS_ADD, "10.0.0.7/24"), by_lease == 0);
        assert_int_equal(has_command(VFJ_COMMAND_ADDRESS_ADD, "10.0.0.8/24"), by_lease == 0);
    }
    struct vfj_view *view = look_within_plan(); /* laggN's dhclient has no lease yet */
    give(&view->lagg, "fd00::9/64");
    give(&slot->before.hn, "10.0.0.7/24");
    view->lagg_dhclient = 77;
    step();
    assert_true(has_command(VFJ_COMMAND_ADDRESS_ADD, "10.0.0.7/24"));
}

/* If hn or the VF has a dhclient, or had one before the plan, laggN gets a dhclient. */
static void test_dhclient_of_either(void **unused)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned i = 0; i < 5; i++) {
        struct vfj_view *view = look_within_plan();
        give(&view->lagg, "10.0.0.4/24");
        view->hn_dhclient = i == 0 ? 77 : 0;
        view->vf_dhclient = i == 1 ? 77 : 0;
        slot->before.hn_dhclient = i == 2 ? 77 : 0;
        slot->before.vf_dhclient = i == 3 ? 77 : 0;
        step();
        assert_int_equal(has_command(VFJ_COMMAND_DHCLIENT_BACKGROUND, ""), i < 4);
    }
}

/* A plan begins with the last observation. From the previous plan it keeps only what that plan
 * deleted and could not add to laggN. */
static void test_plan_begins(void **unused)
{
    static struct vfj_slot slot;
    (void)unused;
    for (unsigned i = 0; i < 6; i++) {
        const bool inet6 = i % 3 == 1, dhclient = i % 3 == 2, is_there = i >= 3;
        memset(&slot, 0, sizeof slot);
        slot.plan.failed
            = (uint64_t)inet6 << VFJ_NEED_INET6 | (uint64_t)dhclient << VFJ_NEED_DHCLIENT;
        give(&slot.before.hn, "fd00::4/64");
        give(&slot.before.hn, "10.0.0.4/24");
        give(&slot.before.vf, "fd00::5/64");
        give(&slot.before.vf, "fd00::6/64");
        slot.before.vf.address_count--; /* this address is past the end and does not count */
        slot.before.hn_dhclient = 77;
        slot.observed.hn_dhclient = is_there ? 78 : 0;
        vfj_plan_begin(&slot, false);
        assert_int_equal(slot.before.hn.address_count, inet6);
        assert_int_equal(slot.before.vf.address_count, inet6);
        assert_int_equal(slot.before.hn_dhclient, is_there ? 78 : dhclient ? 77 : 0);
        assert_int_equal(slot.plan.batches, 0);
    }
}

/* When a command to change an IPv6 default route has failed and the route no longer exists, the
 * machine adds it. */
static void test_route6_again(void **unused)
{
    static const enum vfj_need needs[] = {VFJ_NEED_NEW_DEFAULT_ROUTE6, VFJ_NEED_DEFAULT_ROUTE6,
                                          VFJ_NEED_DEFAULT_ROUTE, VFJ_NEED_STATIC_ROUTE};
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        struct vfj_view *view = look_within_plan();
        give(&view->lagg, "fd00::9/64");
        vfj_address_parse(vfj_span_of("fd00::1"), &slot->before.gateway6);
        slot->plan.failed = (uint64_t)1 << needs[i];
        slot->recovering = 0;
        step();
        assert_int_equal(has_command(VFJ_COMMAND_ROUTE_ADD, "-inet6 default fd00::1"), i < 2);
    }
}

/* While hn is renamed or has left, laggN still counts as made for hn. */
static void test_lagg_without_hn(void **unused)
{
    struct vfj_slot *slot = begin_looking();
    (void)unused;
    slot->lagg_ours = 1;
    struct vfj_view *view = &answer_to(VFJ_COMMAND_PROBE_SLOT, pending(slot))->as.view;
    memset(&view->hn, 0, sizeof view->hn);
    step();
    assert_int_equal(slot->lagg_ours, 1);
}

/* When a default route through laggN exists, its need is met, even if the command had failed. */
static void test_route_after_all(void **unused)
{
    const uint64_t route = (uint64_t)1 << VFJ_NEED_DEFAULT_ROUTE;
    const uint64_t route6 = (uint64_t)1 << VFJ_NEED_DEFAULT_ROUTE6;
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned is_there = 0; is_there < 2; is_there++) {
        struct vfj_view *view = look_within_plan();
        give(&view->lagg, "10.0.0.4/24");
        view->gateway_on_lagg = is_there != 0;
        slot->plan.tried = slot->plan.failed = route | route6;
        step();
        assert_int_equal(machine->decision.command_count, 0);
        assert_true(slot->plan.failed == (is_there != 0 ? route6 : route | route6));
    }
}

/* hn is a port and has an address that laggN also has. The plan deletes the address from hn, and
 * adds the default route again, which the kernel deletes together with the address. */
static void test_route_of_a_deleted_address(void **unused)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    struct vfj_view *view = look_within_plan();
    give(&view->hn, "10.0.0.4/24");
    give(&view->lagg, "10.0.0.4/24");
    slot->before.gateway = (struct vfj_address){"10.0.0.1"};
    slot->recovering = 0;
    step();
    assert_true(has_command(VFJ_COMMAND_ADDRESS_DELETE, "10.0.0.4"));
    assert_true(has_command(VFJ_COMMAND_ROUTE_ADD, "default 10.0.0.1"));
}

/* A plan deletes the VF's addresses only once, and stops the VF's dhclient only once. */
static void test_taken_from_vf_once(void **unused)
{
    static const enum vfj_need needs[]
        = {VFJ_NEED_VF_DHCLIENT, VFJ_NEED_VF_ADDRESSES, VFJ_NEED_INET6};
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        struct vfj_view *view = look_within_plan();
        view->vf_dhclient = 77;
        give(&view->vf, "10.0.0.5/24");
        give(&view->lagg, "10.0.0.5/24");
        slot->plan.tried = (uint64_t)1 << needs[i];
        step();
        assert_int_equal(has_command(VFJ_COMMAND_DHCLIENT_STOP, "77"), i != 0);
        assert_int_equal(has_command(VFJ_COMMAND_ADDRESS_DELETE, "10.0.0.5"), i != 1);
    }
}

/* rc.conf has more aliases than laggN may have. That is a fault only after a plan that gave
 * laggN words of rc.conf. */
static void test_too_many_aliases(void **unused)
{
    static const enum vfj_need needs[]
        = {VFJ_NEED_RC_INET, VFJ_NEED_RC_INET6, VFJ_NEED_RTADV, VFJ_NEED_INET6};
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        struct vfj_view *view = look_within_plan();
        struct vfj_text rc = vfj_text_begin(machine->state.rc.text, sizeof machine->state.rc.text);
        for (unsigned alias = 0; alias < VFJ_ADDRESSES_MAX; alias++) {
            vfj_text_add(&rc, alias > 0 ? " ifconfig_hn0_alias" : "ifconfig_hn0_alias");
            vfj_text_add_u64(&rc, alias);
            vfj_text_add(&rc, "=10.0.0.4/32");
        }
        give(&view->lagg, "10.0.0.4/24");
        slot->plan.tried = (uint64_t)1 << needs[i];
        step();
        assert_int_equal(machine->decision.command_count, 0);
        assert_int_equal(slot->fault, i < 2 ? VFJ_REASON_TOO_MANY_ADDRESSES : VFJ_REASON_NONE);
    }
}

/* Each static route of rc.conf has a need of its own. */
static void test_two_routes(void **unused)
{
    const struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%rc static_routes=\"one two\"\n"
                     "%rc route_one=\"-net 10.1.0.0/16 10.0.0.1\"\n"
                     "%rc route_two=\"-net 10.2.0.0/16 10.0.0.1\"\n"
                     "%if hn0 up inet 10.0.0.4/24\n"
                     "%vf mce0 hn0\n"
                     "%slow 100 route add\n"
                     "@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n");
    assert_int_equal(pending_kind(slot), VFJ_COMMAND_ROUTE_ADD);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(slot->batch.needs[slot->batch.ended + i], VFJ_NEED_STATIC_ROUTE + i);
        assert_true((slot->plan.tried >> (VFJ_NEED_STATIC_ROUTE + i) & 1) != 0);
    }
}

/* When an optional need keeps failing, the pause between the tries grows up to one hour. */
static void test_longest_pause(void **unused)
{
    struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    look_within_plan()->lagg.no_dad = false;
    give(&event.as.observed.as.view.lagg, "10.0.0.4/24");
    slot->plan.tried = ~(uint64_t)0;
    slot->plan.failed = (uint64_t)1 << VFJ_NEED_NO_DAD;
    slot->plan.retries = 200;
    step();
    assert_int_equal(machine->decision.command_count, 0);
    assert_true(slot->timers.observe_us == machine->state.head.mono_us + INT64_C(3600000000));
    assert_int_equal(slot->plan.retries, 201);
}

/* The target of a plan includes the VF only while the VF exists and the machine does not keep it
 * down. */
static void test_target(void **unused)
{
    static struct vfj_slot slot;
    (void)unused;
    memset(&slot, 0, sizeof slot);
    /* a VF_UP came, but no map has yet shown the VF's name */
    slot.data_path = VFJ_DATA_PATH_VF_REPORTED;
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_BASE);
    slot.vf = vfj_name_of("mce0");
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_JOINED);
    slot.link.monitor = VFJ_LINK_MONITOR_HELD;
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_BASE);
    slot.data_path = VFJ_DATA_PATH_HN;
    slot.delay = VFJ_DELAY_OVER;
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_BASE);
    slot.link.monitor = VFJ_LINK_MONITOR_OFF;
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_JOINED_UP);
    slot.delay = VFJ_DELAY_NONE;
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_BASE);
    slot.link.monitor = VFJ_LINK_MONITOR_RETRY;
    assert_int_equal(vfj_plan_target(&slot), VFJ_TARGET_JOINED_UP);
}

/* Addresses of a VF that will not be joined do not count against the limit. */
static void test_addresses_of_a_vf_left_alone(void **unused)
{
    static struct vfj_slot slot;
    static struct vfj_state empty;
    static struct vfj_decision decision;
    const struct vfj_step_context context = {.now = &empty, .next = &empty, .decision = &decision};
    (void)unused;
    memset(&slot, 0, sizeof slot);
    slot.hn = vfj_name_of("hn0");
    slot.vf = vfj_name_of("mce0");
    slot.unit = vfj_name_of_number(0);
    slot.observed.lagg.exists = slot.observed.vf.exists = true;
    slot.observed.lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    vfj_interface_add_port(&slot.observed.lagg, slot.hn);
    while (slot.observed.lagg.address_count < VFJ_ADDRESSES_MAX)
        give(&slot.observed.lagg, "10.0.0.4/24");
    give(&slot.observed.vf, "10.0.0.5/24");
    assert_int_equal(vfj_plan_conflict(&context, &slot, vfj_plan_target(&slot)), VFJ_REASON_NONE);
    slot.delay = VFJ_DELAY_OVER;
    assert_int_equal(vfj_plan_conflict(&context, &slot, vfj_plan_target(&slot)),
                     VFJ_REASON_TOO_MANY_ADDRESSES);
    slot.observed.lagg.address_count--;
    assert_int_equal(vfj_plan_conflict(&context, &slot, vfj_plan_target(&slot)), VFJ_REASON_NONE);
}

/* vfj_state_is_idle() returns true when nothing is unfinished. */
static void test_idle(void **unused)
{
    (void)unused;
    begin(VFJ_POLICY_VFJOURNAL);
    assert_int_equal(machine->state.head.slot_count, 1);
    /* this slot is past the end of the list, so it does not count */
    machine->state.slots[1].activity = VFJ_ACTIVITY_RUNNING;
    assert_true(vfj_state_is_idle(&machine->state));
    kit_machine_line(machine, "%slow 60 ifconfig lagg0 create");
    kit_machine_line(machine, "%at 12");
    assert_false(vfj_state_is_idle(&machine->state));
    machine->state.head.mode = VFJ_MODE_OBSERVE; /* in observe mode no command runs */
    assert_true(vfj_state_is_idle(&machine->state));
    /* a slot that must be recovered counts only while the first map after the start is awaited */
    for (unsigned i = 0; i < 8; i++) {
        begin(VFJ_POLICY_VFJOURNAL);
        machine->state.head.map_pending = (i & 1) != 0 ? 77 : 0;
        machine->state.head.observe_all = (i & 2) != 0;
        machine->state.slots[0].recovering = (i & 4) != 0;
        assert_int_equal(vfj_state_is_idle(&machine->state), i != 7);
    }
    begin(VFJ_POLICY_SCRIPTS); /* a script that only sleeps counts as nothing unfinished */
    assert_int_equal(machine->state.scripts.sleeping, 1);
    assert_true(vfj_state_is_idle(&machine->state));
    kit_machine_line(machine, "%slow 60 ifconfig mce0 up");
    kit_machine_line(machine, "%at 12");
    assert_int_equal(machine->state.scripts.run.script, VFJ_SCRIPT_NONE);
    assert_false(vfj_state_is_idle(&machine->state));
}

/* The counter of watch timers stops at the longest pause. From then on each observation leaves
 * the state equal. */
static void test_longest_watch(void **unused)
{
    const struct vfj_slot *slot = &machine->state.slots[0];
    (void)unused;
    begin(VFJ_POLICY_VFJOURNAL);
    for (unsigned i = 0; i < 2; i++) {
        kit_machine_line(machine, i == 0 ? "%at 5000" : "%at 200000");
        assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
        assert_true(slot->timers.watch_us == machine->state.head.mono_us + 600000000);
        assert_true(vfj_step_pause_us(20, 600, slot->plan.watches) == 600000000);
        assert_true(vfj_step_pause_us(20, 600, slot->plan.watches - 1u) < 600000000);
    }
}

/* A forged event may have any time. The clock takes none beyond its limits, so that no timer
 * overflows. */
static void test_any_time(void **state)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_VFJOURNAL, VFJ_POLICY_SCRIPTS};
    static const int64_t times[][2] = {
        {VFJ_CLOCK_MAX_US, VFJ_CLOCK_MAX_US},   {VFJ_CLOCK_MAX_US + 1, 0},  {INT64_MAX, 0},
        {-VFJ_CLOCK_MAX_US, -VFJ_CLOCK_MAX_US}, {-1 - VFJ_CLOCK_MAX_US, 0}, {INT64_MIN, 0},
    };
    (void)state;
    for (size_t policy = 0; policy < 2; policy++) {
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            begin(policies[policy]);
            machine->state.head.mono_us = 0;
            struct vfj_event *started = blank(VFJ_EVENT_STARTED);
            (void)strcpy(started->as.started.boot_id, "another");
            started->as.started.policy = (uint8_t)policies[policy];
            started->as.started.mode = VFJ_MODE_ACT;
            started->mono_us = times[i][0];
            kit_machine_step(machine, started);
            assert_true(machine->state.head.mono_us == times[i][1]);
            kit_machine_line(machine, "@+0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
            assert_true(kit_state_reads_back(&machine->state));
            struct vfj_event *later = blank(VFJ_EVENT_TIMER);
            later->mono_us = VFJ_CLOCK_MAX_US;
            kit_machine_step(machine, later);
            assert_true(machine->state.head.mono_us == VFJ_CLOCK_MAX_US);
            assert_true(kit_state_reads_back(&machine->state));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boot),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stopping_when_stopped),
        cmocka_unit_test(test_gap),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_odd_lines),
        cmocka_unit_test(test_another_policy),
        cmocka_unit_test(test_another_policy_for_a_while),
        cmocka_unit_test(test_another_policy_than_scripts),
        cmocka_unit_test(test_nothing_observed_for_scripts),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_no_unit),
        cmocka_unit_test(test_rare_states),
        cmocka_unit_test(test_contradiction),
        cmocka_unit_test(test_map_that_is_late),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_stale_of_scripts),
        cmocka_unit_test(test_commands_of_scripts),
        cmocka_unit_test(test_timers_of_their_own),
        cmocka_unit_test(test_timers_of_one_slot),
        cmocka_unit_test(test_timers_left_to_the_next),
        cmocka_unit_test(test_delay_left_to_the_next),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_no_advertisement),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_optional_timeout),
        cmocka_unit_test(test_route_timeout),
        cmocka_unit_test(test_dhclient_outlives_lagg),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_addresses_of_a_vf_left_alone),
        cmocka_unit_test(test_why_looked_at),
        cmocka_unit_test(test_operands_of_a_probe),
        cmocka_unit_test(test_lagg_of_somebody),
        cmocka_unit_test(test_units_learnt),
        cmocka_unit_test(test_replaced_without_link),
        cmocka_unit_test(test_transparent_look),
        cmocka_unit_test(test_addresses_of_before),
        cmocka_unit_test(test_dhclient_of_either),
        cmocka_unit_test(test_plan_begins),
        cmocka_unit_test(test_route6_again),
        cmocka_unit_test(test_lagg_without_hn),
        cmocka_unit_test(test_route_after_all),
        cmocka_unit_test(test_route_of_a_deleted_address),
        cmocka_unit_test(test_taken_from_vf_once),
        cmocka_unit_test(test_too_many_aliases),
        cmocka_unit_test(test_two_routes),
        cmocka_unit_test(test_longest_pause),
        cmocka_unit_test(test_longest_watch),
        cmocka_unit_test(test_any_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
