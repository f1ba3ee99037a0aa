/* Reading ahead: by a thread and without, the same records as a walk, and the same end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/limits.h"
#include "store/ahead.h"
#include "store/replay.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

/* Enough for every block to be filled more than once; and for a replay to read by a thread. */
enum { ROWS = 18000, LONG_EVERY = 500 };

/* A copy of one journal of many lines, some of them long. */
static const char *fresh(const char *name)
{
    static char *bytes;
    static size_t length;
    static char line[VFJ_LINE_MAX + 1];
    const char *path = kit_path(name);
    if (bytes == NULL) {
        struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        kit_submit(ledger, kit_started());
        memset(line, 'x', VFJ_LINE_MAX);
        line[0] = '!';
        while (vfj_ledger_seq(ledger) < ROWS)
            kit_submit(ledger, kit_devd(vfj_ledger_seq(ledger) % LONG_EVERY < 16 ? line : "!system=IFNET"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_close(ledger);
        bytes = kit_read(path, &length);
    }
    kit_write(path, bytes, length);
    return path;
}

static struct vfj_journal *open_journal(const char *path)
{
    struct vfj_journal *journal = NULL;
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    return journal;
}

static void assert_same_bytes(struct vfj_span a, struct vfj_span b)
{
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.text, b.text, b.length);
}

static void assert_same_record(const struct vfj_record *a, const struct vfj_record *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->cause, b->cause);
    assert_int_equal(a->boot, b->boot);
    assert_int_equal(a->wall_us, b->wall_us);
    assert_int_equal(a->mono_us, b->mono_us);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->digest, b->digest);
    assert_memory_equal(a->chain, b->chain, sizeof a->chain);
    assert_same_bytes(a->body, b->body);
    assert_same_bytes(a->note, b->note);
}

/* From record `from` on, the records and the end of a walk; how many there were. */
static uint64_t compare(const char *path, uint64_t from, bool thread)
{
    struct vfj_journal *walked = open_journal(path);
    struct vfj_journal *journal = open_journal(path);
    struct vfj_ahead *ahead = vfj_ahead_open(journal, from, true, thread);
    enum vfj_status expected, status = VFJ_OK;
    struct vfj_record record;
    uint64_t count = 0;
    assert_non_null(ahead);
    vfj_journal_walk(walked, from, VFJ_FORWARD);
    for (; (expected = vfj_journal_next(walked, &record)) == VFJ_OK; count++) {
        const struct vfj_record *found = vfj_ahead_next(ahead, &status);
        assert_non_null(found);
        assert_int_equal(status, VFJ_OK);
        assert_same_record(found, &record);
    }
    assert_null(vfj_ahead_next(ahead, &status));
    assert_int_equal(status, expected);
    vfj_ahead_close(ahead);
    assert_string_equal(vfj_journal_detail(journal), vfj_journal_detail(walked));
    vfj_journal_close(journal);
    vfj_journal_close(walked);
    return count;
}

static void test_the_records_are_those_of_a_walk(void **state)
{
    const char *path = fresh("whole.db");
    (void)state;
    for (int thread = 0; thread <= 1; thread++) {
        assert_int_equal(compare(path, 1, thread != 0), ROWS);
        assert_int_equal(compare(path, ROWS, thread != 0), 1);
        assert_int_equal(compare(path, ROWS + 1, thread != 0), 0);
    }
}

static void test_so_is_the_end_of_a_journal_with_a_row_that_is_no_record(void **state)
{
    static const char *const edits[] = {
        "UPDATE record SET kind = 'devil' WHERE seq = 9000",
        "UPDATE record SET body = CAST(body AS BLOB) WHERE seq = 9000",
        "UPDATE record SET note = '' WHERE seq = 9000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        const char *path = fresh("wrong.db");
        kit_tamper(path, edits[i]);
        assert_int_equal(compare(path, 1, false), 8999);
        assert_int_equal(compare(path, 1, true), 8999);
    }
}

/* The thread has more to read than it was given room for. */
static void test_it_can_be_ended_at_any_time(void **state)
{
    const char *path = fresh("early.db");
    (void)state;
    for (unsigned records = 0; records < 3000; records += 999) {
        struct vfj_journal *journal = open_journal(path);
        struct vfj_ahead *ahead = vfj_ahead_open(journal, 1, true, true);
        enum vfj_status status;
        struct vfj_record record;
        for (unsigned i = 1; i <= records; i++)
            assert_int_equal(vfj_ahead_next(ahead, &status)->seq, i);
        vfj_ahead_close(ahead);
        assert_int_equal(vfj_journal_get(journal, ROWS, &record), VFJ_OK); /* it is the caller's again */
        vfj_journal_close(journal);
    }
}

static struct vfj_replay_result replay_with(const char *path, const struct vfj_replay_checks *checks)
{
    struct vfj_journal *journal = open_journal(path);
    struct vfj_machine *machine = malloc(sizeof *machine);
    struct vfj_replay_result result;
    assert_non_null(machine);
    vfj_machine_init(machine);
    vfj_replay_run(journal, machine, checks, &result);
    vfj_journal_close(journal);
    free(machine);
    return result;
}

static struct vfj_replay_result replay(const char *path)
{
    return replay_with(path, NULL);
}

static void test_a_chain_that_is_not_checked_is_not_read(void **state)
{
    const struct vfj_replay_checks plain = {.skip_chain = true};
    const char *path = fresh("unchained.db");
    (void)state;
    kit_tamper(path, "UPDATE record SET chain = x'00' WHERE seq = 9000");
    assert_int_equal(compare(path, 1, true), 8999);
    struct vfj_replay_result result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_UNUSABLE);
    assert_int_equal(result.records, 8999);
    result = replay_with(path, &plain);
    assert_int_equal(result.verdict, VFJ_VERDICT_SAME);
    assert_int_equal(result.records, ROWS);
    kit_tamper(path, "UPDATE record SET note = '' WHERE seq = 9001");
    result = replay_with(path, &plain);
    assert_int_equal(result.verdict, VFJ_VERDICT_UNUSABLE);
    assert_int_equal(result.records, 9000);
}

static void test_a_replay_of_many_rows_ends_where_they_are_wrong(void **state)
{
    const char *path = fresh("replay.db");
    (void)state;
    struct vfj_replay_result result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_SAME);
    assert_int_equal(result.records, ROWS);
    kit_tamper(path, "UPDATE record SET body = '!system=IFNXT' WHERE seq = 17017");
    result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_EDITED);
    assert_int_equal(result.seq, 17017);
    path = fresh("replay.db");
    kit_forge(path, "UPDATE record SET digest = digest + 1 WHERE seq = 17017");
    result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_DIVERGED);
    assert_int_equal(result.seq, 17017);
    path = fresh("replay.db");
    kit_tamper(path, "UPDATE record SET body = CAST(body AS BLOB) WHERE seq = 17018");
    result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_UNUSABLE);
    assert_int_equal(result.status, VFJ_JOURNAL_DAMAGED);
    assert_int_equal(result.records, 17017);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_records_are_those_of_a_walk),
        cmocka_unit_test(test_so_is_the_end_of_a_journal_with_a_row_that_is_no_record),
        cmocka_unit_test(test_it_can_be_ended_at_any_time),
        cmocka_unit_test(test_a_chain_that_is_not_checked_is_not_read),
        cmocka_unit_test(test_a_replay_of_many_rows_ends_where_they_are_wrong),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
