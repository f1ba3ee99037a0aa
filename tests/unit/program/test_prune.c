/* Tests pruning: it leaves a valid journal, even when a process dies during it, or writes or
 * forges rows meanwhile. */
#include <poll.h>
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

#include "core/limits.h"
#include "store/prune.h"
#include "store/recover.h"
#include "tests/kit/fault_vfs.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

enum { LINES = 3000, EVERY = 100 };

static const int64_t century_us = INT64_C(36525) * 24 * 60 * 60 * 1000000;

static const char *const lines[] = {
    "!system=ETHERNET subsystem=mce0 type=IFATTACH",
    "!system=IFNET subsystem=hn0 type=LINK_UP",
    "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP",
    "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN",
    "!\x01odd\xff",
};

static void submit_lines(struct vfj_ledger *ledger, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        kit_submit(ledger, kit_devd(lines[i % (sizeof lines / sizeof lines[0])]));
        if (i % 7 != 6)
            continue;
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_maintain(ledger);
    }
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
}

static struct vfj_ledger *open_ledger(const char *path)
{
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    vfj_ledger_set_state_checkpoints(ledger, EVERY, INT64_MAX);
    return ledger;
}

static struct vfj_state *state_of(const char *path)
{
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    struct vfj_state *state = malloc(sizeof *state);
    assert_non_null(state);
    *state = *vfj_ledger_state(ledger);
    vfj_ledger_close(ledger);
    return state;
}

struct made {
    unsigned lines;
    char *bytes;
    size_t length;
};

/* Makes a journal of a migration and a storm, with a state checkpoint every 100 records. */
static const char *fresh_of(const char *name, struct made *made)
{
    const char *path = kit_path(name);
    static const char *const suffixes[] = {"-wal", "-shm", ".lock"};
    for (size_t i = 0; i < 3; i++)
        (void)unlink(kit_beside(path, suffixes[i]));
    if (made->bytes == NULL) {
        (void)unlink(path);
        kit_make_journal(path);
        struct vfj_ledger *ledger = open_ledger(path);
        kit_submit(ledger, kit_started());
        submit_lines(ledger, made->lines);
        vfj_ledger_close(ledger);
        made->bytes = kit_read(path, &made->length);
    }
    kit_write(path, made->bytes, made->length);
    return path;
}

static const char *fresh(const char *name)
{
    static struct made made = {.lines = LINES};
    return fresh_of(name, &made);
}

static const char *fresh_small(const char *name)
{
    static struct made made = {.lines = 250};
    return fresh_of(name, &made);
}

static struct vfj_verified sound(const char *path)
{
    struct vfj_verified verified;
    vfj_verify(path, NULL, &verified);
    if (verified.finding != VFJ_FINDING_SOUND)
        fail_msg("%s: %s: %s", path, vfj_finding_name((enum vfj_finding)verified.finding),
                 verified.detail);
    return verified;
}

static void finds(const char *path, enum vfj_finding expected, const char *detail)
{
    struct vfj_verified verified;
    vfj_verify(path, NULL, &verified);
    if (verified.finding != expected || strstr(verified.detail, detail) == NULL)
        fail_msg("%s: %s: %s", path, vfj_finding_name((enum vfj_finding)verified.finding),
                 verified.detail);
}

static struct vfj_prune prune(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us,
                              const char *archive)
{
    struct vfj_prune done;
    enum vfj_status status = vfj_prune(path, rule, wall_us, archive, &done);
    if (status != VFJ_OK)
        fail_msg("%s: %s: %s", done.where, vfj_status_text(status), done.detail);
    assert_false(done.refused);
    return done;
}

/* Prunes all records. */
static struct vfj_prune prune_all(const char *path, const char *archive)
{
    static const struct vfj_prune_rule rule = {.keep_us = 1};
    return prune(path, &rule, century_us, archive);
}

/* Runs `vfjournal ARGUMENTS`. Checks its exit status, and that it prints the text. */
static void says(int expected, const char *text, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void says(int expected, const char *text, const char *format, ...)
{
    char arguments[1000];
    int exit_status = -1;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(arguments, sizeof arguments, format, list);
    va_end(list);
    char *printed = kit_run(arguments, &exit_status);
    if (exit_status != expected || strstr(printed, text) == NULL)
        fail_msg("vfjournal %s: exit status %d, no \"%s\": %s", arguments, exit_status, text,
                 printed);
    free(printed);
}

/* ---- the pruned journal ---- */

static void test_what_is_left_is_a_journal(void **state)
{
    const char *path = fresh("left.db");
    struct vfj_state *before = state_of(path);
    struct vfj_verified whole = sound(path);
    (void)state;
    assert_int_equal(whole.first, 1);
    struct vfj_prune done = prune_all(path, NULL);
    assert_true(done.first == 1 && done.cut > LINES && done.after.used < done.before.used / 4);
    assert_int_equal(done.after.spare, 0);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_true((uint64_t)facts.st_size < done.before.used / 4);
    struct vfj_verified left = sound(path);
    assert_int_equal(left.first, done.cut);
    assert_int_equal(left.head.seq, whole.head.seq + 1); /* the row that reports the pruning */
    assert_int_equal(kit_sql_integer(path, "SELECT count(*) FROM record WHERE kind = 'journal'"),
                     1);
    struct vfj_state *after = state_of(path);
    assert_true(vfj_state_digest(after) == vfj_state_digest(before));
    assert_memory_equal(&after->head, &before->head, sizeof after->head);
    /* a daemon appends to the pruned journal, which is then pruned again */
    struct vfj_ledger *ledger = open_ledger(path);
    kit_submit(ledger, kit_started());
    submit_lines(ledger, 500);
    vfj_ledger_close(ledger);
    assert_int_equal(sound(path).first, done.cut);
    assert_true(prune_all(path, NULL).cut > done.cut + 400);
    (void)sound(path);
    assert_true(prune_all(path, NULL).cut == sound(path).first);
    free(before);
    free(after);
}

/* A rule with a limit of age or of size prunes only the records beyond that limit. */
static void test_rules(void **state)
{
    const char *path = fresh("rules.db");
    (void)state;
    int64_t middle = kit_sql_integer(path, "SELECT wall_us FROM record WHERE seq = 1500");
    struct vfj_prune_rule rule = {.keep_us = 1000000};
    struct vfj_prune done = prune(path, &rule, middle + 1000000, NULL);
    assert_in_range(done.cut, 1500 - 2 * EVERY, 1500);
    assert_int_equal(kit_sql_integer(path, "SELECT min(seq) FROM record"), done.cut);
    done = prune(path, &rule, middle + 1000000, NULL);
    assert_int_equal(done.cut, done.first);
    rule = (struct vfj_prune_rule){.max_bytes = 150000};
    done = prune(path, &rule, 0, NULL);
    assert_in_range(done.after.used, 120000, 150000);
    rule.max_bytes = 1;
    done = prune(path, &rule, 0, NULL);
    assert_int_equal(kit_sql_integer(path, "SELECT count(*) FROM record WHERE kind = 'checkpoint'"),
                     1);
    (void)sound(path);
}

/* In a pruned journal, an anchor can be checked if it is not older than the record before the
 * journal's first one. */
static void test_anchors(void **state)
{
    char heads[4][VFJ_ANCHOR_SIZE];
    const uint64_t back[4] = {2500, 101, 100, 0};
    const char *path = fresh("anchors.db");
    (void)state;
    struct vfj_prune probe = prune_all(path, NULL);
    path = fresh("anchors.db");
    struct vfj_ledger *ledger = NULL;
    for (unsigned i = 0; i < 4; i++) {
        char sql[100];
        uint64_t seq = i < 3 ? probe.cut - (i == 0 ? back[0] : i == 1 ? 2 : 1) : probe.cut + 5;
        const char *part = kit_path("part.db");
        (void)unlink(part);
        size_t length;
        char *bytes = kit_read(path, &length);
        kit_write(part, bytes, length);
        free(bytes);
        (void)snprintf(sql, sizeof sql, "DELETE FROM record WHERE seq > %llu",
                       (unsigned long long)seq);
        kit_tamper(part, sql);
        struct vfj_verified verified;
        vfj_verify(part, NULL, &verified);
        assert_int_equal(verified.head.seq, seq);
        struct vfj_text text = vfj_text_begin(heads[i], sizeof heads[i]);
        vfj_anchor_print(&verified.head, &text);
    }
    (void)ledger;
    (void)prune_all(path, NULL);
    says(VFJ_EXIT_UNSURE, ": anchor pruned: ", "verify -J '%s' --anchor %s", path, heads[0]);
    says(VFJ_EXIT_UNSURE, "(the journal begins with record ", "verify -J '%s' --anchor %s", path,
         heads[1]);
    says(VFJ_EXIT_OK, ": verified: ", "verify -J '%s' --anchor %s", path, heads[2]);
    says(VFJ_EXIT_OK, ": verified: ", "verify -J '%s' --anchor %s", path, heads[3]);
    heads[2][strlen(heads[2]) - 1] = heads[2][strlen(heads[2]) - 1] == '0' ? '1' : '0';
    says(VFJ_EXIT_NOT_ANCHORED, ": anchor not met: ", "verify -J '%s' --anchor %s", path, heads[2]);
    says(VFJ_EXIT_UNSURE, ": anchor pruned: ", "verify -J '%s' --anchor 0:%064d", path, 0);
    says(VFJ_EXIT_NOT_ANCHORED, "cut off: ", "verify -J '%s' --anchor 18446744073709551615:%064d",
         path, 0);
}

/* Every reader accepts a journal that does not begin with record 1. */
static void test_readers(void **state)
{
    const char *path = fresh("readers.db");
    (void)state;
    (void)prune_all(path, NULL);
    says(VFJ_EXIT_OK, "pruned, it begins with record ", "show -J '%s'", path);
    says(VFJ_EXIT_OK, "checkpoint   part 1 of 1", "show -a -J '%s'", path);
    says(VFJ_EXIT_OK, "\"kind\":\"checkpoint\"", "show -a -o json -J '%s'", path);
    says(VFJ_EXIT_DIFFERENT, "hn0", "status -J '%s'", path);
    says(VFJ_EXIT_DIFFERENT, "\"first\":", "status -o json -J '%s'", path);
    says(VFJ_EXIT_OK, "after a checkpoint, ", "replay '%s'", path);
    says(VFJ_EXIT_UNUSABLE, "its beginning was pruned", "export --trace -J '%s'", path);
    says(VFJ_EXIT_OK, ": verified: ", "backup -J '%s' '%s'", path, kit_path("readers-copy.db"));
    assert_int_equal(sound(kit_path("readers-copy.db")).first, sound(path).first);
    /* a record that is missing elsewhere is still reported */
    kit_tamper(path, "DELETE FROM record WHERE seq = (SELECT max(seq) - 3 FROM record)");
    says(VFJ_EXIT_EDITED, " is missing", "show -a -J '%s'", path);
}

/* ---- the archive ---- */

static void test_archive(void **state)
{
    const char *path = fresh("archived.db");
    const char *archive = kit_path("archive.db");
    uint64_t newest = sound(path).head.seq;
    (void)state;
    struct vfj_prune done = prune_all(path, archive);
    struct vfj_verified kept = sound(archive);
    struct stat facts;
    assert_int_equal(stat(archive, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    /* the archive ends with the state checkpoint with which the journal now begins */
    assert_true(kept.first == 1 && kept.head.seq == done.last && done.last >= done.cut);
    char anchor[VFJ_ANCHOR_SIZE];
    struct vfj_text text = vfj_text_begin(anchor, sizeof anchor);
    vfj_anchor_print(&kept.head, &text);
    says(VFJ_EXIT_OK, ": verified: ", "verify -J '%s' --anchor %s", path, anchor);
    assert_int_equal(sound(path).head.seq, newest + 1);
    /* when the archive exists already, it is not replaced, and no record is removed */
    struct vfj_ledger *ledger = open_ledger(path);
    kit_submit(ledger, kit_started());
    submit_lines(ledger, 300);
    vfj_ledger_close(ledger);
    struct vfj_prune again;
    static const struct vfj_prune_rule rule = {.keep_us = 1};
    size_t length[2];
    char *bytes[2] = {kit_read(archive, &length[0]), NULL};
    assert_int_equal(vfj_prune(path, &rule, century_us, archive, &again), VFJ_JOURNAL_ACCESS);
    assert_string_equal(again.where, archive);
    bytes[1] = kit_read(archive, &length[1]);
    assert_true(length[0] == length[1] && memcmp(bytes[0], bytes[1], length[0]) == 0);
    assert_int_equal(sound(path).first, done.cut);
    says(VFJ_EXIT_UNUSABLE, "File exists", "prune -k 1s -a '%s' -J '%s'", archive, path);
    /* the second archive begins with the state checkpoint with which the first one ends */
    const char *second = kit_path("second.db");
    done = prune_all(path, second);
    assert_int_equal(sound(second).first, done.first);
    free(bytes[0]);
    free(bytes[1]);
}

static void test_what_is_not_in_order_is_left_alone(void **state)
{
    const char *path = fresh("order.db");
    size_t length;
    (void)state;
    kit_tamper(path, "UPDATE record SET wall_us = wall_us + 1 WHERE seq = 900");
    char *before = kit_read(path, &length);
    says(VFJ_EXIT_EDITED, "(record 900: chain)", "prune -k 1s -J '%s' -a '%s'", path,
         kit_path("never.db"));
    size_t now;
    char *after = kit_read(path, &now);
    assert_true(now == length && memcmp(before, after, length) == 0);
    assert_false(kit_exists(kit_path("never.db")));
    says(VFJ_EXIT_UNUSABLE, "no such journal", "prune -k 1s -J '%s'", kit_path("absent.db"));
    assert_false(kit_exists(kit_path("absent.db")));
    free(before);
    free(after);
}

/* Other rules may have written a state checkpoint from which no machine can continue, and
 * verification does not read its state. Pruning removes only the records before the last checkpoint
 * with which a journal can begin. */
static void test_a_checkpoint_must_be_readable(void **state)
{
    static const char *const edits[] = {
        "", /* the chain was computed again, so that the heads in later checkpoints are wrong */
        "UPDATE record SET body = substr(body, 1, 50) WHERE kind = 'checkpoint'"
        " AND seq > (SELECT max(seq) FROM record WHERE kind = 'started');",
        "UPDATE record SET kind = 'journal' WHERE kind = 'checkpoint'"
        " AND seq > (SELECT max(seq) FROM record WHERE kind = 'started');",
    };
    char sql[800];
    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        const char *path = fresh_small("readable.db");
        struct vfj_ledger *ledger = open_ledger(path);
        kit_submit(ledger, kit_started());
        submit_lines(ledger, 250);
        vfj_ledger_close(ledger);
        (void)snprintf(sql, sizeof sql,
                       "UPDATE record SET body = replace(body, 'rules=5', 'rules=7') WHERE seq ="
                       " (SELECT max(seq) FROM record WHERE kind = 'started');"
                       "UPDATE record SET digest = digest + 1 WHERE seq ="
                       " (SELECT max(seq) + 1 FROM record WHERE kind = 'started'); %s",
                       edits[i]);
        kit_forge(path, sql);
        finds(path, VFJ_FINDING_RULES_CHANGED, "digest");
        int64_t last
            = kit_sql_integer(path,
                              "SELECT max(seq) FROM record WHERE kind = 'checkpoint' AND"
                              " seq < (SELECT max(seq) FROM record WHERE kind = 'started')");
        assert_int_equal(prune_all(path, NULL).cut, last);
        finds(path, VFJ_FINDING_RULES_CHANGED, "digest");
        assert_int_equal(kit_sql_integer(path, "SELECT min(seq) FROM record"), last);
        assert_int_equal(prune_all(path, NULL).cut, last);
    }
}

/* A daemon continues a journal of other rules. By the present rules, the machine has another state
 * at the old checkpoint than that checkpoint says. Pruning must wait for a new one. */
static void test_a_checkpoint_of_other_rules_is_not_used(void **state)
{
    size_t length;
    const char *path = kit_path("upgraded.db");
    char *bytes = kit_read("fixtures/journal-3.db", &length);
    (void)state;
    kit_write(path, bytes, length);
    free(bytes);
    finds(path, VFJ_FINDING_RULES_CHANGED, "digest");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    uint64_t last = vfj_ledger_seq(ledger);
    vfj_ledger_close(ledger);
    assert_int_equal(
        kit_sql_integer(path, "SELECT count(*) > 0 FROM record WHERE kind = 'checkpoint'"), 1);
    assert_int_equal(prune_all(path, NULL).cut, 1);
    finds(path, VFJ_FINDING_RULES_CHANGED, "digest");
    ledger = open_ledger(path);
    kit_submit(ledger, kit_started());
    submit_lines(ledger, 250);
    vfj_ledger_close(ledger);
    assert_true(prune_all(path, NULL).cut > last);
    (void)sound(path);
}

/* Record 1 is a state checkpoint, from whose head a chain was computed. Every reader computes the
 * chain of record 1 from nothing, and so does an import. */
static void test_no_head_before_record_1(void **state)
{
    const char *path = fresh_small("one.db"), *lines_path = kit_path("one.ndjson");
    const char *new = kit_path("one-new.db");
    (void)state;
    (void)prune_all(path, NULL);
    kit_forge(path,
              "DELETE FROM record WHERE kind != 'checkpoint'; UPDATE record SET seq = 1 WHERE seq ="
              " (SELECT min(seq) FROM record)");
    finds(path, VFJ_FINDING_EDITED, "record 1: chain");
    says(VFJ_EXIT_OK, "", "export '%s' >'%s'", path, lines_path);
    says(VFJ_EXIT_EDITED, "the chain does not hold", "import '%s' '%s'", lines_path, new);
    assert_false(kit_exists(new));
}

static void test_usage(void **state)
{
    static const char *const wrong[]
        = {"",        "-k",       "-k 0d",        "-k 5",
           "-k 5x",   "-k -5d",   "-k 99999999d", "-k 99999999999999999999999s",
           "-m 0",    "-m 1T",    "-m M",         "-m 9223372036854775807G",
           "-k 1d x", "--nothing"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        says(VFJ_EXIT_UNUSABLE, "vfjournal prune", "prune %s -J '%s'", wrong[i],
             kit_path("usage.db"));
    says(VFJ_EXIT_OK, "usage: vfjournal prune", "help prune");
    const char *path = fresh("usage.db");
    says(VFJ_EXIT_OK, "nothing to prune", "prune --keep 36500d -J '%s'", path);
    says(VFJ_EXIT_OK, "nothing to prune", "prune --max-size 1G -J '%s'", path);
    uint64_t first = sound(path).first;
    says(VFJ_EXIT_OK, " would be pruned", "prune -n --keep 1s '%s'", path);
    says(VFJ_EXIT_OK, " would be pruned", "prune --dry-run -m 200K -a '%s' -J '%s'",
         kit_path("dry.db"), path);
    assert_int_equal(sound(path).first, first);
    assert_false(kit_exists(kit_path("dry.db")));
    assert_false(kit_exists(kit_beside(path, "-wal")));
    says(VFJ_EXIT_UNUSABLE, "only a file can be pruned", "prune -k 1s - <'%s'", path);
    says(VFJ_EXIT_OK, " pruned, ", "prune --max-size 200K -J '%s'", path);
    says(VFJ_EXIT_OK, " pruned, ", "prune --keep 1s -J '%s'", path);
}

/* ---- while a daemon writes ---- */

/* Returns true as long as the parent process has not closed its end of the pipe. */
static bool is_wanted(int from_parent)
{
    struct pollfd end = {.fd = from_parent, .events = POLLIN};
    return poll(&end, 1, 1) == 0; /* the timeout of 1 ms also gives other processes time to run */
}

static void write_on(const char *path, int to_parent, int from_parent)
{
    struct vfj_ledger *ledger = NULL;
    /* On a busy machine, a step of pruning can last longer than the writer waits for the lock.
     * With CONTINUE, its rows then wait in memory. */
    bool right = vfj_ledger_open_cached(&ledger, path, VFJ_ON_ERROR_CONTINUE) == VFJ_OK;
    vfj_ledger_set_state_checkpoints(ledger, EVERY, INT64_MAX);
    struct vfj_event started = kit_started();
    right = right && vfj_ledger_submit(ledger, &started, NULL) == VFJ_OK;
    char ready = 1;
    right = right && write(to_parent, &ready, 1) == 1;
    for (unsigned i = 0; right && is_wanted(from_parent); i++) {
        struct vfj_event event = kit_devd(lines[i % 5]);
        right = vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK
            && vfj_ledger_commit(ledger) == VFJ_OK;
        vfj_ledger_maintain(ledger);
    }
    if (!right)
        (void)fprintf(stderr, "the daemon: %s\n", vfj_ledger_detail(ledger));
    vfj_ledger_close(ledger);
    _exit(right ? 0 : 1);
}

static void test_while_a_daemon_writes(void **state)
{
    static const struct vfj_prune_rule rule = {.keep_us = 1};
    const char *path = fresh("live.db");
    int to_parent[2], to_child[2];
    char ready;
    int status = 0;
    uint64_t cut = 1;
    (void)state;
    assert_true(pipe(to_parent) == 0 && pipe(to_child) == 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(to_child[1]);
        write_on(path, to_parent[1], to_child[0]);
    }
    assert_int_equal(read(to_parent[0], &ready, 1), 1);
    for (unsigned times = 0; times < 5;) {
        struct vfj_prune done;
        char name[32];
        (void)snprintf(name, sizeof name, "live-%u.db", times);
        enum vfj_status pruned = vfj_prune(path, &rule, century_us, kit_path(name), &done);
        if (pruned != VFJ_OK)
            fail_msg("%s: %s: %s", done.where, vfj_status_text(pruned), done.detail);
        assert_int_equal(waitpid(child, &status, WNOHANG), 0); /* the daemon still writes */
        if (done.cut == done.first)
            continue;
        assert_int_equal(done.first, cut);
        assert_int_equal(sound(kit_path(name)).first, cut);
        cut = done.cut;
        times++;
    }
    (void)close(to_child[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(sound(path).first, cut);
    (void)close(to_parent[0]);
    (void)close(to_parent[1]);
    (void)close(to_child[0]);
}

/* ---- the death of a process ---- */

static bool is_checkpoint_of(const char *whole, uint64_t seq)
{
    char sql[100];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM record WHERE seq = %llu AND kind = 'checkpoint'",
                   (unsigned long long)seq);
    return seq == 1 || kit_sql_integer(whole, sql) == 1;
}

/* Prunes in a process that dies at operation number `count`, and checks the journal. Returns
 * true when the pruning was complete before that operation. */
static bool die_at(unsigned count, const char *whole, uint64_t newest, uint64_t *random)
{
    static const struct vfj_prune_rule rule = {.keep_us = 1};
    struct vfj_prune done;
    const char *path = fresh_small("dies.db");
    const char *archive = kit_path("dies-archive.db");
    (void)unlink(archive);
    kit_fault_die(count);
    (void)vfj_prune(path, &rule, century_us, archive, &done);
    bool dead = kit_fault_is_dead();
    kit_fault_die(0);
    kit_fault_revive(count % 2 == 0 ? random : NULL);
    (void)unlink(kit_beside(path, ".lock"));
    struct vfj_verified verified = sound(path);
    if (!is_checkpoint_of(whole, verified.first) || verified.head.seq < newest)
        fail_msg("death at %u: it begins with %llu and ends with %llu", count,
                 (unsigned long long)verified.first, (unsigned long long)verified.head.seq);
    if (verified.first > 1 || kit_exists(archive))
        assert_int_equal(sound(archive).first, 1);
    return !dead;
}

static void test_death_at_every_point(void **state)
{
    const char *whole = fresh_small("whole.db");
    uint64_t newest = sound(whole).head.seq;
    uint64_t random = 4711;
    unsigned count = 1;
    (void)state;
    kit_fault_install();
    kit_fault_track();
    while (!die_at(count, whole, newest, &random))
        count += count < 40 ? 1 : 7;
    print_message("[          ] it gets through with %u operations on files\n", count);
    assert_true(count > 40);
}

/* ---- forged state checkpoints ---- */

static void test_checkpoints_on_the_way_are_checked(void **state)
{
    const char *path = fresh("forged.db");
    (void)state;
    kit_tamper(
        path,
        "UPDATE record SET body = replace(body, 'slot=hn0', 'slot=hn1') WHERE kind = 'checkpoint'");
    finds(path, VFJ_FINDING_EDITED, "chain");
    path = fresh("forged.db");
    kit_forge(
        path,
        "UPDATE record SET body = replace(body, 'slot=hn0', 'slot=hn1') WHERE kind = 'checkpoint'");
    finds(path, VFJ_FINDING_DIVERGED, ": checkpoint");
    path = fresh("forged.db");
    kit_forge(
        path,
        "UPDATE record SET body = replace(body, 'head=', 'head=0') WHERE kind = 'checkpoint'");
    finds(path, VFJ_FINDING_DIVERGED, ": checkpoint");
    says(VFJ_EXIT_DIFFERENT, "record", "prune -k 1s -J '%s'", path);
}

/* The state checkpoint with which a journal begins is accepted if it is a valid state. */
static void test_crafted_beginnings(void **state)
{
    static const struct {
        const char *sql;
        enum vfj_finding finding;
        const char *detail;
    } rows[] = {
        {"UPDATE record SET body = 'x' WHERE seq = (SELECT min(seq) FROM record)",
         VFJ_FINDING_EDITED, "missing"},
        {"UPDATE record SET body = 'part=1 of=1' WHERE seq = (SELECT min(seq) FROM record)",
         VFJ_FINDING_EDITED, ""},
        {"UPDATE record SET kind = 'journal' WHERE seq = (SELECT min(seq) FROM record)",
         VFJ_FINDING_EDITED, "missing"},
        {"UPDATE record SET body = replace(body, 'of=1', 'of=2') WHERE kind = 'checkpoint'",
         VFJ_FINDING_DIVERGED, "checkpoint"},
        {"UPDATE record SET body = replace(body, 'of=1', 'of=99999999999') WHERE kind = 'checkpoint'",
         VFJ_FINDING_EDITED, "missing"},
        {"UPDATE record SET body = replace(body, 'part=1', 'part=2') WHERE kind = 'checkpoint'",
         VFJ_FINDING_EDITED, ""},
        {"UPDATE record SET body = replace(body, 'digest=', 'digest=f') WHERE kind = 'checkpoint'",
         VFJ_FINDING_EDITED, ""},
        {"UPDATE record SET body = replace(body, 'state=2', 'state=3') WHERE kind = 'checkpoint'",
         VFJ_FINDING_DIVERGED, "checkpoint"},
        {"UPDATE record SET body = replace(body, 'mode=act', 'mode=observe') WHERE kind = 'checkpoint'",
         VFJ_FINDING_DIVERGED, "checkpoint"},
        {"UPDATE record SET body = body || ' open=99999999999999999999' WHERE kind = 'checkpoint'",
         VFJ_FINDING_DIVERGED, "checkpoint"},
        {"UPDATE record SET body = replace(body, 'rules=5', 'rules=7') WHERE kind = 'checkpoint'",
         VFJ_FINDING_SOUND, ""},
        {"UPDATE record SET body = replace(replace(body, 'rules=5', 'rules=7'), 'running=1', '') WHERE kind = "
         "'checkpoint'",
         VFJ_FINDING_RULES_CHANGED, "digest"},
        {"UPDATE record SET seq = seq + 4611686018427387904", VFJ_FINDING_EDITED, "missing"},
        {"UPDATE record SET seq = seq + 9223372036854770000", VFJ_FINDING_EDITED, "missing"},
        {"UPDATE record SET body = zeroblob(900000)", VFJ_FINDING_DAMAGED, "too big"},
        {"UPDATE record SET seq = seq - 1000000", VFJ_FINDING_DAMAGED, "seq"},
        {"DELETE FROM record WHERE seq = (SELECT min(seq) FROM record)", VFJ_FINDING_EDITED,
         "record 1: record missing"},
        {"DELETE FROM record WHERE seq > (SELECT min(seq) FROM record)", VFJ_FINDING_SOUND, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *path = fresh_small("crafted.db");
        (void)prune_all(path, NULL);
        kit_forge(path, rows[i].sql);
        struct vfj_verified verified;
        vfj_verify(path, NULL, &verified);
        if (verified.finding != rows[i].finding || strstr(verified.detail, rows[i].detail) == NULL)
            fail_msg("%s: %s: %s", rows[i].sql,
                     vfj_finding_name((enum vfj_finding)verified.finding), verified.detail);
        int exit_status;
        static const char *const verbs[]
            = {"show -a -J", "status -J", "replay", "export --trace -J"};
        for (size_t k = 0; k < sizeof verbs / sizeof verbs[0]; k++) {
            char arguments[600];
            (void)snprintf(arguments, sizeof arguments, "%s '%s'", verbs[k], path);
            free(kit_run(arguments, &exit_status));
            assert_in_range(exit_status, 0, 8);
        }
    }
}

/* ---- a damaged journal ---- */

static void ignore(void *arg, const struct vfj_record *record)
{
    (void)arg;
    (void)record;
}

static void test_a_damaged_one_is_recovered(void **state)
{
    enum { PAGE = 4096 };
    const char *path = fresh("hurt.db");
    const char *to = kit_path("mended.db");
    struct vfj_recovered recovered;
    size_t length;
    (void)state;
    struct vfj_prune_rule rule = {.max_bytes = 200000};
    struct vfj_prune done = prune(path, &rule, 0, NULL);
    char *bytes = kit_read(path, &length);
    /* only the schema is damaged */
    memset(bytes + 100, 0, PAGE - 100);
    kit_write(path, bytes, length);
    assert_int_equal(vfj_recover(path, to, 1, ignore, NULL, &recovered), VFJ_OK);
    assert_int_equal(recovered.first, done.cut);
    assert_int_equal(sound(to).first, done.cut);
    (void)unlink(to);
    /* each page in turn is damaged: the recovered journal begins with a state checkpoint, and is
     * valid */
    for (size_t page = PAGE; page < length; page += 3 * (size_t)PAGE) {
        char saved[PAGE];
        memcpy(saved, bytes + page, PAGE);
        memset(bytes + page, 0x5a, PAGE);
        kit_write(path, bytes, length);
        memcpy(bytes + page, saved, PAGE);
        if (vfj_recover(path, to, 1, ignore, NULL, &recovered) == VFJ_OK)
            assert_int_equal(sound(to).first, recovered.first);
        assert_true(recovered.first >= done.cut);
        (void)unlink(to);
    }
    free(bytes);
}

/* ---- state checkpoints of large states ---- */

static void test_a_checkpoint_of_many_parts(void **state)
{
    const char *path = kit_path("parts.db");
    (void)state;
    struct vfj_ledger *ledger = open_ledger(path);
    struct vfj_event event = kit_started();
    event.as.started.policy = VFJ_POLICY_SCRIPTS;
    kit_submit(ledger, event);
    event = kit_devd("");
    event.kind = VFJ_EVENT_CONFIGURED;
    static char rc[VFJ_RC_SIZE - 1];
    memcpy(rc, "a=\"", 3);
    memset(rc + 3, '\'', sizeof rc - 4);
    rc[sizeof rc - 1] = '"';
    event.as.rc = (struct vfj_span){rc, sizeof rc};
    kit_submit(ledger, event);
    /* the queue of scripts that wait for devd is full after 400 lines */
    for (unsigned i = 0; i < 400; i++)
        kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
    vfj_ledger_close(ledger);
    assert_true(kit_sql_integer(path, "SELECT count(*) FROM record WHERE kind = 'checkpoint'")
                >= 2);
    (void)sound(path);
    struct vfj_state *before = state_of(path);
    struct vfj_prune done = prune_all(path, kit_path("parts-archive.db"));
    assert_true(done.last > done.cut);
    (void)sound(kit_path("parts-archive.db"));
    struct vfj_state *after = state_of(path);
    assert_memory_equal(before, after, sizeof *before);
    free(before);
    free(after);
    /* a missing part is detected, the last one as well as one in the middle */
    kit_tamper(path, "DELETE FROM record WHERE seq > (SELECT min(seq) FROM record)");
    finds(path, VFJ_FINDING_INCOMPLETE, "checkpoint");
}

static const int64_t day_us = INT64_C(24) * 60 * 60 * 1000000;

/* Submits one row and then a state checkpoint. Both clocks are at `wall_us`. */
static void submit_at(struct vfj_ledger *ledger, int64_t wall_us)
{
    struct vfj_event event = kit_devd(lines[1]);
    event.wall_us = event.mono_us = wall_us;
    kit_submit(ledger, event);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
}

/* Prunes by age as long as possible. Returns the seq of the journal's first record afterwards. */
static uint64_t first_after(struct vfj_ledger *ledger, int64_t wall_us, int64_t settled_us)
{
    const struct vfj_prune_rule rule = {.keep_us = 90 * day_us, .settled_us = settled_us};
    uint64_t first = 0;
    enum vfj_status status;
    while ((status = vfj_ledger_prune(ledger, &rule, wall_us, UINT64_MAX, &first)) == VFJ_OK)
        continue;
    assert_int_equal(status, VFJ_END);
    return first;
}

static struct vfj_ledger *ledger_of_days(const char *name, unsigned days)
{
    struct vfj_ledger *ledger = kit_ledger_open(kit_path(name), VFJ_ON_ERROR_STOP);
    struct vfj_event started = kit_started();
    vfj_ledger_set_state_checkpoints(ledger, 2, INT64_MAX);
    started.wall_us = started.mono_us = day_us;
    kit_submit(ledger, started);
    for (unsigned day = 1; day <= days; day++)
        submit_at(ledger, day * day_us);
    return ledger;
}

/* The guest's clock is years ahead when the daemon starts, and again when it restarts. No record
 * counts as old because of that. */
static void test_a_clock_ahead_ages_nothing(void **state)
{
    struct vfj_ledger *ledger = ledger_of_days("ahead.db", 10);
    const int64_t ahead_us = 30000 * day_us;
    (void)state;
    assert_int_equal(first_after(ledger, ahead_us, day_us), 1);
    for (unsigned i = 0; i < 5; i++) {
        submit_at(ledger, ahead_us + i * day_us / 6);
        assert_int_equal(first_after(ledger, ahead_us + i * day_us / 6, day_us), 1);
    }
    /* The clock is right again. After months the old rows are pruned, also those that were
     * written with the wrong time. */
    for (unsigned day = 11; day < 90; day += 2)
        submit_at(ledger, day * day_us);
    assert_int_equal(first_after(ledger, 90 * day_us, day_us), 1);
    for (unsigned day = 91; day < 300; day += 2)
        submit_at(ledger, day * day_us);
    assert_in_range(first_after(ledger, 300 * day_us, day_us), 100, 1000);
    vfj_ledger_close(ledger);
    (void)sound(kit_path("ahead.db"));
}

/* The guest was off for a year. The old rows are pruned a day after it has started again, not
 * immediately. */
static void test_a_guest_that_was_off_prunes_a_day_later(void **state)
{
    struct vfj_ledger *ledger = ledger_of_days("off.db", 10);
    (void)state;
    submit_at(ledger, 400 * day_us);
    assert_int_equal(first_after(ledger, 400 * day_us, day_us), 1);
    submit_at(ledger, 400 * day_us + day_us / 2);
    assert_int_equal(first_after(ledger, 400 * day_us + day_us / 2, day_us), 1);
    submit_at(ledger, 401 * day_us);
    assert_in_range(first_after(ledger, 401 * day_us, day_us), 10, 1000);
    vfj_ledger_close(ledger);
    (void)sound(kit_path("off.db"));
}

/* With a settled_us of 0, the clock is trusted immediately. */
static void test_a_trusted_clock_prunes_at_once(void **state)
{
    struct vfj_ledger *ledger = ledger_of_days("trusted.db", 10);
    (void)state;
    submit_at(ledger, 400 * day_us);
    assert_in_range(first_after(ledger, 400 * day_us, 0), 10, 1000);
    vfj_ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left_is_a_journal),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_what_is_not_in_order_is_left_alone),
        cmocka_unit_test(test_a_checkpoint_must_be_readable),
        cmocka_unit_test(test_a_checkpoint_of_other_rules_is_not_used),
        cmocka_unit_test(test_no_head_before_record_1),
        cmocka_unit_test(test_usage),
        cmocka_unit_test(test_while_a_daemon_writes),
        cmocka_unit_test(test_checkpoints_on_the_way_are_checked),
        cmocka_unit_test(test_crafted_beginnings),
        cmocka_unit_test(test_a_damaged_one_is_recovered),
        cmocka_unit_test(test_a_checkpoint_of_many_parts),
        /* this test is the last one, since it simulates a file system within one process */
        cmocka_unit_test(test_death_at_every_point),
        cmocka_unit_test(test_a_clock_ahead_ages_nothing),
        cmocka_unit_test(test_a_guest_that_was_off_prunes_a_day_later),
        cmocka_unit_test(test_a_trusted_clock_prunes_at_once),
    };
    return cmocka_run_group_tests_name("prune", tests, kit_scratch_make, kit_scratch_remove);
}
