/* Tests vfjournal verify and backup as a user runs them. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/anchor.h"
#include "store/verify.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/bus_error.h"
#include "tools/daemon/maintenance.h"
#include "tools/verb.h"

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

/* Runs `vfjournal VERB 'FILE' ARGUMENTS` and checks its exit status. Returns its output, to be
 * freed. */
static char *printed_by(const char *verb, const char *path, const char *arguments, int expected)
{
    char line[1000];
    int exit_status = -1;
    (void)snprintf(line, sizeof line, "%s -J '%s' %s", verb, path, arguments);
    char *printed = kit_run(line, &exit_status);
    if (exit_status != expected)
        fail_msg("vfjournal %s: exit status %d: %s", line, exit_status, printed);
    return printed;
}

static void says(const char *verb, const char *path, const char *arguments, int expected,
                 const char *text)
{
    char *printed = printed_by(verb, path, arguments, expected);
    const char *newline = strchr(printed, '\n');
    if (strstr(printed, text) == NULL || newline == NULL || newline[1] != '\0')
        fail_msg("vfjournal %s %s: not one line with \"%s\":\n%s", verb, arguments, text, printed);
    free(printed);
}

static void verify_says(const char *path, int expected, const char *text)
{
    says("verify", path, "", expected, text);
}

static void head_of(const char *path, char head[VFJ_ANCHOR_SIZE])
{
    char *printed = printed_by("verify", path, "--head", VFJ_EXIT_OK);
    (void)snprintf(head, VFJ_ANCHOR_SIZE, "%.*s", (int)strcspn(printed, "\n"), printed);
    free(printed);
}

static void anchor_says(const char *path, const char *anchor, int expected, const char *text)
{
    char arguments[200];
    (void)snprintf(arguments, sizeof arguments, "--anchor %s", anchor);
    says("verify", path, arguments, expected, text);
}

static void test_what_is_wrong_has_a_status_of_its_own(void **state)
{
    const char *path = fresh("verify.db");
    (void)state;
    verify_says(path, VFJ_EXIT_OK, "verify.db: verified: complete, unedited");
    kit_tamper(path, "UPDATE record SET body = body || ' ' WHERE seq = 9");
    verify_says(path, VFJ_EXIT_EDITED,
                ": edited: a record was changed or taken out after it was written "
                "(record 9: chain); 8 records hold, head 8:");
    kit_tamper(fresh("verify.db"), "DELETE FROM record WHERE seq = 7");
    verify_says(path, VFJ_EXIT_EDITED, "(record 7: record missing); 6 records hold");
    kit_forge(fresh("verify.db"),
              "UPDATE record SET body = replace(body, 'lagg0 create', 'lagg1 create')");
    verify_says(path, VFJ_EXIT_DIFFERENT, ": diverged: the chain holds, but");
    kit_forge(
        path,
        "UPDATE record SET body = replace(body, 'rules=5', 'rules=7') WHERE kind = 'started'");
    verify_says(path, VFJ_EXIT_UNSURE, ": rules changed: ");
    kit_tamper(
        fresh("verify.db"),
        "DELETE FROM record WHERE seq >= (SELECT seq FROM transition WHERE \"to\" = 'delayed')");
    verify_says(path, VFJ_EXIT_INCOMPLETE, ": incomplete: the end is cut off");
    kit_tamper(fresh("verify.db"), "UPDATE record SET kind = 'devil' WHERE seq = 4");
    verify_says(path, VFJ_EXIT_DAMAGED,
                ": damaged: the file is not as it was written (record 4: invalid kind");
}

static void test_each_damaged_page_is_noticed(void **state)
{
    const char *path = fresh("pages.db");
    size_t length;
    (void)state;
    char *bytes = kit_read(path, &length);
    for (size_t page = 0; page < length; page += 4096) {
        int exit_status;
        char arguments[600];
        size_t kept = page == 0 ? 100 : 0; /* the header of the file remains */
        memset(bytes + page + kept, 0x5a, 4096 - kept);
        kit_write(path, bytes, length);
        (void)snprintf(arguments, sizeof arguments, "verify -J '%s'", path);
        char *printed = kit_run(arguments, &exit_status);
        /* Page 1 also contains the schema: without it the file is not a journal. */
        if (exit_status != VFJ_EXIT_DAMAGED && !(page == 0 && exit_status == VFJ_EXIT_UNUSABLE))
            fail_msg("page at %zu: exit status %d: %s", page, exit_status, printed);
        /* records that were not read are not counted, and SQLite's line about "main" is left out */
        if (strstr(printed, "; 0 records hold") != NULL || strstr(printed, "***") != NULL)
            fail_msg("page at %zu: %s", page, printed);
        free(printed);
        free(bytes);
        bytes = kit_read(fresh("pages.db"), &length);
    }
    kit_write(path, bytes, length - 100);
    verify_says(path, VFJ_EXIT_DAMAGED, "truncated: ");
    free(bytes);
}

static void test_what_is_no_journal_is_unusable(void **state)
{
    const char *path = kit_path("text");
    (void)state;
    kit_write(path, "%vfjournal 1\n", 13);
    verify_says(path, VFJ_EXIT_UNUSABLE, ": not a vfjournal journal: not a database\n");
    verify_says(kit_path("missing"), VFJ_EXIT_UNUSABLE, ": no such journal\n");
    kit_sql(fresh("newer.db"), "PRAGMA user_version = 99");
    verify_says(kit_path("newer.db"), VFJ_EXIT_UNUSABLE, ": written by a newer vfjournal: ");
    kit_write(kit_path("empty.db"), "", 0);
    verify_says(kit_path("empty.db"), VFJ_EXIT_DIFFERENT, ": the file is empty: ");
}

/* An anchor that was stored outside the guest fits the journal that continued from it, but no
 * other journal. */
static void test_an_anchor_is_met_or_not(void **state)
{
    const char *path = fresh("anchor.db");
    char kept[VFJ_ANCHOR_SIZE];
    char other[VFJ_ANCHOR_SIZE];
    (void)state;
    head_of(path, kept);
    anchor_says(path, kept, VFJ_EXIT_OK, ": verified: ");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    anchor_says(path, kept, VFJ_EXIT_OK, ": verified: ");
    head_of(path, other);
    assert_string_not_equal(kept, other);
    anchor_says(fresh("anchor.db"), other, VFJ_EXIT_NOT_ANCHORED, "(cut off: there is no record ");
    (void)memcpy(other, kept, sizeof other);
    char *digit = strchr(other, ':') + 64;
    *digit = *digit == '0' ? '1' : '0';
    anchor_says(path, other, VFJ_EXIT_NOT_ANCHORED, "(another head after record ");
    /* every row is edited and the chain is computed again: only the anchor detects this */
    kit_forge(path, "UPDATE record SET wall_us = wall_us + 1");
    verify_says(path, VFJ_EXIT_OK, ": verified: ");
    anchor_says(path, kept, VFJ_EXIT_NOT_ANCHORED, "(another head after record ");
}

static void test_a_journal_without_records_is_no_proof(void **state)
{
    const char *path = kit_path("no-records.db");
    char head[VFJ_ANCHOR_SIZE] = "0:";
    (void)state;
    vfj_ledger_close(kit_ledger_open(path, VFJ_ON_ERROR_STOP));
    memset(head + 2, '0', 64);
    anchor_says(path, head, VFJ_EXIT_DIFFERENT, ": the journal holds no records");
    says("verify", path, "--head", VFJ_EXIT_DIFFERENT, ": the journal holds no records");
    anchor_says(fresh("some.db"), head, VFJ_EXIT_OK, ": verified: ");
    head[5] = '1';
    anchor_says(path, head, VFJ_EXIT_NOT_ANCHORED, "anchor not met");
}

static void test_an_anchor_is_read_as_it_is_printed(void **state)
{
    struct vfj_anchor anchor;
    char bytes[VFJ_ANCHOR_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    static const char word[]
        = "18446744073709551615:00112233445566778899aabbccddeeff0123456789abcdefFEDCBA9876543210";
    static const char *const bad[] = {
        "",
        ":",
        "1:",
        "1",
        "x:00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210",
        "1:00112233445566778899aabbccddeeff0123456789abcdeffedcba987654321",
        "1:00112233445566778899aabbccddeeff0123456789abcdeffedcba98765432100",
        "1:00112233445566778899aabbccddeeff0123456789abcdeffedcba987654321g",
        "18446744073709551616:00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210",
    };
    (void)state;
    assert_true(vfj_anchor_parse(vfj_span_of(word), &anchor));
    vfj_anchor_print(&anchor, &text);
    assert_false(text.overflow);
    assert_int_equal(strlen(bytes), strlen(word));
    assert_true(vfj_span_is_nocase(vfj_span_of(bytes), word));
    assert_false(anchor.is_short);
    struct vfj_head_hash head = anchor.head;
    assert_true(vfj_anchor_parse(vfj_span_of("7:00112233445566778899aabbccddeeff"), &anchor));
    assert_true(anchor.is_short && anchor.seq == 7 && vfj_anchor_is(&anchor, &head));
    head.bytes[VFJ_CHAIN_SIZE - 1] ^= 1;
    assert_false(vfj_anchor_is(&anchor, &head));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(vfj_anchor_parse(vfj_span_of(bad[i]), &anchor));
}

/* Starts a process that appends records as fast as it can. From time to time it closes and
 * reopens the journal. */
static pid_t start_writer(const char *path)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    for (;;) {
        struct vfj_ledger *ledger = NULL;
        struct vfj_event started = kit_started();
        if (vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) != VFJ_OK
            || vfj_ledger_submit(ledger, &started, NULL) != VFJ_OK)
            _exit(1);
        for (unsigned i = 0; i < 50; i++) {
            struct vfj_event event = kit_devd("!system=ETHERNET subsystem=mce0 type=IFATTACH");
            if (vfj_ledger_submit(ledger, &event, NULL) != VFJ_OK
                || vfj_ledger_commit(ledger) != VFJ_OK)
                _exit(1);
        }
        vfj_ledger_close(ledger);
    }
}

static void stop_writer(pid_t child)
{
    int status = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    /* the writer was ended by the signal, and not by an error of its own */
    assert_true(WIFSIGNALED(status));
}

/* Waits until the verb can read the journal: where the reader is slow, the journal changes during
 * each of its tries, and it gives up with a message that says "try again". */
static void await_reading(const char *verb, const char *path, const char *arguments)
{
    char line[1000];
    int exit_status = VFJ_EXIT_UNUSABLE;
    (void)snprintf(line, sizeof line, "%s -J '%s' %s", verb, path, arguments);
    for (unsigned i = 0; i < 20 && exit_status != VFJ_EXIT_OK; i++) {
        char *printed = kit_run(line, &exit_status);
        if (exit_status != VFJ_EXIT_OK && strstr(printed, "try again") == NULL)
            fail_msg("vfjournal %s: exit status %d: %s", line, exit_status, printed);
        assert_true(exit_status != VFJ_EXIT_OK || strstr(printed, ": verified: ") != NULL);
        free(printed);
    }
    assert_int_equal(exit_status, VFJ_EXIT_OK);
}

/* A daemon starts, writes and ends again and again. Meanwhile verify reports no fault, and each
 * copy is complete. */
static void test_a_live_journal_is_verified_and_copied(void **state)
{
    const char *path = fresh("live.db");
    const char *copy = kit_path("live-copy.db");
    struct stat facts;
    (void)state;
    pid_t child = start_writer(path);
    for (unsigned i = 0; i < 15; i++) {
        char arguments[600];
        await_reading("verify", path, "");
        (void)snprintf(arguments, sizeof arguments, "'%s'", copy);
        await_reading("backup", path, arguments);
        assert_int_equal(stat(copy, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
        assert_int_equal(facts.st_nlink, 1);
        assert_int_equal(unlink(copy), 0);
    }
    stop_writer(child);
    verify_says(path, VFJ_EXIT_OK, ": verified: ");
}

static void test_a_copy_is_the_journal(void **state)
{
    const char *path = fresh("source.db");
    const char *copy = kit_path("copy.db");
    char heads[2][VFJ_ANCHOR_SIZE];
    char arguments[600];
    size_t length_before, length_after;
    (void)state;
    char *before = kit_read(path, &length_before);
    (void)snprintf(arguments, sizeof arguments, "'%s'", copy);
    says("backup", path, arguments, VFJ_EXIT_OK, "copy.db: verified: ");
    head_of(path, heads[0]);
    head_of(copy, heads[1]);
    assert_string_equal(heads[0], heads[1]);
    char *after = kit_read(path, &length_after);
    assert_int_equal(length_before, length_after);
    assert_memory_equal(before, after, length_before);
    free(before);
    free(after);
    /* The copy can be continued. */
    struct vfj_ledger *ledger = kit_ledger_open(copy, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    verify_says(copy, VFJ_EXIT_OK, ": verified: ");
}

static void test_nothing_is_overwritten(void **state)
{
    const char *path = fresh("keep.db");
    const char *there = kit_path("there");
    char arguments[600];
    size_t length;
    (void)state;
    kit_write(there, "mine", 4);
    (void)snprintf(arguments, sizeof arguments, "'%s'", there);
    says("backup", path, arguments, VFJ_EXIT_UNUSABLE,
         "there: can't be opened or made: File exists\n");
    char *bytes = kit_read(there, &length);
    assert_int_equal(length, 4);
    free(bytes);
    (void)snprintf(arguments, sizeof arguments, "'%s'", kit_path("."));
    says("backup", path, arguments, VFJ_EXIT_UNUSABLE, "File exists\n");
    (void)snprintf(arguments, sizeof arguments, "'%s'", path);
    says("backup", path, arguments, VFJ_EXIT_UNUSABLE, "File exists\n");
    assert_int_equal(symlink("nowhere", kit_path("dangling")), 0);
    (void)snprintf(arguments, sizeof arguments, "'%s'", kit_path("dangling"));
    says("backup", path, arguments, VFJ_EXIT_UNUSABLE, "File exists\n");
    (void)snprintf(arguments, sizeof arguments, "'%s/x'", kit_path("no"));
    says("backup", path, arguments, VFJ_EXIT_UNUSABLE, "No such file or directory\n");
    (void)snprintf(arguments, sizeof arguments, "'%s'", kit_path("of-none"));
    says("backup", kit_path("missing"), arguments, VFJ_EXIT_UNUSABLE, "missing: no such journal\n");
    assert_false(kit_exists(kit_path("of-none")));
}

static void test_a_copy_of_what_is_wrong(void **state)
{
    const char *path = fresh("wrong.db");
    char arguments[600];
    size_t length;
    (void)state;
    kit_tamper(path, "UPDATE record SET body = body || ' ' WHERE seq = 9");
    (void)snprintf(arguments, sizeof arguments, "'%s'", kit_path("edited-copy.db"));
    says("backup", path, arguments, VFJ_EXIT_EDITED, "edited-copy.db: edited: ");
    verify_says(kit_path("edited-copy.db"), VFJ_EXIT_EDITED, ": edited: ");
    char *bytes = kit_read(fresh("wrong.db"), &length);
    memset(bytes + length - 4096, 0x5a, 4096);
    kit_write(path, bytes, length);
    free(bytes);
    (void)snprintf(arguments, sizeof arguments, "'%s'", kit_path("damaged-copy.db"));
    says("backup", path, arguments, VFJ_EXIT_DAMAGED, "wrong.db: damaged: ");
    assert_false(kit_exists(kit_path("damaged-copy.db")));
}

/* A user sends a journal and its -wal file with a bug report. All rows are read, neither file
 * changes, and no file is made beside them. */
static void test_nothing_is_written_beside_a_journal(void **state)
{
    const char *path = fresh("mailed.db");
    const char *verbs[] = {"show -J", "replay", "verify -J", "export --trace -J", "status -J"};
    size_t lengths[2], length;
    (void)state;
    struct vfj_ledger *ledger = NULL;
    pid_t last = fork();
    if (last == 0) {
        struct vfj_event event = kit_devd("!system=LAST");
        bool right = vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) == VFJ_OK
            && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK
            && vfj_ledger_commit(ledger) == VFJ_OK;
        _exit(right ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(last, &status, 0), last);
    assert_int_equal(status, 0);
    (void)unlink(kit_beside(path, ".lock"));
    assert_int_equal(unlink(kit_beside(path, "-shm")), 0);
    char *file = kit_read(path, &lengths[0]);
    char *wal = kit_read(kit_beside(path, "-wal"), &lengths[1]);
    assert_true(lengths[1] > 0);
    says("show", path, "-a -n 1", VFJ_EXIT_OK, "system=LAST");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        char line[700];
        int exit_status;
        (void)snprintf(line, sizeof line, "%s '%s'", verbs[i], path);
        free(kit_run(line, &exit_status));
        assert_true(exit_status == VFJ_EXIT_OK || (i == 4 && exit_status == VFJ_EXIT_DIFFERENT));
        assert_false(kit_exists(kit_beside(path, "-shm")));
        assert_false(kit_exists(kit_beside(path, ".lock")));
        char *now = kit_read(path, &length);
        assert_int_equal(length, lengths[0]);
        assert_memory_equal(now, file, length);
        free(now);
        now = kit_read(kit_beside(path, "-wal"), &length);
        assert_int_equal(length, lengths[1]);
        assert_memory_equal(now, wal, length);
        free(now);
    }
    free(file);
    free(wal);
}

/* A jump of the wall clock, forward or back, does not make a record older. */
static void test_a_clock_that_jumps(void **state)
{
    const int64_t second_us = 1000000, year_us = 366 * 86400 * second_us, begin_us = 50 * year_us;
    struct vfj_daemon_maintenance maintenance = {0};
    (void)state;
    assert_true(vfj_daemon_maintenance_now(&maintenance, begin_us, 5 * second_us) == begin_us);
    assert_true(vfj_daemon_maintenance_now(&maintenance, begin_us + second_us, 6 * second_us)
                == begin_us + second_us);
    assert_true(vfj_daemon_maintenance_now(&maintenance, begin_us + 10 * year_us, 7 * second_us)
                == begin_us + 2 * second_us);
    assert_true(vfj_daemon_maintenance_now(&maintenance, begin_us - year_us, 8 * second_us)
                == begin_us - year_us);
    assert_true(vfj_daemon_maintenance_now(&maintenance, INT64_MAX, 8 * second_us)
                == begin_us + 3 * second_us);
}

/* On the first day after its start, the daemon uses the times in the journal, and not the clock. */
static void test_a_clock_settles(void **state)
{
    const int64_t second_us = 1000000, day_us = 86400 * second_us;
    struct vfj_daemon_maintenance maintenance = {.rule.keep_us = 90 * day_us};
    (void)state;
    (void)vfj_daemon_maintenance_now(&maintenance, 50 * day_us, 5 * second_us);
    assert_true(vfj_daemon_maintenance_rule(&maintenance, 6 * second_us).settled_us == day_us);
    assert_true(vfj_daemon_maintenance_rule(&maintenance, day_us).settled_us == day_us);
    assert_true(vfj_daemon_maintenance_rule(&maintenance, day_us + 5 * second_us).settled_us == 0);
    maintenance.rule.keep_us = 60 * second_us;
    assert_true(vfj_daemon_maintenance_rule(&maintenance, 6 * second_us).settled_us
                == 30 * second_us);
    maintenance.rule.keep_us = 0;
    assert_true(vfj_daemon_maintenance_rule(&maintenance, 6 * second_us).settled_us == 0);
}

static char reported[200];

static void keep_report(const char *line)
{
    (void)snprintf(reported, sizeof reported, "%s", line);
    (void)!write(STDOUT_FILENO, reported, strlen(reported));
}

/* When somebody truncates a file that a process has mapped, the process ends with a message. */
static void test_a_mapped_file_that_is_truncated(void **state)
{
    const char *path = kit_path("mapped");
    char line[200] = "";
    int ends[2], status = 0;
    (void)state;
    kit_write(path, "mapped", 6);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDWR);
        volatile char *bytes = mmap(NULL, 6, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        (void)dup2(ends[1], STDOUT_FILENO);
        vfj_bus_error_catch(keep_report);
        _exit(truncate(path, 0) == 0 && bytes[0] == 'm' ? 100 : 101);
    }
    (void)close(ends[1]);
    assert_true(read(ends[0], line, sizeof line - 1) > 0);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == VFJ_EXIT_SYSTEM);
    assert_non_null(strstr(line, "was truncated while it was open"));
}

static void test_usage_errors(void **state)
{
    static const char *const lines[] = {
        "verify a b", "verify --anchor 1", "verify --anchor",     "verify --nonsense",
        "backup",     "backup a b c",      "backup --nonsense a",
    };
    int exit_status;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *printed = kit_run(lines[i], &exit_status);
        if (exit_status != VFJ_EXIT_UNUSABLE || strstr(printed, "try: vfjournal ") == NULL)
            fail_msg("vfjournal %s: exit status %d: %s", lines[i], exit_status, printed);
        free(printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_wrong_has_a_status_of_its_own),
        cmocka_unit_test(test_each_damaged_page_is_noticed),
        cmocka_unit_test(test_what_is_no_journal_is_unusable),
        cmocka_unit_test(test_an_anchor_is_met_or_not),
        cmocka_unit_test(test_a_journal_without_records_is_no_proof),
        cmocka_unit_test(test_an_anchor_is_read_as_it_is_printed),
        cmocka_unit_test(test_a_live_journal_is_verified_and_copied),
        cmocka_unit_test(test_a_copy_is_the_journal),
        cmocka_unit_test(test_nothing_is_overwritten),
        cmocka_unit_test(test_a_copy_of_what_is_wrong),
        cmocka_unit_test(test_nothing_is_written_beside_a_journal),
        cmocka_unit_test(test_a_clock_that_jumps),
        cmocka_unit_test(test_a_clock_settles),
        cmocka_unit_test(test_a_mapped_file_that_is_truncated),
        cmocka_unit_test(test_usage_errors),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
