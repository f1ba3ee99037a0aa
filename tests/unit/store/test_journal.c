/* Tests the journal file: which files are refused, that a refused file stays unchanged, and that
 * rows cannot be changed. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/journal.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

/* Asserts that opening the file in that mode fails with the status and the detail, and leaves
 * the file unchanged. */
static void refuses(const char *path, enum vfj_journal_mode mode, enum vfj_status expected,
                    const char *detail)
{
    struct vfj_journal *journal = NULL;
    size_t length_before, length_after;
    char *before = kit_read(path, &length_before);
    enum vfj_status status = vfj_journal_open(&journal, path, mode);
    if (status != expected || strstr(vfj_journal_detail(journal), detail) == NULL)
        fail_msg("%s: status %d: %s", path, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    char *after = kit_read(path, &length_after);
    assert_int_equal(length_before, length_after);
    assert_memory_equal(before, after, length_before);
    assert_false(kit_exists(kit_beside(path, "-wal")));
    assert_false(kit_exists(kit_beside(path, "-shm")));
    assert_false(kit_exists(kit_beside(path, ".lock")));
    free(before);
    free(after);
}

static void refuses_both(const char *path, enum vfj_status expected, const char *detail)
{
    refuses(path, VFJ_JOURNAL_READ, expected, detail);
    refuses(path, VFJ_JOURNAL_WRITE, expected, detail);
}

static void test_other_files_are_refused(void **state)
{
    const char *path = kit_path("other");
    (void)state;
    kit_write(path,
              "%vfjournal 1\nno database, but long enough to be looked at as one: "
              "one hundred bytes are what SQLite's header takes\n",
              115);
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "not a database");
    kit_write(path, "SQLite for", 10);
    refuses_both(path, VFJ_JOURNAL_DAMAGED, "truncated within its header");
    kit_write(path, "", 0);
    refuses_both(path, VFJ_JOURNAL_DAMAGED, "empty");
}

static void test_a_database_of_another_program_is_refused(void **state)
{
    const char *path = kit_path("foreign.db");
    (void)state;
    kit_sql(path, "CREATE TABLE record (seq INTEGER PRIMARY KEY); INSERT INTO record VALUES (1);");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "another program");
    kit_sql(path, "PRAGMA journal_mode = WAL; PRAGMA application_id = 7;");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "another program");
    kit_sql(path, "PRAGMA application_id = 0x56464a31; PRAGMA user_version = 6;");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "schema");
    kit_sql(path, "PRAGMA user_version = 0;");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "version");
}

static void test_a_newer_journal_is_refused(void **state)
{
    const char *path = kit_path("newer.db");
    (void)state;
    kit_make_journal(path);
    kit_sql(path, "PRAGMA user_version = 8;");
    refuses_both(path, VFJ_JOURNAL_NEWER, "its format is 8");
}

static void test_a_truncated_journal_is_refused(void **state)
{
    const char *path = kit_path("truncated.db");
    size_t length;
    (void)state;
    kit_make_journal(path);
    char *bytes = kit_read(path, &length);
    for (size_t cut = 4096; cut <= length; cut += 4096) {
        kit_write(path, bytes, length - cut / 2);
        refuses_both(path, VFJ_JOURNAL_DAMAGED, "truncated");
    }
    free(bytes);
}

/* A journal with an extra, missing or different object of the schema is refused. */
static void test_another_schema_is_refused(void **state)
{
    const char *path = kit_path("schema.db");
    (void)state;
    kit_make_journal(path);
    kit_sql(path, "CREATE INDEX extra ON record (cause);");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "index extra");
    kit_sql(path, "DROP INDEX extra; DROP TRIGGER record_is_never_changed;");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "trigger record_is_never_changed");
    kit_sql(path, "PRAGMA user_version = 5;");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "index record_scheduled");
    kit_sql(path, "PRAGMA user_version = 4;");
    refuses_both(path, VFJ_JOURNAL_NOT_OURS, "index record_milestone");
}

/* Makes a file whose header is that of a journal, but whose WAL turns it into a database of
 * another program. */
static void leave_wal(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE INDEX extra ON record (cause)", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void refuses_and_leaves(const char *path, bool index)
{
    const char *names[] = {path, kit_beside(path, "-wal")};
    struct vfj_journal *journal = NULL;
    size_t length[2], length_after;
    char *before[2] = {kit_read(names[0], &length[0]), kit_read(names[1], &length[1])};
    assert_int_equal(kit_exists(kit_beside(path, "-shm")), index);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_WRITE), VFJ_JOURNAL_NOT_OURS);
    assert_non_null(strstr(vfj_journal_detail(journal), "index extra"));
    vfj_journal_close(journal);
    for (unsigned i = 0; i < 2; i++) {
        char *after = kit_read(names[i], &length_after);
        assert_int_equal(length[i], length_after);
        assert_memory_equal(before[i], after, length_after);
        free(before[i]);
        free(after);
    }
    assert_int_equal(kit_exists(kit_beside(path, "-shm")), index);
}

static void test_a_wal_of_another_schema_is_left_as_it_is(void **state)
{
    const char *path = kit_path("left.db");
    (void)state;
    kit_make_journal(path);
    leave_wal(path);
    refuses_and_leaves(path, true);
    assert_int_equal(unlink(kit_beside(path, "-shm")), 0);
    refuses_and_leaves(path, false);
}

/* Views hold no data: readers ignore the views in a file, and writers make them again. */
static void test_views_are_made_again(void **state)
{
    const char *path = kit_path("views.db");
    struct vfj_journal *journal = NULL;
    (void)state;
    kit_make_journal(path);
    kit_sql(path, "DROP VIEW entry; CREATE VIEW entry AS SELECT 1; CREATE VIEW more AS SELECT 2;");
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_journal_close(journal);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_WRITE), VFJ_OK);
    vfj_journal_close(journal);
    assert_int_equal(
        kit_sql_integer(path, "SELECT count(*) FROM sqlite_schema WHERE type = 'view'"), 7);
    assert_int_equal(kit_sql_integer(path, "SELECT count(*) FROM transition WHERE slot = 'hn0'"),
                     5);
}

static void test_what_is_no_file(void **state)
{
    struct vfj_journal *journal = NULL;
    (void)state;
    assert_int_equal(vfj_journal_open(&journal, kit_path("missing"), VFJ_JOURNAL_READ),
                     VFJ_JOURNAL_ABSENT);
    vfj_journal_close(journal);
    assert_int_equal(vfj_journal_open(&journal, "", VFJ_JOURNAL_WRITE), VFJ_JOURNAL_ABSENT);
    vfj_journal_close(journal);
    assert_int_equal(vfj_journal_open(&journal, kit_path("no/where.db"), VFJ_JOURNAL_WRITE),
                     VFJ_JOURNAL_ACCESS);
    assert_non_null(strstr(vfj_journal_detail(journal), "No such file"));
    vfj_journal_close(journal);
    assert_int_equal(vfj_journal_open(&journal, kit_path("."), VFJ_JOURNAL_WRITE),
                     VFJ_JOURNAL_NOT_OURS);
    vfj_journal_close(journal);
    assert_int_equal(mkfifo(kit_path("fifo"), 0600), 0);
    assert_int_equal(vfj_journal_open(&journal, kit_path("fifo"), VFJ_JOURNAL_READ),
                     VFJ_JOURNAL_NOT_OURS);
    vfj_journal_close(journal);
    vfj_journal_close(NULL);
}

/* A path may contain bytes with a special meaning in SQLite's URIs, or equal a special name of
 * SQLite. It still names a file. */
static void test_odd_names_are_names(void **state)
{
    static const char *const names[] = {":memory:", "a?mode=memory", "b#c%41 d&e", "file:x"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        kit_make_journal(kit_path(names[i]));
        assert_true(kit_exists(kit_path(names[i])));
    }
}

static void test_a_new_journal_is_private_and_leaves_nothing_beside_it(void **state)
{
    const char *path = kit_path("new.db");
    struct stat facts;
    (void)state;
    kit_make_journal(path);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_false(kit_exists(kit_beside(path, "-wal")));
    assert_false(kit_exists(kit_beside(path, "-shm")));
    assert_false(kit_exists(kit_beside(path, ".lock")));
    assert_false(kit_exists(kit_beside(path, ".new")));
    assert_int_equal(kit_sql_integer(path, "PRAGMA application_id"), 0x56464a31);
    assert_int_equal(kit_sql_integer(path, "PRAGMA user_version"), 7);
    assert_int_equal(kit_sql_integer(path, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"),
                     1);
    assert_int_equal(
        kit_sql_integer(path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

static int refused(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void test_records_can_only_be_appended(void **state)
{
    const char *path = kit_path("append.db");
    sqlite3 *db = NULL;
    size_t length_before, length_after;
    (void)state;
    kit_make_journal(path);
    char *before = kit_read(path, &length_before);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    static const char *const attempts[] = {
        "UPDATE record SET body = '' WHERE seq = 3",
        "UPDATE record SET seq = seq + 100",
        "DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)",
        "DELETE FROM record",
        "INSERT OR REPLACE INTO record SELECT * FROM record WHERE seq = 3",
        "REPLACE INTO record SELECT * FROM record WHERE seq = 3",
        "INSERT INTO record SELECT * FROM record WHERE seq = 3",
        "INSERT INTO record SELECT max(seq) + 2, 1, 1, 1, 1, 'devd', '', NULL, 0, x'' FROM record",
        "INSERT INTO record SELECT 0, 1, 1, 1, 1, 'devd', '', NULL, 0, x''",
        "INSERT INTO record SELECT NULL, 1, 1, 1, 1, 'devd', '', NULL, 0, x''",
        "INSERT INTO record SELECT * FROM record WHERE seq = 3 ON CONFLICT (seq) DO UPDATE SET body = ''",
    };
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        assert_int_equal(refused(db, attempts[i]) & 0xff, SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    char *after = kit_read(path, &length_after);
    assert_int_equal(length_before, length_after);
    assert_memory_equal(before, after, length_before);
    free(before);
    free(after);
}

static void test_one_writer_at_a_time(void **state)
{
    const char *path = kit_path("writers.db");
    struct vfj_journal *first = NULL;
    struct vfj_journal *second = NULL;
    char pid[32];
    (void)state;
    assert_int_equal(vfj_journal_open(&first, path, VFJ_JOURNAL_WRITE), VFJ_OK);
    assert_int_equal(vfj_journal_open(&second, path, VFJ_JOURNAL_WRITE), VFJ_JOURNAL_BUSY);
    (void)snprintf(pid, sizeof pid, "pid %ld", (long)getpid());
    assert_string_equal(vfj_journal_detail(second), pid);
    vfj_journal_close(second);
    vfj_journal_close(first);
    assert_int_equal(vfj_journal_open(&second, path, VFJ_JOURNAL_WRITE), VFJ_OK);
    vfj_journal_close(second);
}

/* A daemon is killed just when it starts a program. The child then holds the lock until its
 * exec, and the next daemon waits for that. */
static void test_a_killed_writers_child_is_waited_for(void **state)
{
    const char *path = kit_path("straggler.db");
    struct vfj_journal *journal = NULL;
    int status = 0;
    (void)state;
    pid_t writer = fork();
    if (writer == 0) {
        if (vfj_journal_open(&journal, path, VFJ_JOURNAL_WRITE) != VFJ_OK)
            _exit(1);
        if (fork() == 0) {
            (void)poll(NULL, 0, 300);
            _exit(0);
        }
        (void)raise(SIGKILL);
    }
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_WRITE), VFJ_OK);
    vfj_journal_close(journal);
}

static uint64_t count_records(const char *path)
{
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    uint64_t count = 0;
    uint64_t last = 0;
    enum vfj_status status = vfj_journal_open(&journal, path, VFJ_JOURNAL_READ);
    if (status != VFJ_OK)
        fail_msg("%d %s", status, vfj_journal_detail(journal));
    vfj_journal_walk(journal, 0, VFJ_FORWARD);
    while ((status = vfj_journal_next_raw(journal, &record)) == VFJ_OK)
        assert_int_equal(record.seq, ++count);
    assert_int_equal(status, VFJ_END);
    vfj_journal_walk_end(journal);
    assert_int_equal(vfj_journal_last(journal, &last), VFJ_OK);
    assert_int_equal(last, count);
    vfj_journal_close(journal);
    return count;
}

static void test_a_reader_beside_a_writer(void **state)
{
    const char *path = kit_path("live.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    (void)state;
    assert_int_equal(count_records(path), 0);
    for (unsigned i = 1; i <= 20; i++) {
        kit_submit(ledger, kit_devd("!system=DEVFS subsystem=CDEV type=CREATE cdev=fd/3"));
        assert_int_equal(count_records(path), i - 1);
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        assert_int_equal(count_records(path), i);
    }
    vfj_ledger_close(ledger);
    assert_int_equal(count_records(path), 20);
}

/* A walk over the rows reads the journal as it was when the walk began, even when records are
 * appended meanwhile. */
static void test_a_walk_sees_one_moment(void **state)
{
    const char *path = kit_path("moment.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    struct vfj_journal *reader = NULL;
    struct vfj_record record;
    (void)state;
    for (unsigned i = 0; i < 2; i++)
        kit_submit(ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_int_equal(vfj_journal_open(&reader, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_journal_walk(reader, 0, VFJ_FORWARD);
    assert_int_equal(vfj_journal_next_raw(reader, &record), VFJ_OK);
    kit_submit(ledger, kit_devd("!system=B"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_int_equal(vfj_journal_next_raw(reader, &record), VFJ_OK);
    assert_int_equal(vfj_journal_next_raw(reader, &record), VFJ_END);
    vfj_journal_close(reader);
    vfj_ledger_close(ledger);
}

/* When there is no -wal file, SQLite reads the file without locks. The reader still detects when
 * a daemon starts and ends meanwhile. */
static void test_a_file_that_changes_under_the_reader_is_noticed(void **state)
{
    const char *path = kit_path("changes.db");
    struct vfj_journal *reader = NULL;
    struct vfj_record record;
    enum vfj_status status;
    (void)state;
    kit_make_journal(path);
    assert_int_equal(vfj_journal_open(&reader, path, VFJ_JOURNAL_READ), VFJ_OK);
    assert_false(kit_exists(kit_beside(path, "-shm")));
    vfj_journal_walk(reader, 0, VFJ_FORWARD);
    assert_int_equal(vfj_journal_next_raw(reader, &record), VFJ_OK);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    while ((status = vfj_journal_next_raw(reader, &record)) == VFJ_OK)
        continue;
    assert_int_equal(status, VFJ_JOURNAL_BUSY);
    vfj_journal_close(reader);
}

static void test_backwards_and_one_by_one(void **state)
{
    const char *path = kit_path("walk.db");
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    struct vfj_record single;
    uint64_t last = 0;
    (void)state;
    kit_make_journal(path);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    assert_int_equal(vfj_journal_last(journal, &last), VFJ_OK);
    vfj_journal_walk(journal, UINT64_MAX, VFJ_BACKWARD);
    for (uint64_t seq = last; seq > 0; seq--) {
        assert_int_equal(vfj_journal_next_raw(journal, &record), VFJ_OK);
        assert_int_equal(record.seq, seq);
        assert_int_equal(vfj_journal_get_raw(journal, seq, &single), VFJ_OK);
        assert_int_equal(single.kind, record.kind);
        assert_memory_equal(single.chain, record.chain, sizeof record.chain);
    }
    assert_int_equal(vfj_journal_next_raw(journal, &record), VFJ_END);
    assert_int_equal(vfj_journal_get_raw(journal, last + 1, &single), VFJ_END);
    assert_int_equal(vfj_journal_get_raw(journal, 0, &single), VFJ_END);
    assert_int_equal(vfj_journal_get_raw(journal, UINT64_MAX, &single), VFJ_END);
    vfj_journal_close(journal);
}

/* The search for the first record since a time gives the same result as a comparison of all
 * times. In this journal the wall clock is set back and forward, and differs in another boot. */
static void test_since(void **state)
{
    const char *path = kit_path("since.db");
    struct vfj_journal *journal = NULL;
    uint64_t seq = 0;
    (void)state;
    kit_make_journal(path);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    assert_int_equal(vfj_journal_since(journal, INT64_MIN, &seq), VFJ_OK);
    assert_int_equal(seq, 1);
    assert_int_equal(vfj_journal_since(journal, INT64_MAX, &seq), VFJ_OK);
    assert_int_equal(seq, 0);
    vfj_journal_close(journal);
    /* Record N has second N as its time, with three exceptions: at 7000 the clock is set back an
     * hour, at 13000 it is set forward two hours, and at 16000 the guest boots. */
    kit_tamper(path,
               "DELETE FROM record;"
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
               " INSERT INTO record SELECT i, NULL, 1 + (i >= 16000),"
               " 1000000 * (i - 3600 * (i >= 7000) + 7200 * (i >= 13000)),"
               " 1000000 * (i - 15000 * (i >= 16000)), 'devd', '', NULL, 0, zeroblob(16) FROM n;");
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    for (int64_t s = 0; s < 25000; s += 371) {
        char sql[128];
        (void)snprintf(sql, sizeof sql,
                       "SELECT coalesce(min(seq), 0) FROM record WHERE wall_us >= %lld",
                       (long long)s * 1000000);
        assert_int_equal(vfj_journal_since(journal, s * 1000000, &seq), VFJ_OK);
        assert_int_equal(seq, kit_sql_integer(path, sql));
    }
    vfj_journal_close(journal);
}

static unsigned count_milestones(const char *path, uint64_t from, bool outcomes)
{
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    unsigned count = 0;
    enum vfj_status status;
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_journal_walk_milestones(journal, from, outcomes);
    while ((status = vfj_journal_next_raw(journal, &record)) == VFJ_OK) {
        assert_true(record.seq >= from);
        assert_true(record.kind == VFJ_RECORD_TRANSITION || record.kind == VFJ_EVENT_GAP
                    || record.kind == VFJ_EVENT_STARTED || record.kind == VFJ_EVENT_STOPPING
                    || record.kind == VFJ_EVENT_STOPPED
                    || (outcomes && record.kind == VFJ_EVENT_FINISHED));
        count++;
    }
    assert_int_equal(status, VFJ_END);
    vfj_journal_close(journal);
    return count;
}

/* The walk over milestones finds the same rows by the index and, in a journal of an older
 * version, by reading all rows. */
static void test_milestones(void **state)
{
    static const char all[]
        = "SELECT count(*) FROM record WHERE kind IN"
          " ('transition', 'finished', 'gap', 'started', 'stopping', 'stopped')";
    const char *path = kit_path("milestones.db");
    (void)state;
    kit_make_journal(path);
    unsigned count = count_milestones(path, 1, true);
    assert_true(count > 10);
    assert_int_equal(count, kit_sql_integer(path, all));
    unsigned few = count_milestones(path, 1, false);
    assert_int_equal(
        few, count - kit_sql_integer(path, "SELECT count(*) FROM record WHERE kind = 'finished'"));
    assert_int_equal(count_milestones(path, 2, false), few - 1);
    assert_int_equal(kit_sql_integer(path,
                                     "SELECT count(*) FROM pragma_index_list('record')"
                                     " WHERE name = 'record_milestone' AND partial"),
                     1);
    kit_sql(path,
            "DROP INDEX record_milestone; DROP INDEX record_scheduled;"
            " PRAGMA user_version = 4;");
    assert_int_equal(count_milestones(path, 1, true), count);
    assert_int_equal(count_milestones(path, 1, false), few);
}

static void test_bodies_are_kept_byte_for_byte(void **state)
{
    const char *path = kit_path("bytes.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    char every[256];
    char line[8300];
    (void)state;
    for (unsigned i = 0; i < sizeof every; i++)
        every[i] = (char)i;
    memset(line, 'x', sizeof line);
    struct vfj_event event = kit_devd("");
    const struct vfj_span bodies[]
        = {{every, sizeof every}, {"", 0}, {line, sizeof line}, {"gr\xc3\xbc\xc3\x9f", 6}};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        event.as.devd.raw = bodies[i];
        kit_submit(ledger, event);
    }
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_int_equal(vfj_journal_get_raw(journal, i + 1, &record), VFJ_OK);
        assert_int_equal(record.body.length, bodies[i].length);
        assert_memory_equal(record.body.text, bodies[i].text, bodies[i].length);
    }
    vfj_journal_close(journal);
    assert_int_equal(
        kit_sql_integer(path,
                        "SELECT group_concat(typeof(body)) = 'blob,text,text,text' FROM record"),
        1);
}

/* A row that no version of this program writes is reported as damage of the journal. */
static void test_rows_that_are_no_records(void **state)
{
    static const struct {
        const char *sql, *column;
    } rows[] = {
        {"UPDATE record SET cause = seq WHERE seq = 5", "cause"},
        {"UPDATE record SET cause = -1 WHERE seq = 5", "cause"},
        {"UPDATE record SET boot = -1 WHERE seq = 5", "boot"},
        {"UPDATE record SET kind = 'devil' WHERE seq = 5", "kind"},
        {"UPDATE record SET body = CAST(body AS BLOB) WHERE seq = 5", "body"},
        {"UPDATE record SET body = char(27) || '[2J' WHERE seq = 5", "body"},
        {"UPDATE record SET body = 17 WHERE seq = 5", "body"},
        {"UPDATE record SET body = printf('%.20481c', 'x') WHERE seq = 5", "body"},
        {"UPDATE record SET note = '' WHERE seq = 5", "note"},
        {"UPDATE record SET note = printf('%.33c', 'x') WHERE seq = 5", "note"},
        {"UPDATE record SET digest = CASE WHEN digest IS NULL THEN 0 END WHERE seq = 5", "digest"},
        {"UPDATE record SET chain = x'00' WHERE seq = 5", "chain"},
        {"UPDATE record SET seq = -1 WHERE seq = 1", "seq"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *path = kit_path("rows.db");
        struct vfj_journal *journal = NULL;
        struct vfj_record record;
        enum vfj_status status;
        (void)unlink(path);
        kit_make_journal(path);
        kit_tamper(path, rows[i].sql);
        assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
        vfj_journal_walk(journal, UINT64_MAX, VFJ_BACKWARD);
        while ((status = vfj_journal_next_raw(journal, &record)) == VFJ_OK)
            continue;
        assert_int_equal(status, VFJ_JOURNAL_DAMAGED);
        assert_non_null(strstr(vfj_journal_detail(journal), rows[i].column));
        vfj_journal_close(journal);
    }
}

static void test_the_views_read_the_bodies(void **state)
{
    const char *path = kit_path("people.db");
    static const struct {
        const char *sql;
        int64_t value;
    } rows[] = {
        {"SELECT count(*) FROM transition WHERE slot = 'hn0' AND vf = 'mce0'", 5},
        {"SELECT delay = 2.0 FROM transition WHERE \"to\" = 'delayed'", 1},
        {"SELECT event < seq AND reason = 'vf-attached' AND generation = 1 FROM transition LIMIT 1",
         1},
        {"SELECT count(*) FROM command WHERE argv = 'ifconfig lagg0 laggproto failover laggport hn0'",
         1},
        {"SELECT count(*) FROM command WHERE kind = 'probe-map' AND argv IS NULL", 2},
        {"SELECT status = 1 AND duration = 0.0021 FROM outcome WHERE status <> 0", 1},
        {"SELECT count(*) = count(c.seq) FROM outcome AS o LEFT JOIN command AS c ON c.seq = o.command AND c.id = o.id",
         1},
        {"SELECT state = 'detached' AND slot = 'hn0' FROM slot", 1},
        {"SELECT time = '2026-11-22T14:00:00.000000Z' FROM event WHERE seq = 1", 1},
        {"SELECT length(digest) = 16 FROM event WHERE seq = 1", 1},
    };
    (void)state;
    kit_make_journal(path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = kit_sql_integer(path, rows[i].sql);
        if (value != rows[i].value)
            fail_msg("%lld: %s", (long long)value, rows[i].sql);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_files_are_refused),
        cmocka_unit_test(test_a_database_of_another_program_is_refused),
        cmocka_unit_test(test_a_newer_journal_is_refused),
        cmocka_unit_test(test_a_truncated_journal_is_refused),
        cmocka_unit_test(test_another_schema_is_refused),
        cmocka_unit_test(test_a_wal_of_another_schema_is_left_as_it_is),
        cmocka_unit_test(test_views_are_made_again),
        cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_odd_names_are_names),
        cmocka_unit_test(test_a_new_journal_is_private_and_leaves_nothing_beside_it),
        cmocka_unit_test(test_records_can_only_be_appended),
        cmocka_unit_test(test_one_writer_at_a_time),
        cmocka_unit_test(test_a_killed_writers_child_is_waited_for),
        cmocka_unit_test(test_a_reader_beside_a_writer),
        cmocka_unit_test(test_a_walk_sees_one_moment),
        cmocka_unit_test(test_a_file_that_changes_under_the_reader_is_noticed),
        cmocka_unit_test(test_backwards_and_one_by_one),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_milestones),
        cmocka_unit_test(test_bodies_are_kept_byte_for_byte),
        cmocka_unit_test(test_rows_that_are_no_records),
        cmocka_unit_test(test_the_views_read_the_bodies),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
