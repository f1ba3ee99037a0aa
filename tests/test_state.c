/* The state: its digest, and adopting what a step wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/digest.h"
#include "tests/kit/machine.h"

#define LAGGED                                           \
    "%rc ifconfig_hn0=\"DHCP\"\n"                        \
    "%if hn0 up inet 10.0.0.4/24 dhclient 411\n"         \
    "%vf mce0 hn0\n"                                     \
    "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n" \
    "%at 2\n"                                            \
    "@2.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"

/* Each single bit, and the length, count. */
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

/* One history has one digest, and another history another. */
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

/* What the head sums up of the parts is what the parts are. */
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

/* What was read from a file is indexed anew, if it can be. */
static void test_index_of_what_was_read(void **unused)
{
    static struct vfj_state bad;
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS);
    (void)unused;
    assert_true(vfj_state_index(&machine->state)); /* nothing has happened */
    kit_machine_play(machine, LAGGED);
    assert_true(vfj_state_index(&machine->state));
    kit_machine_check_index(&machine->state);
    bad = machine->state;
    bad.slots[0].rxvf ^= 1;
    assert_false(vfj_state_index(&bad));
    bad = machine->state;
    bad.head.slot_count = VFJ_SLOTS_MAX + 1;
    assert_false(vfj_state_index(&bad));
    bad = machine->state;
    memset(bad.rc.text, 'x', sizeof bad.rc.text);
    assert_false(vfj_state_index(&bad));
    bad = machine->state;
    bad.slots[0].belief.carry_count = VFJ_ADDRESSES_MAX + 1;
    assert_false(vfj_state_index(&bad));
    kit_machine_close(machine);
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
        bool taken = i == 3 || i == 63;
        assert_memory_equal(&state.slots[i], taken ? &next.slots[i] : &before.slots[i], sizeof state.slots[i]);
    }
    touched = (struct vfj_touched){.scripts = true};
    vfj_state_adopt(&state, &next, &touched);
    assert_memory_equal(&state.scripts, &next.scripts, sizeof state.scripts);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_of_bytes), cmocka_unit_test(test_digest_of_histories),
        cmocka_unit_test(test_index),           cmocka_unit_test(test_adopt),
        cmocka_unit_test(test_touched),         cmocka_unit_test(test_index_of_what_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
