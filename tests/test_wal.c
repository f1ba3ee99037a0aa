/* The journal's WAL: its length ahead of its use. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/kit/fault_vfs.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

enum { PART = 1 << 20 };

static const char line[] = "!system=ETHERNET subsystem=mce0 type=IFATTACH";

static int64_t length_of_wal(const char *path)
{
    struct stat facts;
    assert_int_equal(stat(kit_beside(path, "-wal"), &facts), 0);
    return facts.st_size;
}

static struct vfj_ledger *open_fresh(const char *name)
{
    struct vfj_ledger *ledger = NULL;
    assert_int_equal(vfj_ledger_open_cached(&ledger, kit_path(name), VFJ_ON_ERROR_STOP), VFJ_OK);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    return ledger;
}

static void commit_line(struct vfj_ledger *ledger)
{
    kit_submit(ledger, kit_devd(line));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
}

static void copy(const char *from, const char *to, size_t less)
{
    size_t length = 0;
    char *bytes = kit_read(from, &length);
    assert_true(less < length);
    kit_write(to, bytes, length - less);
    free(bytes);
}

/* What a killed daemon leaves, the last `less` bytes of its WAL never having come to the disk: all is there that was durable, and
 * one can go on with it. */
static void check_killed(const struct vfj_ledger *ledger, const char *path, size_t less)
{
    const char *killed = kit_path("killed.db");
    copy(path, killed, 0);
    copy(kit_beside(path, "-wal"), kit_beside(killed, "-wal"), less);
    uint64_t records = vfj_ledger_durable_seq(ledger);
    struct vfj_ledger *successor = kit_ledger_open(killed, VFJ_ON_ERROR_STOP);
    assert_int_equal(vfj_ledger_seq(successor), records);
    commit_line(successor);
    assert_int_equal(kit_sql_integer(killed, "SELECT min(seq) = 1 AND count(*) = max(seq) FROM record"), 1);
    assert_true((uint64_t)kit_sql_integer(killed, "SELECT max(seq) FROM record") > records);
    vfj_ledger_close(successor);
}

static void test_it_is_lengthened_when_nobody_waits(void **state)
{
    const char *path = kit_path("length.db");
    struct vfj_ledger *ledger = open_fresh("length.db");
    int64_t before = length_of_wal(path);
    (void)state;
    assert_true(before < PART);
    vfj_ledger_lengthen_wal(ledger);
    assert_int_equal(length_of_wal(path), before + PART);
    check_killed(ledger, path, 0);
    check_killed(ledger, path, 5000);
    for (unsigned i = 0; i < 20; i++) {
        commit_line(ledger);
        vfj_ledger_lengthen_wal(ledger);
    }
    assert_int_equal(length_of_wal(path), VFJ_WAL_BYTES);
    commit_line(ledger);
    check_killed(ledger, path, 0);
    check_killed(ledger, path, PART + 1);
    vfj_ledger_close(ledger);
    assert_false(kit_exists(kit_beside(path, "-wal")));
}

/* It goes into the database when it is in use up to its length, and is written over from its beginning. */
static void test_its_length_is_enough(void **state)
{
    const char *path = kit_path("enough.db");
    struct vfj_ledger *ledger = open_fresh("enough.db");
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        vfj_ledger_lengthen_wal(ledger);
    assert_int_equal(length_of_wal(path), VFJ_WAL_BYTES);
    for (unsigned i = 0; i < 1500; i++) {
        commit_line(ledger);
        vfj_ledger_rest(ledger);
    }
    assert_int_equal(length_of_wal(path), VFJ_WAL_BYTES);
    check_killed(ledger, path, 0);
    vfj_ledger_close(ledger);
}

/* Who wants no such thing has none; and what waits is not touched. */
static void test_it_is_left_alone(void **state)
{
    const char *path = kit_path("alone.db");
    struct vfj_ledger *ledger = open_fresh("alone.db");
    int64_t before = length_of_wal(path);
    (void)state;
    vfj_ledger_set_wal(ledger, 0);
    vfj_ledger_lengthen_wal(ledger);
    assert_int_equal(length_of_wal(path), before);
    vfj_ledger_set_wal(ledger, VFJ_WAL_BYTES);
    kit_submit(ledger, kit_devd(line));
    vfj_ledger_lengthen_wal(ledger);
    assert_int_equal(length_of_wal(path), before);
    assert_true(vfj_ledger_waiting(ledger));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_lengthen_wal(ledger);
    assert_true(length_of_wal(path) >= before + PART);
    vfj_ledger_close(ledger);
}

/* No room for zeros is no failure, and is not tried again. */
static void test_a_full_disk(void **state)
{
    const char *path = kit_path("full.db");
    struct vfj_ledger *ledger = open_fresh("full.db");
    int64_t before = length_of_wal(path);
    (void)state;
    kit_fault_arm(1, SQLITE_FULL, true);
    vfj_ledger_lengthen_wal(ledger);
    assert_true(kit_fault_disarm());
    assert_false(vfj_ledger_detached(ledger));
    commit_line(ledger);
    kit_fault_arm(1, SQLITE_FULL, true);
    vfj_ledger_lengthen_wal(ledger);
    assert_false(kit_fault_disarm());
    assert_true(length_of_wal(path) < before + PART);
    check_killed(ledger, path, 0);
    vfj_ledger_close(ledger);
}

/* Who prunes at that time appends frames of his own: then it waits for another time. */
static void test_somebody_else_writes(void **state)
{
    const char *path = kit_path("else.db");
    struct vfj_ledger *ledger = open_fresh("else.db");
    int64_t before = length_of_wal(path);
    sqlite3 *db = NULL;
    (void)state;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    vfj_ledger_lengthen_wal(ledger);
    assert_int_equal(length_of_wal(path), before);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    vfj_ledger_lengthen_wal(ledger);
    assert_int_equal(length_of_wal(path), before + PART);
    sqlite3_close(db);
    vfj_ledger_close(ledger);
}

static int setup(void **state)
{
    kit_fault_install();
    return kit_scratch_make(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_lengthened_when_nobody_waits),
        cmocka_unit_test(test_its_length_is_enough),
        cmocka_unit_test(test_it_is_left_alone),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_somebody_else_writes),
    };
    return cmocka_run_group_tests(tests, setup, kit_scratch_remove);
}
