/* Tests all pairs of options of vfjournal show: with both options, the output must show the
 * effects of both. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

enum {
    ROWS_MAX = 1000,
    COUNT = 5,           /* the number in "-n 5" below */
    PAUSE_NS = 10000000, /* pause between two reads of the output of `show -f` */
    LOOKS_MAX = 6000,
};

/* The effect of an option on the output. */
enum effect { SELECTS, COUNTS, REVERSES, PRINTS, FOLLOWS, LISTS_BOOTS };

static struct flag {
    const char *text;
    enum effect effect;
} flags[] = {
    {"-i hn0", SELECTS},
    {"-k command", SELECTS},
    {"-s lagged", SELECTS},
    {"-g 'lagg|link'", SELECTS},
    {"-S '2026-11-22 14:00:01'", SELECTS},
    {"-U '2026-11-22 14:00:05'", SELECTS},
    {"-b 1", SELECTS},
    {"slot=hn0", SELECTS},
    {"kind=command kind=transition", SELECTS},
    {"-M 10", SELECTS},
    {NULL, SELECTS}, /* the option --after-cursor, whose text make_journal() fills in */
    {"-n 5", COUNTS},
    {"-r", REVERSES},
    {"--why", PRINTS},
    {"-H", PRINTS},
    {"--no-pager", PRINTS},
    {"--utc", PRINTS},
    {"-f", FOLLOWS},
    {"--list-boots", LISTS_BOOTS},
};

enum { FLAGS = sizeof flags / sizeof flags[0], AFTER_CURSOR = 10 };

static char after_cursor[128];

static char *show(const char *options, int expected)
{
    char arguments[1000];
    int exit_status = -1;
    (void)snprintf(arguments, sizeof arguments, "show %s -J '%s'", options, kit_path("pairs.db"));
    char *printed = kit_run(arguments, &exit_status);
    if (expected >= 0 && exit_status != expected)
        fail_msg("vfjournal %s: exit status %d: %s", arguments, exit_status, printed);
    if (exit_status < 0 || exit_status > VFJ_EXIT_UNUSABLE)
        fail_msg("vfjournal %s: exit status %d: %s", arguments, exit_status, printed);
    return printed;
}

/* Makes a journal of two boots. In the second boot the clock is earlier than in the first. Rows
 * about changes of links stand between other rows. */
static int make_journal(void **state)
{
    static const char *const lines[] = {
        "!system=IFNET subsystem=mce0 type=LINK_DOWN",
        "!system=IFNET subsystem=mce0 type=LINK_UP",
        "!system=IFNET subsystem=lagg0 type=LINK_DOWN",
        "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN",
        "!system=IFNET subsystem=mce0 type=LINK_DOWN",
        "!system=IFNET subsystem=mce0 type=LINK_UP",
    };
    if (kit_scratch_make(state) != 0)
        return -1;
    kit_make_journal(kit_path("pairs.db"));
    struct vfj_ledger *ledger = kit_ledger_open(kit_path("pairs.db"), VFJ_ON_ERROR_STOP);
    struct vfj_event started = kit_started();
    (void)strcpy(started.as.started.boot_id, "boot-2");
    kit_submit(ledger, started);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        kit_submit(ledger, kit_devd(lines[i]));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    char *printed = show("-a -U '2026-11-22 14:00:01' --show-cursor -b 1", VFJ_EXIT_OK);
    const char *cursor = strstr(printed, "-- cursor: ");
    assert_non_null(cursor);
    (void)snprintf(after_cursor, sizeof after_cursor, "--after-cursor %.*s",
                   (int)strcspn(cursor + 11, "\n"), cursor + 11);
    flags[AFTER_CURSOR].text = after_cursor;
    free(printed);
    return 0;
}

struct rows {
    size_t count;
    unsigned long seq[ROWS_MAX];
};

static bool has(const struct rows *rows, unsigned long seq)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->seq[i] == seq)
            return true;
    }
    return false;
}

/* Runs show with -a, -o json and the options, and reads the seqs from its output. */
static void read_rows(const char *options, struct rows *rows)
{
    char all[600];
    (void)snprintf(all, sizeof all, "-a -o json %s", options);
    char *printed = show(all, -1);
    rows->count = 0;
    for (const char *at = printed; (at = strstr(at, "{\"seq\":")) != NULL; at += 7) {
        assert_true(rows->count < ROWS_MAX);
        rows->seq[rows->count++] = strtoul(at + 7, NULL, 10);
    }
    free(printed);
}

static void keep_newest(struct rows *rows)
{
    if (rows->count <= COUNT)
        return;
    memmove(rows->seq, rows->seq + rows->count - COUNT, COUNT * sizeof rows->seq[0]);
    rows->count = COUNT;
}

static void reverse(struct rows *rows)
{
    for (size_t i = 0; i < rows->count / 2; i++) {
        unsigned long seq = rows->seq[i];
        rows->seq[i] = rows->seq[rows->count - 1 - i];
        rows->seq[rows->count - 1 - i] = seq;
    }
}

/* Computes which rows show must print with both flags, from the rows that it prints with each
 * one alone. */
static void expect(const struct flag *a, const struct flag *b, struct rows *rows)
{
    struct rows other;
    const struct flag *pair[] = {a, b};
    read_rows("", rows);
    for (size_t i = 0; i < 2; i++) {
        if (pair[i]->effect != SELECTS)
            continue;
        read_rows(pair[i]->text, &other);
        size_t count = 0;
        for (size_t k = 0; k < rows->count; k++) {
            if (has(&other, rows->seq[k]))
                rows->seq[count++] = rows->seq[k];
        }
        rows->count = count;
    }
    if (a->effect == COUNTS || b->effect == COUNTS)
        keep_newest(rows);
    if (a->effect == REVERSES || b->effect == REVERSES)
        reverse(rows);
}

static void test_each_option_alone_selects_some(void **state)
{
    struct rows all, some;
    (void)state;
    read_rows("", &all);
    assert_true(all.count > 50);
    for (size_t i = 0; i < FLAGS; i++) {
        if (flags[i].effect != SELECTS)
            continue;
        read_rows(flags[i].text, &some);
        if (some.count == 0 || some.count == all.count)
            fail_msg("%s: %zu of %zu rows", flags[i].text, some.count, all.count);
    }
}

static void test_pairs_of_rows(void **state)
{
    struct rows expected, found;
    char options[400];
    (void)state;
    for (size_t i = 0; i < FLAGS; i++) {
        for (size_t k = 0; k < FLAGS; k++) {
            if (i == k || flags[i].effect >= FOLLOWS || flags[k].effect >= FOLLOWS)
                continue;
            (void)snprintf(options, sizeof options, "%s %s", flags[i].text, flags[k].text);
            read_rows(options, &found);
            expect(&flags[i], &flags[k], &expected);
            if (found.count != expected.count
                || memcmp(found.seq, expected.seq, found.count * sizeof found.seq[0]) != 0)
                fail_msg("show %s: %zu rows, not %zu", options, found.count, expected.count);
        }
    }
}

/* Every format prints the same rows in the same order. */
static void test_each_format_with_each_option(void **state)
{
    static const struct {
        const char *options, *begin, *end;
    } formats[] = {
        {"-o short -H", "", "\t"}, {"-o delta -H", "", "\t"},     {"-o verbose", "  record ", "\n"},
        {"-o csv -H", "", ","},    {"-o json", "{\"seq\":", ","},
    };
    (void)state;
    for (size_t i = 0; i < FLAGS; i++) {
        struct rows rows;
        if (flags[i].effect >= FOLLOWS)
            continue;
        read_rows(flags[i].text, &rows);
        for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
            char options[300];
            (void)snprintf(options, sizeof options, "-a %s %s", formats[f].options, flags[i].text);
            char *printed = show(options, VFJ_EXIT_OK);
            const char *at = printed;
            for (size_t k = 0; k < rows.count; k++) {
                char wanted[64];
                (void)snprintf(wanted, sizeof wanted, "%s%lu%s", formats[f].begin, rows.seq[k],
                               formats[f].end);
                at = strstr(at, wanted);
                if (at == NULL)
                    fail_msg("show %s: no \"%s\" in its place:\n%s", options, wanted, printed);
                at++;
            }
            free(printed);
        }
    }
}

static bool has_line(const char *printed, const char *line, size_t length)
{
    for (const char *at = printed; *at != '\0';) {
        size_t here = strcspn(at, "\n");
        if (here == length && memcmp(at, line, length) == 0)
            return true;
        at += here + (at[here] == '\n');
    }
    return false;
}

/* Returns true when the flag only selects rows. -k does more: it also prints rows that are
 * hidden by default. */
static bool is_plain(const struct flag *flag)
{
    return flag->effect == SELECTS && strncmp(flag->text, "-k", 2) != 0;
}

/* Without -a, one line can stand for a command and its outcome together. With two options, show
 * must print exactly the lines that each option alone prints, too. */
static void test_pairs_of_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < FLAGS; i++) {
        for (size_t k = 0; k < FLAGS; k++) {
            char options[400];
            if (i == k || !is_plain(&flags[i]) || !is_plain(&flags[k]))
                continue;
            (void)snprintf(options, sizeof options, "-H -n all %s", flags[i].text);
            char *first = show(options, VFJ_EXIT_OK);
            (void)snprintf(options, sizeof options, "-H -n all %s", flags[k].text);
            char *second = show(options, VFJ_EXIT_OK);
            (void)snprintf(options, sizeof options, "-H -n all %s %s", flags[i].text,
                           flags[k].text);
            char *both = show(options, -1);
            bool is_empty = strncmp(both, "vfjournal: ", 11) == 0;
            for (const char *at = first; *at != '\0';) {
                size_t length = strcspn(at, "\n");
                /* a line that summarises changes of links differs when fewer of them are
                 * selected */
                bool is_links
                    = strstr(at, "changes") != NULL && strstr(at, "changes") < at + length;
                bool wanted = has_line(second, at, length);
                if (!is_links && wanted != (!is_empty && has_line(both, at, length)))
                    fail_msg("show %s: %s \"%.*s\"", options, wanted ? "lacks" : "has", (int)length,
                             at);
                at += length + (at[length] == '\n');
            }
            free(first);
            free(second);
            free(both);
        }
    }
}

/* Starts `vfjournal show OPTIONS`, waits until it has printed exactly the expected text, and ends
 * it by SIGTERM. With `may_end`, show may have ended by itself before that. */
static void follow(const char *options, const char *expected, bool may_end)
{
    char command[2000];
    const char *path = kit_path("followed");
    (void)snprintf(command, sizeof command, "exec '%s/vfjournal' show %s -J '%s' >'%s' 2>&1",
                   getenv("VFJ_BINARY_DIR"), options, kit_path("pairs.db"), path);
    kit_write(path, "", 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    char *printed = NULL;
    bool is_equal = false;
    for (unsigned i = 0; i < LOOKS_MAX && !is_equal; i++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        free(printed);
        printed = kit_read(path, &(size_t){0});
        is_equal = strcmp(printed, expected) == 0;
    }
    int status = 0;
    (void)kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!is_equal)
        fail_msg("show %s: printed:\n%s\nnot:\n%s", options, printed, expected);
    assert_true(may_end ? status == 0 || WIFSIGNALED(status)
                        : WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    free(printed);
}

/* With -f, the first part of the output is the same as without -f. */
static void test_pairs_with_follow(void **state)
{
    (void)state;
    for (size_t i = 0; i < FLAGS; i++) {
        char options[300];
        bool may_end = strncmp(flags[i].text, "-U", 2) == 0 || strncmp(flags[i].text, "-b", 2) == 0
            || strncmp(flags[i].text, "-M", 2) == 0;
        if (flags[i].effect == FOLLOWS)
            continue;
        (void)snprintf(options, sizeof options, "-f %s", flags[i].text);
        char *expected = show(flags[i].text, VFJ_EXIT_OK);
        follow(options, expected, may_end);
        free(expected);
    }
    char *expected = show("-b 1", VFJ_EXIT_OK);
    char *printed = show("-f -b 1", VFJ_EXIT_OK);
    assert_string_equal(printed, expected);
    free(printed);
    free(expected);
    expected = show("-M 10", VFJ_EXIT_OK);
    printed = show("-f -M 10", VFJ_EXIT_OK);
    assert_string_equal(printed, expected);
    free(printed);
    free(expected);
}

static void test_pairs_with_list_boots(void **state)
{
    static const struct {
        const char *options, *printed;
    } pairs[] = {
        {"-n 1", "2  "},
        {"-r", "2  "},
        {"-S '2026-11-22 14:00:01'", "1  "},
        {"-H", "1\t2026"},
        {"-o csv", "boot,first,last,id\n1,"},
        {"-o csv -H", "1,"},
        {"-o json", "{\"boot\":1,\"first\":\"2026-11-22T14:00:00."},
        {"--utc", "1  2026-11-22 14:00:00Z  "},
        {"--no-pager", "1  "},
        {"-a", "1  "},
        {"-i hn0", "1  "},
        {"-k command", "1  "},
        {"-s lagged", "1  "},
        {"-g create", "1  "},
        {"-a -g subsystem=lagg0", "2  "},
        {"-k started -g boot-2", "2  "},
        {"-b 1", "1  "},
        {"-b", "2  "},
        {"-M 10", "1  "},
        {"slot=hn0", "1  "},
        {"if=lagg0", "2  "},
        {"--why", "1  "},
        {"-o delta", "1  2026-11-22 14:00:00Z  "},
        {"-o cat", "1  boot-1\n2  boot-2\n"},
        {"-o verbose", "2026-11-22 14:00:00Z  boot 1\n    last=2026-"},
        {after_cursor, "1  "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char options[200];
        (void)snprintf(options, sizeof options, "--list-boots %s", pairs[i].options);
        char *printed = show(options, VFJ_EXIT_OK);
        if (strncmp(printed, pairs[i].printed, strlen(pairs[i].printed)) != 0)
            fail_msg("show %s: %s", options, printed);
        free(printed);
    }
    /* each option that selects rows: the boots are those of its rows */
    for (size_t i = 0; i < FLAGS; i++) {
        char options[300];
        bool has_first, has_second;
        if (flags[i].effect != SELECTS)
            continue;
        (void)snprintf(options, sizeof options, "-o json %s", flags[i].text);
        char *rows = show(options, VFJ_EXIT_OK);
        has_first = strstr(rows, "\"boot\":1,") != NULL;
        has_second = strstr(rows, "\"boot\":2,") != NULL;
        free(rows);
        (void)snprintf(options, sizeof options, "--list-boots -H %s", flags[i].text);
        char *printed = show(options, VFJ_EXIT_OK);
        if ((printed[0] == '1') != has_first || (strstr(printed, "2\t2026") != NULL) != has_second)
            fail_msg("show %s: %s", options, printed);
        free(printed);
    }
    char *printed = show("--list-boots --show-cursor", VFJ_EXIT_OK);
    assert_non_null(strstr(printed, "\n-- cursor: "));
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_option_alone_selects_some),
        cmocka_unit_test(test_pairs_of_rows),
        cmocka_unit_test(test_each_format_with_each_option),
        cmocka_unit_test(test_pairs_of_lines),
        cmocka_unit_test(test_pairs_with_follow),
        cmocka_unit_test(test_pairs_with_list_boots),
    };
    if (setenv("TZ", "UTC", 1) != 0)
        return 1;
    return cmocka_run_group_tests(tests, make_journal, kit_scratch_remove);
}
