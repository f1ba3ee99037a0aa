/* Tests vfjournal export as a user runs it: which journals it refuses, and what it leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

static char *export(const char *path, int expected)
{
    char arguments[600];
    int exit_status = -1;
    (void)snprintf(arguments, sizeof arguments, "export --trace -J '%s'", path);
    char *printed = kit_run(arguments, &exit_status);
    if (exit_status != expected)
        fail_msg("exit status %d: %s", exit_status, printed);
    return printed;
}

/* Replays a trace into a new journal. Returns its path. */
static const char *played(const char *name, const char *trace)
{
    char arguments[1200];
    int exit_status = -1;
    const char *path = kit_path(name);
    kit_write(kit_path("played.trace"), trace, strlen(trace));
    (void)snprintf(arguments, sizeof arguments, "replay -o commands --journal '%s' '%s'", path,
                   kit_path("played.trace"));
    free(kit_run(arguments, &exit_status));
    assert_int_equal(exit_status, VFJ_EXIT_OK);
    return path;
}

/* Checks that export of the journal prints one error, which names the record `seq`, and no line
 * of a trace. */
static void assert_refused(const char *path, uint64_t seq, const char *why)
{
    char complaint[600];
    char *printed = export(path, VFJ_EXIT_UNSURE);
    (void)snprintf(complaint, sizeof complaint,
                   "vfjournal: %s: can't be exported: a trace can't say record %llu: %s\n", path,
                   (unsigned long long)seq, why);
    assert_string_equal(printed, complaint);
    free(printed);
}

/* With its bytes escaped, a devd line may be longer than a line of a trace can be. */
static void test_line_too_long(void **unused)
{
    static char line[VFJ_LINE_MAX];
    const char *path = kit_path("long.db");
    (void)unused;
    memset(line, '\xff', sizeof line - 1);
    line[0] = '!';
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    kit_submit(ledger, kit_devd("!system=IFNET subsystem=em0 type=LINK_UP"));
    kit_submit(ledger, kit_devd(line));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    assert_refused(path, 3, "a line of devd that is longer than a trace's lines");
}

/* Bytes that a line of a trace cannot contain are escaped. Reading the trace gives the same
 * bytes. */
static void test_any_bytes(void **unused)
{
    static const char *const lines[]
        = {"!a\nb", "?\r", "\xff\x01", "no event", "%rc a=b", "!back\\slash"};
    const char *path = kit_path("bytes.db");
    (void)unused;
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        kit_submit(ledger, kit_devd(lines[i]));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    char *trace = export(path, VFJ_EXIT_OK);
    assert_non_null(strstr(trace, "\n%devd !a\\x0ab\n"));
    assert_non_null(strstr(trace, "\n%devd ?\\x0d\n"));
    assert_non_null(strstr(trace, "\n%devd \\xff\\x01\n"));
    assert_non_null(strstr(trace, "\n%devd no event\n"));
    assert_non_null(strstr(trace, " !back\\slash\n"));
    free(trace);
}

/* The outcomes in the journal are forged, so that a replay differs. Export refuses the journal. */
static void test_not_sound(void **unused)
{
    const char *path = kit_path("edited.db");
    (void)unused;
    kit_make_journal(path);
    kit_forge(
        path,
        "UPDATE record SET body = replace(body, 'status=0', 'status=1') WHERE kind = 'finished'");
    char *printed = export(path, VFJ_EXIT_DIFFERENT);
    assert_non_null(strstr(printed, "can't be exported: the machine does not decide as recorded"));
    free(printed);
}

static const char guest[] = "%vfjournal 1\n"
                            "%rc ifconfig_hn0=\"inet 10.0.0.4/24\"\n"
                            "%rc ifconfig_hn0_alias0=\"inet 10.0.0.5/32 vhid 1 pass hush-hush\"\n"
                            "%if hn0 up inet 10.0.0.4/24 gateway 10.0.0.1\n"
                            "%vf mce0 hn0\n"
                            "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@2.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n";

/* An exported trace contains no password, and no variable of rc.conf that the guest does not have.
 * When the guest has a default route but no variable defaultrouter, a word of %if gives the
 * route. */
static void test_what_is_shown(void **unused)
{
    (void)unused;
    char *trace = export(played("shown.db", guest), VFJ_EXIT_OK);
    assert_null(strstr(trace, "hush"));
    assert_non_null(strstr(trace, "vhid 1 pass ********\"\n"));
    assert_null(strstr(trace, "defaultrouter"));
    assert_non_null(strstr(trace, "gateway 10.0.0.1"));
    free(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_too_long),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_not_sound),
        cmocka_unit_test(test_what_is_shown),
    };
    return cmocka_run_group_tests_name("export", tests, kit_scratch_make, kit_scratch_remove);
}
