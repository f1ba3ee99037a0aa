/* The state as text: all of it, and nothing else, comes back; and no text, whoever wrote it, becomes a state that the machine
 * can't go on from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/policy/script.h"
#include "core/state_text.h"
#include "tests/kit/machine.h"

/* What waits no more is blank, so that the text does not name it and equal states are equal bytes. */
static bool has_remains(const struct vfj_scripts *scripts)
{
    unsigned used = 0;
    for (unsigned i = 0; i < VFJ_SCRIPT_QUEUE_MAX; i++)
        used += !vfj_name_is_empty(scripts->queue[i].iface);
    return used != scripts->waiting;
}

static void check_each_step(struct kit_machine *machine, const struct vfj_event *event)
{
    (void)event;
    if (!kit_state_reads_back(&machine->state))
        fail_msg("event %llu: a state that its text does not give again", (unsigned long long)machine->events);
    if (has_remains(&machine->state.scripts))
        fail_msg("event %llu: what waited for a script is still there", (unsigned long long)machine->events);
}

static const char storm[] = "%rc ifconfig_hn0=\"inet 10.0.0.4/24 \\\"odd\\\" \\\\\"\n"
                            "%rc ifconfig_hn1=\"DHCP\"\n"
                            "%rc hyperv_vf_delay=\"5\"\n"
                            "%if hn0 up inet 10.0.0.4/24 inet 10.0.0.5/32 inet6 fd00::4/64\n"
                            "%if hn1 up inet 10.0.1.4/24 dhclient 411\n"
                            "%vf mce0 hn0\n"
                            "%vf mce1 hn1\n"
                            "%slow 1 ifconfig\n"
                            "%fail 2 1 ifconfig lagg1 create\n"
                            "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@0 !system=ETHERNET subsystem=mce1 type=IFATTACH\n"
                            "@0 !system=ETHERNET subsystem=mce1 type=IFATTACH\n"
                            "@0 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP\n"
                            "@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
                            "%crash\n"
                            "%restart\n"
                            "@0 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP\n"
                            "@0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
                            "@100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
                            "@101 !system=IFNET subsystem=mce0 type=DETACH\n";

/* Every state on the way, queues, sleepers, half-done plans and all. */
static void test_each_state_reads_back(void **unused)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_SCRIPTS, VFJ_POLICY_VFJOURNAL};
    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        struct kit_machine *machine = kit_machine_open(i < 2 ? VFJ_MODE_ACT : VFJ_MODE_OBSERVE, policies[i % 2]);
        machine->watch = check_each_step;
        kit_machine_play(machine, storm);
        check_each_step(machine, NULL);
        kit_machine_close(machine);
    }
}

static struct kit_machine *joined(enum vfj_policy policy)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, policy);
    kit_machine_play(machine, storm);
    return machine;
}

static void index_anew(struct vfj_state *state)
{
    uint64_t parts = 0;
    vfj_state_index_rc(state);
    vfj_state_index_scripts(state);
    for (unsigned i = 0; i < state->head.slot_count; i++)
        vfj_state_index_slot(state, i);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 2; i++)
        parts ^= state->index.digests[i];
    state->head.parts = parts;
}

/* Each member that is a byte is written: set to another value, it comes back as that; but one, that follows from others. */
static void check_bytes(struct vfj_state *state, void *part, size_t from, size_t to, size_t implied)
{
    unsigned char *bytes = part;
    for (size_t at = from; at < to; at++) {
        unsigned char before = bytes[at];
        if (at == implied)
            continue;
        bytes[at] = !before;
        index_anew(state);
        if (!kit_state_reads_back(state))
            fail_msg("byte %zu is lost", at);
        bytes[at] = before;
    }
    index_anew(state);
}

static void test_each_member_is_written(void **unused)
{
    struct kit_machine *machine = joined(VFJ_POLICY_VFJOURNAL);
    struct vfj_state *state = &machine->state;
    struct vfj_slot *slot = &state->slots[0];
    (void)unused;
    assert_true(state->head.slot_count == 2 && slot->belief.carry_count > 1);
    check_bytes(state, &state->head, offsetof(struct vfj_head, mode), offsetof(struct vfj_head, map_retry_us),
                offsetof(struct vfj_head, slot_count));
    check_bytes(state, slot, offsetof(struct vfj_slot, state), offsetof(struct vfj_slot, pad),
                offsetof(struct vfj_slot, timer));
    check_bytes(state, &slot->belief, offsetof(struct vfj_belief, fresh), offsetof(struct vfj_belief, vf_lagg),
                offsetof(struct vfj_belief, carry_count));
    check_bytes(state, &slot->belief.carry[1], offsetof(struct vfj_carry, on_hn), offsetof(struct vfj_carry, pad),
                SIZE_MAX);
    state->head.command_last = UINT64_MAX;
    state->head.map_pending = 77;
    state->head.map_retry_us = -5;
    slot->generation = UINT64_MAX;
    slot->pending = 12;
    slot->timer = VFJ_TIMER_RETRY; /* goes with its time only */
    slot->timer_us = 1;
    slot->belief.hn_dhclient = slot->belief.vf_dhclient = slot->belief.lagg_dhclient = 99;
    slot->belief.vf_lagg = vfj_name_of("lagg5");
    index_anew(state);
    assert_true(kit_state_reads_back(state));
    kit_machine_close(machine);
}

/* The largest state that there can be: every slot, address, sleeper, place in the queue and byte of rc.conf in use. */
static void fill(struct vfj_state *state)
{
    memset(state->rc.text, '"', sizeof state->rc.text - 1);
    state->scripts.run.script = VFJ_SCRIPT_VFUP;
    state->scripts.run.step = VFJ_STEP_UP_CONFIRM;
    memset(state->scripts.run.args, '\\', sizeof state->scripts.run.args - 1);
    state->scripts.first = 255;
    state->scripts.waiting = VFJ_SCRIPT_QUEUE_MAX;
    state->scripts.sleeping = VFJ_SLEEPERS_MAX;
    for (unsigned i = 0; i < VFJ_SCRIPT_QUEUE_MAX; i++)
        state->scripts.queue[i]
            = (struct vfj_waiting){.iface = vfj_name_of("a23456789012345"), .script = VFJ_SCRIPT_VFUP};
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        state->scripts.sleepers[i] = (struct vfj_sleeper){.pending = UINT64_MAX,
                                                          .due_us = INT64_MAX / 8,
                                                          .delay_us = INT64_MAX / 8,
                                                          .iface = vfj_name_of("a23456789012345"),
                                                          .step = VFJ_STEP_SLEEPER_UP};
    state->head.slot_count = VFJ_SLOTS_MAX;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++) {
        struct vfj_slot *slot = &state->slots[i];
        char name[16];
        memset(slot, 1, sizeof *slot);
        memset(slot->pad, 0, sizeof slot->pad);
        snprintf(name, sizeof name, "hn3456789012%u", 100 + i);
        slot->hn = slot->vf = slot->belief.vf_lagg = vfj_name_of(name);
        slot->unit = vfj_name_digits(slot->hn);
        slot->belief.carry_count = VFJ_ADDRESSES_MAX;
        memset(&slot->belief.gateway, 0, sizeof slot->belief.gateway);
        strcpy(slot->belief.gateway.text, "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/0");
        slot->belief.gateway6 = slot->belief.gateway;
        for (unsigned k = 0; k < VFJ_ADDRESSES_MAX; k++) {
            slot->belief.carry[k].address = slot->belief.gateway;
            memset(slot->belief.carry[k].pad, 0, sizeof slot->belief.carry[k].pad);
        }
    }
    index_anew(state);
}

static void test_largest_state(void **unused)
{
    struct vfj_state *state = malloc(sizeof *state);
    (void)unused;
    assert_non_null(state);
    vfj_state_init(state);
    fill(state);
    assert_true(kit_state_reads_back(state));
    free(state);
}

static void test_empty_state(void **unused)
{
    struct vfj_state *state = malloc(sizeof *state);
    (void)unused;
    assert_non_null(state);
    vfj_state_init(state);
    assert_true(kit_state_reads_back(state));
    free(state);
}

/* The text of a state, to be freed. */
static char *text_of(const struct vfj_state *state)
{
    enum { SIZE = 1 << 20 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    struct vfj_text text = vfj_text_begin(bytes, SIZE);
    for (struct vfj_state_place place = {0}; vfj_state_write(state, &place, &text);)
        continue;
    assert_false(text.overflow);
    return bytes;
}

static bool reads(const char *text)
{
    static struct vfj_state state;
    struct vfj_state_reader reader;
    struct vfj_span rest = vfj_span_of(text);
    struct vfj_kv pair;
    bool right = true;
    vfj_state_read_begin(&reader, &state);
    while (vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR) {
        bool taken = vfj_state_read(&reader, &pair);
        if (taken && !right)
            fail_msg("read on after what is no state: %s", pair.key.text);
        right = taken;
    }
    bool ended = vfj_state_read_end(&reader);
    assert_true(right || !ended);
    return ended;
}

/* The text as it stands in every checkpoint of this format that was ever written: a difference is another format. */
static void test_format_stays(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    (void)unused;
    kit_machine_play(machine,
                     "%rc ifconfig_hn0=\"DHCP\"\n"
                     "%if hn0 up inet 10.0.0.4/24 dhclient 411\n"
                     "%vf mce0 hn0\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n");
    char *text = text_of(&machine->state);
    char *rc = strstr(text, " rc=");
    assert_non_null(rc);
    assert_memory_equal(
        text, "state=1 command_last=2 boot=1 boot_id=boot-1 mode=act policy=vfjournal running=1 due_us=2000000",
        (size_t)(rc - text));
    assert_non_null(strstr(text,
                           " rc=ifconfig_hn0=DHCP slot=hn0 generation=1 timer_us=2000000 vf=mce0 unit=0 "
                           "state=delayed timer=1"));
    free(text);
    kit_machine_close(machine);
}

/* One change of a good text: what is no state any more. */
static void refuses(const char *text, const char *from, const char *to)
{
    char *changed = malloc(strlen(text) + strlen(to) + 1);
    const char *at = strstr(text, from);
    if (at == NULL)
        fail_msg("there is no \"%s\" in: %s", from, text);
    assert_non_null(changed);
    memcpy(changed, text, (size_t)(at - text));
    strcpy(changed + (at - text), to);
    strcat(changed, at + strlen(from));
    if (reads(changed))
        fail_msg("taken, though \"%s\" became \"%s\"", from, to);
    free(changed);
}

static void test_refused(void **unused)
{
    struct kit_machine *machine = joined(VFJ_POLICY_VFJOURNAL);
    char *text = text_of(&machine->state);
    (void)unused;
    assert_true(reads(text));
    assert_false(reads(""));
    assert_true(reads("state=1"));
    refuses(text, "state=1 ", "state=2 ");
    refuses(text, "state=1 ", "state=1 state=1 ");
    refuses(text, "state=1 ", "rc=a=b state=1 ");
    refuses(text, "mode=act", "mode=acts");
    refuses(text, "running=1", "running=2");
    refuses(text, "running=1", "runs=1");
    refuses(text, "running=1", "running=1 slot_count=9");
    refuses(text, "running=1", "running=1 parts=7");
    refuses(text, "slot=hn0", "slot=-hn0");
    refuses(text, "slot=hn0", "slot=hn1");
    refuses(text, "unit=0", "unit=0x");
    refuses(text, "unit=0", "unit=-0");
    refuses(text, "unit=0", "unit=0 pending_index=32");
    refuses(text, "unit=0", "unit=0 pad=1");
    refuses(text, "unit=0", "unit=0 timer_us=soon");
    refuses(text, "unit=0", "unit=0 link_us=1152921504606846976");
    refuses(text, "unit=0", "unit=0 link_us=-1152921504606846976");
    refuses(text, "running=1", "running=yes");
    refuses(text, "vf=mce1", "vf=\"mce1;reboot\"");
    refuses(text, "carry=10.0.0.4", "carry=10.0.0.4$");
    refuses(text, "carry=10.0.0.4/24", "carry=10.");
    refuses(text, "slot=hn0", "carry=10.0.0.4/24 slot=hn0");
    refuses(text, "slot=hn0", "pending_index=32 slot=hn0");
    refuses(text, "carry=10.0.0.4", "timer=1 carry=10.0.0.4");
    refuses(text, "carry=10.0.0.4", "timer_us=1 carry=10.0.0.4");
    refuses(text, "slot=hn0", "sleeper=128 slot=hn0");
    refuses(text, "slot=hn0", "sleeper=first slot=hn0");
    refuses(text, "slot=hn0", "script=0 pad=1 slot=hn0");
    refuses(text, "slot=hn0", "queued=256 slot=hn0");
    refuses(text, "slot=hn0", "script=3 slot=hn0");
    refuses(text, "slot=hn0", "script=1 step=9 slot=hn0");
    refuses(text, "slot=hn0", "script=0 sleeping=1 slot=hn0");
    refuses(text, "slot=hn0", "script=0 waiting=1 slot=hn0");
    refuses(text, "slot=hn0", "script=0 first=256 slot=hn0");
    refuses(text, "slot=hn0", "script=0 sleeper=0 due_us=1 step=1 slot=hn0");
    refuses(text, "running=1", "running=1 due_us=9223372036854775807");
    free(text);
    kit_machine_close(machine);
}

/* More of a thing than there is room for. */
static void test_too_much(void **unused)
{
    enum { SIZE = 8192 };
    char bytes[SIZE];
    (void)unused;
    struct vfj_text text = vfj_text_begin(bytes, SIZE);
    vfj_text_add(&text, "state=1");
    for (unsigned i = 0; i <= VFJ_SLOTS_MAX; i++) {
        assert_true(reads(bytes));
        vfj_text_add(&text, " slot=hn");
        vfj_text_add_u64(&text, i);
    }
    assert_false(reads(bytes));

    text = vfj_text_begin(bytes, SIZE);
    vfj_text_add(&text, "state=1 slot=hn0");
    for (unsigned i = 0; i <= VFJ_ADDRESSES_MAX; i++) {
        assert_true(reads(bytes));
        vfj_text_add(&text, " carry=10.0.0.4/24");
    }
    assert_false(reads(bytes));

    text = vfj_text_begin(bytes, SIZE);
    vfj_text_add(&text, "state=1 script=0 args=");
    for (unsigned i = 1; i < VFJ_ARGS_SIZE; i++)
        vfj_text_add(&text, "x");
    assert_true(reads(bytes));
    vfj_text_add(&text, "x");
    assert_false(reads(bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_state_reads_back),
        cmocka_unit_test(test_each_member_is_written),
        cmocka_unit_test(test_largest_state),
        cmocka_unit_test(test_empty_state),
        cmocka_unit_test(test_format_stays),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_much),
    };
    return cmocka_run_group_tests_name("state_text", tests, NULL, NULL);
}
