/* Tests transparent mode: how a snapshot is read, and that the machine never changes the guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/finding.h"
#include "core/data/hn_snapshot.h"
#include "tests/kit/machine.h"

static struct vfj_hn_snapshot snapshot;

static void take(const char *name, const char *value)
{
    vfj_hn_snapshot_take_sysctl(&snapshot, "1", vfj_span_of(name), vfj_span_of(value));
}

/* The packet counters of all rings are added. Sysctls of other units and other leaves are
 * ignored. */
static void test_sysctls(void **unused)
{
    (void)unused;
    vfj_hn_snapshot_init(&snapshot);
    take("hw.hn.vf_transparent", "1");
    take("hw.hn.vf_xpnt_attwait", "7");
    take("dev.hn.1.vf", "mce0");
    take("dev.hn.1.vf_xpnt_enabled", "1");
    take("dev.hn.1.tso_max", "65535");
    take("dev.hn.1.tx.0.packets", "10");
    take("dev.hn.1.tx.12.packets", "5");
    take("dev.hn.1.tx.0.packets_sent", "1000");
    take("dev.hn.1.tx.packets", "1000");
    take("dev.hn.1.tx.0", "1000");
    take("dev.hn.1.tx.9.packets", "0");
    take("dev.hn.1.tx.x.packets", "1000");
    take("dev.hn.1.tx..packets", "1000");
    take("dev.hn.1.3.packets", "1000");
    take("dev.hn.1.rx.0.packets", "3");
    take("dev.hn.2.tx.0.packets", "1000");
    take("dev.hn.1.tx.0/.packets", "1000");
    take("dev.hn.1.tx.0:.packets", "1000");
    take("dev.hn.1.rx.0.packets_ok", "1000");
    take("dev.hn.1.rxvf", "mce9");
    take("dev.hn.12.vf", "mce9");
    take("dev.%location", "slot=9");
    take(".%location", "slot=9");
    take("net.mlx5_core.0.%location", "slot=9");
    take("dev.mlx5_core.0.%locations", "slot=9");
    take("dev.mlx5_core.0.%location", "slot=2 function=0");
    assert_int_equal(snapshot.transparent, 1);
    assert_int_equal(snapshot.attwait_s, 7);
    assert_true(snapshot.has_vf_name);
    assert_string_equal(snapshot.vf_name.text, "mce0");
    assert_int_equal(snapshot.enabled, 1);
    assert_int_equal(snapshot.tso_max, 65535);
    assert_int_equal(snapshot.synthetic_out, 15);
    assert_int_equal(snapshot.synthetic_in, 3);
    assert_string_equal(snapshot.location, "slot=2 function=0");
}

/* A value that is missing, or of another type or meaning, counts as unknown and never as zero. */
static void test_unknown(void **unused)
{
    memset(&snapshot, 0xff, sizeof snapshot);
    vfj_hn_snapshot_init(&snapshot);
    assert_int_equal(snapshot.transparent, VFJ_TRANSPARENT_ABSENT);
    assert_false(snapshot.has_vf_name);
    assert_string_equal(snapshot.vf_name.text, "");
    static const char *const odd[] = {"", "-1", "2", "enabled", "1 2", "99999999999999999999"};
    (void)unused;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        vfj_hn_snapshot_init(&snapshot);
        take("dev.hn.1.vf_xpnt_enabled", odd[i]);
        assert_int_equal(snapshot.enabled, VFJ_COUNT_UNKNOWN);
    }
    vfj_hn_snapshot_init(&snapshot);
    take("dev.hn.1.vf", "two names");
    take("dev.hn.1.tx.0.packets", "many");
    take("hw.hn.vf_xpnt_attwait", "soon");
    assert_false(snapshot.has_vf_name);
    assert_int_equal(snapshot.synthetic_out, VFJ_COUNT_UNKNOWN);
    assert_int_equal(snapshot.synthetic_in, VFJ_COUNT_UNKNOWN);
    assert_int_equal(snapshot.attwait_s, VFJ_COUNT_UNKNOWN);
    assert_int_equal(snapshot.hn.counters.out, VFJ_COUNT_UNKNOWN);
    take("dev.hn.1.tx.0.packets", "1000000000000000000");
    take("dev.hn.1.tx.1.packets", "1000000000000000000"); /* the sum exceeds the limit */
    assert_int_equal(snapshot.synthetic_out, VFJ_COUNT_MAX);
    vfj_hn_snapshot_init(&snapshot);
    take("dev.hn.1.rx.9.packets", "999999999999999995");
    take("dev.hn.1.rx.1.packets", "5");
    take("dev.hn.1.rx.2.packets", "1");
    assert_int_equal(snapshot.synthetic_in, VFJ_COUNT_MAX);
    /* when the unit is not known, no sysctl of an hn is used */
    vfj_hn_snapshot_take_sysctl(&snapshot, "", vfj_span_of("dev.hn..vf"), vfj_span_of("mce0"));
    vfj_hn_snapshot_take_sysctl(&snapshot, "", vfj_span_of("dev.hn.vf"), vfj_span_of("mce0"));
    assert_false(snapshot.has_vf_name);
}

static void test_transparent(void **unused)
{
    static const struct {
        const char *text;
        int32_t transparent;
    } cases[] = {
        {"0", 0},
        {"1", 1},
        {"2147483647", INT32_MAX},
        {"2147483648", VFJ_TRANSPARENT_ABSENT},
        {"-2147483647", -INT32_MAX},
        {"-2147483648", INT32_MIN},
        {"-2147483649", VFJ_TRANSPARENT_ABSENT},
        {"", VFJ_TRANSPARENT_ABSENT},
        {"yes", VFJ_TRANSPARENT_ABSENT},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vfj_hn_snapshot_init(&snapshot);
        take("hw.hn.vf_transparent", cases[i].text);
        assert_int_equal(snapshot.transparent, cases[i].transparent);
    }
}

static void check_device(const char *vf, const char *device)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    assert_int_equal(vfj_hn_snapshot_device(vfj_name_of(vf), &text), device[0] != '\0');
    assert_string_equal(bytes, device);
}

static void test_devices(void **unused)
{
    (void)unused;
    check_device("mce12", "mlx5_core.12");
    check_device("mana0", "mana.0");
    check_device("ixv1", "ixv.1");
    check_device("iavf2", "iavf.2");
    check_device("fast0", "");
}

static void test_since(void **unused)
{
    (void)unused;
    assert_int_equal(vfj_count_since(5, 12), 7);
    assert_int_equal(vfj_count_since(5, 5), 0);
    /* the counter was reset or wrapped */
    assert_int_equal(vfj_count_since(12, 5), VFJ_COUNT_UNKNOWN);
    assert_int_equal(vfj_count_since(VFJ_COUNT_UNKNOWN, 5), VFJ_COUNT_UNKNOWN);
    assert_int_equal(vfj_count_since(5, VFJ_COUNT_UNKNOWN), VFJ_COUNT_UNKNOWN);
}

static void fill_end(struct vfj_end *end, const char *name)
{
    struct vfj_address address;
#define X(key, member) end->counters.member = INT64_C(123456789012);
    VFJ_COUNTERS(X)
#undef X
    strcpy(end->counters.media, "Ethernet autoselect (40Gbase-CR4 <full-duplex>)");
    end->interface = (struct vfj_interface){
        .name = vfj_name_of(name), .exists = true, .up = true, .link = VFJ_LINK_UP, .mtu = 1500};
    assert_true(vfj_address_parse(vfj_span_of("10.123.123.123/24"), &address));
    vfj_interface_add_address(&end->interface, &address);
    assert_true(vfj_address_parse(vfj_span_of("2001:db8:1234:5678::1234/64"), &address));
    vfj_interface_add_address(&end->interface, &address);
}

/* A full snapshot takes less than 1 KB of the journal, and is read back unchanged. */
static void test_record(void **unused)
{
    static struct vfj_observation observation, read;
    static char body[VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    (void)unused;
    vfj_hn_snapshot_init(&snapshot);
    take("hw.hn.vf_transparent", "1");
    take("hw.hn.vf_xpnt_attwait", "2");
    take("dev.hn.1.vf", "mce0");
    take("dev.hn.1.vf_xpnt_enabled", "0");
    take("dev.hn.1.tso_max", "65535");
    take("dev.hn.1.tx.0.packets", "123456789012");
    take("dev.hn.1.rx.0.packets", "123456789012");
    take("dev.mlx5_core.0.%location", "slot=2 function=0 dbsf=pci2:0:2:0");
    fill_end(&snapshot.hn, "hn0");
    fill_end(&snapshot.vf, "mce0");
    observation
        = (struct vfj_observation){.command = 1234567, .probe = VFJ_PROBE_SNAPSHOT, .ok = true};
    observation.as.snapshot = snapshot;
    vfj_observation_encode(&observation, &text);
    assert_in_range(text.length, 1, 1023);
    assert_int_equal(vfj_observation_decode((struct vfj_span){body, text.length}, &read), VFJ_OK);
    assert_memory_equal(&read.as.snapshot, &snapshot, sizeof snapshot);
    /* a zero that was read stays zero, and does not become unknown */
    assert_int_equal(read.as.snapshot.enabled, 0);
}

/* a text of VFJ_MEDIA_SIZE bytes, which leaves no room for a NUL */
#define TOO_LONG "0123456789012345678901234567890123456789 01234567"

/* A snapshot in which every value is unknown is written and read back. */
static void test_empty_record(void **unused)
{
    static struct vfj_observation observation, read;
    static char body[VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    (void)unused;
    observation = (struct vfj_observation){.command = 1, .probe = VFJ_PROBE_SNAPSHOT, .ok = true};
    vfj_hn_snapshot_init(&observation.as.snapshot);
    vfj_observation_encode(&observation, &text);
    assert_string_equal(body, "command=1 probe=snapshot ok=1");
    assert_int_equal(vfj_observation_decode((struct vfj_span){body, text.length}, &read), VFJ_OK);
    assert_memory_equal(&read, &observation, sizeof read);
}

static void test_bad_records(void **unused)
{
    static const char *const bad[] = {
        "command=1 probe=snapshot enabled=-1",
        "command=1 probe=snapshot enabled=\"1\"",
        "command=1 probe=snapshot hn_out=x",
        "command=1 probe=snapshot hn_out=1000000000000000001",
        "command=1 probe=snapshot vf=\"a b\"",
        "command=1 probe=snapshot media=x",
        "command=1 probe=snapshot hn_media=\"\"",
        "command=1 probe=snapshot lagg_if=lagg0",
        "command=1 probe=snapshot transparent=yes",
        "command=1 probe=snapshot transparent=\"1\"",
        "command=1 probe=snapshot vf=\"mce0\"",
        "command=1 probe=snapshot location=\"\"",
        "command=1 probe=snapshot vf=0",
        "command=1 probe=snapshot hn_media=\"" TOO_LONG "\"",
        "command=1 probe=snapshot location=\"" TOO_LONG TOO_LONG "\"",
        "command=1 probe=snapshot hn_if=0",
        "command=1 probe=snapshot vf_flags=sideways",
    };
    static struct vfj_observation read;
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_not_equal(vfj_observation_decode(vfj_span_of(bad[i]), &read), VFJ_OK);
}

/* Each finding has a reason of its own and an advice. */
static void test_findings(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        enum vfj_reason reason = vfj_found_reason((enum vfj_finding_kind)kind);
        assert_true(strlen(vfj_reason_name(reason)) > 0);
        assert_true(strlen(vfj_found_advice((enum vfj_finding_kind)kind)) > 20);
        assert_ptr_equal(vfj_reason_advice(reason), vfj_found_advice((enum vfj_finding_kind)kind));
        for (unsigned other = 0; other < kind; other++)
            assert_int_not_equal(reason, vfj_found_reason((enum vfj_finding_kind)other));
    }
    /* struct vfj_transparent_facts has one bit for each finding */
    assert_true(VFJ_FOUND_COUNT <= 16);
    assert_null(vfj_reason_advice(VFJ_REASON_NONE));
    assert_null(vfj_reason_advice(VFJ_REASON_VF_DOWN));
}

/* The functions below test maps that no trace can produce: a truncated map, a VF without an hn,
 * more pairs than a map has room for. */

static void answer_map(struct kit_machine *machine, const struct vfj_map *map)
{
    struct vfj_event event = {.kind = VFJ_EVENT_OBSERVED, .mono_us = machine->state.head.mono_us};
    kit_machine_line(machine, "%slow 50 sysctl -i hw.hn.vf_transparent hw.hn.vflist");
    kit_machine_line(machine, "%gap lost");
    assert_int_not_equal(machine->state.head.map_pending, 0);
    event.as.observed = (struct vfj_observation){
        .command = machine->state.head.map_pending, .probe = VFJ_PROBE_MAP, .ok = true};
    event.as.observed.as.map = *map;
    kit_machine_step(machine, &event);
}

static struct vfj_pair pair_of(const char *vf, const char *hn, const char *unit)
{
    struct vfj_pair pair = {.vf = vfj_name_of(vf)};
    if (hn[0] != '\0')
        pair.hn = vfj_name_of(hn);
    (void)vfj_span_copy(pair.unit.text, sizeof pair.unit.text, vfj_span_of(unit));
    return pair;
}

static void test_odd_maps(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    struct vfj_map map = {.transparent = 1, .has_list = true, .pair_count = 2};
    (void)unused;
    kit_machine_line(machine, "%sysctl hw.hn.vf_transparent=1");
    kit_machine_line(machine, "@1 +x at y");
    map.pairs[0] = pair_of("mce0", "hn0", "0");
    map.pairs[1] = pair_of("mce7", "", "");
    answer_map(machine, &map);
    assert_int_equal(machine->state.head.slot_count, 1);
    assert_string_equal(kit_machine_slot(machine, "hn0")->vf.text, "mce0");
    map.pair_count = 1;
    map.truncated = true;
    map.pairs[0] = pair_of("mce1", "hn1", "1");
    answer_map(machine, &map);
    assert_int_equal(machine->decision.note, VFJ_REASON_TOO_MANY_SLOTS);
    /* the map was truncated, so the VF may exist although the map lacks it */
    assert_string_equal(kit_machine_slot(machine, "hn0")->vf.text, "mce0");
    assert_string_equal(kit_machine_slot(machine, "hn1")->vf.text, "mce1");
    map.truncated = false;
    answer_map(machine, &map);
    assert_int_equal(machine->decision.note, VFJ_REASON_TRANSPARENT);
    assert_true(vfj_name_is_empty(kit_machine_slot(machine, "hn0")->vf));
    kit_machine_close(machine);
}

/* The machine does not watch the link of a VF in transparent mode. */
static void test_link(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    (void)unused;
    kit_machine_play(machine,
                     "%sysctl hw.hn.vf_transparent=1\n%if hn0 up\n%vf mce0 hn0\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "@1.5 !system=IFNET subsystem=mce0 type=LINK_UP\n");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_SWITCHED);
    kit_machine_line(machine, "@5 !system=IFNET subsystem=mce0 type=LINK_DOWN");
    assert_int_equal(kit_machine_slot(machine, "hn0")->link.monitor, VFJ_LINK_MONITOR_OFF);
    assert_true(kit_machine_slot(machine, "hn0")->timers.link_us == VFJ_NEVER_US);
    kit_machine_close(machine);
}

/* Policy scripts takes no snapshots. When it takes over, the facts about transparent mode are
 * cleared. A later daemon of policy vfjournal begins without any. */
static void test_scripts_take_over(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    struct vfj_event event = {.kind = VFJ_EVENT_STARTED};
    struct vfj_started *started = &event.as.started;
    (void)unused;
    kit_machine_play(machine,
                     "%sysctl hw.hn.vf_transparent=1\n%if hn0 up\n%if hn1 up\n"
                     "%vf mce0 hn0\n%vf mce1 hn1\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "@+1 !system=ETHERNET subsystem=mce1 type=IFATTACH\n"
                     "@+1.5 !system=IFNET subsystem=mce0 type=LINK_UP\n");
    assert_int_equal(kit_machine_slot(machine, "hn0")->state, VFJ_SLOT_SWITCHED);
    assert_int_equal(kit_machine_slot(machine, "hn1")->state, VFJ_SLOT_DELAYED);
    event.mono_us = machine->state.head.mono_us;
    *started = (struct vfj_started){.mode = VFJ_MODE_ACT, .policy = VFJ_POLICY_SCRIPTS};
    strcpy(started->boot_id, machine->state.head.boot_id);
    kit_machine_step(machine, &event);
    for (unsigned i = 0; i < 2; i++) {
        const struct vfj_slot *slot = &machine->state.slots[i];
        assert_int_equal(slot->state, VFJ_SLOT_ATTACHED);
        assert_int_equal(slot->data_path, VFJ_DATA_PATH_HN);
        assert_int_equal(vfj_slot_due_us(slot), VFJ_NEVER_US);
        assert_false(vfj_slot_is_transparent(slot));
    }
    kit_machine_check_index(&machine->state);
    kit_machine_close(machine);
}

/* Random walks: events of a guest in transparent mode, in any order and with any pause between
 * them. */

enum { STEPS = 400, WALKS = 300 };

static uint64_t seed;

static unsigned roll(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % sides;
}

static void check_command(const struct kit_machine *machine, const struct vfj_command *command)
{
    assert_true(vfj_command_reads(command));
    for (unsigned i = 0; i < machine->next.head.slot_count; i++) {
        const struct vfj_slot *slot = &machine->next.slots[i];
        if ((machine->decision.touched.slots >> i & 1) == 0 || slot->batch.count == 0
            || slot->batch.first != command->id)
            continue;
        assert_string_equal(command->hn.text, slot->hn.text);
        assert_string_equal(command->a.text, slot->hn.text);
        assert_string_equal(command->c.text, slot->vf.text);
    }
}

static void watch(struct kit_machine *machine, const struct vfj_event *event)
{
    const struct vfj_decision *decision = &machine->decision;
    (void)event;
    for (unsigned i = 0; i < decision->command_count; i++)
        check_command(machine, &decision->commands[i]);
    for (unsigned i = 0; i < decision->transition_count; i++)
        assert_in_range(decision->transitions[i].delay_us, 0, INT64_C(3600000000));
    for (unsigned i = 0; i < machine->next.head.slot_count; i++) {
        if ((decision->touched.slots >> i & 1) == 0)
            continue;
        const struct vfj_slot *slot = &machine->next.slots[i];
        assert_true(vfj_slot_is_transparent(slot) || slot->state == VFJ_SLOT_DETACHED);
        assert_int_not_equal(slot->state, VFJ_SLOT_LAGGED);
    }
}

static const char *some_line(void)
{
    static char line[128];
    static const char *const lines[] = {
        "@+%u.%u !system=ETHERNET subsystem=mce%u type=IFATTACH",
        "@+%u.%u !system=IFNET subsystem=mce%u type=DETACH",
        "@+%u.%u !system=IFNET subsystem=mce%u type=LINK_UP",
        "@+%u.%u !system=IFNET subsystem=mce%u type=LINK_DOWN",
        "@+%u.%u !system=HYPERV_NIC_VF subsystem=hn%u type=VF_UP",
        "@+%u.%u !system=HYPERV_NIC_VF subsystem=hn%u type=VF_DOWN",
        "@+%u.%u !system=IFNET subsystem=hn%u type=DETACH",
        "@+%u.%u !system=IFNET subsystem=hn%u type=LINK_UP",
    };
    unsigned wait = roll(6) == 0 ? roll(2000) : roll(4);
    (void)snprintf(line, sizeof line, lines[roll(4) == 0 ? roll(8) : roll(3)], wait, roll(10),
                   roll(2));
    return line;
}

static const char *some_directive(void)
{
    static const char *const directives[] = {
        "%restart",
        "%gap lost",
        "%boot",
        "%noif mce0",
        "%sysctl dev.hn.0.vf_xpnt_enabled=0",
        "%nosysctl dev.hn.0.vf_xpnt_enabled",
        "%sysctl dev.hn.1.vf_xpnt_enabled=1",
        "%sysctl dev.hn.0.vf=",
        "%nosysctl dev.hn.0.vf",
        "%fail 3 1 sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait",
        "%slow 3 sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait",
        "%slow 5 sysctl -i hw.hn.vf_transparent hw.hn.vflist",
        "%if hn0 up mtu 1400 out 7 options 3",
        "%if mce1 up out 100000 inet 10.0.0.9/24",
        "%sysctl dev.hn.1.tx.0.packets=5000",
        "%late 4",
    };
    return directives[roll(sizeof directives / sizeof directives[0])];
}

static void test_walks(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    (void)unused;
    machine->watch = watch;
    for (unsigned walk = 0; walk < WALKS; walk++) {
        seed = walk;
        kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
        kit_machine_line(machine, "%sysctl hw.hn.vf_transparent=1");
        kit_machine_line(machine, "%if hn0 up mtu 9000 out 5 options 15");
        kit_machine_line(machine, "%if hn1 up");
        kit_machine_line(machine, "%vf mce0 hn0");
        kit_machine_line(machine, "%vf mce1 hn1");
        for (unsigned step = 0; step < STEPS; step++)
            kit_machine_line(machine, roll(8) == 0 ? some_directive() : some_line());
        kit_machine_check_index(&machine->state);
        assert_true(kit_state_reads_back(&machine->state));
    }
    kit_machine_close(machine);
}

/* Tests all sequences of DEPTH actions. At the end of each, the slot must agree with the guest,
 * and no timer may fire for ever. */

enum { DEPTH = 4 };

static const char *const actions[] = {
    "@+0.5 !system=ETHERNET subsystem=mce0 type=IFATTACH",
    "@+0.5 !system=IFNET subsystem=mce0 type=DETACH",
    "@+0.5 !system=IFNET subsystem=mce0 type=LINK_UP",
    "@+20 +x at y",
    "%restart",
    "%boot",
    "%sysctl dev.hn.0.vf_xpnt_enabled=0",
    "%sysctl dev.hn.0.vf_xpnt_enabled=1",
    "%if mce0 up", /* no devd line reports this change or the next one */
    "%noif mce0",
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static void check_end(struct kit_machine *machine, const unsigned *sequence)
{
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SNAPSHOT, .text = "0"};
    static struct vfj_observation answer;
    const struct vfj_slot *slot = kit_machine_slot(machine, "hn0");
    command.a = vfj_name_of("hn0");
    vfj_guest_observe(&machine->play.guest, &command, &answer);
    bool has_vf = !vfj_name_is_empty(answer.as.snapshot.vf_name);
    bool is_switched = has_vf && answer.as.snapshot.enabled == 1;
    enum vfj_slot_state state = slot != NULL ? (enum vfj_slot_state)slot->state : VFJ_SLOT_DETACHED;
    bool is_right = !has_vf ? state == VFJ_SLOT_DETACHED
        : is_switched       ? state == VFJ_SLOT_SWITCHED
                            : state == VFJ_SLOT_DELAYED || state == VFJ_SLOT_ATTACHED;
    bool polls = (!has_vf || is_switched) && machine->play.deadline_us != INT64_MAX;
    if (!is_right || polls)
        fail_msg("%s after %u %u %u %u%s", vfj_slot_state_name(state), sequence[0], sequence[1],
                 sequence[2], sequence[3], polls ? ", and a timer is armed" : "");
}

static void test_sequences(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    unsigned sequence[DEPTH] = {0}, at = 0;
    (void)unused;
    machine->watch = watch;
    while (at < DEPTH) {
        kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
        kit_machine_line(machine, "%sysctl hw.hn.vf_transparent=1");
        kit_machine_line(machine, "%if hn0 up");
        kit_machine_line(machine, "%vf mce0 hn0");
        for (unsigned i = 0; i < DEPTH; i++)
            kit_machine_line(machine, actions[sequence[i]]);
        kit_machine_line(machine, "@+1 +x at y");
        kit_machine_line(machine, "%gap the rest is found");
        kit_machine_line(machine, "@+4000 +x at y");
        check_end(machine, sequence);
        for (at = 0; at < DEPTH && ++sequence[at] == ACTIONS; at++)
            sequence[at] = 0;
    }
    kit_machine_close(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sysctls),      cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_since),        cmocka_unit_test(test_record),
        cmocka_unit_test(test_transparent),  cmocka_unit_test(test_devices),
        cmocka_unit_test(test_bad_records),  cmocka_unit_test(test_findings),
        cmocka_unit_test(test_odd_maps),     cmocka_unit_test(test_link),
        cmocka_unit_test(test_empty_record), cmocka_unit_test(test_scripts_take_over),
        cmocka_unit_test(test_walks),        cmocka_unit_test(test_sequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
