/* Exports a journal as a trace, and plays that trace again.
 *
 * When the journal's rules decide as the present rules (VFJ_RULES) do, playing must give the same
 * transitions and commands.
 *
 * After VFJ_RULES was raised, a fixture is a journal of other rules, whose commands differ from
 * those of the machine now. Its trace must still contain the events of the guest and its admins.
 * This is tested in three steps. (1) The program itself plays each trace that it exports against
 * the recorded commands and their outcomes, whatever the rules, and export fails when one event
 * differs. (2) The trace is played under the present rules. The starts, ends, configurations,
 * gaps and devd lines of the new journal must be those of the old one, in their order and at
 * their times. (3) The new journal makes the whole round trip, because the present rules decide
 * it. Journals that are forged to have other rules test these steps at any time. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/journal.h"
#include "store/replay.h"
#include "tests/kit/journal.h"
#include "tools/export/facts.h"
#include "tools/export/trace.h"
#include "tools/replay/replay.h"
#include "tools/verb.h"

enum {
    FILES_MAX = 2048,
    TESTS_MAX = 2 * FILES_MAX,
    PATH_SIZE = 512,
    TIME_SLACK_US = 1000,
    JOURNAL_BYTES_MAX = 64 << 20
};

/* Paths for the files. /dev/shm is preferred, because the test syncs a thousand journals. */
static char in_memory[] = "/dev/shm/vfjournal-roundtrip.XXXXXX";
static char on_disk[] = "/tmp/vfjournal-roundtrip.XXXXXX";
static const char *directory;

/* Files that export refuses or cannot reproduce, with the reason. */
static const char *const exceptions[] = {
    "clock-step-back.trace", /* refused on purpose */
    /* The export gives each outcome a time of its own, a microsecond apart. Timers that were due
     * together then fire in another order. */
    "crash-before-each-step.trace",
    /* refused: the export gives each outcome a time of its own, and a stopping daemon then
     * decides in another order */
    "stop-and-vf-is-upped.trace", "stop-at-each-step.trace", "stop-when-lagg-was-destroyed.trace",
    "no-link-and-taken-by-another-lagg.trace",
    "destroyed-and-created-and-the-address-stays.trace", /* refused: a command without effect */
    "journal-4.db", /* refused: it has outcomes of commands that no daemon issued */
};

struct files {
    char first[PATH_SIZE], second[PATH_SIZE], trace[PATH_SIZE];
};

static void name_files(struct files *files)
{
    snprintf(files->first, sizeof files->first, "%s/first.db", directory);
    snprintf(files->second, sizeof files->second, "%s/second.db", directory);
    snprintf(files->trace, sizeof files->trace, "%s/exported.trace", directory);
}

static int play(const char *trace, int policy, int mode, const char *journal)
{
    struct vfj_replay_options options = {.output = VFJ_REPLAY_COMMANDS,
                                         .settings = {.policy = policy, .mode = mode},
                                         .journal = journal};
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    struct vfj_input input;
    assert_int_equal(vfj_input_open(&input, trace), VFJ_EXIT_OK);
    int status = vfj_replay_trace(&input, &options, nowhere);
    vfj_input_close(&input);
    fclose(nowhere);
    return status;
}

static enum vfj_verdict verdict_of(const char *path)
{
    struct vfj_journal *journal;
    struct vfj_replay_result result;
    struct vfj_machine *machine = malloc(sizeof *machine);
    assert_non_null(machine);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_machine_init(machine);
    vfj_replay_run(journal, machine, NULL, &result);
    vfj_journal_close(journal);
    free(machine);
    return (enum vfj_verdict)result.verdict;
}

static void verify(const char *journal)
{
    struct vfj_replay_options options = {.output = VFJ_REPLAY_TEXT, .settings = VFJ_SETTINGS_NONE};
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    struct vfj_input input;
    assert_int_equal(vfj_input_open(&input, journal), VFJ_EXIT_OK);
    assert_int_equal(vfj_replay_journal(&input, &options, nowhere), VFJ_EXIT_OK);
    vfj_input_close(&input);
    fclose(nowhere);
}

static void export(const char *path, const char *trace)
{
    struct vfj_journal *journal;
    FILE *out = fopen(trace, "w");
    assert_non_null(out);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    assert_int_equal(vfj_export_trace(journal, path, out), VFJ_EXIT_OK);
    vfj_journal_close(journal);
    fclose(out);
}

/* Reads the next row that is a transition or a command. Returns false at the end. */
static bool next_decided(struct vfj_journal *journal, struct vfj_record *record)
{
    enum vfj_status status;
    while ((status = vfj_journal_next_raw(journal, record)) == VFJ_OK) {
        if (vfj_record_is_decided(record))
            return true;
    }
    assert_int_equal(status, VFJ_END);
    return false;
}

static void compare(const char *name, const struct files *files)
{
    struct vfj_journal *journals[2];
    struct vfj_record a, b;
    assert_int_equal(vfj_journal_open(&journals[0], files->first, VFJ_JOURNAL_READ), VFJ_OK);
    assert_int_equal(vfj_journal_open(&journals[1], files->second, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_journal_walk(journals[0], 1, VFJ_FORWARD);
    vfj_journal_walk(journals[1], 1, VFJ_FORWARD);
    for (;;) {
        bool more = next_decided(journals[0], &a);
        bool as_many = more == next_decided(journals[1], &b);
        if (!as_many)
            fail_msg("%s: %s", name,
                     more ? "the exported trace leads to less"
                          : "the exported trace leads to more");
        if (!more)
            break;
        if (a.kind != b.kind || a.body.length != b.body.length
            || memcmp(a.body.text, b.body.text, a.body.length) != 0)
            fail_msg("%s: record %llu: %.*s\nagain: %.*s", name, (unsigned long long)a.seq,
                     (int)a.body.length, a.body.text, (int)b.body.length, b.body.text);
    }
    vfj_journal_close(journals[0]);
    vfj_journal_close(journals[1]);
}

static void remove_files(const struct files *files)
{
    unlink(files->first);
    unlink(files->second);
    unlink(files->trace);
}

/* Makes the round trip of files->first, a journal whose rules decide as the present ones do. */
static void round_trip(const char *name, const struct files *files)
{
    verify(files->first);
    export(files->first, files->trace);
    assert_int_equal(play(files->trace, -1, -1, files->second), VFJ_EXIT_OK);
    verify(files->second);
    compare(name, files);
}

/* A row about an event that came from outside the daemon. */
struct outside {
    struct vfj_record row;
    struct vfj_event event;
    char body[VFJ_BODY_MAX];
};

static bool is_outside(const struct vfj_record *record)
{
    return vfj_record_is_event(record) && record->kind != VFJ_EVENT_OBSERVED
        && record->kind != VFJ_EVENT_FINISHED && record->kind != VFJ_EVENT_TIMER;
}

static bool next_outside(struct vfj_journal *journal, struct outside *outside)
{
    enum vfj_status status;
    while ((status = vfj_journal_next_raw(journal, &outside->row)) == VFJ_OK
           && !is_outside(&outside->row))
        continue;
    if (status == VFJ_END)
        return false;
    assert_int_equal(status, VFJ_OK);
    memset(&outside->event, 0, sizeof outside->event);
    memcpy(outside->body, outside->row.body.text, outside->row.body.length);
    struct vfj_span body = {outside->body, outside->row.body.length};
    assert_int_equal(
        vfj_event_decode((enum vfj_event_kind)outside->row.kind, body, &outside->event), VFJ_OK);
    return true;
}

static bool is_same_text(struct vfj_span a, struct vfj_span b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static bool is_same_outside(const struct outside *a, const struct outside *b)
{
    if (a->row.kind != b->row.kind)
        return false;
    switch (a->row.kind) {
    case VFJ_EVENT_STARTED:
        return a->event.as.started.mode == b->event.as.started.mode
            && a->event.as.started.policy == b->event.as.started.policy;
    case VFJ_EVENT_CONFIGURED:
        return vfj_rc_means_same(a->event.as.rc, b->event.as.rc);
    case VFJ_EVENT_DEVD:
        return is_same_text(a->event.as.devd.raw, b->event.as.devd.raw);
    case VFJ_EVENT_SCHEDULED:
        return vfj_scheduled_equal(&a->event.as.scheduled, &b->event.as.scheduled);
    /* the text is the path of a socket in one journal, and that of a trace in the other */
    case VFJ_EVENT_CONNECTED:
        return true;
    default:
        return is_same_text(a->event.as.text, b->event.as.text);
    }
}

/* Checks that both journals have the same events from outside. Within a boot, the pauses between
 * the events must be the same, too. */
static void compare_outside(const char *name, const struct files *files)
{
    static struct outside a, b;
    struct vfj_journal *journals[2];
    int64_t before[2] = {0, 0};
    uint64_t boot = 0;
    assert_int_equal(vfj_journal_open(&journals[0], files->first, VFJ_JOURNAL_READ), VFJ_OK);
    assert_int_equal(vfj_journal_open(&journals[1], files->second, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_journal_walk(journals[0], 1, VFJ_FORWARD);
    vfj_journal_walk(journals[1], 1, VFJ_FORWARD);
    for (;;) {
        bool more = next_outside(journals[0], &a);
        bool as_many = more == next_outside(journals[1], &b);
        if (!as_many)
            fail_msg("%s: %s", name, more ? "less from outside" : "more from outside");
        if (!more)
            break;
        int64_t late_us = (b.row.mono_us - before[1]) - (a.row.mono_us - before[0]);
        bool on_time
            = a.row.boot != boot || (late_us <= TIME_SLACK_US && late_us >= -TIME_SLACK_US);
        if (!is_same_outside(&a, &b) || !on_time)
            fail_msg("%s: record %llu: %.*s\nagain, %lld us late: %.*s", name,
                     (unsigned long long)a.row.seq, (int)a.row.body.length, a.body,
                     (long long)late_us, (int)b.row.body.length, b.body);
        before[0] = a.row.mono_us;
        before[1] = b.row.mono_us;
        boot = a.row.boot;
    }
    vfj_journal_close(journals[0]);
    vfj_journal_close(journals[1]);
}

/* Makes the round trip of files->first, a journal of other rules. */
static void round_trip_of_others(const char *name, const struct files *files)
{
    export(files->first, files->trace);
    assert_int_equal(play(files->trace, -1, -1, files->second), VFJ_EXIT_OK);
    compare_outside(name, files);
    unlink(files->first);
    assert_int_equal(rename(files->second, files->first), 0);
    unlink(files->trace);
    round_trip(name, files);
}

static void test_trace(void **state)
{
    struct files files;
    const char *trace = *state;
    name_files(&files);
    for (int policy = VFJ_POLICY_SCRIPTS; policy <= VFJ_POLICY_VFJOURNAL; policy++) {
        for (int mode = VFJ_MODE_OBSERVE; mode <= VFJ_MODE_ACT; mode++) {
            remove_files(&files); /* those of a failed test too */
            assert_int_equal(play(trace, policy, mode, files.first), VFJ_EXIT_OK);
            round_trip(trace, &files);
        }
    }
    /* Makes a journal that seems to have other rules: it was made under policy scripts, and then
     * its records are changed to name policy vfjournal. */
    remove_files(&files);
    assert_int_equal(play(trace, VFJ_POLICY_SCRIPTS, VFJ_MODE_ACT, files.first), VFJ_EXIT_OK);
    kit_forge(
        files.first,
        "UPDATE record SET body = replace(replace(body, 'policy=scripts', 'policy=vfjournal'),"
        " ' rules=', ' rules=9') WHERE kind = 'started'");
    round_trip_of_others(trace, &files);
    remove_files(&files);
}

static void copy(const char *from, const char *to)
{
    static char bytes[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in != NULL && out != NULL);
    size_t length = fread(bytes, 1, sizeof bytes, in);
    assert_true(length < sizeof bytes && fwrite(bytes, 1, length, out) == length);
    assert_int_equal(fclose(out), 0);
    fclose(in);
}

static void test_journal(void **state)
{
    struct files files;
    name_files(&files);
    remove_files(&files);
    copy(*state, files.first);
    switch ((int)verdict_of(files.first)) {
    case VFJ_VERDICT_SAME:
        round_trip(*state, &files);
        break;
    case VFJ_VERDICT_RULES_CHANGED:
        round_trip_of_others(*state, &files);
        break;
    default:
        fail_msg("%s: it does not replay", (const char *)*state);
    }
    remove_files(&files);
}

static bool is_exception(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (strcmp(name, exceptions[i]) == 0)
            return true;
    }
    return false;
}

/* Adds a test for each file that matches the pattern, unless `exceptions` lists the file.
 * Returns the number of tests that were added. */
static size_t add_tests(const char *pattern, glob_t *found, CMUnitTestFunction test,
                        struct CMUnitTest *tests)
{
    size_t count = 0;
    if (glob(pattern, 0, NULL, found) != 0)
        return 0;
    if (found->gl_pathc > FILES_MAX) {
        fprintf(stderr, "tests: FILES_MAX is too small for %s\n", pattern);
        return 0;
    }
    for (size_t i = 0; i < found->gl_pathc; i++) {
        char *path = found->gl_pathv[i];
        if (!is_exception(path))
            tests[count++]
                = (struct CMUnitTest){.name = path, .test_func = test, .initial_state = path};
    }
    return count;
}

int main(void)
{
    static struct CMUnitTest tests[2 * FILES_MAX];
    glob_t journal_paths = {0}, trace_paths = {0};
    size_t journals = add_tests("fixtures/*.db", &journal_paths, test_journal, tests);
    size_t traces = add_tests("traces/*/*.trace", &trace_paths, test_trace, tests + journals);
    directory = mkdtemp(in_memory);
    if (directory == NULL)
        directory = mkdtemp(on_disk);
    if (journals == 0 || traces == 0 || directory == NULL) {
        fprintf(stderr, "tests: %zu journals, %zu traces\n", journals, traces);
        return 1;
    }
    /* When a machine never finishes its work, SIGXFSZ ends the test before the journal fills the
     * memory. */
    const struct rlimit limit = {JOURNAL_BYTES_MAX, JOURNAL_BYTES_MAX};
    setrlimit(RLIMIT_FSIZE, &limit);
    int failed = _cmocka_run_group_tests("roundtrip", tests, journals + traces, NULL, NULL);
    rmdir(directory);
    globfree(&journal_paths);
    globfree(&trace_paths);
    return failed;
}
