/* Tests that journals of every released format, and of every version of the rules, can be
 * opened. A file of tests/fixtures is never changed. Each new format or version of the rules
 * adds one: VFJ_FIXTURE=FILE in the environment makes that file by the present format and rules,
 * and prints its anchor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/step.h"
#include "store/ledger.h"
#include "store/schema.h"
#include "store/verify.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

/* Each fixture is a journal with a migration and unusual lines. */
static const struct fixture {
    const char *name;
    unsigned version;
    /* in some record, the journal's rules decided otherwise than the present rules */
    bool is_otherwise;
    const char *anchor;
    uint64_t records;
} fixtures[] = {
    {"journal-1.db", 1, true, "59:1f0b7da3c564e313affeb010bcafac62280e5c6cd966e3cbc376f2a585462406",
     59},
    {"journal-2.db", 2, true, "64:74633bd8fbe9f1bbda3256aa913b74c3a31cf406eebc8cdcda63ab73bab97ed3",
     64},
    {"journal-3.db", 3, true, "66:e27a33980138bd49e39a54b2debc774c0acae51aae539e36e4e1daa8cb567a19",
     66},
    {"journal-4.db", 4, true, "70:9d9c791279b9ea7fce4baa03eaf15749a6a05ed6972ae1a9df08a7b711eaa592",
     70},
    {"journal-4-rules-2.db", 4, true,
     "106:3530471888a139f1dab0deb8f2440fdbcaf268b643936017ed3e8ad3ff77b36b", 106},
    {"journal-5.db", 5, true,
     "106:3530471888a139f1dab0deb8f2440fdbcaf268b643936017ed3e8ad3ff77b36b", 106},
    {"journal-5-rules-3.db", 5, false,
     "102:6e94e67467f4bfa18e377b8bcf206f018bfc8dc4bd09f173487f7bf94a79d83f", 102},
    {"journal-6.db", 6, false,
     "106:ff87c6031a8fec9d9d81678d3d8689f175e3d3cec453c954333f9a891c298ef3", 106},
    {"journal-7.db", 7, false,
     "187:a391e40a6fe6cfc1dda1fc7ba95c6815f06634bd235a7b39d01c5c5e14c8dda0", 187},
    {"journal-7-rules-5.db", 7, false,
     "187:c73a04cedf9e0289b9c32bc8c3d7530b65644f0bb7ef6e9ece7040ef3c68f1c7", 187},
};
enum { FIXTURES = sizeof fixtures / sizeof fixtures[0] };

static const char *copy_of(const struct fixture *fixture)
{
    char name[64];
    size_t length;
    (void)snprintf(name, sizeof name, "fixtures/%s", fixture->name);
    char *bytes = kit_read(name, &length);
    const char *path = kit_path(fixture->name);
    kit_write(path, bytes, length);
    free(bytes);
    return path;
}

/* Checks that `vfjournal ARGUMENTS` prints the text, and exits with 0. After a change of the
 * rules, the exit status may be 3. */
static void says(const char *text, const char *format, const char *path, const char *more)
{
    char arguments[600];
    int exit_status = -1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(arguments, sizeof arguments, format, path, more);
#pragma GCC diagnostic pop
    char *printed = kit_run(arguments, &exit_status);
    if ((exit_status != VFJ_EXIT_OK && exit_status != VFJ_EXIT_UNSURE)
        || strstr(printed, text) == NULL)
        fail_msg("vfjournal %s: exit status %d, no \"%s\": %s", arguments, exit_status, text,
                 printed);
    free(printed);
}

/* Returns the verdict that `vfjournal replay` must print for the fixture. */
static const char *verdict_of(const struct fixture *fixture)
{
    return fixture->is_otherwise ? ": rules changed: " : ": same: ";
}

/* Each verb can read the fixture, and does not change it. */
static void test_readers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FIXTURES; i++) {
        const struct fixture *fixture = &fixtures[i];
        const char *path = copy_of(fixture);
        size_t before, after;
        char *bytes[2] = {kit_read(path, &before), NULL};
        says(" hold, head ", "verify -J '%s' --anchor %s", path, fixture->anchor);
        says("delayed -> lagged     mce0: lagg holds hn and the VF", "show -n all -J '%s' %s", path,
             "");
        says("ty\\x07pe=\\xffLINK_DOWN", "show -a -J '%s' %s", path, "");
        says("\"body_hex\":", "show -a -o json -J '%s' %s", path, "");
        says("\"argv\":[\"ifconfig\",\"lagg0\",\"create\"]", "show -a -o json -J '%s' %s", path,
             "");
        says("  hn0   2026-11-2", "migrations --utc -J '%s' %s", path, "");
        says(verdict_of(fixture), "replay '%s' %s", path, "");
        says(" of them events; chain ", "replay '%s' %s", path, "");
        says(": ", "backup -J '%s' '%s'", path, kit_beside(path, "-copy"));
        assert_int_equal(kit_sql_integer(kit_beside(path, "-copy"), "PRAGMA user_version"),
                         fixture->version);
        bytes[1] = kit_read(path, &after);
        assert_true(before == after && memcmp(bytes[0], bytes[1], before) == 0);
        free(bytes[0]);
        free(bytes[1]);
    }
}

/* A daemon migrates the journal to the present format, and continues its chain and state. It
 * does not wait for outcomes of commands that other rules issued, but observes the guest again. */
static void test_daemon(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FIXTURES; i++) {
        const struct fixture *fixture = &fixtures[i];
        const char *path = copy_of(fixture);
        struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        const struct vfj_slot *slot = &vfj_ledger_state(ledger)->slots[0];
        assert_int_equal(vfj_ledger_seq(ledger), fixture->records);
        assert_int_equal(vfj_ledger_rules_changed(ledger), fixture->is_otherwise);
        assert_string_equal(slot->hn.text, "hn0");
        assert_string_equal(slot->unit.text, "0");
        if (!fixture->is_otherwise)
            assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
        kit_submit(ledger, kit_started());
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        assert_int_equal(slot->batch.count, 0);
        assert_int_equal(slot->recovering, 1);
        vfj_ledger_set_state_checkpoints(ledger, 1, INT64_MAX);
        vfj_ledger_maintain(ledger);
        vfj_ledger_close(ledger);
        assert_int_equal(kit_sql_integer(path, "PRAGMA user_version"), VFJ_SCHEMA_VERSION);
        says(" hold, head ", "verify -J '%s' --anchor %s", path, fixture->anchor);
        says(" pruned, ", "prune -k 1s -J '%s' %s", path, "");
        says(": verified: ", "verify -J '%s' %s", path, "");
    }
}

/* Checks that the pruned journal begins with a state checkpoint at `seq`, whose text has that
 * format. */
static void begins_with(const char *path, unsigned seq, unsigned format)
{
    char sql[200];
    (void)snprintf(
        sql, sizeof sql,
        "SELECT min(seq) = %u AND sum(kind = 'checkpoint' AND seq = %u AND CAST(body AS TEXT) LIKE "
        "'%% state=%u %%') = 1 FROM record",
        seq, seq, format);
    assert_int_equal(kit_sql_integer(path, sql), 1);
}

/* Two old journals, whose state checkpoints have the formats state=1 and state=2, are pruned so
 * that each begins with its checkpoint. The present rules continue from that state, and decide
 * about the devd line that follows. */
static void test_checkpoints(void **state)
{
    const struct fixture *old = &fixtures[2], *new = &fixtures[6];
    (void)state;
    const char *path = copy_of(old);
    kit_tamper(path, "DELETE FROM record WHERE seq > 64");
    says(" pruned, ", "prune -k 1s -J '%s' %s", path, "");
    begins_with(path, 62, 1);
    says(verdict_of(old), "replay '%s' %s", path, "");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    const struct vfj_slot *slot = &vfj_ledger_state(ledger)->slots[0];
    assert_true(vfj_ledger_rules_changed(ledger));
    assert_int_equal(slot->state, VFJ_SLOT_LAGGED);
    assert_string_equal(slot->vf.text, "mce0");
    assert_true(slot->generation == 2 && slot->recovering && !vfj_slot_has_plan(slot));
    vfj_ledger_close(ledger);

    path = copy_of(new);
    says(" pruned, ", "prune -k 1s -J '%s' %s", path, "");
    begins_with(path, 101, 2);
    says(verdict_of(new), "replay '%s' %s", path, "");
    says("hn0 lagged, VF mce0", "replay '%s' %s", path, "");
}

/* The events of a new fixture: a VF that comes, leaves and returns in transparent mode, and after a
 * restart in the other mode a join by DHCP whose first command fails once, unusual lines, a VF that
 * leaves and returns, and the end of a daemon. */
static const char trace[] = "%sysctl hw.hn.vf_transparent=1\n"
                            "%if hn0 up inet 10.0.0.4/24 inet6 fd00::4/64 dhclient 411\n"
                            "%vf mce0 hn0\n"
                            "@1795350000 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@+100 !system=IFNET subsystem=mce0 type=DETACH\n"
                            "@+50 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@+100 !system=IFNET subsystem=mce0 type=DETACH\n"
                            "%at +100\n"
                            "%sysctl hw.hn.vf_transparent=0\n"
                            "%restart\n"
                            "%rc ifconfig_hn0=\"SYNCDHCP\"\n"
                            "%rc hyperv_vf_delay=\"120\"\n"
                            "%if hn0 up inet 10.0.0.4/24 inet6 fd00::4/64 dhclient 411\n"
                            "%vf mce0 hn0\n"
                            "%fail 1 1 ifconfig lagg0 create\n"
                            "@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@+120.4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
                            "@+9.6 !system=IFNET   subsystem=hn0\tty\ape=\xff"
                            "LINK_DOWN\n"
                            "@+1 ?at slot=0\n"
                            "%scheduled watching resources=vm-1\n"
                            "%scheduled announced id=A-1 type=Freeze here=yes "
                            "not_before=1795356400 duration=5 source=Platform resources=vm-1 "
                            "text=\"a Live Migration operation\"\n"
                            "@+269 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
                            "%scheduled started id=A-1 type=Freeze here=yes duration=5\n"
                            "@+0.01 !system=IFNET subsystem=mce0 type=DETACH\n"
                            "@+55.99 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@+120.3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
                            "%at +24\n"
                            "%scheduled over id=A-1 type=Freeze here=yes\n"
                            "%crash\n";

/* Makes a new fixture, which also has a state checkpoint and a devd line after it. */
static void test_make_fixture(void **state)
{
    const char *path = getenv("VFJ_FIXTURE");
    (void)state;
    char arguments[600];
    int exit_status = -1;
    const char *source = kit_path("fixture.trace");
    kit_write(source, trace, sizeof trace - 1);
    (void)snprintf(arguments, sizeof arguments, "replay --journal '%s' '%s'", path, source);
    free(kit_run(arguments, &exit_status));
    assert_int_equal(exit_status, VFJ_EXIT_OK);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    vfj_ledger_set_state_checkpoints(ledger, 1, INT64_MAX);
    struct vfj_event events[]
        = {kit_started(), kit_devd("!system=IFNET subsystem=hn0 type=LINK_UP")};
    for (unsigned i = 0; i < 2; i++) {
        events[i].mono_us = vfj_ledger_state(ledger)->head.mono_us + 96700000;
        events[i].wall_us = 1795356000000000 + events[i].mono_us;
        kit_submit(ledger, events[i]);
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_maintain(ledger);
        vfj_ledger_set_state_checkpoints(ledger, UINT64_MAX, INT64_MAX);
    }
    vfj_ledger_close(ledger);
    (void)snprintf(arguments, sizeof arguments, "verify -J '%s'", path);
    char *printed = kit_run(arguments, &exit_status);
    print_message("%s", printed);
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_daemon),
        cmocka_unit_test(test_checkpoints),
    };
    if (getenv("VFJ_FIXTURE") != NULL) {
        const struct CMUnitTest make[] = {cmocka_unit_test(test_make_fixture)};
        return cmocka_run_group_tests_name("fixture", make, kit_scratch_make, kit_scratch_remove);
    }
    return cmocka_run_group_tests_name("formats", tests, kit_scratch_make, kit_scratch_remove);
}
