/* Tests the state: its digest, and vfj_state_adopt(), which takes over the result of a step. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/machine/context.h"
#include "core/machine/step.h"
#include "core/policy/script.h"
#include "core/text/digest.h"
#include "store/machine.h"
#include "tests/kit/machine.h"

#define LAGGED                                           \
    "%rc ifconfig_hn0=\"DHCP\"\n"                        \
    "%if hn0 up inet 10.0.0.4/24 dhclient 411\n"         \
    "%vf mce0 hn0\n"                                     \
    "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n" \
    "%at 2\n"                                            \
    "@2.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"

/* The digest of some bytes changes when any bit changes, or the length changes. */
static void test_digest_of_bytes(void **unused)
{
    unsigned char bytes[140];
    (void)unused;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 37);
    for (size_t size = 0; size < sizeof bytes; size++) {
        uint64_t digest = vfj_digest(bytes, size, 1);
        assert_true(digest == vfj_digest(bytes, size, 1));
        assert_true(digest != vfj_digest(bytes, size, 2));
        assert_true(digest != vfj_digest(bytes, size + 1, 1));
        for (size_t bit = 0; bit < 8 * size; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_true(digest != vfj_digest(bytes, size, 1));
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
    }
    memset(bytes, 0, sizeof bytes);
    for (size_t size = 0; size + 1 < sizeof bytes; size++)
        assert_true(vfj_digest(bytes, size, 1) != vfj_digest(bytes, size + 1, 1));
}

static uint64_t digest_after(enum vfj_policy policy, const char *trace)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, policy);
    kit_machine_play(machine, trace);
    uint64_t digest = vfj_state_digest(&machine->state);
    kit_machine_close(machine);
    return digest;
}

/* The same events give the same digest. Other events give another digest. */
static void test_digest_of_histories(void **unused)
{
    static const char *const traces[] = {
        LAGGED,
        "%rc other=\"1\"\n" LAGGED,
        LAGGED "%rc hyperv_vf_delay=\"5\"\n@3 +x at y\n",
        LAGGED "@3 +x at y\n",
        LAGGED "@3.000001 +x at y\n",
        LAGGED "@3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n",
        LAGGED "@3 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_DOWN\n",
        LAGGED "@3 !system=HYPERV_NIC_VF subsystem=hn2 type=VF_DOWN\n",
        LAGGED "@3 !system=IFNET subsystem=hn0 type=LINK_UP\n",
        LAGGED "@3 !system=IFNET subsystem=hn0 type=RENAME name=wan\n",
        LAGGED "%boot\n",
    };
    enum { TRACES = sizeof traces / sizeof traces[0] };
    uint64_t digests[TRACES];
    (void)unused;
    for (unsigned i = 0; i < TRACES; i++) {
        digests[i] = digest_after(VFJ_POLICY_VFJOURNAL, traces[i]);
        assert_true(digests[i] == digest_after(VFJ_POLICY_VFJOURNAL, traces[i]));
        assert_true(digests[i] != digest_after(VFJ_POLICY_SCRIPTS, traces[i]));
        for (unsigned k = 0; k < i; k++)
            assert_true(digests[i] != digests[k]);
    }
}

/* The head's due time and digest agree with those of the state's parts. */
static void test_index(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    (void)unused;
    kit_machine_play(machine,
                     LAGGED "@3 !system=IFNET subsystem=hn0 type=LINK_UP\n"
                            "@3 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP\n");
    kit_machine_check_index(&machine->state);
    kit_machine_close(machine);
}

/* vfj_state_index() computes the index of a state that was read from a file, and refuses an
 * inconsistent state. */
static void test_index_of_what_was_read(void **unused)
{
    static struct vfj_state bad;
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS);
    (void)unused;
    assert_true(vfj_state_index(&machine->state)); /* no event has happened */
    kit_machine_play(machine, LAGGED);
    assert_true(vfj_state_index(&machine->state));
    kit_machine_check_index(&machine->state);
    bad = machine->state;
    bad.slots[0].data_path ^= 1;
    assert_false(vfj_state_index(&bad));
    bad = machine->state;
    bad.head.slot_count = VFJ_SLOTS_MAX + 1;
    assert_false(vfj_state_index(&bad));
    bad = machine->state;
    memset(bad.rc.text, 'x', sizeof bad.rc.text);
    assert_false(vfj_state_index(&bad));
    bad = machine->state;
    /* the digest also covers the view `before` */
    bad.slots[0].before.hn.address_count++;
    assert_false(vfj_state_index(&bad));
    kit_machine_close(machine);
}

/* Routes without an own MTU, as they were in the state before routes had one. */
struct routes_before {
    uint8_t count;
    bool truncated;
    uint8_t pad[6];
    struct {
        struct vfj_address destination, gateway;
        bool on_lagg;
    } list[VFJ_KEPT_ROUTES_MAX];
};

static uint64_t digest_of_slot(struct vfj_state *state)
{
    vfj_state_index_slot(state, 0);
    return state->index.digests[0];
}

/* Routes without an own MTU have the digest that they had before routes had one. Each MTU changes the
 * digest. */
static void test_digest_of_routes(void **unused)
{
    static struct vfj_state state;
    static struct routes_before before;
    struct vfj_kept_routes *const places[]
        = {&state.slots[0].observed.routes, &state.slots[0].before.routes};
    (void)unused;
    vfj_slot_init(&state.slots[0], vfj_name_of("hn0"));
    const uint64_t blank = digest_of_slot(&state);
    before.count = 2;
    before.list[0].on_lagg = true;
    before.list[0].destination = (struct vfj_address){"10.1.0.0/16"};
    before.list[1].destination = (struct vfj_address){"10.2.0.0/16"};
    before.list[1].gateway = (struct vfj_address){"10.0.0.9"};
    for (unsigned i = 0; i < 2; i++) {
        memset(places[0], 0, sizeof *places[0]);
        for (unsigned k = 0; k < 2; k++)
            vfj_kept_routes_add(places[i],
                                &(struct vfj_kept_route){.destination = before.list[k].destination,
                                                         .gateway = before.list[k].gateway,
                                                         .on_lagg = before.list[k].on_lagg});
        const uint64_t digest = digest_of_slot(&state);
        assert_true((digest ^ blank)
                    == vfj_digest(&before, sizeof before, (2 + i) * VFJ_SLOTS_MAX + 2));
        uint16_t mtus[VFJ_KEPT_ROUTES_MAX] = {0, 1400};
        places[i]->list[1].mtu = 1400;
        const uint64_t with_mtu = digest_of_slot(&state);
        assert_true((with_mtu ^ digest)
                    == vfj_digest(mtus, sizeof mtus, (4 + i) * VFJ_SLOTS_MAX + 2));
        places[i]->list[1].mtu = 0;
        places[i]->list[0].mtu = 1400;
        assert_true(digest_of_slot(&state) != digest && digest_of_slot(&state) != with_mtu);
    }
}

/* A part about scripts is accepted only if the machine can continue from it. */
static void test_sound_scripts(void **unused)
{
    static struct vfj_state state;
    static const struct {
        uint8_t script, step;
        uint64_t pending;
        bool sound;
    } runs[] = {
        {VFJ_SCRIPT_NONE, 0, 0, true},
        {VFJ_SCRIPT_NONE, 0, 1, false},
        {VFJ_SCRIPT_VFATTACH, VFJ_STEP_ATTACH_TRANSPARENT_PROBE, 1, true},
        {VFJ_SCRIPT_VFATTACH, VFJ_STEP_ATTACH_MAP, 1, true},
        {VFJ_SCRIPT_VFATTACH, VFJ_STEP_ATTACH_MAP + 1, 1, false},
        {VFJ_SCRIPT_VFUP, VFJ_STEP_UP_SCRIPT_PROBE, 1, true},
        {VFJ_SCRIPT_VFUP, VFJ_STEP_UP_SCRIPT_PROBE - 1, 1, false},
        {VFJ_SCRIPT_VFUP, VFJ_STEP_UP_CONFIRM, 1, true},
        {VFJ_SCRIPT_VFUP, VFJ_STEP_UP_CONFIRM + 1, 1, false},
    }, sleepers[] = {
        {0, 0, 0, true},
        {0, 0, 1, false},
        {1, VFJ_STEP_SLEEPER_TRANSPARENT_PROBE, 1, true},
        {1, VFJ_STEP_SLEEPER_TRANSPARENT_PROBE - 1, 1, false},
        {1, VFJ_STEP_SLEEPER_UP, 1, true},
        {1, VFJ_STEP_SLEEPER_UP + 1, 1, false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        vfj_state_init(&state);
        state.scripts.run = (struct vfj_script_run){
            .script = runs[i].script, .step = runs[i].step, .pending = runs[i].pending};
        assert_int_equal(vfj_scripts_is_sound(&state.scripts), runs[i].sound);
    }
    for (size_t i = 0; i < sizeof sleepers / sizeof sleepers[0]; i++) {
        struct vfj_sleeper *sleeper = &state.scripts.sleepers[VFJ_SLEEPERS_MAX - 1];
        vfj_state_init(&state);
        sleeper->step = sleepers[i].step;
        sleeper->pending = sleepers[i].pending;
        sleeper->due_us = sleepers[i].script != 0 ? 7 : VFJ_NEVER_US;
        state.scripts.sleeping = sleepers[i].script;
        assert_int_equal(vfj_scripts_is_sound(&state.scripts), sleepers[i].sound);
        state.scripts.sleeping ^= 1;
        assert_false(vfj_scripts_is_sound(&state.scripts));
    }
    vfj_state_init(&state);
    state.scripts.first = VFJ_SCRIPT_QUEUE_MAX - 1;
    state.scripts.waiting = 2;
    state.scripts.queue[0].script = VFJ_SCRIPT_VFUP;
    assert_false(vfj_scripts_is_sound(&state.scripts));
    state.scripts.queue[VFJ_SCRIPT_QUEUE_MAX - 1].script = VFJ_SCRIPT_VFUP;
    assert_true(vfj_scripts_is_sound(&state.scripts));
    state.scripts.waiting = VFJ_SCRIPT_QUEUE_MAX + 1;
    assert_false(vfj_scripts_is_sound(&state.scripts));
    vfj_state_init(&state);
    state.scripts.first = VFJ_SCRIPT_QUEUE_MAX;
    assert_false(vfj_scripts_is_sound(&state.scripts));
}

static void test_adopt(void **unused)
{
    static struct vfj_state state, next, before;
    struct vfj_touched touched = {.slots = 1u << 3 | (uint64_t)1 << 63, .rc = true};
    (void)unused;
    vfj_state_init(&state);
    before = state;
    memset(&next, 0x5a, sizeof next);
    vfj_state_adopt(&state, &next, &touched);
    assert_memory_equal(&state.head, &next.head, sizeof state.head);
    assert_memory_equal(&state.rc, &next.rc, sizeof state.rc);
    assert_memory_equal(&state.scripts, &before.scripts, sizeof state.scripts);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++) {
        const struct vfj_state *source = i == 3 || i == 63 ? &next : &before;
        assert_memory_equal(&state.slots[i], &source->slots[i], sizeof state.slots[i]);
    }
    touched = (struct vfj_touched){.scripts = true};
    vfj_state_adopt(&state, &next, &touched);
    assert_memory_equal(&state.scripts, &next.scripts, sizeof state.scripts);
}

static void test_copy(void **unused)
{
    static struct vfj_state from, to, before;
    (void)unused;
    memset(&from, 0x5a, sizeof from);
    for (unsigned count = 0; count <= VFJ_SLOTS_MAX; count++) {
        size_t used = offsetof(struct vfj_state, slots) + count * sizeof from.slots[0];
        from.head.slot_count = (uint8_t)count;
        memset(&to, 0xa5, sizeof to);
        before = to;
        vfj_state_copy(&to, &from);
        assert_memory_equal(&to, &from, used);
        assert_memory_equal((const char *)&to + used, (const char *)&before + used,
                            sizeof to - used);
    }
}

/* Tests that the slot can make exactly the moves that the drawing in the README and in the man
 * page shows. Any other move ends the program. */
static void test_table_of_states(void **unused)
{
    static const char *const moves[] = {
        "detached attached", "attached detached", "attached delayed", "attached lagged",
        "delayed detached",  "delayed attached",  "delayed lagged",   "lagged detached",
        "lagged attached",   "attached switched", "delayed switched", "switched detached",
        "switched attached",
    };
    unsigned allowed = 0;
    char move[64];
    (void)unused;
    for (unsigned from = 0; from < VFJ_SLOT_STATE_COUNT; from++) {
        for (unsigned to = 0; to < VFJ_SLOT_STATE_COUNT; to++) {
            bool is_drawn = false;
            (void)snprintf(move, sizeof move, "%s %s",
                           vfj_slot_state_name((enum vfj_slot_state)from),
                           vfj_slot_state_name((enum vfj_slot_state)to));
            for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
                is_drawn |= strcmp(move, moves[i]) == 0;
            assert_int_equal(
                vfj_slot_state_may_follow((enum vfj_slot_state)from, (enum vfj_slot_state)to),
                is_drawn);
            allowed += is_drawn;
        }
        assert_true(strlen(vfj_slot_state_text((enum vfj_slot_state)from)) > 0);
    }
    assert_int_equal(allowed, sizeof moves / sizeof moves[0]);
}

/* Tests the public state for all combinations of the facts that determine it. Other facts have
 * no influence. */
static void test_public_state(void **unused)
{
    static struct vfj_slot slot;
    (void)unused;
    for (unsigned bits = 0; bits < 1u << 10; bits++) {
        bool has_vf = bits & 1, is_joined = bits >> 1 & 1, is_transparent = bits >> 9 & 1;
        enum vfj_delay delay = (enum vfj_delay)(bits >> 2 & 3);
        /* every other fact is 0 or 1 */
        memset(&slot, (bits >> 8 & 1) != 0 ? 0x01 : 0, sizeof slot);
        slot.vf = has_vf ? vfj_name_of("mce0") : (struct vfj_name){{0}};
        slot.joined = is_joined;
        slot.delay = (uint8_t)delay;
        slot.data_path = (uint8_t)(bits >> 4 & 3) % (VFJ_DATA_PATH_VF_REPORTED + 1);
        slot.state = (uint8_t)(bits >> 6 & 3);
        slot.transparent.mode = is_transparent;
        bool is_switched = is_transparent && slot.data_path != VFJ_DATA_PATH_HN;
        bool is_delayed = delay == VFJ_DELAY_RUNNING || delay == VFJ_DELAY_OVER;
        enum vfj_slot_state expected = !has_vf ? VFJ_SLOT_DETACHED
            : is_switched                      ? VFJ_SLOT_SWITCHED
            : is_joined                        ? VFJ_SLOT_LAGGED
            : is_delayed                       ? VFJ_SLOT_DELAYED
                                               : VFJ_SLOT_ATTACHED;
        assert_int_equal(vfj_slot_public_state(&slot), expected);
    }
}

/* A move that VFJ_SLOT_MOVES does not have ends the program, in release builds, too. */
static void test_forbidden_move(void **unused)
{
    static struct vfj_state next;
    static struct vfj_decision decision;
    (void)unused;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct vfj_step_context context = {.now = &next, .next = &next, .decision = &decision};
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGILL, SIG_DFL);
        (void)signal(SIGTRAP, SIG_DFL);
        next.slots[0].state = VFJ_SLOT_LAGGED;
        (void)vfj_step_move(&context, &next.slots[0], VFJ_SLOT_DELAYED, VFJ_REASON_DELAY_STARTED);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP));
}

static void test_names_of_activities(void **unused)
{
    static const char *const names[] = {"idle", "observing", "running", "waiting"};
    (void)unused;
    assert_int_equal(sizeof names / sizeof names[0], VFJ_ACTIVITY_COUNT);
    for (unsigned i = 0; i < VFJ_ACTIVITY_COUNT; i++)
        assert_string_equal(vfj_activity_name((enum vfj_activity)i), names[i]);
}

/* A slot has a plan while it is observed, while a batch runs, or while the plan is active. A
 * plan that observe mode only logged does not count. */
static void test_has_plan(void **unused)
{
    struct vfj_slot slot = {.plan.phase = VFJ_PLAN_LOGGED};
    (void)unused;
    slot.activity = VFJ_ACTIVITY_WAITING;
    assert_false(vfj_slot_has_plan(&slot));
    slot.activity = VFJ_ACTIVITY_OBSERVING;
    assert_true(vfj_slot_has_plan(&slot));
    slot.activity = VFJ_ACTIVITY_RUNNING;
    assert_true(vfj_slot_has_plan(&slot));
    slot = (struct vfj_slot){.plan.phase = VFJ_PLAN_ACTIVE};
    assert_true(vfj_slot_has_plan(&slot));
}

/* A stopping daemon waits for running commands and observations, for a VF's link, and for an
 * active plan. It does not wait for a plan that pauses, unless hn is not a port of its lagg yet. */
static void test_is_unfinished(void **unused)
{
    struct vfj_slot slot;
    (void)unused;
    vfj_slot_init(&slot, vfj_name_of("hn0"));
    assert_false(vfj_slot_is_unfinished(&slot, true));
    slot.activity = VFJ_ACTIVITY_OBSERVING;
    assert_true(vfj_slot_is_unfinished(&slot, true));
    slot.activity = VFJ_ACTIVITY_RUNNING;
    assert_true(vfj_slot_is_unfinished(&slot, true));
    slot.activity = VFJ_ACTIVITY_WAITING;
    slot.link.monitor = VFJ_LINK_MONITOR_WAITING;
    assert_true(vfj_slot_is_unfinished(&slot, true));
    slot.link.monitor = VFJ_LINK_MONITOR_OFF;
    slot.plan.phase = VFJ_PLAN_ACTIVE;
    assert_true(vfj_slot_is_unfinished(&slot, true));
    slot.timers.observe_us = 7;
    assert_true(vfj_slot_is_unfinished(&slot, false));
    assert_false(vfj_slot_is_unfinished(&slot, true)); /* laggN was not made */
    slot.lagg_ours = 1;
    assert_false(vfj_slot_is_unfinished(&slot, true));
    slot.observed.lagg.exists = true;
    slot.observed.lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    assert_false(vfj_slot_is_unfinished(&slot, true));
    slot.observed.hn.exists = true;
    assert_true(vfj_slot_is_unfinished(&slot, true));
    slot.observed.lagg.laggproto = VFJ_LAGGPROTO_OTHER; /* a lagg that an admin made */
    assert_false(vfj_slot_is_unfinished(&slot, true));
    slot.observed.lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    slot.observed.hn_lagg = vfj_name_of("lagg0");
    assert_false(vfj_slot_is_unfinished(&slot, true));
}

static void test_touched(void **unused)
{
    struct vfj_touched touched = {.slots = 5};
    const struct vfj_touched more = {.slots = 6, .rc = true}, last = {.scripts = true};
    (void)unused;
    vfj_touched_merge(&touched, &more);
    assert_true(touched.slots == 7 && touched.rc && !touched.scripts);
    vfj_touched_merge(&touched, &last);
    assert_true(touched.slots == 7 && touched.rc && touched.scripts);
}

/* Each slot is found by its name. */
static void test_every_slot_is_found(void **unused)
{
    struct vfj_machine *machine = calloc(1, sizeof *machine);
    struct vfj_record row;
    uint64_t seq = 0;
    struct vfj_event started
        = {.kind = VFJ_EVENT_STARTED, .as.started = {.boot_id = "boot-1", .rules = VFJ_RULES}};
    (void)unused;
    assert_non_null(machine);
    started.as.started.policy = VFJ_POLICY_VFJOURNAL;
    vfj_machine_init(machine);
    vfj_machine_step(machine, &started, ++seq, &row);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++) {
            struct vfj_event event = {.kind = VFJ_EVENT_DEVD};
            event.as.devd.kind = VFJ_DEVD_VF_DOWN;
            (void)snprintf(event.as.devd.name.text, VFJ_NAME_SIZE, "hn%u", i);
            vfj_machine_step(machine, &event, ++seq, &row);
            assert_true(machine->decision.touched.slots == (uint64_t)1 << i);
            assert_string_equal(machine->state.slots[i].hn.text, event.as.devd.name.text);
        }
    }
    assert_int_equal(machine->state.head.slot_count, VFJ_SLOTS_MAX);
    free(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_of_bytes),
        cmocka_unit_test(test_digest_of_histories),
        cmocka_unit_test(test_index),
        cmocka_unit_test(test_digest_of_routes),
        cmocka_unit_test(test_adopt),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_sound_scripts),
        cmocka_unit_test(test_table_of_states),
        cmocka_unit_test(test_public_state),
        cmocka_unit_test(test_forbidden_move),
        cmocka_unit_test(test_names_of_activities),
        cmocka_unit_test(test_has_plan),
        cmocka_unit_test(test_is_unfinished),
        cmocka_unit_test(test_touched),
        cmocka_unit_test(test_index_of_what_was_read),
        cmocka_unit_test(test_every_slot_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
