/* Tests the context of a step: a read of the state gives what the same step wrote before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/context.h"
#include "core/machine/facts.h"
#include "core/machine/reconcile.h"

static struct vfj_state now, next;
static struct vfj_decision decision;
static struct vfj_step_context context = {.now = &now, .next = &next, .decision = &decision};

static void begin(void)
{
    vfj_state_init(&now);
    memset(&next, 0, sizeof next);
    next.head = now.head;
    memset(&decision, 0, sizeof decision);
    memset(context.causes, 0, sizeof context.causes);
    context.replaced = 0;
}

static void test_notes(void **unused)
{
    (void)unused;
    begin();
    vfj_step_note(&context, VFJ_REASON_STALE);
    vfj_step_note(&context, VFJ_REASON_DUPLICATE);
    assert_int_equal(decision.note, VFJ_REASON_STALE);
}

static void test_slots(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(vfj_step_find_hn(&context, vfj_name_of("hn3")), VFJ_SLOTS_MAX);
    assert_int_equal(vfj_step_open_hn(&context, vfj_name_of("hn3")), 0);
    assert_int_equal(vfj_step_open_hn(&context, vfj_name_of("wan")), 1);
    assert_int_equal(vfj_step_open_hn(&context, vfj_name_of("hn3")), 0);
    assert_int_equal(next.head.slot_count, 2);
    assert_string_equal(vfj_step_slot(&context, 0)->unit.text, "3");
    /* the name "wan" contains no number, so the slot has no unit */
    assert_string_equal(vfj_step_slot(&context, 1)->unit.text, "");
    assert_int_equal(vfj_step_find_vf(&context, vfj_name_of("mce0")), VFJ_SLOTS_MAX);
    vfj_step_edit_slot(&context, 1)->vf = vfj_name_of("mce0");
    assert_int_equal(vfj_step_find_vf(&context, vfj_name_of("mce0")), 1);
    assert_true(decision.touched.slots == 3);
    /* a second edit does not undo the first one */
    assert_string_equal(vfj_step_edit_slot(&context, 1)->hn.text, "wan");
}

static struct vfj_slot *open_hn0(void)
{
    begin();
    next.head.policy = VFJ_POLICY_VFJOURNAL;
    next.head.mono_us = 100;
    return vfj_step_edit_slot(&context, vfj_step_open_hn(&context, vfj_name_of("hn0")));
}

/* After the facts of a slot have changed, the slot's state moves as the facts require. The
 * transition has the reason of the change. */
static void test_moves(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = open_hn0();
    vfj_facts_attach(&context, slot, vfj_name_of("mce0"), VFJ_REASON_VF_ATTACHED);
    assert_int_equal(slot->state, VFJ_SLOT_DETACHED);
    vfj_reconcile_state(&context, 0);
    assert_int_equal(slot->state, VFJ_SLOT_ATTACHED);
    assert_int_equal(slot->generation, 1);
    assert_int_equal(decision.transition_count, 1);
    assert_int_equal(decision.transitions[0].reason, VFJ_REASON_VF_ATTACHED);
    vfj_reconcile_state(&context, 0);
    /* the state already follows from the facts, so it does not move */
    assert_int_equal(decision.transition_count, 1);
    vfj_step_notice(&context, slot, VFJ_REASON_OUTCOME_UNKNOWN);
    assert_int_equal(decision.transitions[1].from, VFJ_SLOT_ATTACHED);
    assert_int_equal(decision.transitions[1].to, VFJ_SLOT_ATTACHED);
    assert_string_equal(decision.transitions[1].hn.text, "hn0");
}

/* When one VF replaces another, the facts about the old VF end, and the first transition reports
 * that it left. */
static void test_replaced(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = open_hn0();
    vfj_facts_attach(&context, slot, vfj_name_of("mce0"), VFJ_REASON_VF_ATTACHED);
    slot->state = VFJ_SLOT_DELAYED;
    slot->data_path = VFJ_DATA_PATH_VF_REPORTED;
    slot->delay = VFJ_DELAY_RUNNING;
    slot->timers.delay_us = 107;
    now.head.slot_count = 1;
    now.slots[0] = *slot;
    memset(context.causes, 0, sizeof context.causes);
    vfj_facts_attach(&context, slot, vfj_name_of("mce1"), VFJ_REASON_VF_FOUND);
    vfj_reconcile_state(&context, 0);
    assert_int_equal(decision.transition_count, 2);
    assert_int_equal(decision.transitions[0].reason, VFJ_REASON_VF_REPLACED);
    assert_int_equal(decision.transitions[0].from, VFJ_SLOT_DELAYED);
    assert_int_equal(decision.transitions[0].to, VFJ_SLOT_DETACHED);
    assert_string_equal(decision.transitions[0].vf.text, "mce0");
    assert_int_equal(decision.transitions[0].generation, 1);
    assert_int_equal(decision.transitions[1].generation, 2);
    assert_int_equal(decision.transitions[1].reason, VFJ_REASON_VF_FOUND);
    assert_string_equal(decision.transitions[1].vf.text, "mce1");
    assert_int_equal(slot->data_path, VFJ_DATA_PATH_HN);
    assert_int_equal(slot->delay, VFJ_DELAY_NONE);
    assert_true(slot->timers.delay_us == VFJ_NEVER_US);
}

/* When the VF leaves, the facts about it end. The timers of hn itself remain. */
static void test_detached(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = open_hn0();
    vfj_facts_attach(&context, slot, vfj_name_of("mce0"), VFJ_REASON_VF_ATTACHED);
    slot->state = VFJ_SLOT_LAGGED;
    slot->joined = 1;
    slot->link = (struct vfj_link_facts){.monitor = VFJ_LINK_MONITOR_WAITING, .tries = 3};
    slot->timers = (struct vfj_timers){.delay_us = 101, .observe_us = 107, .link_us = 99};
    now.head.slot_count = 1;
    now.slots[0] = *slot;
    memset(context.causes, 0, sizeof context.causes);
    vfj_facts_detach(&context, slot, VFJ_REASON_VF_LOST);
    vfj_reconcile_state(&context, 0);
    assert_true(vfj_name_is_empty(slot->vf) && !slot->joined);
    assert_true(slot->link.monitor == VFJ_LINK_MONITOR_OFF && slot->link.tries == 0);
    assert_true(slot->timers.delay_us == VFJ_NEVER_US && slot->timers.link_us == VFJ_NEVER_US);
    assert_true(slot->timers.observe_us == 107); /* hn still has an observation due */
    assert_int_equal(decision.transition_count, 1);
    assert_int_equal(decision.transitions[0].reason, VFJ_REASON_VF_LOST);
    assert_string_equal(decision.transitions[0].vf.text, "mce0");
    vfj_facts_detach(&context, slot, VFJ_REASON_VF_DETACHED);
    vfj_reconcile_state(&context, 0);
    assert_int_equal(decision.transition_count, 1); /* the slot had no VF any more */
}

/* When a step gives several reasons for a slot's change, the last reason counts. */
static void test_cause(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = open_hn0();
    vfj_step_cause(&context, slot, VFJ_REASON_VF_DOWN);
    vfj_step_cause(&context, slot, VFJ_REASON_LEFT);
    assert_int_equal(context.causes[0], VFJ_REASON_LEFT);
}

/* vfj_step_find_command() finds a command only when the slot waits for its outcome next. */
static void test_find_command(void **unused)
{
    (void)unused;
    struct vfj_slot *slot = open_hn0();
    assert_int_equal(vfj_step_find_command(&context, 0), VFJ_SLOTS_MAX);
    slot->batch = (struct vfj_batch){.first = 7, .count = 3, .ended = 1};
    assert_int_equal(vfj_step_find_command(&context, 7), VFJ_SLOTS_MAX);
    assert_int_equal(vfj_step_find_command(&context, 8), 0);
    assert_int_equal(vfj_step_find_command(&context, 9), VFJ_SLOTS_MAX);
}

static void test_pauses(void **unused)
{
    uint8_t count = UINT8_MAX - 1;
    (void)unused;
    vfj_step_count_up(&count);
    vfj_step_count_up(&count);
    assert_int_equal(count, UINT8_MAX);
    assert_true(vfj_step_pause_us(5, 60, 0) == 5000000);
    assert_true(vfj_step_pause_us(5, 60, 1) == 5000000);
    assert_true(vfj_step_pause_us(5, 60, 2) == 10000000);
    assert_true(vfj_step_pause_us(5, 60, 4) == 40000000);
    assert_true(vfj_step_pause_us(5, 60, 5) == 60000000);
    assert_true(vfj_step_pause_us(5, 60, UINT8_MAX) == 60000000);
}

/* Each command has an id of its own, and the time limit of its kind. */
static void test_commands(void **unused)
{
    static const struct {
        enum vfj_command_kind kind;
        uint32_t limit_ms;
    } cases[] = {
        {VFJ_COMMAND_PROBE_SYSCTL, 5000},
        {VFJ_COMMAND_PROBE_IFCONFIG, 5000},
        {VFJ_COMMAND_PROBE_FILE, 5000},
        {VFJ_COMMAND_PROBE_MAP, 5000},
        {VFJ_COMMAND_PROBE_SLOT, 5000},
        {VFJ_COMMAND_PROBE_SNAPSHOT, 5000},
        {VFJ_COMMAND_DHCLIENT_STOP, 5000},
        {VFJ_COMMAND_DOWN, 15000},
        {VFJ_COMMAND_LEAVE, 15000},
        {VFJ_COMMAND_UP, 15000},
        {VFJ_COMMAND_CREATE, 15000},
        {VFJ_COMMAND_JOIN_BOTH, 15000},
        {VFJ_COMMAND_JOIN_FIRST, 15000},
        {VFJ_COMMAND_JOIN, 15000},
        {VFJ_COMMAND_NO_DAD, 15000},
        {VFJ_COMMAND_RTADV, 15000},
        {VFJ_COMMAND_STRIP, 15000},
        {VFJ_COMMAND_ADDRESS_DELETE, 15000},
        {VFJ_COMMAND_ADDRESS_ADD, 15000},
        {VFJ_COMMAND_CONFIGURE, 15000},
        {VFJ_COMMAND_LEASE, 15000},
        {VFJ_COMMAND_ROUTE_ADD, 15000},
        {VFJ_COMMAND_ROUTE_CHANGE, 15000},
        {VFJ_COMMAND_RTSOL, 5000},
        {VFJ_COMMAND_DHCLIENT_BACKGROUND, 30000},
        {VFJ_COMMAND_DHCLIENT, 300000},
        {VFJ_COMMAND_SCRIPT, 300000},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    (void)unused;
    assert_int_equal(CASES, VFJ_COMMAND_COUNT);
    for (unsigned i = 0; i < CASES; i++) {
        begin();
        next.head.command_last = i;
        const struct vfj_command *command = vfj_step_command(&context, cases[i].kind);
        assert_int_equal(command->kind, cases[i].kind);
        assert_int_equal(command->limit_ms, cases[i].limit_ms);
        assert_true(command->is_optional);
        assert_true(command->id == i + 1 && next.head.command_last == i + 1);
        assert_ptr_equal(command, &decision.commands[0]);
        assert_int_equal(decision.command_count, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_moves),        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_detached),     cmocka_unit_test(test_cause),
        cmocka_unit_test(test_find_command), cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
