/* One step under way: what was written in it is what is read in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/work.h"

static struct vfj_state now, next;
static struct vfj_decision decision;
static struct vfj_work work = {.now = &now, .next = &next, .decision = &decision};

static void begin(void)
{
    vfj_state_init(&now);
    memset(&next, 0, sizeof next);
    next.head = now.head;
    memset(&decision, 0, sizeof decision);
}

static void test_notes(void **unused)
{
    (void)unused;
    begin();
    vfj_work_note(&work, VFJ_REASON_STALE);
    vfj_work_note(&work, VFJ_REASON_DUPLICATE);
    assert_int_equal(decision.note, VFJ_REASON_STALE);
}

static void test_slots(void **unused)
{
    (void)unused;
    begin();
    assert_int_equal(vfj_work_find_hn(&work, vfj_name_of("hn3")), VFJ_SLOTS_MAX);
    assert_int_equal(vfj_work_open_hn(&work, vfj_name_of("hn3")), 0);
    assert_int_equal(vfj_work_open_hn(&work, vfj_name_of("wan")), 1);
    assert_int_equal(vfj_work_open_hn(&work, vfj_name_of("hn3")), 0);
    assert_int_equal(next.head.slot_count, 2);
    assert_string_equal(vfj_work_slot(&work, 0)->unit.text, "3");
    assert_string_equal(vfj_work_slot(&work, 1)->unit.text, ""); /* a name that does not tell it */
    assert_int_equal(vfj_work_find_vf(&work, vfj_name_of("mce0")), VFJ_SLOTS_MAX);
    vfj_work_edit_slot(&work, 1)->vf = vfj_name_of("mce0");
    assert_int_equal(vfj_work_find_vf(&work, vfj_name_of("mce0")), 1);
    assert_true(decision.touched.slots == 3);
    assert_string_equal(vfj_work_edit_slot(&work, 1)->hn.text, "wan"); /* editing again keeps what was written */
}

static void test_moves(void **unused)
{
    (void)unused;
    begin();
    struct vfj_slot *slot = vfj_work_edit_slot(&work, vfj_work_open_hn(&work, vfj_name_of("hn0")));
    next.head.mono_us = 100;
    vfj_work_attach(&work, slot, vfj_name_of("mce0"), VFJ_REASON_VF_ATTACHED);
    assert_int_equal(slot->state, VFJ_SLOT_ATTACHED);
    assert_int_equal(slot->generation, 1);
    assert_int_equal(decision.transition_count, 1);
    slot->rxvf = 1;
    vfj_work_arm(&work, slot, VFJ_TIMER_DELAY, 7);
    assert_true(slot->timer == VFJ_TIMER_DELAY && slot->timer_us == 107);
    vfj_work_attach(&work, slot, vfj_name_of("mce1"), VFJ_REASON_VF_FOUND);
    assert_int_equal(decision.transition_count, 3);
    assert_int_equal(decision.transitions[1].reason, VFJ_REASON_VF_REPLACED);
    assert_int_equal(decision.transitions[1].from, VFJ_SLOT_ATTACHED);
    assert_int_equal(decision.transitions[1].to, VFJ_SLOT_DETACHED);
    assert_string_equal(decision.transitions[1].vf.text, "mce0");
    assert_int_equal(decision.transitions[2].generation, 2);
    assert_int_equal(decision.transitions[2].reason, VFJ_REASON_VF_FOUND);
    assert_true(slot->rxvf == 0 && slot->timer == VFJ_TIMER_NONE && slot->timer_us == VFJ_NEVER_US);
    slot->watch = VFJ_WATCH_WAITING;
    slot->link_us = 99;
    slot->link_tries = 3;
    vfj_work_arm(&work, slot, VFJ_TIMER_RECHECK, 7);
    vfj_work_detach(&work, slot, VFJ_REASON_VF_LOST);
    assert_int_equal(slot->timer, VFJ_TIMER_RECHECK); /* hn is still to be looked at */
    assert_true(vfj_name_is_empty(slot->vf));
    assert_true(slot->watch == VFJ_WATCH_NOT && slot->link_us == VFJ_NEVER_US && slot->link_tries == 0);
    vfj_work_detach(&work, slot, VFJ_REASON_VF_LOST);
    assert_int_equal(decision.transition_count, 4); /* it was gone already */
    vfj_work_notice(&work, slot, VFJ_REASON_IN_DOUBT);
    assert_int_equal(decision.transitions[4].from, VFJ_SLOT_DETACHED);
    assert_int_equal(decision.transitions[4].to, VFJ_SLOT_DETACHED);
    assert_string_equal(decision.transitions[4].hn.text, "hn0");
}

/* Each command has an id of its own and a time limit. */
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
        const struct vfj_command *command = vfj_work_command(&work, cases[i].kind);
        assert_int_equal(command->kind, cases[i].kind);
        assert_int_equal(command->limit_ms, cases[i].limit_ms);
        assert_true(command->id == i + 1 && next.head.command_last == i + 1);
        assert_ptr_equal(command, &decision.commands[0]);
        assert_int_equal(decision.command_count, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
