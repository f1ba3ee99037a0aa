/* Fault loops. Allocations, file operations, system calls and calls of SQLite fail: in the first
 * run at the first call, in the second run at the second call, and so on, once or permanently,
 * until a run has no fault. This covers appending, opening, making, copying, recovering, pruning
 * and reading a journal. Each failure must be reported and must lose no earlier data, and the
 * next attempt must succeed. */
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <setjmp.h>
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

#include "store/prune.h"
#include "store/recover.h"
#include "store/verify.h"
#include "tests/kit/fault_calls.h"
#include "tests/kit/fault_memory.h"
#include "tests/kit/fault_vfs.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

/* An operation that the loop repeats. run() returns true when the operation reported success. */
struct scenario {
    const char *name;
    void (*prepare)(void);
    bool (*run)(void);
    void (*check)(bool ok);
};

enum strikes { ON_MEMORY, ON_WRITES, ON_READS, ON_SYSTEM, ON_SQLITE };

struct fault {
    const char *name;
    enum strikes on;
    int code; /* result code of SQLite when a file operation fails */
    bool stay;
};

static const struct fault faults[] = {
    {"no memory, once", ON_MEMORY, 0, false},
    {"no memory any more", ON_MEMORY, 0, true},
    {"a full disk, once", ON_WRITES, SQLITE_FULL, false},
    {"a full disk", ON_WRITES, SQLITE_FULL, true},
    {"a failed write, once", ON_WRITES, SQLITE_IOERR_WRITE, false},
    {"failed writes", ON_WRITES, SQLITE_IOERR_WRITE, true},
    {"a failed read, once", ON_READS, SQLITE_IOERR_READ, false},
    {"failed reads", ON_READS, SQLITE_IOERR_READ, true},
    {"a failed call of the system, once", ON_SYSTEM, 0, false},
    {"failed calls of the system", ON_SYSTEM, 0, true},
    {"a failed call of SQLite, once", ON_SQLITE, 0, false},
    {"failed calls of SQLite", ON_SQLITE, 0, true},
};

static unsigned long runs, failures;
static unsigned at;       /* number of the call that failed last */
static const char *under; /* name of the last fault */
static bool is_system;    /* true: the last fault was in a system call */

static void arm(const struct fault *fault, unsigned count)
{
    switch (fault->on) {
    case ON_MEMORY:
        kit_memory_arm(count, fault->stay);
        break;
    case ON_WRITES:
    case ON_READS:
        kit_fault_reads(fault->on == ON_READS);
        kit_fault_arm(count, fault->code, fault->stay);
        break;
    case ON_SYSTEM:
    case ON_SQLITE:
        kit_calls_arm(fault->on == ON_SYSTEM ? KIT_CALLS_SYSTEM : KIT_CALLS_SQLITE, count,
                      fault->stay);
        break;
    }
}

static bool disarm(void)
{
    bool memory = kit_memory_disarm();
    bool file = kit_fault_disarm();
    bool call = kit_calls_disarm();
    kit_fault_reads(false);
    return memory || file || call;
}

static bool is_long_form(void)
{
    const char *form = getenv("VFJ_FAULTS");
    return form != NULL && strcmp(form, "all") == 0;
}

/* Returns the number of the call that fails in the next run. The long form of the test tests each
 * call. The short form skips some of the allocations and reads after the first 20; faults that stay
 * skip other calls than faults that do not. All writes are always tested, because they are few. */
static unsigned next_count(const struct fault *fault, unsigned count)
{
    bool many = fault->on == ON_MEMORY || fault->on == ON_READS;
    if (!many || count < 20 || is_long_form())
        return count + 1;
    return count + 1 + count / 5 + (fault->stay ? 1 : 0);
}

static void loop(const struct scenario *scenario, const struct fault *fault)
{
    bool struck = true;
    for (unsigned count = 1; struck; count = next_count(fault, count)) {
        if (count >= 1000000)
            fail_msg("%s: %s: no end", scenario->name, fault->name);
        scenario->prepare();
        at = count;
        under = fault->name;
        is_system = fault->on == ON_SYSTEM;
        arm(fault, count);
        bool ok = scenario->run();
        struck = disarm();
        if (!ok && !struck)
            fail_msg("%s: it fails by itself", scenario->name);
        runs++;
        failures += !ok;
        scenario->check(ok);
    }
    if (is_long_form()) {
        (void)printf("%s: %s: %u\n", scenario->name, fault->name, at);
        (void)fflush(stdout);
    }
}

static void loop_all(const struct scenario *scenario)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        loop(scenario, &faults[i]);
}

/* Checks that the journal can be verified without a finding. Returns the seq of its first
 * record. */
static uint64_t assert_sound(const char *path)
{
    struct vfj_verified verified;
    vfj_verify(path, NULL, &verified);
    if (verified.finding != VFJ_FINDING_SOUND)
        fail_msg("%s: %s: %s", path, vfj_finding_name((enum vfj_finding)verified.finding),
                 verified.detail);
    return verified.first;
}

static void remove_journal(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock", ".new", "-snapshot"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        (void)unlink(kit_beside(path, suffixes[i]));
}

/* Returns the path of a journal that has no fault. */
static const char *sound(void)
{
    return kit_path("sound.db");
}

/* Returns the path of a journal whose daemon was killed. Its last records are in a -wal. */
static const char *killed(void)
{
    return kit_path("killed.db");
}

static void copy(const char *from, const char *to)
{
    size_t length;
    char *bytes = kit_read(from, &length);
    kit_write(to, bytes, length);
    free(bytes);
}

/* Returns true when `path` has the same bytes as `of`, and no -wal file with more records. A
 * second verification is then unnecessary. */
static bool is_copy(const char *path, const char *of)
{
    size_t lengths[2];
    char *bytes = kit_read(path, &lengths[0]), *expected = kit_read(of, &lengths[1]);
    bool same = lengths[0] == lengths[1] && memcmp(bytes, expected, lengths[0]) == 0;
    free(bytes);
    free(expected);
    return same && !kit_exists(kit_beside(path, "-wal"));
}

static void append_and_die(const char *path)
{
    pid_t child = fork();
    int status = 0;
    if (child == 0) {
        struct vfj_ledger *ledger = NULL;
        struct vfj_event event = kit_devd("!system=ETHERNET subsystem=mce0 type=IFATTACH");
        bool right = vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) == VFJ_OK
            && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK
            && vfj_ledger_commit(ledger) == VFJ_OK;
        _exit(right ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static const char *trace(void)
{
    return "traces/static/static.trace";
}

static int64_t killed_records;

/* ---- appending ---- */

static struct {
    struct vfj_ledger *ledger;
    struct vfj_state before;
    uint64_t seq;
} appending;

static const char *appended(void)
{
    return kit_path("append.db");
}

static void prepare_append(void)
{
    if (appending.ledger == NULL)
        appending.ledger = kit_ledger_open(appended(), VFJ_ON_ERROR_STOP);
    appending.before = *vfj_ledger_state(appending.ledger);
    appending.seq = vfj_ledger_seq(appending.ledger);
}

static bool run_append(void)
{
    for (unsigned i = 0; i < 4; i++) {
        struct vfj_event event
            = kit_devd(i % 2 == 0 ? "!system=ETHERNET subsystem=mce0 type=IFATTACH" : "!\x01odd");
        if (vfj_ledger_submit(appending.ledger, &event, NULL) != VFJ_OK)
            return false;
    }
    return vfj_ledger_commit(appending.ledger) == VFJ_OK;
}

static void check_append(bool ok)
{
    if (!ok) {
        assert_string_not_equal(vfj_ledger_detail(appending.ledger), "");
        assert_int_equal(vfj_ledger_seq(appending.ledger), appending.seq);
        assert_memory_equal(&appending.before, vfj_ledger_state(appending.ledger),
                            sizeof appending.before);
    }
    kit_submit(appending.ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(appending.ledger), VFJ_OK);
    /* The journal has the records that were reported as durable, and no others. */
    assert_int_equal(kit_sql_integer(appended(), "SELECT max(seq) FROM record"),
                     vfj_ledger_seq(appending.ledger));
    if (vfj_ledger_seq(appending.ledger) > 2000) {
        assert_sound(appended());
        vfj_ledger_close(appending.ledger);
        appending.ledger = NULL;
        remove_journal(appended());
    }
}

static void test_appending(void **state)
{
    static const struct scenario scenario = {"append", prepare_append, run_append, check_append};
    (void)state;
    loop_all(&scenario);
    vfj_ledger_close(appending.ledger);
    appending.ledger = NULL;
    assert_sound(appended());
}

/* ---- appending, and continuing in memory while appending fails ---- */

static uint64_t gone_on; /* number of events so far */

static void prepare_going_on(void)
{
    if (appending.ledger == NULL) {
        appending.ledger = kit_ledger_open(appended(), VFJ_ON_ERROR_CONTINUE);
        gone_on = 0;
    }
}

static bool run_going_on(void)
{
    for (unsigned i = 0; i < 4; i++) {
        kit_submit(appending.ledger, kit_devd("!system=GOES type=ON"));
        assert_int_equal(vfj_ledger_commit(appending.ledger), VFJ_OK);
    }
    gone_on += 4;
    return !vfj_ledger_detached(appending.ledger);
}

/* Checks that all events are written later, each of them once. */
static void check_gone_on(bool ok)
{
    struct vfj_reattached told = {0};
    if (!ok && vfj_ledger_reattach(appending.ledger, 1, 1, &told, NULL) != VFJ_OK)
        fail_msg("%s at %u: not written later: %s", under, at, vfj_ledger_detail(appending.ledger));
    assert_int_equal(told.lost, 0);
    assert_int_equal(vfj_ledger_commit(appending.ledger), VFJ_OK);
    assert_int_equal(kit_sql_integer(appended(), "SELECT count(*) FROM record WHERE kind = 'devd'"),
                     gone_on);
    assert_int_equal(kit_sql_integer(appended(), "SELECT max(seq) FROM record"),
                     vfj_ledger_seq(appending.ledger));
}

static void test_going_on(void **state)
{
    static const struct scenario scenario
        = {"go on", prepare_going_on, run_going_on, check_gone_on};
    (void)state;
    remove_journal(appended());
    loop_all(&scenario);
    vfj_ledger_close(appending.ledger);
    appending.ledger = NULL;
    assert_sound(appended());
}

/* ---- creating a journal, and opening one that a killed daemon left ---- */

static const char *opened(void)
{
    return kit_path("open.db");
}

static bool run_open(void)
{
    struct vfj_ledger *ledger = NULL;
    struct vfj_event event = kit_devd("!system=B");
    bool ok = vfj_ledger_open(&ledger, opened(), VFJ_ON_ERROR_STOP) == VFJ_OK;
    if (!ok && vfj_ledger_detail(ledger)[0] == '\0')
        fail_msg("%s at %u: a failure without a word", under, at);
    ok = ok && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK
        && vfj_ledger_commit(ledger) == VFJ_OK;
    vfj_ledger_close(ledger);
    return ok;
}

static int64_t records_of(const char *path)
{
    return kit_sql_integer(path, "SELECT count(*) FROM record");
}

/* Checks the number of records. A record that could not be synced may exist. A record that was
 * committed must exist. */
static void assert_appended(int64_t before, bool ok)
{
    int64_t records = records_of(opened());
    if (records != before + 1 && (ok || records != before))
        fail_msg("%s at %u: %lld records, where %lld were", under, at, (long long)records,
                 (long long)before);
}

/* Checks that the lock file was removed. It may remain when a system call for the lock failed. */
static void assert_unlocked(void)
{
    if (kit_exists(kit_beside(opened(), ".lock")) && !is_system)
        fail_msg("%s at %u: the lock stays", under, at);
}

static void prepare_nothing(void)
{
    remove_journal(opened());
}

static void check_made(bool ok)
{
    assert_unlocked();
    if (kit_exists(opened())) {
        assert_sound(opened());
        assert_appended(0, ok);
    } else {
        assert_false(ok);
    }
    assert_true(run_open());
}

static void test_making(void **state)
{
    static const struct scenario scenario = {"make", prepare_nothing, run_open, check_made};
    (void)state;
    loop_all(&scenario);
}

static void prepare_killed(void)
{
    remove_journal(opened());
    copy(killed(), opened());
    copy(kit_beside(killed(), "-wal"), kit_beside(opened(), "-wal"));
}

static void check_opened(bool ok)
{
    assert_unlocked();
    assert_sound(opened());
    assert_appended(killed_records, ok);
    assert_true(run_open());
}

static void test_opening(void **state)
{
    static const struct scenario scenario = {"open", prepare_killed, run_open, check_opened};
    (void)state;
    loop_all(&scenario);
}

/* ---- opening a journal with a snapshot, and writing a snapshot ---- */

enum { CACHED_LINES = 100 };

static int64_t cached_records;
/* The digests of the state at the journal's end: [0] before one more start was committed, [1] after
 * that. */
static uint64_t cached_digests[2];

static const char *cached(void)
{
    return kit_path("cached.db");
}

static void prepare_cached(void)
{
    remove_journal(opened());
    copy(cached(), opened());
    copy(kit_beside(cached(), "-snapshot"), kit_beside(opened(), "-snapshot"));
    (void)chmod(kit_beside(opened(), "-snapshot"), 0600);
}

static void make_cached(void)
{
    struct vfj_ledger *ledger = NULL;
    kit_make_journal(cached());
    assert_int_equal(vfj_ledger_open_cached(&ledger, cached(), VFJ_ON_ERROR_STOP), VFJ_OK);
    vfj_ledger_set_snapshots(ledger, 1);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < CACHED_LINES; i++)
        kit_submit(ledger, kit_devd("!system=B"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    cached_digests[0] = vfj_state_digest(vfj_ledger_state(ledger));
    cached_records = (int64_t)vfj_ledger_seq(ledger);
    vfj_ledger_close(ledger);
    assert_true(kit_exists(kit_beside(cached(), "-snapshot")));
    prepare_cached();
    ledger = kit_ledger_open(opened(), VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    cached_digests[1] = vfj_state_digest(vfj_ledger_state(ledger));
    vfj_ledger_close(ledger);
}

static bool run_open_cached(void)
{
    struct vfj_ledger *ledger = NULL;
    bool ok = vfj_ledger_open_cached(&ledger, opened(), VFJ_ON_ERROR_STOP) == VFJ_OK;
    if (!ok)
        assert_string_not_equal(vfj_ledger_detail(ledger), "");
    else
        assert_true(vfj_state_digest(vfj_ledger_state(ledger)) == cached_digests[0]);
    if (ok) {
        struct vfj_event started = kit_started();
        vfj_ledger_set_state_checkpoints(ledger, 1, INT64_MAX);
        vfj_ledger_set_snapshots(ledger, 1);
        ok = vfj_ledger_submit(ledger, &started, NULL) == VFJ_OK
            && vfj_ledger_commit(ledger) == VFJ_OK;
    }
    if (ok)
        vfj_ledger_maintain(ledger);
    vfj_ledger_close(ledger);
    return ok;
}

/* Checks the snapshot that a failed run left. The next start may use it or ignore it, but must have
 * the journal's state. */
static void check_cached(bool ok)
{
    struct vfj_ledger *ledger = NULL;
    assert_unlocked();
    bool more = records_of(opened()) > cached_records;
    assert_true(more || !ok);
    assert_int_equal(vfj_ledger_open_cached(&ledger, opened(), VFJ_ON_ERROR_STOP), VFJ_OK);
    assert_true(vfj_state_digest(vfj_ledger_state(ledger)) == cached_digests[more]);
    vfj_ledger_close(ledger);
}

static void test_cached(void **state)
{
    static const struct scenario scenario
        = {"open with a snapshot", prepare_cached, run_open_cached, check_cached};
    (void)state;
    make_cached();
    loop_all(&scenario);
}

/* ---- reading, with the verbs ---- */

static struct {
    int (*verb)(int argc, char **argv);
    const char *line; /* the arguments of the verb, separated by blanks; % stands for the path */
    const char *path;
    char *right; /* the output without a fault */
} reading;

static int with_output(int (*verb)(int argc, char **argv), int argc, char **argv)
{
    int kept[2] = {dup(1), dup(2)};
    /* creat(2) is used, since the test may make open(2) fail */
    int out = creat(kit_path("printed"), 0600);
    int said = creat(kit_path("said"), 0600);
    (void)fflush(stdout);
    (void)dup2(out, 1);
    (void)dup2(said, 2);
    int exit_status = verb(argc, argv);
    (void)fflush(stdout);
    clearerr(stdout);
    (void)dup2(kept[0], 1);
    (void)dup2(kept[1], 2);
    const int all[] = {kept[0], kept[1], out, said};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        (void)close(all[i]);
    return exit_status;
}

static int run_verb(void)
{
    char line[200];
    char *words[16] = {NULL};
    int count = 0;
    (void)snprintf(line, sizeof line, "%s", reading.line);
    char *rest = line;
    for (char *word; (word = strsep(&rest, " ")) != NULL && count < 15;)
        words[count++] = strcmp(word, "%") == 0 ? (char *)reading.path : word;
    optind = 0; /* makes getopt_long(3) start anew, in glibc and FreeBSD */
    return with_output(reading.verb, count, words);
}

static void prepare_reading(void)
{
    (void)unlink(kit_path("copied.db"));
}

static bool run_reading(void)
{
    return run_verb() == VFJ_EXIT_OK;
}

static size_t length_of(const char *name)
{
    size_t length;
    free(kit_read(kit_path(name), &length));
    return length;
}

/* Checks that a failure is reported: a finding on standard output, any other error on standard
 * error. */
static void assert_told(const char *of, bool finding)
{
    if (length_of("said") == 0 && !(finding && length_of("printed") > 0))
        fail_msg("%s: %s at %u: a failure without a word", of, under, at);
}

/* Checks that no temporary journal is left. The verbs that read a trace make one for the trace's
 * rows. */
static void assert_nothing_left(void)
{
    glob_t left;
    if (glob(kit_path("vfjournal.*"), 0, NULL, &left) == 0)
        fail_msg("%s: %s at %u: %s stays", reading.line, under, at, left.gl_pathv[0]);
}

/* Checks that the output is complete, or that a failure was reported. */
static void check_reading(bool ok)
{
    size_t length;
    assert_nothing_left();
    if (!ok) {
        assert_told(reading.line, reading.verb == vfj_verb_verify);
        return;
    }
    char *printed = kit_read(kit_path("printed"), &length);
    if (reading.right == NULL) {
        reading.right = printed;
        return;
    }
    if (strcmp(printed, reading.right) != 0)
        fail_msg("%s: no failure is told, but:\n%s\nnot:\n%s", reading.line, printed,
                 reading.right);
    free(printed);
}

static void test_reading(void **state)
{
    static const struct {
        int (*verb)(int argc, char **argv);
        const char *line;
        const char *(*path)(void);
    } cases[] = {
        {vfj_verb_show, "show -n all -J %", sound},
        {vfj_verb_show, "show -n all -J %", killed},
        {vfj_verb_show, "show -a -o json -J %", sound},
        {vfj_verb_migrations, "migrations -J %", sound},
        {vfj_verb_migrations, "migrations -o json -J %", killed},
        {vfj_verb_report, "report -J %", sound},
        {vfj_verb_replay, "replay %", sound},
        {vfj_verb_replay, "replay -o json %", trace},
        {vfj_verb_replay, "replay --goto 9 -J %", sound},
        {vfj_verb_replay, "replay --set hyperv_vf_delay=9 -J %", sound},
        {vfj_verb_diff, "diff --state -J % 9 9", sound},
        {vfj_verb_verify, "verify -J %", sound},
        {vfj_verb_verify, "verify -J %", killed},
        {vfj_verb_export, "export --trace -J %", sound},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct scenario scenario
            = {cases[i].line, prepare_reading, run_reading, check_reading};
        /* a what-if (--set) has thousands of calls, which are too many for the short form of the
         * test */
        if (strstr(cases[i].line, "--set") != NULL && !is_long_form())
            continue;
        reading.verb = cases[i].verb;
        reading.line = cases[i].line;
        reading.path = cases[i].path();
        reading.right = NULL;
        prepare_reading();
        check_reading(run_reading());
        assert_non_null(reading.right);
        loop_all(&scenario);
        free(reading.right);
    }
}

/* ---- copying, and recovering ---- */

static const char *copied(void)
{
    return kit_path("copied.db");
}

static void check_copied(bool ok)
{
    assert_int_equal(kit_exists(copied()), ok);
    if (ok)
        assert_sound(copied());
}

static void prepare_copy(void)
{
    remove_journal(copied());
}

static bool run_backup(void)
{
    char *words[] = {"backup", "-J", (char *)killed(), (char *)copied(), NULL};
    optind = 0;
    return with_output(vfj_verb_backup, 4, words) == VFJ_EXIT_OK;
}

static void check_backup(bool ok)
{
    check_copied(ok);
    if (!ok)
        assert_told("backup", false);
}

static void test_copying(void **state)
{
    static const struct scenario scenario = {"backup", prepare_copy, run_backup, check_backup};
    (void)state;
    loop_all(&scenario);
}

static void see(void *arg, const struct vfj_record *record)
{
    (void)arg;
    (void)record;
}

enum { SAVED = 29 };

static uint64_t torn_records;

/* Runs a recovery. It must save all records that can be saved and report those that it cannot
 * read, or make no journal. */
static bool run_recover(void)
{
    struct vfj_recovered recovered;
    enum vfj_status status = vfj_recover(kit_path("torn.db"), copied(), 1, see, NULL, &recovered);
    bool whole = recovered.saved.seq == SAVED && recovered.newest == torn_records;
    if (status == VFJ_OK && (!recovered.lost || !(whole || is_system)))
        fail_msg("%s at %u: saved up to %llu, newest %llu", under, at,
                 (unsigned long long)recovered.saved.seq, (unsigned long long)recovered.newest);
    if (status != VFJ_OK && recovered.detail[0] == '\0')
        fail_msg("%s at %u: a failure without a word", under, at);
    return status == VFJ_OK;
}

static void test_recovering(void **state)
{
    static const struct scenario scenario = {"recover", prepare_copy, run_recover, check_copied};
    (void)state;
    copy(sound(), kit_path("torn.db"));
    kit_tamper(kit_path("torn.db"), "DELETE FROM record WHERE seq = 30");
    torn_records = (uint64_t)kit_sql_integer(kit_path("torn.db"), "SELECT max(seq) FROM record");
    loop_all(&scenario);
}

/* ---- pruning ---- */

static const char *prunable(void)
{
    return kit_path("prunable.db");
}

static const char *pruned(void)
{
    return kit_path("pruned.db");
}

static uint64_t first_kept;

static void make_prunable(void)
{
    kit_make_journal(prunable());
    struct vfj_ledger *ledger = kit_ledger_open(prunable(), VFJ_ON_ERROR_STOP);
    vfj_ledger_set_state_checkpoints(ledger, 20, INT64_MAX);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 50; i++) {
        kit_submit(ledger, kit_devd("!system=ETHERNET subsystem=mce0 type=IFATTACH"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_maintain(ledger);
    }
    vfj_ledger_close(ledger);
}

static void prepare_prune(void)
{
    remove_journal(pruned());
    remove_journal(copied());
    copy(prunable(), pruned());
}

static bool run_prune(void)
{
    static const struct vfj_prune_rule all = {.keep_us = 1};
    struct vfj_prune prune;
    enum vfj_status status = vfj_prune(pruned(), &all, INT64_MAX / 2, copied(), &prune);
    if (status != VFJ_OK && prune.detail[0] == '\0')
        fail_msg("%s at %u: a failure without a word", under, at);
    first_kept = status == VFJ_OK ? prune.cut : 0;
    return status == VFJ_OK && !prune.refused;
}

/* Checks that, whatever failed, every record that was removed from the journal is in the
 * archive. */
static void check_pruned(bool ok)
{
    if (!ok && is_copy(pruned(), prunable()))
        return; /* the journal is unchanged */
    uint64_t first = assert_sound(pruned());
    assert_true(!ok || (first_kept > 1 && first == first_kept));
    if (ok || first > 1)
        assert_sound(copied());
}

static void test_pruning(void **state)
{
    static const struct scenario scenario = {"prune", prepare_prune, run_prune, check_pruned};
    (void)state;
    make_prunable();
    loop_all(&scenario);
}

/* Puts the test's many files into a file system in memory, if there is one. */
static int set_up(void **state)
{
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 1);
    kit_memory_install();
    kit_fault_install();
    kit_fault_no_sleep();
    if (kit_scratch_make(state) != 0)
        return -1;
    (void)setenv("TMPDIR", kit_path(""), 1);
    kit_make_journal(sound());
    copy(sound(), killed());
    append_and_die(killed());
    (void)unlink(kit_beside(killed(), ".lock"));
    struct vfj_verified verified;
    vfj_verify(killed(), NULL, &verified);
    killed_records = (int64_t)verified.head.seq;
    return 0;
}

static int tear_down(void **state)
{
    (void)printf("%lu runs, %lu of them failed and said so\n", runs, failures);
    return kit_scratch_remove(state);
}

/* When the argument is the name of a test, such as test_reading, runs only that test. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appending), cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_cached),    cmocka_unit_test(test_making),
        cmocka_unit_test(test_opening),   cmocka_unit_test(test_reading),
        cmocka_unit_test(test_copying),   cmocka_unit_test(test_recovering),
        cmocka_unit_test(test_pruning),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
