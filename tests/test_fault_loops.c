/* Each allocation, and each operation on a file, fails at the 1st, 2nd, 3rd … time, once and for good, until a run passes clean:
 * in appending, opening, making, copying, recovering and pruning a journal, and in all that reads one. A failure is told, never
 * covers anything up, loses nothing that was there, and the next try succeeds. */
#include <fcntl.h>
#include <getopt.h>
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

#include "store/prune.h"
#include "store/salvage.h"
#include "store/verify.h"
#include "tests/kit/fault_memory.h"
#include "tests/kit/fault_vfs.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

/* One thing that is done over and over. What run() answers is whether it says that it succeeded. */
struct scenario {
    const char *name;
    void (*prepare)(void);
    bool (*run)(void);
    void (*check)(bool ok);
};

struct fault {
    const char *name;
    int code; /* of an operation on a file; 0: memory runs out */
    bool reads, stay;
};

static const struct fault faults[] = {
    {"no memory, once", 0, false, false},
    {"no memory any more", 0, false, true},
    {"a full disk, once", SQLITE_FULL, false, false},
    {"a full disk", SQLITE_FULL, false, true},
    {"a failed write, once", SQLITE_IOERR_WRITE, false, false},
    {"failed writes", SQLITE_IOERR_WRITE, false, true},
    {"a failed read, once", SQLITE_IOERR_READ, true, false},
    {"failed reads", SQLITE_IOERR_READ, true, true},
};

static unsigned long runs, failures;
static unsigned at;       /* where the fault struck last */
static const char *under; /* which one it was */

static void arm(const struct fault *fault, unsigned count)
{
    kit_fault_reads(fault->reads);
    kit_memory_arm(fault->code == 0 ? count : 0, fault->stay);
    kit_fault_arm(fault->code != 0 ? count : 0, fault->code, fault->stay);
}

static bool disarm(void)
{
    bool memory = kit_memory_disarm();
    bool file = kit_fault_disarm();
    kit_fault_reads(false);
    return memory || file;
}

/* Each allocation and each read is a run of its own when VFJ_FAULTS is "all"; else those of a long scenario are gone through in
 * steps, which begin elsewhere for each fault. What writes is little: always all of it. */
static unsigned next_count(const struct fault *fault, unsigned count)
{
    const char *all = getenv("VFJ_FAULTS");
    if ((fault->code != 0 && !fault->reads) || count < 20 || (all != NULL && strcmp(all, "all") == 0))
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
        arm(fault, count);
        bool ok = scenario->run();
        struck = disarm();
        if (!ok && !struck)
            fail_msg("%s: it fails by itself", scenario->name);
        runs++;
        failures += !ok;
        at = count;
        under = fault->name;
        scenario->check(ok);
    }
}

static void loop_all(const struct scenario *scenario)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        loop(scenario, &faults[i]);
}

static void assert_sound(const char *path)
{
    struct vfj_verified verified;
    vfj_verify(path, NULL, &verified);
    if (verified.finding != VFJ_FINDING_SOUND)
        fail_msg("%s: %s: %s", path, vfj_finding_name((enum vfj_finding)verified.finding), verified.detail);
}

static void remove_journal(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock", ".new", "-snapshot"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        (void)unlink(kit_beside(path, suffixes[i]));
}

/* A sound journal; and one whose daemon was killed: its last records are in a -wal. */
static const char *sound(void)
{
    return kit_path("sound.db");
}

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

static void append_and_die(const char *path)
{
    pid_t child = fork();
    int status = 0;
    if (child == 0) {
        struct vfj_ledger *ledger = NULL;
        struct vfj_event event = kit_devd("!system=ETHERNET subsystem=mce0 type=IFATTACH");
        bool right = vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) == VFJ_OK
            && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK && vfj_ledger_commit(ledger) == VFJ_OK;
        _exit(right ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
        struct vfj_event event = kit_devd(i % 2 == 0 ? "!system=ETHERNET subsystem=mce0 type=IFATTACH" : "!\x01odd");
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
        assert_memory_equal(&appending.before, vfj_ledger_state(appending.ledger), sizeof appending.before);
    }
    kit_submit(appending.ledger, kit_devd("!system=A"));
    assert_int_equal(vfj_ledger_commit(appending.ledger), VFJ_OK);
    /* What was said to be there is there, and nothing else. */
    assert_int_equal(kit_sql_integer(appended(), "SELECT max(seq) FROM record"), vfj_ledger_seq(appending.ledger));
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

/* ---- making, and opening what a killed daemon left ---- */

static const char *opened(void)
{
    return kit_path("open.db");
}

static bool run_open(void)
{
    struct vfj_ledger *ledger = NULL;
    struct vfj_event event = kit_devd("!system=B");
    bool ok = vfj_ledger_open(&ledger, opened(), VFJ_ON_ERROR_STOP) == VFJ_OK;
    if (!ok)
        assert_string_not_equal(vfj_ledger_detail(ledger), "");
    ok = ok && vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK && vfj_ledger_commit(ledger) == VFJ_OK;
    vfj_ledger_close(ledger);
    return ok;
}

static int64_t records_of(const char *path)
{
    return kit_sql_integer(path, "SELECT count(*) FROM record");
}

/* A record that could not be synced may be there all the same; one that was committed has to. */
static void assert_appended(int64_t before, bool ok)
{
    int64_t records = records_of(opened());
    if (records != before + 1 && (ok || records != before))
        fail_msg("%s at %u: %lld records, where %lld were", under, at, (long long)records, (long long)before);
}

static void prepare_nothing(void)
{
    remove_journal(opened());
}

static void check_made(bool ok)
{
    if (kit_exists(kit_beside(opened(), ".lock")))
        fail_msg("%s at %u: the lock stays", under, at);
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
    assert_false(kit_exists(kit_beside(opened(), ".lock")));
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

/* ---- reading, as the verbs do ---- */

static struct {
    int (*verb)(int argc, char **argv);
    const char *line; /* words, separated by blanks; % is the journal */
    const char *path;
    int expected;
    char *right; /* what is printed when nothing fails */
} reading;

static int with_output(int (*verb)(int argc, char **argv), int argc, char **argv)
{
    int kept[2] = {dup(1), dup(2)};
    int out = open(kit_path("printed"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int null = open("/dev/null", O_WRONLY);
    (void)fflush(stdout);
    (void)dup2(out, 1);
    (void)dup2(null, 2);
    int exit_status = verb(argc, argv);
    (void)fflush(stdout);
    clearerr(stdout);
    (void)dup2(kept[0], 1);
    (void)dup2(kept[1], 2);
    const int all[] = {kept[0], kept[1], out, null};
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
    optind = 0; /* as getopt_long(3) begins anew, in glibc and FreeBSD */
    return with_output(reading.verb, count, words);
}

static void prepare_reading(void)
{
    (void)unlink(kit_path("copied.db"));
}

static bool run_reading(void)
{
    return run_verb() == reading.expected;
}

/* Either all of it, or a failure is told. */
static void check_reading(bool ok)
{
    size_t length;
    if (!ok)
        return;
    char *printed = kit_read(kit_path("printed"), &length);
    if (reading.right == NULL) {
        reading.right = printed;
        return;
    }
    if (strcmp(printed, reading.right) != 0)
        fail_msg("%s: exit status %d, but:\n%s\nnot:\n%s", reading.line, reading.expected, printed, reading.right);
    free(printed);
}

static void test_reading(void **state)
{
    static const struct {
        int (*verb)(int argc, char **argv);
        const char *line;
        int expected;
        bool both; /* of the journal with a -wal as well */
    } cases[] = {
        {vfj_verb_show, "show -n all -J %", VFJ_EXIT_OK, true},
        {vfj_verb_show, "show -a -o json -J %", VFJ_EXIT_OK, false},
        {vfj_verb_replay, "replay %", VFJ_EXIT_OK, false},
        {vfj_verb_verify, "verify -J %", VFJ_EXIT_OK, true},
        {vfj_verb_export, "export --trace -J %", VFJ_EXIT_OK, false},
    };
    static const struct scenario scenario = {"read", prepare_reading, run_reading, check_reading};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        if (i % 2 == 1 && !cases[i / 2].both)
            continue;
        reading.verb = cases[i / 2].verb;
        reading.line = cases[i / 2].line;
        reading.expected = cases[i / 2].expected;
        reading.path = i % 2 == 0 ? sound() : killed();
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

static void test_copying(void **state)
{
    static const struct scenario scenario = {"backup", prepare_copy, run_backup, check_copied};
    (void)state;
    loop_all(&scenario);
}

static void see(void *arg, const struct vfj_record *record)
{
    (void)arg;
    (void)record;
}

static bool run_recover(void)
{
    struct vfj_salvage salvage;
    enum vfj_status status = vfj_salvage(kit_path("torn.db"), copied(), 1, see, NULL, &salvage);
    if (status == VFJ_OK)
        assert_true(salvage.saved.seq > 0);
    return status == VFJ_OK;
}

static void test_recovering(void **state)
{
    static const struct scenario scenario = {"recover", prepare_copy, run_recover, check_copied};
    (void)state;
    copy(sound(), kit_path("torn.db"));
    kit_tamper(kit_path("torn.db"), "DELETE FROM record WHERE seq = 30");
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
    vfj_ledger_set_checkpoints(ledger, 20, INT64_MAX);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 50; i++) {
        kit_submit(ledger, kit_devd("!system=ETHERNET subsystem=mce0 type=IFATTACH"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_rest(ledger);
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
    static const struct vfj_trim_rule all = {.keep_us = 1};
    struct vfj_prune prune;
    enum vfj_status status = vfj_prune(pruned(), &all, INT64_MAX / 2, copied(), &prune);
    first_kept = status == VFJ_OK ? prune.cut : 0;
    return status == VFJ_OK && !prune.refused;
}

/* What the journal lacks is in the archive, whatever failed. */
static void check_pruned(bool ok)
{
    struct vfj_verified verified;
    assert_sound(pruned());
    vfj_verify(pruned(), NULL, &verified);
    assert_true(!ok || (first_kept > 1 && verified.first == first_kept));
    if (ok || verified.first > 1)
        assert_sound(copied());
}

static void test_pruning(void **state)
{
    static const struct scenario scenario = {"prune", prepare_prune, run_prune, check_pruned};
    (void)state;
    make_prunable();
    loop_all(&scenario);
}

/* Where there is a file system in memory, the many files are made there. */
static int set_up(void **state)
{
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 1);
    kit_memory_install();
    kit_fault_install();
    if (kit_scratch_make(state) != 0)
        return -1;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appending), cmocka_unit_test(test_making),  cmocka_unit_test(test_opening),
        cmocka_unit_test(test_reading),   cmocka_unit_test(test_copying), cmocka_unit_test(test_recovering),
        cmocka_unit_test(test_pruning),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
