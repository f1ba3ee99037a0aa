/* Tests the replay of journals that were edited, cut off or forged, or that other rules wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/replay.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

static struct vfj_replay_result replay_with(const char *path,
                                            const struct vfj_replay_checks *checks)
{
    struct vfj_journal *journal = NULL;
    struct vfj_replay_result result;
    struct vfj_machine *machine = malloc(sizeof *machine);
    assert_non_null(machine);
    vfj_machine_init(machine);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_replay_run(journal, machine, checks, &result);
    vfj_journal_close(journal);
    free(machine);
    return result;
}

static struct vfj_replay_result replay(const char *path)
{
    return replay_with(path, NULL);
}

/* Returns the path of a new copy of the test's journal. */
static const char *fresh(const char *name)
{
    static char *bytes;
    static size_t length;
    const char *path = kit_path(name);
    if (bytes == NULL) {
        kit_make_journal(path);
        bytes = kit_read(path, &length);
    }
    kit_write(path, bytes, length);
    return path;
}

static void assert_verdict(struct vfj_replay_result result, enum vfj_verdict verdict, uint64_t seq,
                           const char *what)
{
    if (result.verdict != verdict || result.seq != seq || result.what == NULL
        || strcmp(result.what, what) != 0)
        fail_msg("%s at %llu (%s): expected \"%s\", found \"%s\"",
                 vfj_verdict_name((enum vfj_verdict)result.verdict), (unsigned long long)result.seq,
                 result.what, result.expected, result.found);
}

static uint64_t first(const char *path, const char *condition)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT min(seq) FROM record WHERE %s", condition);
    return (uint64_t)kit_sql_integer(path, sql);
}

static void test_an_untouched_journal_is_the_same(void **state)
{
    const char *path = fresh("same.db");
    (void)state;
    struct vfj_replay_result result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_SAME);
    assert_null(result.what);
    assert_int_equal(result.records,
                     (uint64_t)kit_sql_integer(path, "SELECT max(seq) FROM record"));
    assert_int_equal(result.events, (uint64_t)kit_sql_integer(path, "SELECT count(*) FROM event"));
    const struct vfj_replay_checks quick = {.skip_chain = true};
    assert_int_equal(replay_with(path, &quick).verdict, VFJ_VERDICT_SAME);
}

/* Each column of each row is changed to another valid value. The replay reports the edit at that
 * row. */
static void test_every_edit_is_noticed(void **state)
{
    static const char *const edits[] = {
        "cause = CASE WHEN cause IS NULL OR cause = 1 THEN CASE WHEN seq > 2 THEN 2 END ELSE cause - 1 END",
        "boot = boot + 1",
        "wall_us = wall_us + 1",
        "mono_us = mono_us + 1",
        "kind = CASE kind WHEN 'command' THEN 'transition' WHEN 'transition' THEN 'command' ELSE 'gap' END",
        "body = body || ' '",
        "note = CASE WHEN note IS NULL THEN 'stale' END",
        "digest = CASE WHEN digest IS NOT NULL THEN digest + 1 END",
        "chain = CAST(chain || x'' AS BLOB)",
    };
    (void)state;
    uint64_t last = (uint64_t)kit_sql_integer(fresh("edit.db"), "SELECT max(seq) FROM record");
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        for (uint64_t seq = 1; seq <= last; seq += 3) {
            char sql[400];
            char changed[100];
            const char *path = fresh("edit.db");
            (void)snprintf(
                sql, sizeof sql,
                "CREATE TABLE before AS SELECT * FROM record; UPDATE record SET %s WHERE seq = %llu",
                edits[i], (unsigned long long)seq);
            kit_tamper(path, sql);
            (void)snprintf(
                changed, sizeof changed,
                "SELECT count(*) FROM (SELECT * FROM record EXCEPT SELECT * FROM before)");
            bool differs = kit_sql_integer(path, changed) > 0;
            kit_sql(path, "DROP TABLE before");
            struct vfj_replay_result result = replay(path);
            if (!differs)
                assert_int_equal(result.verdict, VFJ_VERDICT_SAME);
            else
                assert_verdict(result, VFJ_VERDICT_EDITED, seq, "chain");
        }
    }
}

static void test_a_chain_that_was_edited_is_noticed(void **state)
{
    const char *path = fresh("chain.db");
    (void)state;
    kit_tamper(path, "UPDATE record SET chain = zeroblob(16) WHERE seq = 9");
    assert_verdict(replay(path), VFJ_VERDICT_EDITED, 9, "chain");
}

static void test_a_row_taken_out_is_noticed(void **state)
{
    const char *path = fresh("hole.db");
    (void)state;
    kit_tamper(path, "DELETE FROM record WHERE seq = 7");
    assert_verdict(replay(path), VFJ_VERDICT_EDITED, 7, "record missing");
    path = fresh("moved.db");
    kit_tamper(
        path,
        "DELETE FROM record WHERE seq = 7; UPDATE record SET cause = cause - (cause >= 7), seq = seq - 1 WHERE "
        "seq > 7");
    struct vfj_replay_result result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_EDITED);
    path = fresh("beheaded.db");
    kit_tamper(path, "DELETE FROM record WHERE seq = 1");
    assert_verdict(replay(path), VFJ_VERDICT_EDITED, 1, "record missing");
}

/* A row is edited and the chain of all rows is computed again. Only the machine's decisions then
 * show the edit. */
static void test_a_forgery_diverges(void **state)
{
    static const struct {
        const char *sql, *row, *what;
    } forgeries[] = {
        {"UPDATE record SET digest = digest + 1", "kind = 'devd' AND seq > 6", "digest"},
        {"UPDATE record SET note = 'stale'", "kind = 'devd' AND note IS NULL AND seq > 6", "note"},
        {"UPDATE record SET body = replace(body, 'lagg0', 'lagg1')",
         "kind = 'command' AND body LIKE '%lagg0%'", "command"},
        {"UPDATE record SET body = replace(body, 'attached', 'lagged')", "kind = 'transition'",
         "transition"},
        {"UPDATE record SET kind = 'command', digest = NULL", "kind = 'transition'", "kind"},
        {"UPDATE record SET cause = 1", "kind = 'finished'", "cause"},
        {"UPDATE record SET cause = NULL", "kind = 'observed'", "cause"},
        {"UPDATE record SET cause = 1", "kind = 'command' AND seq > 9", "cause"},
        {"UPDATE record SET boot = 2", "kind = 'transition'", "boot"},
        {"UPDATE record SET boot = 2", "kind = 'devd'", "boot"},
        {"UPDATE record SET wall_us = 0", "kind = 'command'", "wall_us"},
        {"UPDATE record SET mono_us = 0", "kind = 'command' AND mono_us > 0", "mono_us"},
        {"UPDATE record SET body = 'nonsense'", "kind = 'finished'", "body"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
        const char *path = fresh("forged.db");
        uint64_t seq = first(path, forgeries[i].row);
        char sql[300];
        (void)snprintf(sql, sizeof sql, "%s WHERE seq = %llu", forgeries[i].sql,
                       (unsigned long long)seq);
        kit_forge(path, sql);
        assert_verdict(replay(path), VFJ_VERDICT_DIVERGED, seq, forgeries[i].what);
    }
}

static void test_missing_and_extra_decisions_diverge(void **state)
{
    const char *path = fresh("missing.db");
    uint64_t seq = first(path, "kind = 'command' AND body LIKE '%create%'");
    char sql[400];
    (void)state;
    (void)snprintf(
        sql, sizeof sql,
        "DELETE FROM record WHERE seq = %llu;"
        "UPDATE record SET cause = cause - (cause >= %llu), seq = seq - 1 WHERE seq > %llu",
        (unsigned long long)seq, (unsigned long long)seq, (unsigned long long)seq);
    kit_forge(path, sql);
    struct vfj_replay_result result = replay(path);
    assert_verdict(result, VFJ_VERDICT_DIVERGED, seq, "command");
    /* the next command of the batch */
    assert_non_null(strstr(result.found, "ifconfig lagg0 inet6 no_dad"));
    assert_non_null(strstr(result.expected, "ifconfig lagg0 create"));

    path = fresh("batch.db");
    seq = first(path, "kind = 'finished'");
    (void)snprintf(
        sql, sizeof sql,
        "DELETE FROM record WHERE seq = %llu - 1;"
        "UPDATE record SET cause = cause - (cause >= %llu), seq = seq - 1 WHERE seq >= %llu",
        (unsigned long long)seq, (unsigned long long)seq, (unsigned long long)seq);
    kit_forge(path, sql);
    result = replay(path);
    /* the last command of the batch */
    assert_verdict(result, VFJ_VERDICT_DIVERGED, seq - 1, "command");
    assert_string_equal(result.found, "(none)");
    assert_non_null(strstr(result.expected, "ifconfig lagg0 inet 10.0.0.4/24"));

    path = fresh("extra.db");
    seq = (uint64_t)kit_sql_integer(path, "SELECT max(seq) FROM record") + 1;
    kit_forge(path,
              "INSERT INTO record SELECT max(seq) + 1, 3, boot, wall_us, mono_us, 'command', "
              "'id=99 kind=script slot=hn0 argv=/bin/sh', NULL, NULL, chain FROM record");
    result = replay(path);
    assert_verdict(result, VFJ_VERDICT_DIVERGED, seq, "command");
    assert_string_equal(result.expected, "(none)");
    assert_non_null(strstr(result.found, "/bin/sh"));
}

/* Rows at the end of the journal are removed, so that the last transaction is incomplete. */
static void test_a_cut_tail_is_incomplete(void **state)
{
    const char *path = fresh("tail.db");
    (void)state;
    uint64_t seq = first(path, "kind = 'transition' AND body LIKE '%to=delayed%'");
    char sql[100];
    (void)snprintf(sql, sizeof sql, "DELETE FROM record WHERE seq >= %llu",
                   (unsigned long long)seq);
    kit_tamper(path, sql);
    assert_verdict(replay(path), VFJ_VERDICT_INCOMPLETE, seq, "transition");

    struct vfj_ledger *ledger = NULL;
    assert_int_equal(vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP), VFJ_JOURNAL_DAMAGED);
    vfj_ledger_close(ledger);
}

static void test_other_rules_are_no_divergence(void **state)
{
    const char *path = fresh("rules.db");
    (void)state;
    /* another version of the rules, but the same decisions */
    kit_forge(
        path,
        "UPDATE record SET body = replace(body, 'rules=5', 'rules=7') WHERE kind = 'started'");
    assert_int_equal(replay(path).verdict, VFJ_VERDICT_SAME);

    uint64_t seq = first(path, "kind = 'command' AND body LIKE '%create%'");
    kit_forge(path, "UPDATE record SET body = replace(body, 'lagg0 create', 'lagg0 make')");
    struct vfj_replay_result result = replay(path);
    assert_verdict(result, VFJ_VERDICT_RULES_CHANGED, seq, "command");
    assert_int_equal(result.records,
                     (uint64_t)kit_sql_integer(path, "SELECT max(seq) FROM record"));

    /* a daemon with the present rules continues the journal, and its records are compared again */
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    assert_true(vfj_ledger_rules_changed(ledger));
    kit_submit(ledger, kit_started());
    kit_submit(ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    uint64_t last = vfj_ledger_seq(ledger);
    vfj_ledger_close(ledger);
    assert_verdict(replay(path), VFJ_VERDICT_RULES_CHANGED, seq, "command");
    kit_forge(path,
              "UPDATE record SET digest = digest + 1 WHERE seq = (SELECT max(seq) FROM record)");
    assert_verdict(replay(path), VFJ_VERDICT_DIVERGED, last, "digest");
}

static void test_rows_that_are_no_records_make_it_unusable(void **state)
{
    const char *path = fresh("unusable.db");
    (void)state;
    kit_tamper(path, "UPDATE record SET kind = 'devil' WHERE seq = 4");
    struct vfj_replay_result result = replay(path);
    assert_int_equal(result.verdict, VFJ_VERDICT_UNUSABLE);
    assert_int_equal(result.status, VFJ_JOURNAL_DAMAGED);
    assert_int_equal(result.seq, 4);
}

static void count_watched(void *arg, const struct vfj_record *record,
                          const struct vfj_machine *machine)
{
    uint64_t *count = arg;
    (void)machine;
    assert_int_equal(record->seq, ++*count);
}

static void test_the_watch_sees_every_right_record(void **state)
{
    uint64_t count = 0;
    const struct vfj_replay_checks checks = {.watch = count_watched, .arg = &count};
    const char *path = fresh("watch.db");
    (void)state;
    uint64_t records = replay_with(path, &checks).records;
    assert_int_equal(records, count);
    count = 0;
    kit_tamper(path, "UPDATE record SET chain = zeroblob(16) WHERE seq = 9");
    (void)replay_with(path, &checks);
    assert_int_equal(count, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_untouched_journal_is_the_same),
        cmocka_unit_test(test_every_edit_is_noticed),
        cmocka_unit_test(test_a_chain_that_was_edited_is_noticed),
        cmocka_unit_test(test_a_row_taken_out_is_noticed),
        cmocka_unit_test(test_a_forgery_diverges),
        cmocka_unit_test(test_missing_and_extra_decisions_diverge),
        cmocka_unit_test(test_a_cut_tail_is_incomplete),
        cmocka_unit_test(test_other_rules_are_no_divergence),
        cmocka_unit_test(test_rows_that_are_no_records_make_it_unusable),
        cmocka_unit_test(test_the_watch_sees_every_right_record),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
