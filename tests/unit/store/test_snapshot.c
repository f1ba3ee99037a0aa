/* Tests snapshots: an invalid snapshot is ignored, and the state is restored from the journal
 * alone. */
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/ledger.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

enum { LINES = 5000, HASH_SIZE = 32, RULES_CHANGED_AT = 132 };

static struct vfj_state *expected; /* the state after all rows of the journal */

static void submit_lines(struct vfj_ledger *ledger, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        kit_submit(ledger,
                   kit_devd(i % 2 == 0 ? "!system=IFNET subsystem=em0 type=LINK_UP"
                                       : "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN"));
        if (i % 1000 == 999)
            assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    }
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
}

static void copy(const char *from, const char *to)
{
    size_t length;
    char *bytes = kit_read(from, &length);
    kit_write(to, bytes, length);
    assert_int_equal(chmod(to, 0600), 0);
    free(bytes);
}

/* Makes a journal at PATH with one slot, and a snapshot at its end. */
static void make(const char *path, unsigned lines)
{
    struct vfj_ledger *ledger = NULL;
    kit_make_journal(path);
    assert_int_equal(vfj_ledger_open_cached(&ledger, path, VFJ_ON_ERROR_STOP), VFJ_OK);
    kit_submit(ledger, kit_started());
    submit_lines(ledger, lines);
    vfj_ledger_close(ledger);
}

/* Makes good.db and its snapshot. Also makes edited.db, a copy in which an early record was
 * edited: only a start that uses the snapshot, and so skips that record, can open it. */
static int make_journals(void **state)
{
    if (kit_scratch_make(state) != 0)
        return -1;
    make(kit_path("good.db"), LINES);
    assert_true(kit_exists(kit_path("good.db-snapshot")));
    copy(kit_path("good.db"), kit_path("edited.db"));
    kit_tamper(kit_path("edited.db"), "UPDATE record SET wall_us = wall_us + 1 WHERE seq = 3");
    struct vfj_ledger *ledger = kit_ledger_open(kit_path("good.db"), VFJ_ON_ERROR_STOP);
    expected = malloc(sizeof *expected);
    assert_non_null(expected);
    *expected = *vfj_ledger_state(ledger);
    vfj_ledger_close(ledger);
    return 0;
}

static int remove_journals(void **state)
{
    free(expected);
    return kit_scratch_remove(state);
}

/* Opens edited.db. Returns true when its snapshot was used. The state must then be right, at
 * least in all parts that the machine reads. */
static bool is_believed(void)
{
    struct vfj_ledger *ledger = NULL;
    enum vfj_status status
        = vfj_ledger_open_cached(&ledger, kit_path("edited.db"), VFJ_ON_ERROR_STOP);
    if (status == VFJ_OK)
        assert_memory_equal(&vfj_ledger_state(ledger)->head, &expected->head,
                            sizeof expected->head);
    else
        assert_int_equal(status, VFJ_JOURNAL_DAMAGED);
    vfj_ledger_close(ledger);
    return status == VFJ_OK;
}

static bool is_believed_as(const void *bytes, size_t length)
{
    kit_write(kit_path("edited.db-snapshot"), bytes, length);
    assert_int_equal(chmod(kit_path("edited.db-snapshot"), 0600), 0);
    return is_believed();
}

static void test_state_is_the_same(void **state)
{
    struct vfj_ledger *ledger = NULL;
    (void)state;
    copy(kit_path("good.db-snapshot"), kit_path("edited.db-snapshot"));
    assert_int_equal(vfj_ledger_open_cached(&ledger, kit_path("edited.db"), VFJ_ON_ERROR_STOP),
                     VFJ_OK);
    assert_memory_equal(vfj_ledger_state(ledger), expected, sizeof *expected);
    vfj_ledger_close(ledger);
    assert_int_equal(vfj_ledger_open(&ledger, kit_path("edited.db"), VFJ_ON_ERROR_STOP),
                     VFJ_JOURNAL_DAMAGED);
    vfj_ledger_close(ledger);
}

/* After a start that used a snapshot, new rows continue the chain. The older snapshot can still
 * be used. */
static void test_goes_on(void **state)
{
    struct vfj_ledger *ledger = NULL;
    struct vfj_ledger *whole = NULL;
    const char *path = kit_path("on.db");
    (void)state;
    copy(kit_path("good.db"), path);
    for (unsigned i = 0; i < 3; i++) {
        copy(kit_path("good.db-snapshot"), kit_path("on.db-snapshot"));
        assert_int_equal(vfj_ledger_open_cached(&ledger, path, VFJ_ON_ERROR_STOP), VFJ_OK);
        kit_submit(ledger, kit_started());
        submit_lines(ledger, 10);
        struct vfj_state *now = malloc(sizeof *now);
        assert_non_null(now);
        *now = *vfj_ledger_state(ledger);
        vfj_ledger_close(ledger);
        whole = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        assert_memory_equal(vfj_ledger_state(whole), now, sizeof *now);
        vfj_ledger_close(whole);
        free(now);
    }
}

static void test_short_journal_has_none(void **state)
{
    (void)state;
    make(kit_path("short.db"), 10);
    assert_false(kit_exists(kit_path("short.db-snapshot")));
}

/* A snapshot is written during maintenance after the configured number of rows, and when the
 * ledger is closed. */
static void test_rows_between_snapshots(void **state)
{
    struct vfj_ledger *ledger = NULL;
    (void)state;
    assert_int_equal(vfj_ledger_open_cached(&ledger, kit_path("often.db"), VFJ_ON_ERROR_STOP),
                     VFJ_OK);
    vfj_ledger_set_snapshots(ledger, 5);
    kit_submit(ledger, kit_started());
    submit_lines(ledger, 3);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
    assert_false(kit_exists(kit_path("often.db-snapshot")));
    submit_lines(ledger, 1);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
    assert_true(kit_exists(kit_path("often.db-snapshot")));
    vfj_ledger_close(ledger);
}

static void test_damaged(void **state)
{
    size_t length;
    char *bytes = kit_read(kit_path("good.db-snapshot"), &length);
    (void)state;
    assert_true(is_believed_as(bytes, length));
    for (size_t at = 0; at < length; at += at < 400 ? 9 : 509) {
        bytes[at] ^= 1;
        assert_false(is_believed_as(bytes, length));
        bytes[at] ^= 1;
    }
    for (size_t cut = 0; cut < length; cut += 1 + length / 13)
        assert_false(is_believed_as(bytes, cut));
    assert_false(is_believed_as(bytes, length - 1));
    assert_true(is_believed_as(bytes, length));
    free(bytes);
}

static void rehash(char *bytes, size_t length)
{
    unsigned char hash[HASH_SIZE];
    assert_int_equal(EVP_Digest(bytes, length - HASH_SIZE, hash, NULL, EVP_sha256(), NULL), 1);
    memcpy(bytes + length - HASH_SIZE, hash, sizeof hash);
}

/* Bytes of a snapshot are changed, and its hash is computed again. The snapshot may then be used
 * only if the machine does not read the changed bytes. */
static void test_hostile(void **state)
{
    size_t length;
    char *bytes = kit_read(kit_path("good.db-snapshot"), &length);
    unsigned believed = 0, tried = 0;
    (void)state;
    for (size_t at = 0; at < length - HASH_SIZE; at += at < 600 ? 7 : 311) {
        if (at >= RULES_CHANGED_AT && at < RULES_CHANGED_AT + 4)
            continue;
        bytes[at] ^= 0x41;
        rehash(bytes, length);
        tried++;
        believed += is_believed_as(bytes, length);
        bytes[at] ^= 0x41;
    }
    /* only changes in unused addresses of the slot do no harm */
    assert_in_range(believed, 0, 15);
    assert_in_range(tried, 60, 1000);
    free(bytes);
}

static void test_of_another_journal(void **state)
{
    (void)state;
    make(kit_path("other.db"), LINES);
    copy(kit_path("other.db-snapshot"), kit_path("edited.db-snapshot"));
    assert_false(is_believed());
}

/* The journal is replaced by an older copy, which lacks the last record that the snapshot
 * covers. */
static void test_of_the_future(void **state)
{
    struct vfj_ledger *ledger = NULL;
    (void)state;
    copy(kit_path("good.db"), kit_path("future.db"));
    copy(kit_path("good.db-snapshot"), kit_path("future.db-snapshot"));
    assert_int_equal(vfj_ledger_open_cached(&ledger, kit_path("future.db"), VFJ_ON_ERROR_STOP),
                     VFJ_OK);
    kit_submit(ledger, kit_started());
    submit_lines(ledger, 10);
    vfj_ledger_close(ledger);
    copy(kit_path("future.db-snapshot"), kit_path("edited.db-snapshot"));
    assert_false(is_believed());
}

static void test_of_others(void **state)
{
    const char *path = kit_path("edited.db-snapshot");
    (void)state;
    copy(kit_path("good.db-snapshot"), path);
    assert_true(is_believed());
    copy(kit_path("good.db-snapshot"), path);
    assert_int_equal(chmod(path, 0620), 0);
    assert_false(is_believed());
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(kit_path("good.db-snapshot"), path), 0);
    assert_false(is_believed());
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(is_believed());
    assert_int_equal(rmdir(path), 0);
    assert_false(is_believed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_is_the_same),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_short_journal_has_none),
        cmocka_unit_test(test_rows_between_snapshots),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_of_another_journal),
        cmocka_unit_test(test_of_the_future),
        cmocka_unit_test(test_of_others),
    };
    return cmocka_run_group_tests(tests, make_journals, remove_journals);
}
