/* A journal as a trace, and that trace played again: the same transitions and commands. Over every trace there is, with
 * both policies, in both modes; and each of those journals replays without difference. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/journal.h"
#include "tools/export_trace.h"
#include "tools/replay.h"
#include "tools/verb.h"

enum { TRACES_MAX = 512, PATH_SIZE = 512 };

/* In memory where the system has a place for that: a thousand journals are synced here. */
static char in_memory[] = "/dev/shm/vfjournal-roundtrip.XXXXXX";
static char on_disk[] = "/tmp/vfjournal-roundtrip.XXXXXX";
static const char *directory;

/* Traces whose export can't be exact, and why. */
static const char *const exceptions[] = {
    "36-crash-before-each-step", /* slots whose next tries are due in the very same microsecond may change places */
    "48-clock-step-back",        /* it is refused, and is meant to be */
    "own-script-and-vf-down-unheard", /* the map that is read at the start is slow, which the export does not tell */
    /* what is observed changes twice within one instant, and an export tells it once, before */
    "44-scripts-that-end-early", "delay-not-given-up-for-a-retry", "foreign-lagg-of-one-port",
    /* looks and maps that take long enough for something else to happen meanwhile: the export does not tell how long they took */
    "32-another-unit-while-a-command-runs", "attached-while-looking", "gap-while-looking",
    "map-asked-for-while-it-is-read",
    "32-renamed-unheard-before-the-vf-is-upped", /* a look at a name that no hn has any more, whose unit has a VF */
    "36-crash-and-default-route-gone", /* the default route went while no daemon looked; a trace has no word for that alone */
    "ipv6-default-route-elsewhere", /* a journal tells of no interface but hn, VF and lagg: who has the route it can't say */
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
    struct vfj_replay_options options
        = {.output = VFJ_REPLAY_COMMANDS, .policy = policy, .mode = mode, .journal = journal};
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    int status = vfj_replay_trace(trace, &options, nowhere);
    fclose(nowhere);
    return status;
}

static void verify(const char *journal)
{
    struct vfj_replay_options options = {.output = VFJ_REPLAY_TEXT, .policy = -1, .mode = -1};
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    assert_int_equal(vfj_replay_journal(journal, &options, nowhere), VFJ_EXIT_OK);
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

/* The next transition or command; false at the end. */
static bool next_decided(struct vfj_journal *journal, struct vfj_record *record)
{
    enum vfj_status status;
    while ((status = vfj_journal_next(journal, record)) == VFJ_OK) {
        if (!vfj_record_is_event(record))
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
            fail_msg("%s: %s", name, more ? "the exported trace leads to less" : "the exported trace leads to more");
        if (!more)
            break;
        if (a.kind != b.kind || a.body.length != b.body.length || memcmp(a.body.text, b.body.text, a.body.length) != 0)
            fail_msg("%s: record %llu: %.*s\nagain: %.*s", name, (unsigned long long)a.seq, (int)a.body.length,
                     a.body.text, (int)b.body.length, b.body.text);
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

static void round_trip(const char *trace, int policy, int mode)
{
    struct files files;
    name_files(&files);
    remove_files(&files); /* of one that failed */
    assert_int_equal(play(trace, policy, mode, files.first), VFJ_EXIT_OK);
    verify(files.first);
    export(files.first, files.trace);
    assert_int_equal(play(files.trace, -1, -1, files.second), VFJ_EXIT_OK);
    verify(files.second);
    compare(trace, &files);
    remove_files(&files);
}

static void test_round_trip(void **state)
{
    for (int policy = VFJ_POLICY_SCRIPTS; policy <= VFJ_POLICY_VFJOURNAL; policy++) {
        for (int mode = VFJ_MODE_OBSERVE; mode <= VFJ_MODE_ACT; mode++)
            round_trip(*state, policy, mode);
    }
}

static int is_trace(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    if (end == NULL || strcmp(end, ".trace") != 0)
        return 0;
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        size_t length = strlen(exceptions[i]);
        if ((size_t)(end - entry->d_name) == length && strncmp(entry->d_name, exceptions[i], length) == 0)
            return 0;
    }
    return 1;
}

int main(void)
{
    static char paths[TRACES_MAX][PATH_SIZE];
    static struct CMUnitTest tests[TRACES_MAX];
    struct dirent **entries;
    int count = scandir("traces", &entries, is_trace, alphasort);
    directory = mkdtemp(in_memory);
    if (directory == NULL)
        directory = mkdtemp(on_disk);
    if (count <= 0 || count > TRACES_MAX || directory == NULL) {
        fprintf(stderr, "tests/traces: %d traces\n", count);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        snprintf(paths[i], sizeof paths[i], "traces/%s", entries[i]->d_name);
        tests[i] = (struct CMUnitTest){.name = paths[i], .test_func = test_round_trip, .initial_state = paths[i]};
        free(entries[i]);
    }
    free(entries);
    int failed = _cmocka_run_group_tests("roundtrip", tests, (size_t)count, NULL, NULL);
    rmdir(directory);
    return failed;
}
