/* A journal of every format that was ever written opens for ever: tests/fixtures/journal-N.db, of user_version N, is never
 * changed, and each new format gets one more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger.h"
#include "store/schema.h"
#include "store/verify.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

/* What is to be found in it: a migration, and lines that are odd. */
static const struct {
    const char *anchor;
    uint64_t records;
} fixtures[VFJ_SCHEMA_VERSION] = {
    {"59:1f0b7da3c564e313affeb010bcafac62280e5c6cd966e3cbc376f2a585462406", 59},
    {"64:74633bd8fbe9f1bbda3256aa913b74c3a31cf406eebc8cdcda63ab73bab97ed3", 64},
    {"66:e27a33980138bd49e39a54b2debc774c0acae51aae539e36e4e1daa8cb567a19", 66},
    {"70:9d9c791279b9ea7fce4baa03eaf15749a6a05ed6972ae1a9df08a7b711eaa592", 70},
};

static const char *copy_of(unsigned version)
{
    char name[64];
    size_t length;
    (void)snprintf(name, sizeof name, "fixtures/journal-%u.db", version);
    char *bytes = kit_read(name, &length);
    (void)snprintf(name, sizeof name, "journal-%u.db", version);
    const char *path = kit_path(name);
    kit_write(path, bytes, length);
    free(bytes);
    return path;
}

/* `vfjournal ARGUMENTS` prints the text, and ends with 0; or with 3, once the rules have changed since. */
static void says(const char *text, const char *format, const char *path, const char *more)
{
    char arguments[600];
    int exit_status = -1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(arguments, sizeof arguments, format, path, more);
#pragma GCC diagnostic pop
    char *printed = kit_run(arguments, &exit_status);
    if ((exit_status != VFJ_EXIT_OK && exit_status != VFJ_EXIT_UNSURE) || strstr(printed, text) == NULL)
        fail_msg("vfjournal %s: exit status %d, no \"%s\": %s", arguments, exit_status, text, printed);
    free(printed);
}

/* Each reads it as it is, and changes nothing. */
static void test_readers(void **state)
{
    (void)state;
    for (unsigned version = 1; version <= VFJ_SCHEMA_VERSION; version++) {
        const char *path = copy_of(version);
        size_t before, after;
        char *bytes[2] = {kit_read(path, &before), NULL};
        says(" hold, head ", "verify -J '%s' --anchor %s", path, fixtures[version - 1].anchor);
        says("delayed -> lagged     mce0: lagg holds hn and the VF", "show -n all -J '%s' %s", path, "");
        says("ty\\x07pe=\\xffLINK_DOWN", "show -a -J '%s' %s", path, "");
        says("\"body_hex\":", "show -a -o json -J '%s' %s", path, "");
        says("\"argv\":\"ifconfig lagg0 create\"", "show -a -o json -J '%s' %s", path, "");
        says(" of them events; chain ", "replay '%s' %s", path, "");
        says(": ", "backup -J '%s' '%s'", path, kit_beside(path, "-copy"));
        assert_int_equal(kit_sql_integer(kit_beside(path, "-copy"), "PRAGMA user_version"), version);
        bytes[1] = kit_read(path, &after);
        assert_true(before == after && memcmp(bytes[0], bytes[1], before) == 0);
        free(bytes[0]);
        free(bytes[1]);
    }
}

/* A daemon brings it up to date, and goes on: its chain, its state. */
static void test_daemon(void **state)
{
    (void)state;
    for (unsigned version = 1; version <= VFJ_SCHEMA_VERSION; version++) {
        const char *path = copy_of(version);
        struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        assert_int_equal(vfj_ledger_seq(ledger), fixtures[version - 1].records);
        assert_int_equal(vfj_ledger_state(ledger)->slots[0].state, VFJ_SLOT_LAGGED);
        kit_submit(ledger, kit_started());
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_set_checkpoints(ledger, 1, INT64_MAX);
        vfj_ledger_rest(ledger);
        vfj_ledger_close(ledger);
        assert_int_equal(kit_sql_integer(path, "PRAGMA user_version"), VFJ_SCHEMA_VERSION);
        says(" hold, head ", "verify -J '%s' --anchor %s", path, fixtures[version - 1].anchor);
        says(" taken away, ", "prune -k 1s -J '%s' %s", path, "");
        says(": verified: ", "verify -J '%s' %s", path, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_daemon),
    };
    return cmocka_run_group_tests_name("formats", tests, kit_scratch_make, kit_scratch_remove);
}
