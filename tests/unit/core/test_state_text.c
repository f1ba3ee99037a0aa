/* Tests the text form of the state machine's state. The reader restores the whole state that was
 * written. It refuses every text of a state from which the machine could not continue, even when an
 * attacker wrote the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/state_text.h"
#include "core/policy/script.h"
#include "tests/kit/machine.h"

/* Returns true when an unused place of a queue still has data. Unused places must be zero: the
 * text omits them, and equal states must have equal bytes. */
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
        fail_msg("event %llu: a state that its text does not give again",
                 (unsigned long long)machine->events);
    if (has_remains(&machine->state.scripts))
        fail_msg("event %llu: what waited for a script is still there",
                 (unsigned long long)machine->events);
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
                            "@30 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
                            "@31 !system=IFNET subsystem=mce0 type=DETACH\n";

/* Each state during a play can be written as text and read back, including queues, sleeping
 * scripts and unfinished plans. */
static void test_each_state_reads_back(void **unused)
{
    static const enum vfj_policy policies[] = {VFJ_POLICY_SCRIPTS, VFJ_POLICY_VFJOURNAL};
    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        struct kit_machine *machine
            = kit_machine_open(i < 2 ? VFJ_MODE_ACT : VFJ_MODE_OBSERVE, policies[i % 2]);
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

/* Changes each byte of `part` from offset `from` up to `to`, and checks that the changed state
 * is read back. Skips the byte at offset `implied`, since its value follows from other members. */
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

/* Gives each numeric member of a slot a different value, so that the test fails when the reader
 * mixes members up. */
static void fill_numbers(struct vfj_slot *slot)
{
    slot->generation = UINT64_MAX;
    slot->timers = (struct vfj_timers){.delay_us = 1, .observe_us = 2, .link_us = 3, .watch_us = 4};
    slot->vf = vfj_name_of("mce0");
    slot->delay = VFJ_DELAY_RUNNING;
    slot->joined = 0;
    slot->state = (uint8_t)vfj_slot_public_state(slot);
    slot->plan.tried = UINT64_MAX - 1;
    slot->plan.failed = UINT64_MAX - 3;
    slot->batch = (struct vfj_batch){
        .first = 12, .count = 3, .ended = 1, .failure = VFJ_REASON_COMMAND_TIMEOUT};
    for (unsigned i = 0; i < slot->batch.count; i++) {
        slot->batch.kinds[i] = (uint8_t)(VFJ_COMMAND_UP + i);
        slot->batch.needs[i] = (uint8_t)(VFJ_NEED_COUNT - 1 - i);
    }
    slot->activity = VFJ_ACTIVITY_RUNNING;
}

static void test_each_member_is_written(void **unused)
{
    struct kit_machine *machine = joined(VFJ_POLICY_VFJOURNAL);
    struct vfj_state *state = &machine->state;
    struct vfj_slot *slot = &state->slots[0];
    (void)unused;
    assert_int_equal(state->head.slot_count, 2);
    assert_true(slot->observed.hn.exists && slot->before.hn.address_count > 1);
    check_bytes(state, &state->head, offsetof(struct vfj_head, mode),
                offsetof(struct vfj_head, map_retry_us), offsetof(struct vfj_head, slot_count));
    check_bytes(state, slot, offsetof(struct vfj_slot, data_path), offsetof(struct vfj_slot, pad),
                offsetof(struct vfj_slot, joined));
    check_bytes(state, &slot->plan, offsetof(struct vfj_plan, phase),
                offsetof(struct vfj_plan, pad), SIZE_MAX);
    check_bytes(state, &slot->request, 0, offsetof(struct vfj_observe_request, pad), SIZE_MAX);
    check_bytes(state, &slot->script, 0, offsetof(struct vfj_script_facts, pad), SIZE_MAX);
    check_bytes(state, &slot->link, 0, offsetof(struct vfj_link_facts, pad), SIZE_MAX);
    check_bytes(state, &slot->observed, offsetof(struct vfj_view, lease),
                offsetof(struct vfj_view, pad), SIZE_MAX);
    check_bytes(state, &slot->before, offsetof(struct vfj_view, lease),
                offsetof(struct vfj_view, pad), SIZE_MAX);
    state->head.command_last = UINT64_MAX;
    state->head.map_pending = 77;
    state->head.map_retry_us = -5;
    fill_numbers(slot);
    slot->observed.hn_dhclient = 97;
    slot->before.hn_dhclient = slot->before.vf_dhclient = slot->before.lagg_dhclient = 99;
    slot->before.vf_lagg = vfj_name_of("lagg5");
    index_anew(state);
    assert_true(kit_state_reads_back(state));
    kit_machine_close(machine);
}

/* Returns true when a slot can have these facts at the same time. A slot without a VF has no
 * delay and is not joined. A joined slot has no delay. The delay's timer is set only while the
 * delay runs. */
static bool is_possible(const struct vfj_slot *slot)
{
    bool has_delay = slot->delay != VFJ_DELAY_NONE;
    if (vfj_name_is_empty(slot->vf) && (has_delay || slot->joined))
        return false;
    return !(has_delay && slot->joined)
        && (slot->timers.delay_us == VFJ_NEVER_US || slot->delay == VFJ_DELAY_RUNNING);
}

/* A slot is read back when its state follows from its facts. Otherwise the text is refused. */
static void test_states_follow_from_facts(void **unused)
{
    static struct vfj_state state;
    (void)unused;
    vfj_state_init(&state);
    state.head.slot_count = 1;
    state.slots[0].hn = vfj_name_of("hn0");
    for (unsigned bits = 0; bits < 1u << 5; bits++) {
        struct vfj_slot *slot = &state.slots[0];
        slot->vf = (bits & 1) != 0 ? vfj_name_of("mce0") : (struct vfj_name){{0}};
        slot->joined = bits >> 1 & 1;
        slot->delay = bits >> 2 & 3;
        slot->timers.delay_us = (bits >> 4 & 1) != 0 ? 5 : VFJ_NEVER_US;
        for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
            slot->state = (uint8_t)i;
            index_anew(&state);
            assert_int_equal(kit_state_reads_back(&state),
                             is_possible(slot) && i == (unsigned)vfj_slot_public_state(slot));
        }
    }
}

static void fill_interface(struct vfj_interface *interface, const char *name)
{
    struct vfj_address address;
    *interface = (struct vfj_interface){.name = vfj_name_of(name),
                                        .exists = true,
                                        .up = true,
                                        .no_dad = true,
                                        .rtadv = true,
                                        .ifdisabled = true,
                                        .truncated = true,
                                        .link = VFJ_LINK_DOWN,
                                        .laggproto = VFJ_LAGGPROTO_FAILOVER,
                                        .mtu = UINT32_MAX};
    memset(&address, 0, sizeof address);
    strcpy(address.text, "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/0");
    for (unsigned i = 0; i < VFJ_ADDRESSES_MAX; i++)
        interface->addresses[interface->address_count++] = address;
    for (unsigned i = 0; i < VFJ_PORTS_MAX; i++)
        interface->ports[interface->port_count++] = vfj_name_of("a23456789012345");
}

static void fill_view(struct vfj_view *view, struct vfj_name hn)
{
    struct vfj_name name = vfj_name_of("a23456789012345");
    *view = (struct vfj_view){.hn_name = hn,
                              .vf_name = hn,
                              .rxvf = name,
                              .transparent = -1,
                              .script = VFJ_OWN_SCRIPT_LOCAL,
                              .lease = true,
                              .hn_dhclient = INT32_MAX,
                              .vf_dhclient = INT32_MAX,
                              .lagg_dhclient = INT32_MAX,
                              .hn_lagg = name,
                              .vf_lagg = name,
                              .gateway_on_lagg = true,
                              .gateway6_on_lagg = true};
    fill_interface(&view->hn, "a23456789012345");
    fill_interface(&view->vf, "a23456789012345");
    fill_interface(&view->lagg, "a23456789012345");
    view->gateway = view->gateway6 = view->hn.addresses[0];
    view->routes.truncated = true;
    for (unsigned i = 0; i < VFJ_KEPT_ROUTES_MAX; i++) {
        struct vfj_kept_route route = {.on_lagg = true, .mtu = UINT16_MAX};
        snprintf(route.destination.text, sizeof route.destination.text,
                 "2001:db8:2001:db8:2001:db8:203.113.113.1%02u/128", i);
        snprintf(route.gateway.text, sizeof route.gateway.text,
                 "2001:db8:2001:db8:2001:db8:203.113.113.113");
        vfj_kept_routes_add(&view->routes, &route);
    }
    assert_int_equal(view->routes.count, VFJ_KEPT_ROUTES_MAX);
    memset(view->script_refused, '"', sizeof view->script_refused - 1);
}

static void fill_slot(struct vfj_slot *slot, unsigned number)
{
    char name[16];
    memset(slot, 1, sizeof *slot);
    memset(slot->pad, 0, sizeof slot->pad);
    memset(slot->plan.pad, 0, sizeof slot->plan.pad);
    slot->request.pad = 0;
    memset(slot->link.pad, 0, sizeof slot->link.pad);
    memset(slot->transparent.pad, 0, sizeof slot->transparent.pad);
    slot->script.pad = 0;
    slot->transparent.mode = VFJ_SLOT_MODE_ORDINARY; /* transparent mode has no batch */
    snprintf(name, sizeof name, "hn3456789012%u", 100 + number);
    slot->hn = slot->vf = vfj_name_of(name);
    slot->unit = vfj_name_digits(slot->hn);
    slot->plan.tried = slot->plan.failed = UINT64_MAX - 1;
    memset(&slot->batch, 0, sizeof slot->batch);
    slot->batch.first = UINT64_MAX;
    slot->batch.count = VFJ_BATCH_MAX;
    memset(slot->batch.kinds, VFJ_COMMAND_DHCLIENT_BACKGROUND, sizeof slot->batch.kinds);
    memset(slot->batch.needs, VFJ_NEED_COUNT - 1, sizeof slot->batch.needs);
    slot->activity = VFJ_ACTIVITY_RUNNING;
    slot->delay = VFJ_DELAY_RUNNING;
    slot->joined = 0;
    slot->state = (uint8_t)vfj_slot_public_state(slot);
    fill_view(&slot->observed, slot->hn);
    fill_view(&slot->before, slot->hn);
}

/* Fills in the largest possible state: every slot, address, sleeper, place of the queue and byte
 * of rc.conf is used. */
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
        state->scripts.queue[i] = (struct vfj_waiting){.iface = vfj_name_of("a23456789012345"),
                                                       .script = VFJ_SCRIPT_VFUP};
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        state->scripts.sleepers[i] = (struct vfj_sleeper){.pending = UINT64_MAX,
                                                          .due_us = INT64_MAX / 8,
                                                          .delay_us = INT64_MAX / 8,
                                                          .iface = vfj_name_of("a23456789012345"),
                                                          .step = VFJ_STEP_SLEEPER_UP};
    state->head.slot_count = VFJ_SLOTS_MAX;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++)
        fill_slot(&state->slots[i], i);
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

/* Returns the text of a state, which the caller frees. */
static char *text_of(const struct vfj_state *state)
{
    enum { SIZE = 1 << 20 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    struct vfj_text text = vfj_text_begin(bytes, SIZE);
    for (struct vfj_state_cursor cursor = {0}; vfj_state_write(state, &cursor, &text);)
        continue;
    assert_false(text.overflow);
    return bytes;
}

static bool read_into(const char *text, struct vfj_state *state)
{
    struct vfj_state_reader reader;
    struct vfj_span rest = vfj_span_of(text);
    struct vfj_kv pair;
    bool right = true;
    vfj_state_read_begin(&reader, state);
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

static bool reads(const char *text)
{
    static struct vfj_state state;
    return read_into(text, &state);
}

/* Replaces `from` by `to` in a valid text, and checks that the result is refused. */
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

/* The text of one known state must not change: stored checkpoints have this format. A difference
 * means that the format has changed. */
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
        text,
        "state=2 command_last=2 boot=1 boot_id=boot-1 mode=act policy=vfjournal running=1 due_us=2000000",
        (size_t)(rc - text));
    assert_string_equal(
        rc,
        " rc=ifconfig_hn0=DHCP slot=hn0 vf=mce0 unit=0 generation=1 state=delayed activity=waiting "
        "delay=2 recovering=1 timer_delay_us=2000000 observed=\"\" before=\"\"");
    free(text);
    kit_machine_line(machine, "%slow 9 ifconfig lagg0 create");
    kit_machine_line(machine, "%at 3");
    text = text_of(&machine->state);
    assert_string_equal(
        strstr(text, " slot="),
        " slot=hn0 vf=mce0 unit=0 generation=1 state=delayed activity=running delay=3 lagg_ours=1 "
        "plan_tried=304 plan_phase=1 plan_batches=1 batch_first=4 batch_count=3 "
        "batch_kinds=\"create no-dad address-add\" batch_needs=\"4 5 8\" "
        "observed=\"command=0 probe=slot ok=1 hn=hn0 transparent=0 vf=mce0 hn_dhclient=411 hn_if=hn0 "
        "hn_flags=exists,up hn_link=1 hn_mtu=1500 hn_address=10.0.0.4/24 vf_if=mce0 vf_flags=exists,ifdisabled "
        "vf_mtu=1500 lagg_if=lagg0\" "
        "before=\"command=0 probe=slot ok=1 hn=hn0 transparent=0 vf=mce0 hn_dhclient=411 hn_if=hn0 "
        "hn_flags=exists,up hn_link=1 hn_mtu=1500 hn_address=10.0.0.4/24 vf_if=mce0 vf_flags=exists,ifdisabled "
        "vf_mtu=1500 lagg_if=lagg0\"");
    free(text);
    kit_machine_close(machine);
}

/* Reads a checkpoint of earlier rules, in format 1. Members that still exist are read. The next
 * daemon observes the guest again for the other facts. */
static void test_format_1(void **unused)
{
    static const char text[]
        = "state=1 command_last=32 boot=1 mono_us=101000000 boot_id=boot-1 mode=act policy=vfjournal running=1 "
          "settle=1 "
          "rc=\"ifconfig_hn1=DHCP hyperv_vf_delay=5\" "
          "slot=hn0 generation=1 unit=0 pending=31 pending_kind=address-delete pending_index=1 goal=3 timer=1 "
          "timer_us=101000001 steps=11 hn_exists=1 hn_up=1 lagg_exists=1 lagg_has_hn=1 moved=1 carry=10.0.0.4/24 "
          "on_lagg=1 of_hn=1 carry=fd00::4/64 on_lagg=1 of_hn=1 "
          "slot=hn1 generation=3 vf=mce0 unit=1 state=lagged pending=32 pending_kind=probe-slot steps=9 rxvf=1 "
          "lagg_dhclient=10001 fault=command-failed failures=3 gateway=10.0.1.1 carry=10.0.1.4/24 on_lagg=1 "
          "slot=hn2 generation=2 vf=mce1 unit=2 state=delayed timer=1 timer_us=102000000 link_tries=2";
    static const struct vfj_view blank;
    static struct vfj_state state;
    (void)unused;
    assert_true(read_into(text, &state));
    assert_true(state.head.command_last == 32 && state.head.mono_us == 101000000
                && state.head.running);
    assert_string_equal(state.rc.text, "ifconfig_hn1=DHCP hyperv_vf_delay=5");
    assert_int_equal(state.head.slot_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        const struct vfj_slot *slot = &state.slots[i];
        assert_true(slot->batch.count == 0 && slot->activity == VFJ_ACTIVITY_IDLE
                    && !vfj_slot_has_plan(slot));
        assert_true(vfj_slot_due_us(slot) == VFJ_NEVER_US);
        assert_int_equal(slot->recovering, 1);
        assert_memory_equal(&slot->observed, &blank, sizeof blank);
        assert_memory_equal(&slot->before, &blank, sizeof blank);
        assert_int_equal(slot->state, vfj_slot_public_state(slot));
    }
    assert_int_equal(state.slots[0].state, VFJ_SLOT_DETACHED);
    assert_true(state.slots[0].generation == 1 && vfj_name_is_empty(state.slots[0].vf));
    assert_int_equal(state.slots[1].state, VFJ_SLOT_LAGGED);
    assert_int_equal(state.slots[1].fault, VFJ_REASON_COMMAND_FAILED);
    assert_true(state.slots[1].generation == 3);
    assert_string_equal(state.slots[1].vf.text, "mce0");
    assert_string_equal(state.slots[1].unit.text, "1");
    assert_int_equal(state.slots[2].state, VFJ_SLOT_DELAYED);
    kit_machine_check_index(&state);
    assert_true(kit_state_reads_back(&state));
    refuses(text, "running=1", "running=3");
    refuses(text, "slot=hn1", "slot=hn0");
    refuses(text, "state=1", "state=0");
    refuses(text, "unit=0", "unit=0 activity=running");
}

static void test_refused(void **unused)
{
    static char long_view[VFJ_VIEW_MAX + 64];
    char *end = stpcpy(long_view, " before=");
    memset(end, 'x', VFJ_VIEW_MAX);
    strcpy(end + VFJ_VIEW_MAX, " observed=");
    struct kit_machine *machine = joined(VFJ_POLICY_VFJOURNAL);
    char *text = text_of(&machine->state);
    (void)unused;
    assert_true(reads(text));
    assert_false(reads(""));
    assert_true(reads("state=1"));
    assert_true(reads("state=2"));
    refuses(text, "state=2 ", "state=3 ");
    refuses(text, "state=2 ", "state=2 state=2 ");
    refuses(text, "state=2 ", "rc=a=b state=2 ");
    refuses(text, "mode=act", "mode=acts");
    refuses(text, "running=1", "running=3");
    refuses(text, "running=1", "runs=1");
    refuses(text, "running=1", "running=1 slot_count=9");
    refuses(text, "running=1", "running=1 parts=7");
    refuses(text, "slot=hn0", "slot=-hn0");
    refuses(text, "slot=hn0", "slot=hn1");
    refuses(text, "unit=0", "unit=0x");
    refuses(text, "unit=0", "unit=-0");
    refuses(text, "unit=0", "unit=0 batch_count=161");
    refuses(text, "unit=0", "unit=0 batch_kinds=reboot");
    refuses(text, "unit=0", "unit=0 batch_needs=256");
    refuses(text, "unit=0", "unit=0 batch_needs=first");
    refuses(text, "unit=0", "unit=0 pad=1");
    refuses(text, "unit=0", "unit=0 plan_pad=1");
    refuses(text, "unit=0", "unit=0 timer_delay_us=soon");
    refuses(text, "unit=0", "unit=0 timer_link_us=1152921504606846976");
    refuses(text, "unit=0", "unit=0 timer_link_us=-1152921504606846976");
    refuses(text, "running=1", "running=yes");
    refuses(text, "vf=mce1", "vf=\"mce1;reboot\"");
    refuses(text, "lagg_address=10.0.0.4", "lagg_address=10.0.0.4$");
    refuses(text, "lagg_address=10.0.0.4/24", "lagg_address=10.");
    refuses(text, "probe=slot", "probe=map");
    refuses(text, "slot=hn0", "observed= slot=hn0");
    refuses(text, "slot=hn0", "before= slot=hn0");
    refuses(text, "slot=hn0", "batch_count=1 slot=hn0");
    refuses(text, " observed=", " before= observed=");
    refuses(text, " observed=", " before=\"command=0 probe=sysctl ok=1 value=1\" observed=");
    refuses(text, " observed=", long_view);
    refuses(text, " before=", " timer_delay_us=1 before=");
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

/* A slot whose facts contradict each other is refused. */
static void test_contradictions(void **unused)
{
    static const char slot[] = "state=2 slot=hn0 vf=mce0 unit=0 state=attached";
    static const char joined[] = "state=2 slot=hn0 vf=mce0 unit=0 state=lagged joined=1";
    char text[256];
    static const struct {
        const char *more;
        bool is_sound;
    } cases[] = {
        {"", true},
        {" activity=observing", false},
        {" activity=running", false},
        {" batch_count=1", false},
        {" activity=observing batch_count=1", true},
        {" activity=observing batch_count=2", false},
        {" activity=running batch_count=2 batch_needs=\"4 5\"", true},
        {" activity=running batch_count=2 batch_ended=1 batch_needs=\"4 5\"", true},
        {" activity=running batch_count=2 batch_ended=2 batch_needs=\"4 5\"", false},
        {" activity=running batch_count=2 batch_needs=4", false},
        {" activity=running batch_count=2 batch_needs=\"0 4\"", false},
        {" plan_tried=2 plan_failed=2", true},
        {" plan_tried=1", false},
        {" plan_failed=1", false},
        {" joined=1", false},
        {" delay=2", false},
        {" transparent_mode=1", true},
        {" transparent_mode=2", false},
        {" transparent_mode=1 activity=observing batch_count=1", true},
        {" transparent_mode=1 activity=running batch_count=1 batch_needs=4", false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text, "%s%s", slot, cases[i].more);
        if (reads(text) != cases[i].is_sound)
            fail_msg("%s: %s", text, cases[i].is_sound ? "refused" : "taken");
    }
    (void)snprintf(text, sizeof text, "%s transparent_mode=1", joined);
    assert_true(reads(joined) && !reads(text));
}

/* A text with more items than the state has room for is refused. */
static void test_too_much(void **unused)
{
    enum { SIZE = 8192 };
    char bytes[SIZE];
    (void)unused;
    struct vfj_text text = vfj_text_begin(bytes, SIZE);
    vfj_text_add(&text, "state=2");
    for (unsigned i = 0; i <= VFJ_SLOTS_MAX; i++) {
        assert_true(reads(bytes));
        vfj_text_add(&text, " slot=hn");
        vfj_text_add_u64(&text, i);
    }
    assert_false(reads(bytes));

    for (unsigned count = VFJ_ADDRESSES_MAX; count <= VFJ_ADDRESSES_MAX + 1; count++) {
        text = vfj_text_begin(bytes, SIZE);
        vfj_text_add(&text, "state=2 slot=hn0 observed=\"command=0 probe=slot ok=1");
        for (unsigned i = 0; i < count; i++)
            vfj_text_add(&text, " hn_address=10.0.0.4/24");
        vfj_text_add(&text, "\"");
        assert_int_equal(reads(bytes), count == VFJ_ADDRESSES_MAX);
    }

    for (unsigned count = VFJ_BATCH_MAX; count <= VFJ_BATCH_MAX + 1; count++) {
        text = vfj_text_begin(bytes, SIZE);
        vfj_text_add(&text, "state=2 slot=hn0 activity=running batch_count=160 batch_needs=\"");
        for (unsigned i = 0; i < count; i++)
            vfj_text_add(&text, " 4");
        vfj_text_add(&text, "\"");
        assert_int_equal(reads(bytes), count == VFJ_BATCH_MAX);
    }

    text = vfj_text_begin(bytes, SIZE);
    vfj_text_add(&text, "state=2 script=0 args=");
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
        cmocka_unit_test(test_states_follow_from_facts),
        cmocka_unit_test(test_largest_state),
        cmocka_unit_test(test_empty_state),
        cmocka_unit_test(test_format_stays),
        cmocka_unit_test(test_format_1),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_too_much),
    };
    return cmocka_run_group_tests_name("state_text", tests, NULL, NULL);
}
