/* Tests the ledger: after every failure, the machine's state is the one that the journal leads
 * to. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/replay.h"
#include "tests/kit/fault_vfs.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

static const char ifattach[] = "!system=ETHERNET subsystem=mce0 type=IFATTACH";

/* Replays the journal at `path`, which must succeed. Returns the state in *read and the number
 * of records. */
static void read_state(const char *path, struct vfj_state *read, uint64_t *records)
{
    struct vfj_journal *journal = NULL;
    struct vfj_replay_result result;
    struct vfj_machine *machine = malloc(sizeof *machine);
    assert_non_null(machine);
    vfj_machine_init(machine);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_replay_run(journal, machine, NULL, &result);
    if (result.verdict != VFJ_VERDICT_SAME)
        fail_msg("%s at %llu: %s: expected \"%s\", found \"%s\"",
                 vfj_verdict_name((enum vfj_verdict)result.verdict), (unsigned long long)result.seq,
                 result.what, result.expected, result.found);
    *read = machine->state;
    *records = result.records;
    vfj_journal_close(journal);
    free(machine);
}

/* Asserts that a replay of the journal on disk succeeds and gives the ledger's state. */
static void assert_equal_to_disk(const struct vfj_ledger *ledger, const char *path)
{
    struct vfj_state *read = malloc(sizeof *read);
    uint64_t records = 0;
    assert_non_null(read);
    read_state(path, read, &records);
    assert_int_equal(records, vfj_ledger_durable_seq(ledger));
    assert_int_equal(records, vfj_ledger_seq(ledger));
    /* digests are compared, since unused slots may have other bytes in memory */
    assert_memory_equal(&read->head, &vfj_ledger_state(ledger)->head, sizeof read->head);
    assert_true(vfj_state_digest(read) == vfj_state_digest(vfj_ledger_state(ledger)));
    free(read);
}

static const char *fresh(const char *name)
{
    const char *path = kit_path(name);
    (void)unlink(path);
    return path;
}

static void test_what_is_committed_is_on_disk(void **state)
{
    const char *path = fresh("commit.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    const struct vfj_decision *decision = NULL;
    struct vfj_event event = kit_started();
    (void)state;
    assert_false(vfj_ledger_waiting(ledger));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_int_equal(vfj_ledger_submit(ledger, &event, &decision), VFJ_OK);
    assert_non_null(decision);
    assert_true(vfj_ledger_waiting(ledger));
    assert_int_equal(vfj_ledger_durable_seq(ledger), 0);
    event = kit_devd(ifattach);
    assert_int_equal(vfj_ledger_submit(ledger, &event, &decision), VFJ_OK);
    assert_true(decision->command_count > 0);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_false(vfj_ledger_waiting(ledger));
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
}

static void test_what_is_not_committed_is_lost_at_close(void **state)
{
    const char *path = fresh("lost.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    (void)state;
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    kit_submit(ledger, kit_devd(ifattach));
    vfj_ledger_close(ledger);
    ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    assert_int_equal(vfj_ledger_seq(ledger), 1);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
}

/* When a journal is opened again, the ledger continues the machine's state, the command ids and the
 * chain of the journal, and knows the causes of later answers. */
static void test_it_goes_on_where_it_ended(void **state)
{
    const char *path = fresh("goes-on.db");
    const struct vfj_decision *decision = NULL;
    struct vfj_event event = kit_devd(ifattach);
    (void)state;
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_submit(ledger, &event, &decision), VFJ_OK);
    uint64_t id = decision->commands[0].id;
    assert_int_equal(decision->commands[0].kind, VFJ_COMMAND_PROBE_MAP);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    uint64_t asked = vfj_ledger_seq(ledger);
    vfj_ledger_close(ledger);

    ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    assert_equal_to_disk(ledger, path);
    event = kit_devd("");
    event.kind = VFJ_EVENT_OBSERVED;
    memset(&event.as, 0, sizeof event.as);
    event.as.observed.command = id;
    event.as.observed.probe = VFJ_PROBE_MAP;
    event.as.observed.ok = true;
    event.as.observed.as.map.has_list = true;
    kit_submit(ledger, event);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
    assert_int_equal(
        (uint64_t)kit_sql_integer(path, "SELECT cause FROM record WHERE kind = 'observed'"), asked);
}

/* Returns an observation of hn0: hn0 has an address, and its VF is up and has the data path. */
static struct vfj_event observed_hn0(uint64_t command)
{
    struct vfj_event event = kit_devd("");
    struct vfj_address address;
    event.kind = VFJ_EVENT_OBSERVED;
    memset(&event.as, 0, sizeof event.as);
    struct vfj_observation *answer = &event.as.observed;
    *answer = (struct vfj_observation){.command = command, .probe = VFJ_PROBE_SLOT, .ok = true};
    struct vfj_view *view = &answer->as.view;
    view->hn_name = view->hn.name = vfj_name_of("hn0");
    view->vf_name = view->rxvf = view->vf.name = vfj_name_of("mce0");
    view->hn.exists = view->hn.up = view->vf.exists = view->vf.up = true;
    assert_true(vfj_address_parse(vfj_span_of("10.0.0.4/24"), &address));
    assert_true(vfj_interface_add_address(&view->hn, &address));
    return event;
}

/* A decision is committed as a whole: the rows of the event and of its batch are all on disk, or
 * none is. */
static void test_a_batch_is_one_commit(void **state)
{
    const char *path = fresh("batch.db");
    const struct vfj_decision *decision = NULL;
    struct vfj_event event = kit_devd("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP");
    (void)state;
    for (int fails = 1; fails >= 0; fails--) {
        struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        kit_submit(ledger, kit_started());
        struct vfj_event configured = kit_started(); /* copied for its times */
        configured.kind = VFJ_EVENT_CONFIGURED;
        configured.as.rc = vfj_span_of("ifconfig_hn0=DHCP");
        kit_submit(ledger, configured);
        assert_int_equal(vfj_ledger_submit(ledger, &event, &decision), VFJ_OK);
        /* the first observation shows that the VF exists, and a second one must confirm it */
        while (vfj_command_reads(&decision->commands[0])) {
            assert_int_equal(decision->command_count, 1);
            assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
            struct vfj_event answer = observed_hn0(decision->commands[0].id);
            assert_int_equal(vfj_ledger_submit(ledger, &answer, &decision), VFJ_OK);
        }
        unsigned count = decision->command_count;
        assert_true(count > 4);
        int64_t before = kit_sql_integer(path, "SELECT max(seq) FROM record");
        if (fails)
            kit_fault_arm(2, SQLITE_IOERR_WRITE, false);
        assert_int_equal(vfj_ledger_commit(ledger), fails ? VFJ_JOURNAL_IO : VFJ_OK);
        (void)kit_fault_disarm();
        assert_equal_to_disk(ledger, path);
        int64_t more = kit_sql_integer(path, "SELECT max(seq) FROM record") - before;
        if (fails)
            assert_int_equal(more, 0);
        else
            assert_true(more > count);
        vfj_ledger_close(ledger);
        if (fails)
            continue;
        char sql[200];
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*) FROM record WHERE kind = 'command' AND cause = %lld",
                       (long long)before + 1);
        assert_int_equal(kit_sql_integer(path, sql), count);
    }
}

/* A killed daemon leaves -wal, -shm and the lock file. No committed row is lost. */
static void test_a_killed_ledger_lost_nothing_committed(void **state)
{
    const char *path = fresh("killed.db");
    (void)state;
    for (unsigned round = 1; round <= 5; round++) {
        pid_t child = fork();
        if (child == 0) {
            struct vfj_ledger *ledger = NULL;
            struct vfj_event event = kit_devd(ifattach);
            bool right = vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) == VFJ_OK
                && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK
                && vfj_ledger_commit(ledger) == VFJ_OK
                && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK;
            _exit(right ? 0 : 1);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_true(kit_exists(kit_beside(path, "-wal")));
        assert_int_equal(kit_sql_integer(path, "SELECT count(*) FROM record WHERE kind = 'devd'"),
                         round);
    }
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
    assert_false(kit_exists(kit_beside(path, ".lock")));
}

static void test_what_is_no_event_changes_nothing(void **state)
{
    static char long_line[VFJ_BODY_MAX + 2];
    const char *path = fresh("no-event.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    (void)state;
    kit_submit(ledger, kit_started());
    memset(long_line, 'x', sizeof long_line - 1);
    struct vfj_event event = kit_devd(long_line);
    assert_int_equal(vfj_ledger_submit(ledger, &event, NULL), VFJ_TOO_LONG);
    event.kind = VFJ_EVENT_CONFIGURED;
    event.as.rc = vfj_span_of("not pairs");
    assert_int_equal(vfj_ledger_submit(ledger, &event, NULL), VFJ_BAD_BODY);
    assert_string_not_equal(vfj_ledger_detail(ledger), "");
    assert_int_equal(vfj_ledger_seq(ledger), 1);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
}

static void submit_burst(struct vfj_ledger *ledger, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        kit_submit(
            ledger,
            kit_devd(i % 7 == 0 ? ifattach : "!system=DEVFS subsystem=CDEV type=CREATE cdev=fd/3"));
        kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP"));
    }
}

/* Each operation of a commit fails in turn, once or permanently. Then no row of the batch is in
 * the journal. */
static void fail_commits(const char *name, int code, bool stay)
{
    const char *path = fresh(name);
    struct vfj_state *before = malloc(sizeof *before);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    assert_non_null(before);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    bool struck = true;
    for (unsigned count = 1; struck; count++) {
        assert_true(count < 1000);
        *before = *vfj_ledger_state(ledger);
        uint64_t seq = vfj_ledger_seq(ledger);
        submit_burst(ledger, 20);
        kit_fault_arm(count, code, stay);
        enum vfj_status status = vfj_ledger_commit(ledger);
        struck = kit_fault_disarm();
        if (status != VFJ_OK) {
            assert_true(struck);
            assert_int_equal(status, code == SQLITE_FULL ? VFJ_JOURNAL_FULL : VFJ_JOURNAL_IO);
            assert_string_not_equal(vfj_ledger_detail(ledger), "");
            assert_false(vfj_ledger_waiting(ledger));
            assert_int_equal(vfj_ledger_seq(ledger), seq);
            assert_memory_equal(before, vfj_ledger_state(ledger), sizeof *before);
        }
        assert_equal_to_disk(ledger, path);
        kit_submit(ledger, kit_devd("!system=A"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        assert_equal_to_disk(ledger, path);
    }
    vfj_ledger_close(ledger);
    free(before);
}

static void test_a_failed_commit_keeps_nothing(void **state)
{
    (void)state;
    fail_commits("full.db", SQLITE_FULL, false);
    fail_commits("full-stays.db", SQLITE_FULL, true);
    fail_commits("write.db", SQLITE_IOERR_WRITE, false);
    fail_commits("sync.db", SQLITE_IOERR_FSYNC, true);
}

/* With --on-journal-error continue, the machine continues while the journal cannot be written.
 * All rows are written later. */
static void test_a_detached_ledger_keeps_everything(void **state)
{
    const char *path = fresh("detached.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_CONTINUE);
    struct vfj_reattached reattached;
    const struct vfj_decision *decision = NULL;
    (void)state;
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    kit_fault_arm(1, SQLITE_FULL, true);
    submit_burst(ledger, 5);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_true(vfj_ledger_detached(ledger));
    assert_string_not_equal(vfj_ledger_detail(ledger), "");
    submit_burst(ledger, 5);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_int_equal(vfj_ledger_reattach(ledger, 1, 1, &reattached, &decision), VFJ_JOURNAL_FULL);
    assert_true(vfj_ledger_detached(ledger));
    assert_int_equal(vfj_ledger_durable_seq(ledger), 1);
    submit_burst(ledger, 1);
    assert_true(kit_fault_disarm());
    uint64_t digest = vfj_state_digest(vfj_ledger_state(ledger));

    assert_int_equal(
        vfj_ledger_reattach(ledger, 1795356999000000, 999000000, &reattached, &decision), VFJ_OK);
    assert_false(vfj_ledger_detached(ledger));
    assert_non_null(decision);
    assert_int_equal(reattached.kept, 22);
    assert_int_equal(reattached.lost, 0);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
    assert_int_equal(kit_sql_integer(path,
                                     "SELECT count(*) FROM record WHERE kind = 'gap' AND "
                                     "body = 'reason=\"journal written again: 22 events kept\"'"),
                     1);
    /* the journal's state is the one after the last event before the gap */
    assert_int_equal((uint64_t)kit_sql_integer(
                         path,
                         "SELECT digest FROM record WHERE digest IS NOT NULL AND kind <> 'gap' "
                         "ORDER BY seq DESC LIMIT 1"),
                     digest);
}

/* With a smaller write queue, a ledger loses events earlier while the journal cannot be written (it
 * is detached), and commits earlier while the journal can. */
static void test_the_room_of_the_write_queue_is_bounded(void **state)
{
    const char *path = fresh("room.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_CONTINUE);
    struct vfj_reattached reattached;
    (void)state;
    vfj_ledger_set_write_queue(ledger, 0);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_durable_seq(ledger), 0);
    kit_submit(ledger, kit_devd(ifattach));
    assert_int_equal(vfj_ledger_durable_seq(ledger), 1);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_set_write_queue(ledger, 1000);
    kit_fault_arm(1, SQLITE_IOERR_WRITE, true);
    for (unsigned i = 0; i < 20; i++)
        kit_submit(ledger, kit_devd("+x at y"));
    assert_true(vfj_ledger_detached(ledger));
    assert_true(kit_fault_disarm());
    assert_int_equal(vfj_ledger_reattach(ledger, 1795356999000000, 999000000, &reattached, NULL),
                     VFJ_OK);
    assert_true(reattached.kept > 2 && reattached.lost > 2);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_set_write_queue(ledger, SIZE_MAX);
    for (unsigned i = 0; i < 20; i++)
        kit_submit(ledger, kit_devd("+x at y"));
    assert_true(vfj_ledger_waiting(ledger));
    vfj_ledger_close(ledger);
}

/* While the journal cannot be written, the ledger gets more events than its write queue holds. The
 * oldest rows stay, the state becomes the one after them, and the journal can be replayed. */
static void test_what_is_lost_is_counted_and_given_up(void **state)
{
    static char line[4000];
    const char *path = fresh("overflow.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_CONTINUE);
    struct vfj_reattached reattached;
    char expected[100];
    (void)state;
    memset(line, 'x', sizeof line - 1);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    kit_fault_arm(1, SQLITE_IOERR_WRITE, true);
    for (unsigned i = 0; i < 2000; i++) {
        kit_submit(ledger, kit_devd(line));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    }
    kit_submit(ledger, kit_devd(ifattach)); /* lost, with its decisions */
    assert_true(kit_fault_disarm());
    assert_int_equal(vfj_ledger_reattach(ledger, 1795356999000000, 999000000, &reattached, NULL),
                     VFJ_OK);
    assert_true(reattached.kept > 500);
    assert_true(reattached.lost > 500);
    assert_int_equal(reattached.kept + reattached.lost, 2001);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);
    (void)snprintf(
        expected, sizeof expected,
        "SELECT count(*) FROM event WHERE body LIKE 'reason=\"journal lost %llu events%%'",
        (unsigned long long)reattached.lost);
    assert_int_equal(kit_sql_integer(path, expected), 1);

    /* the ledger continues after these events like after a start of the daemon */
    kit_submit(ledger, kit_started());
    kit_submit(ledger, kit_devd(ifattach));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
    ledger = kit_ledger_open(path, VFJ_ON_ERROR_CONTINUE);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
}

/* Rows that are more than the write queue holds are committed in several parts, each with whole
 * events. */
static void test_a_burst_is_committed_in_parts(void **state)
{
    static char line[4000];
    const char *path = fresh("burst.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    (void)state;
    memset(line, 'x', sizeof line - 1);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 2000; i++)
        kit_submit(ledger, kit_devd(line));
    assert_true(vfj_ledger_durable_seq(ledger) > 500);
    assert_true(vfj_ledger_waiting(ledger));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    assert_equal_to_disk(ledger, path);

    /* when the commit of a full queue fails, the next event is not submitted */
    kit_fault_arm(1, SQLITE_FULL, true);
    enum vfj_status status = VFJ_OK;
    struct vfj_event event = kit_devd(line);
    for (unsigned i = 0; i < 2000 && status == VFJ_OK; i++)
        status = vfj_ledger_submit(ledger, &event, NULL);
    assert_int_equal(status, VFJ_JOURNAL_FULL);
    assert_true(kit_fault_disarm());
    assert_int_equal(vfj_ledger_seq(ledger), 2001);
    assert_equal_to_disk(ledger, path);
    vfj_ledger_close(ledger);
}

/* Each operation of creating and opening a journal fails in turn. Afterwards there is either no
 * journal or a complete one. */
static void test_a_failed_creation_leaves_no_half_journal(void **state)
{
    bool struck = true;
    (void)state;
    for (unsigned count = 1; struck; count++) {
        const char *path = fresh("create.db");
        struct vfj_ledger *ledger = NULL;
        assert_true(count < 1000);
        kit_fault_arm(count, SQLITE_FULL, true);
        enum vfj_status status = vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP);
        struck = kit_fault_disarm();
        if (status != VFJ_OK) {
            assert_true(struck);
            assert_string_not_equal(vfj_ledger_detail(ledger), "");
        }
        vfj_ledger_close(ledger);
        assert_false(kit_exists(kit_beside(path, ".lock")));
        if (kit_exists(path)) {
            ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
            vfj_ledger_close(ledger);
        }
    }
}

static void test_refusals_have_their_reasons(void **state)
{
    const char *path = fresh("refused.db");
    struct vfj_ledger *ledger = NULL;
    (void)state;
    kit_make_journal(path);
    kit_tamper(path, "UPDATE record SET body = body || ' ' WHERE kind = 'devd'");
    assert_int_equal(vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP), VFJ_JOURNAL_DAMAGED);
    assert_non_null(strstr(vfj_ledger_detail(ledger), "changed or taken out"));
    vfj_ledger_close(ledger);
    kit_forge(path, "UPDATE record SET note = 'stale' WHERE kind = 'devd'");
    assert_int_equal(vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP), VFJ_DIVERGED);
    vfj_ledger_close(ledger);
    vfj_ledger_close(NULL);
}

/* Another program appends a row that is valid for the schema, but not for the ledger. The ledger
 * does not continue after this row. */
static void test_a_row_that_somebody_else_appended_is_no_place_to_go_on_from(void **state)
{
    const char *path = fresh("appended.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    (void)state;
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    kit_sql(
        path,
        "INSERT INTO record SELECT seq + 1, NULL, 1, 1, 1, 'devd', '!', NULL, 1, chain FROM record"
        " ORDER BY seq DESC LIMIT 1");
    int64_t before = kit_sql_integer(path, "SELECT count(*) FROM record");
    kit_submit(ledger, kit_devd("!system=IFNET"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_JOURNAL_DAMAGED);
    assert_non_null(strstr(vfj_ledger_detail(ledger), "seq must be the next one"));
    vfj_ledger_close(ledger);
    assert_int_equal(kit_sql_integer(path, "SELECT count(*) FROM record"), before);
}

static void test_on_error_has_two_words(void **state)
{
    enum vfj_on_error on_error = VFJ_ON_ERROR_CONTINUE;
    (void)state;
    assert_true(vfj_on_error_parse(vfj_span_of("stop"), &on_error));
    assert_int_equal(on_error, VFJ_ON_ERROR_STOP);
    assert_true(vfj_on_error_parse(vfj_span_of("continue"), &on_error));
    assert_int_equal(on_error, VFJ_ON_ERROR_CONTINUE);
    assert_false(vfj_on_error_parse(vfj_span_of("panic"), &on_error));
}

static int set_up(void **state)
{
    kit_fault_install();
    return kit_scratch_make(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_committed_is_on_disk),
        cmocka_unit_test(test_what_is_not_committed_is_lost_at_close),
        cmocka_unit_test(test_it_goes_on_where_it_ended),
        cmocka_unit_test(test_a_batch_is_one_commit),
        cmocka_unit_test(test_a_killed_ledger_lost_nothing_committed),
        cmocka_unit_test(test_what_is_no_event_changes_nothing),
        cmocka_unit_test(test_a_failed_commit_keeps_nothing),
        cmocka_unit_test(test_a_detached_ledger_keeps_everything),
        cmocka_unit_test(test_the_room_of_the_write_queue_is_bounded),
        cmocka_unit_test(test_what_is_lost_is_counted_and_given_up),
        cmocka_unit_test(test_a_burst_is_committed_in_parts),
        cmocka_unit_test(test_a_failed_creation_leaves_no_half_journal),
        cmocka_unit_test(test_refusals_have_their_reasons),
        cmocka_unit_test(test_a_row_that_somebody_else_appended_is_no_place_to_go_on_from),
        cmocka_unit_test(test_on_error_has_two_words),
    };
    return cmocka_run_group_tests(tests, set_up, kit_scratch_remove);
}
