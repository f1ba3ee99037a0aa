/* Tests the verbs that read a journal: their inputs, empty results, times, exit statuses and
 * messages. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares kill and setenv only with this */
#endif
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/lock.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

enum { PAGE = 4096 };

static const char trace[] = "%if hn0 up inet 10.0.0.4/24\n"
                            "%vf mce0 hn0\n"
                            "@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@+5 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n";

/* Every verb that reads a journal, with the options that it requires. */
static const char *const verbs[] = {"show",   "migrations",     "report", "status", "replay",
                                    "verify", "export --trace", "backup", "recover"};

static bool makes_file(const char *verb)
{
    return strcmp(verb, "backup") == 0 || strcmp(verb, "recover") == 0;
}

static char *run(int expected, const char *format, ...)
{
    char arguments[2000];
    int exit_status = -1;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(arguments, sizeof arguments, format, list);
    va_end(list);
    char *printed = kit_run(arguments, &exit_status);
    if (exit_status != expected)
        fail_msg("vfjournal %s: exit status %d, not %d: %.2000s", arguments, exit_status, expected,
                 printed);
    return printed;
}

/* Runs a command line. Checks its exit status, and that its output contains the text. */
#define assert_says(expected, text, ...)                                            \
    do {                                                                            \
        char *printed_ = run((expected), __VA_ARGS__);                              \
        if (strstr(printed_, (text)) == NULL)                                       \
            fail_msg("%s: no \"%s\" in:\n%.2000s", #__VA_ARGS__, (text), printed_); \
        free(printed_);                                                             \
    } while (0)

static const char *journal(void)
{
    const char *path = kit_path("journal.db");
    if (!kit_exists(path))
        kit_make_journal(path);
    return path;
}

static unsigned count_lines(const char *text)
{
    unsigned count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* Checks that a verb prints the same for a journal given by its path, on standard input, by a
 * pipe and by a FIFO. */
static void assert_same_input(const char *verb, const char *path)
{
    static const char *const ways[] = {
        "%s - <'%s'",
        "%s /dev/stdin <'%s'",
        "%s /dev/fd/5 5<'%s'",
        "%s -J - <'%s'",
    };
    char *expected = run(VFJ_EXIT_OK, "%s '%s'", verb, path);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char *printed = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        printed = run(VFJ_EXIT_OK, ways[i], verb, path);
#pragma GCC diagnostic pop
        /* the first line of replay's output names the file, and may differ */
        const char *from = strcmp(verb, "replay -o text") == 0 ? "\n" : "";
        if (strstr(printed, from) == NULL
            || strcmp(strstr(printed, from), strstr(expected, from)) != 0)
            fail_msg("%s of %s, way %zu:\n%s\nnot:\n%s", verb, path, i, printed, expected);
        free(printed);
    }
    free(expected);
}

static void test_a_file_is_read_once(void **state)
{
    const char *path = kit_path("once.trace");
    const char *fifo = kit_path("fifo");
    (void)state;
    kit_write(path, trace, sizeof trace - 1);
    assert_same_input("replay -o commands", path);
    assert_same_input("replay -o json", path);
    assert_same_input("replay -o text", path);
    assert_same_input("replay -o commands", journal());
    assert_same_input("show -a", journal());
    assert_same_input("show -o json -n 5", journal());
    assert_same_input("export --trace", journal());
    assert_int_equal(mkfifo(fifo, 0600), 0);
    char *expected = run(VFJ_EXIT_OK, "replay -o commands '%s'", path);
    char *printed
        = run(VFJ_EXIT_OK, "replay -o commands '%s' & cat '%s' >'%s'; wait $!", fifo, path, fifo);
    assert_string_equal(printed, expected);
    free(printed);
    free(expected);
    /* a FIFO without data is treated like an empty file */
    assert_says(VFJ_EXIT_DIFFERENT, "the file is empty", "show '%s'", fifo);
    assert_says(VFJ_EXIT_UNUSABLE, "not a database", "show - </dev/zero");
    assert_says(VFJ_EXIT_UNUSABLE, "not a database", "verify - <'%s'", path);
}

static void test_a_journal_from_a_pipe_leaves_no_copy(void **state)
{
    const char *directory = kit_path("scratch");
    (void)state;
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        char *printed = NULL;
        int exit_status = 0;
        char line[1000];
        const char *to = kit_path("piped-new.db");
        (void)unlink(to);
        (void)snprintf(line, sizeof line, "%s - %s%s%s <'%s'", verbs[i],
                       makes_file(verbs[i]) ? "'" : "", makes_file(verbs[i]) ? to : "",
                       makes_file(verbs[i]) ? "'" : "", journal());
        printed = kit_run(line, &exit_status);
        if (exit_status != (strcmp(verbs[i], "status") == 0 ? VFJ_EXIT_DIFFERENT : VFJ_EXIT_OK))
            fail_msg("%s: exit status %d: %s", line, exit_status, printed);
        free(printed);
        if (rmdir(directory) != 0)
            fail_msg("%s: left a file behind", line);
        assert_int_equal(mkdir(directory, 0700), 0);
    }
    (void)unsetenv("TMPDIR");
}

static void test_file_and_option_are_the_same_in_every_verb(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        char new_file[600] = "";
        const char *to = kit_path("alike-new.db");
        int expected = strcmp(verbs[i], "status") == 0 ? VFJ_EXIT_DIFFERENT : VFJ_EXIT_OK;
        if (makes_file(verbs[i]))
            (void)snprintf(new_file, sizeof new_file, "'%s'", to);
        (void)unlink(to);
        char *operand = run(expected, "%s '%s' %s", verbs[i], journal(), new_file);
        (void)unlink(to);
        char *option = run(expected, "%s -J '%s' %s", verbs[i], journal(), new_file);
        (void)unlink(to);
        char *word = run(expected, "%s --journal='%s' %s", verbs[i], journal(), new_file);
        assert_string_equal(operand, option);
        assert_string_equal(operand, word);
        free(operand);
        free(option);
        free(word);
    }
    assert_says(VFJ_EXIT_UNUSABLE, "an argument too many", "show -J '%s' '%s'", journal(),
                journal());
}

/* ---- missing and empty journals ---- */

static void test_nothing_there_is_no(void **state)
{
    const char *empty = kit_path("empty");
    const char *comments = kit_path("comments.trace");
    const char *none = kit_path("none.db");
    (void)state;
    kit_write(empty, "", 0);
    kit_write(comments, "# nothing\n\n", 11);
    vfj_ledger_close(kit_ledger_open(none, VFJ_ON_ERROR_STOP));
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const char *to = makes_file(verbs[i]) ? kit_path("nothing-new.db") : "";
        const char *quote = to[0] != '\0' ? "'" : "";
        assert_says(VFJ_EXIT_DIFFERENT, ": the file is empty: it holds no records\n",
                    "%s '%s' %s%s%s", verbs[i], empty, quote, to, quote);
        assert_says(VFJ_EXIT_DIFFERENT, "standard input: the file is empty",
                    "%s - %s%s%s </dev/null", verbs[i], quote, to, quote);
        if (strcmp(verbs[i], "recover") == 0)
            continue;
        assert_says(VFJ_EXIT_DIFFERENT, ": the journal holds no records", "%s '%s' %s%s%s",
                    verbs[i], none, quote, to, quote);
        (void)unlink(to);
    }
    assert_says(VFJ_EXIT_DIFFERENT, ": the trace holds no events\n", "replay '%s'", comments);
}

/* While a daemon runs, new rows are only in the -wal file. A copy without that file must not be
 * reported as verified. */
static void test_a_copy_without_wal_is_no_proof(void **state)
{
    const char *path = kit_path("live.db");
    const char *copy = kit_path("copied.db");
    size_t length;
    (void)state;
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    char *bytes = kit_read(path, &length);
    kit_write(copy, bytes, length);
    free(bytes);
    assert_says(VFJ_EXIT_DIFFERENT, "holds no records (a copy without its -wal file", "verify '%s'",
                copy);
    assert_says(VFJ_EXIT_OK, ": verified: ", "verify '%s'", path);
    vfj_ledger_close(ledger);
}

static void test_a_filter_that_matches_nothing_is_no(void **state)
{
    static const struct {
        const char *options, *text;
    } cases[] = {
        {"-S 2100-01-01", "no record is as new as -S; the newest is of 2026-11-22 14:01:41Z"},
        {"-U 2000-01-01", "no record is as old as -U; the oldest is of 2026-11-22 14:00:00Z"},
        {"-S 2026-11-23 -U 2026-11-22", "-S is later than -U: no record can match"},
        {"-i foo0", "no record names the interface foo0"},
        {"-i foo0 -n 1", "no record names the interface foo0"},
        {"-i foo0 -o json", "no record names the interface foo0"},
        {"-g nonsense", "no record matches; -a also looks at plain devd lines and probes\n"},
        {"-a -g nonsense", "no record matches\n"},
        {"-k gap", "no record matches\n"},
        {"-s lagged -k gap", "no record matches\n"},
        {"-b 7", "no such boot: 7; the newest is boot 1"},
        {"-b -1", "no such boot: -1; the newest is boot 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *printed = run(VFJ_EXIT_DIFFERENT, "show %s '%s'", cases[i].options, journal());
        if (strstr(printed, cases[i].text) == NULL || count_lines(printed) != 1)
            fail_msg("show %s: not one line with \"%s\":\n%s", cases[i].options, cases[i].text,
                     printed);
        free(printed);
    }
}

static void test_repeated_interfaces_are_all_shown(void **state)
{
    const char *path = kit_path("two.db");
    (void)state;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn7 type=VF_UP"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    char *both = run(VFJ_EXIT_OK, "show -n all -i hn0 -i hn7 '%s'", path);
    char *all = run(VFJ_EXIT_OK, "show -n all '%s'", path);
    assert_string_equal(both, all);
    free(both);
    free(all);
    char *one = run(VFJ_EXIT_DIFFERENT, "show -n all -i hn7 -i foo0 '%s'", path);
    assert_non_null(strstr(one, "hn7"));
    assert_null(strstr(one, "hn0 "));
    assert_non_null(strstr(one, "no record names the interface foo0\n"));
    free(one);
}

/* ---- times ---- */

static void test_times_are_of_the_local_zone(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    assert_says(VFJ_EXIT_OK, "2026-11-22 15:01:41.000000+01:00  hn0 ", "show -n 1 '%s'", journal());
    assert_says(VFJ_EXIT_OK, "2026-11-22 14:01:41.000000Z  hn0 ", "show --utc -n 1 '%s'",
                journal());
    assert_says(VFJ_EXIT_OK, "2026-11-22 15:01:41.000000+01:00  record 50",
                "show -o verbose -n 1 '%s'", journal());
    assert_says(VFJ_EXIT_DIFFERENT, "2026-11-22 15:01:41+01:00", "status '%s'", journal());
    assert_says(VFJ_EXIT_DIFFERENT, "2026-11-22 14:01:41Z", "status --utc '%s'", journal());
    assert_says(VFJ_EXIT_DIFFERENT, "\"newest\":\"2026-11-22T14:01:41Z\"", "status -o json '%s'",
                journal());
    /* a time that was printed can be given to -S again, in any zone */
    char *printed = run(VFJ_EXIT_OK, "show -S '2026-11-22 15:01:41.000000+01:00' '%s'", journal());
    char *utc = run(VFJ_EXIT_OK, "show -S '2026-11-22 14:01:41.000000Z' '%s'", journal());
    char *local = run(VFJ_EXIT_OK, "show -S '2026-11-22 15:01:41' '%s'", journal());
    char *other = run(VFJ_EXIT_OK, "show -S '2026-11-22 14:01:41' --utc '%s'", journal());
    assert_int_equal(count_lines(printed), 2);
    assert_string_equal(printed, utc);
    assert_string_equal(printed, local);
    assert_int_equal(count_lines(other), 2);
    free(printed);
    free(utc);
    free(local);
    free(other);
    (void)unsetenv("TZ");
    static const char *const wrong[] = {"2026-02-29", "23:59:60", "2026-11-31 10:00", "-2x", "@x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_says(VFJ_EXIT_UNUSABLE, wrong[i], "show -S '%s' '%s'", wrong[i], journal());
}

/* A forged journal may contain any time. Each format can print it. */
static void test_any_time_can_be_printed(void **state)
{
    static const char *const formats[] = {"short", "delta", "cat", "verbose", "json", "csv"};
    const char *path = kit_path("times.db");
    (void)state;
    kit_make_journal(path);
    kit_tamper(path,
               "UPDATE record SET wall_us = CASE seq % 3 WHEN 0 THEN -9223372036854775807 - 1"
               " WHEN 1 THEN 9223372036854775807 ELSE -1 END WHERE seq > 10");
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        assert_says(VFJ_EXIT_OK, "", "show -a -o %s '%s'", formats[i], path);
    assert_says(VFJ_EXIT_OK, "1969-12-31 23:59:59.999999Z", "show -a '%s'", path);
    assert_says(VFJ_EXIT_EDITED, "", "status '%s'", path);
}

/* ---- damage ---- */

/* Makes a journal of many pages. */
static const char *make_large(const char *name)
{
    const char *path = kit_path(name);
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 400; i++)
        kit_submit(ledger, kit_devd("!system=IFNET subsystem=epair0a type=ATTACH"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    return path;
}

/* Counts the rows in the output: the lines that begin with a number. Fills in the first and the
 * last of these numbers. */
static unsigned read_rows(const char *printed, unsigned long *first, unsigned long *last)
{
    unsigned count = 0;
    for (const char *line = printed; line != NULL && *line != '\0'; count++) {
        unsigned long seq = strtoul(line, NULL, 10);
        if (seq == 0)
            return count;
        if (count == 0)
            *first = seq;
        *last = seq;
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return count;
}

static void test_a_damaged_page_hides_nothing_else(void **state)
{
    const char *path = make_large("pages.db");
    size_t length, found = 0;
    (void)state;
    unsigned long total = (unsigned long)kit_sql_integer(path, "SELECT max(seq) FROM record");
    char *bytes = kit_read(path, &length);
    for (size_t page = PAGE; page + PAGE <= length; page += PAGE) {
        int exit_status;
        char line[600], kept[PAGE];
        unsigned long first = 0, last = 0;
        if (bytes[page] != 0x0d) /* not a leaf page of a table */
            continue;
        memcpy(kept, bytes + page, PAGE);
        memset(bytes + page, 0x5a, PAGE);
        kit_write(path, bytes, length);
        memcpy(bytes + page, kept, PAGE);
        /* the `#` hides the redirection that kit_run() appends */
        (void)snprintf(line, sizeof line, "show -a '%s' 2>/dev/null #", path);
        char *rows = kit_run(line, &exit_status);
        unsigned count = read_rows(rows, &first, &last);
        free(rows);
        assert_int_equal(exit_status, VFJ_EXIT_DAMAGED);
        if (count < total)
            /* Otherwise the page belongs to the schema. When it is damaged, all rows are read
             * without SQLite. */
            found++;
        /* less than a hundred of these rows fit on one page */
        if (count + 100 < total || (first > 1 && last < total))
            fail_msg("page at %zu: %u of %lu rows, %lu to %lu", page, count, total, first, last);
        char *said
            = run(VFJ_EXIT_DAMAGED, "show -a -o json '%s' 2>&1 >'%s' #", path, kit_path("json"));
        const char *expected
            = count < total ? " are unreadable\n" : "no record is known to be missing\n";
        if (count_lines(said) != 1 || strstr(said, expected) == NULL)
            fail_msg("page at %zu: not one line:\n%s", page, said);
        free(said);
        /* option -b finds the rows of a boot even when the newest record is damaged */
        (void)snprintf(line, sizeof line, "show -a -b 1 '%s' 2>/dev/null #", path);
        rows = kit_run(line, &exit_status);
        assert_int_equal(exit_status, VFJ_EXIT_DAMAGED);
        assert_int_equal(read_rows(rows, &first, &last), count);
        free(rows);
        char *json = kit_read(kit_path("json"), &(size_t){0});
        assert_int_equal(count_lines(json), count);
        free(json);
    }
    assert_true(found > 5);
    free(bytes);
}

/* Every verb ends with the same exit status for the same damage. */
static void test_damage_has_one_status(void **state)
{
    static const struct {
        const char *sql;
        int expected;
    } cases[] = {
        {"UPDATE record SET kind = 'devil' WHERE seq = 4", VFJ_EXIT_DAMAGED},
        {"UPDATE record SET body = body || ' ' WHERE seq = 9", VFJ_EXIT_EDITED},
        {"DELETE FROM record WHERE seq = 9", VFJ_EXIT_EDITED},
        {"DELETE FROM record WHERE seq > 9", VFJ_EXIT_INCOMPLETE},
    };
    static const char *const readers[] = {"status", "replay", "verify", "export --trace"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = kit_path("status.db");
        const char *to = kit_path("status-new.db");
        (void)unlink(path);
        (void)unlink(to);
        kit_make_journal(path);
        kit_tamper(path, cases[i].sql);
        for (size_t k = 0; k < sizeof readers / sizeof readers[0]; k++)
            free(run(cases[i].expected, "%s '%s'", readers[k], path));
        free(run(cases[i].expected, "backup '%s' '%s'", path, to));
        free(run(cases[i].expected, "prune -k 1s '%s'", path));
    }
}

static void test_a_newer_format_is_refused_by_every_verb(void **state)
{
    const char *path = kit_path("newer.db");
    const char *to = kit_path("newer-new.db");
    (void)state;
    kit_make_journal(path);
    kit_sql(path, "PRAGMA user_version = 99");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        assert_says(VFJ_EXIT_UNUSABLE, "written by a newer vfjournal", "%s '%s' %s", verbs[i], path,
                    makes_file(verbs[i]) ? to : "");
    assert_says(VFJ_EXIT_UNUSABLE, "written by a newer vfjournal", "prune -k 1s '%s'", path);
    assert_false(kit_exists(to));
}

/* Recovery also reports readable rows that come before the part that it saves. */
static void test_recover_reports_every_readable_row(void **state)
{
    const char *path = kit_path("runs.db");
    (void)state;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    vfj_ledger_set_state_checkpoints(ledger, 50, INT64_MAX / 4);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 300; i++) {
        kit_submit(ledger, kit_devd("!system=IFNET subsystem=epair0a type=ATTACH"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_maintain(ledger);
    }
    vfj_ledger_close(ledger);
    kit_tamper(path, "DELETE FROM record WHERE seq = 20");
    char *said = run(VFJ_EXIT_DIFFERENT, "recover '%s' '%s'", path, kit_path("runs-new.db"));
    assert_non_null(strstr(said, "runs.db: records 1 to 19: saved, but not verified\n"));
    assert_non_null(strstr(said, "runs.db: record 20: missing\n"));
    assert_non_null(strstr(said, "runs.db: records 21 to "));
    free(said);
    assert_says(VFJ_EXIT_OK, "about=unverified seq=19 ", "show -n all -o json '%s'",
                kit_path("runs-new.db"));
    assert_int_equal(kit_sql_integer(kit_path("runs-new.db"),
                                     "SELECT count(*) FROM record WHERE body LIKE"
                                     " 'about=unverified %' AND body LIKE '% run=1 %'"),
                     19);
    said = run(VFJ_EXIT_DIFFERENT, "recover --rows '%s' '%s'", path, kit_path("runs-rows.db"));
    assert_non_null(strstr(said, "     1  2026-11-22 14:00:00.000000Z"));
    assert_non_null(strstr(said, "    21  2026-"));
    free(said);
}

static void test_a_replayed_journal_can_be_pruned(void **state)
{
    const char *path = kit_path("year.trace");
    const char *to = kit_path("year.db");
    (void)state;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("%if hn0 up inet 10.0.0.4/24\n@1764000000 !system=X\n", file);
    for (unsigned day = 0; day < 365; day++)
        (void)fprintf(file, "@+86400 !system=X day=%u\n", day);
    assert_int_equal(fclose(file), 0);
    free(run(VFJ_EXIT_OK, "replay -o commands --output-journal '%s' '%s'", to, path));
    assert_says(VFJ_EXIT_OK, ": verified: ", "verify '%s'", to);
    assert_true(kit_sql_integer(to, "SELECT count(*) FROM record WHERE kind = 'checkpoint'") > 300);
    assert_says(VFJ_EXIT_OK, " would be pruned\n", "prune -n -k 1d '%s'", to);
    assert_says(VFJ_EXIT_OK, " pruned, ", "prune -k 1d '%s'", to);
    assert_says(VFJ_EXIT_OK, ": verified: ", "verify '%s'", to);
    /* an older name of the option, which is still accepted */
    const char *old = kit_path("old-spelling.db");
    free(run(VFJ_EXIT_OK, "replay -o commands --journal '%s' '%s'", old, path));
    assert_says(VFJ_EXIT_OK, ": verified: ", "verify '%s'", old);
}

/* ---- signals ---- */

static bool is_empty(const char *directory)
{
    bool empty = true;
    const struct dirent *entry;
    DIR *listing = opendir(directory);
    assert_non_null(listing);
    while ((entry = readdir(listing)) != NULL)
        empty &= entry->d_name[0] == '.';
    (void)closedir(listing);
    return empty;
}

/* Runs the verb, and sends it the signal after `delay_us`. Returns the wait status of its
 * process. */
static int interrupt(char *const argv[], int number, long delay_us)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        (void)dup2(nowhere, STDOUT_FILENO);
        (void)dup2(nowhere, STDERR_FILENO);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    const struct timespec delay = {.tv_sec = 0, .tv_nsec = delay_us * 1000};
    (void)nanosleep(&delay, NULL);
    (void)kill(child, number);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_a_signal_leaves_nothing_behind(void **state)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    const char *path = make_large("signal.db");
    const char *directory = kit_path("made");
    char program[600], to[600];
    unsigned killed = 0;
    (void)state;
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 20000; i++)
        kit_submit(ledger, kit_devd("!system=IFNET subsystem=epair0a type=ATTACH"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
    vfj_ledger_close(ledger);
    assert_int_equal(mkdir(directory, 0700), 0);
    (void)snprintf(program, sizeof program, "%s/vfjournal", getenv("VFJ_BINARY_DIR"));
    (void)snprintf(to, sizeof to, "%s/new.db", directory);
    for (unsigned i = 0; i < 60; i++) {
        char *const lines[][8] = {
            {program, "backup", (char *)path, to, NULL},
            {program, "recover", (char *)path, to, NULL},
            {program, "prune", "-n", "-k", "1s", (char *)path, NULL},
        };
        int status = interrupt(lines[i % 3], numbers[i / 3 % 3], 500 + 2500L * (i / 3));
        killed += WIFSIGNALED(status) && WTERMSIG(status) == numbers[i / 3 % 3];
        if (WIFSIGNALED(status) && WTERMSIG(status) != numbers[i / 3 % 3])
            fail_msg("round %u: signal %d", i, WTERMSIG(status));
        /* when the verb has made the file before the signal, the file is complete */
        if (kit_exists(to)) {
            char *said = run(VFJ_EXIT_OK, "verify '%s'", to);
            free(said);
            assert_int_equal(unlink(to), 0);
        }
        if (!is_empty(directory))
            fail_msg("round %u: a file was left behind", i);
        assert_false(kit_exists(kit_beside(path, "-wal")));
        assert_false(kit_exists(kit_beside(path, ".lock")));
    }
    assert_true(killed > 5);
    /* after the signal, pruning ends in order */
    int status = interrupt((char *const[]){program, "prune", "-k", "1s", (char *)path, NULL},
                           SIGTERM, 60000);
    assert_true(WIFSIGNALED(status) || WIFEXITED(status));
    assert_false(kit_exists(kit_beside(path, "-wal")));
    assert_false(kit_exists(kit_beside(path, "-shm")));
    assert_false(kit_exists(kit_beside(path, ".lock")));
    assert_says(VFJ_EXIT_OK, ": verified: ", "verify '%s'", path);
}

/* ---- help texts ---- */

static void test_help_fits_a_terminal(void **state)
{
    int exit_status;
    (void)state;
    char *list = run(VFJ_EXIT_OK, "--help");
    unsigned count = 0;
    for (char *line = strtok(list, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char verb[32], arguments[64];
        assert_true(strlen(line) <= 80);
        if (strncmp(line, "  ", 2) != 0 || sscanf(line + 2, "%31[a-z]", verb) != 1
            || strcmp(verb, "help") == 0)
            continue;
        (void)snprintf(arguments, sizeof arguments, "%s --help", verb);
        char *help = kit_run(arguments, &exit_status);
        assert_int_equal(exit_status, VFJ_EXIT_OK);
        assert_non_null(strstr(help, "Exit status: "));
        size_t width = 0;
        for (const char *c = help; *c != '\0'; c++) {
            width = *c == '\n' ? 0 : width + ((*c & 0xc0) != 0x80);
            if (width > 80)
                fail_msg("vfjournal %s: wider than 80 columns:\n%s", arguments, help);
        }
        free(help);
        count++;
    }
    assert_true(count >= 12);
    free(list);
}

static void test_a_misspelt_verb_gets_the_nearest(void **state)
{
    static const char *const pairs[][2]
        = {{"shwo", "show"},     {"repaly", "replay"}, {"verfy", "verify"},  {"stat", "status"},
           {"bakup", "backup"},  {"docter", "doctor"}, {"exprot", "export"}, {"recovr", "recover"},
           {"help shw", "show"}, {"deamon", "daemon"}, {"confg", "config"},  {"prunee", "prune"}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "; the nearest is %s (try: vfjournal --help)\n",
                       pairs[i][1]);
        assert_says(VFJ_EXIT_UNUSABLE, text, "%s", pairs[i][0]);
    }
    char *far = run(VFJ_EXIT_UNUSABLE, "xyzzy");
    assert_null(strstr(far, "nearest"));
    free(far);
}

static void test_no_message_has_control_characters(void **state)
{
    static const char *const lines[] = {
        "\"$E\"",
        "show \"--$E\"",
        "show \"-$E\"",
        "show -n \"$E\"",
        "show -i \"$E\"",
        "show -S \"$E\"",
        "show -k \"$E\"",
        "show -s \"$E\"",
        "show -g \"[$E\"",
        "show -b\"$E\"",
        "show -o \"$E\"",
        "show \"$E\"",
        "show a \"$E\"",
        "status \"--$E\"",
        "status -o \"$E\"",
        "verify -a \"$E\"",
        "verify \"$E\"",
        "replay \"$E\"",
        "replay --policy \"$E\"",
        "export -t \"$E\"",
        "backup \"$E\" x",
        "prune -k \"$E\"",
        "prune -m \"$E\"",
        "prune -k 1s \"$E\"",
        "recover \"$E\" x",
        "graph -o \"$E\"",
        "config -i \"$E\"",
        "config --root \"$E\"",
        "doctor -o \"$E\"",
        "daemon \"--$E\"",
        "daemon --keep \"$E\"",
        "daemon \"$E\"",
        "help \"$E\"",
        "show \"--utc=$E\"",
        "show --after-cursor \"$E\"",
        "show --cursor-file \"/$E/x\"",
    };
    (void)state;
    assert_int_equal(setenv("E", "\033]0;x\a\xc2\x9b\x7f", 1), 0);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int exit_status;
        char *printed = kit_run(lines[i], &exit_status);
        if (exit_status == VFJ_EXIT_OK || exit_status >= 128)
            fail_msg("vfjournal %s: exit status %d: %s", lines[i], exit_status, printed);
        for (const char *c = printed; *c != '\0'; c++) {
            if ((*c < ' ' || *c > '~') && *c != '\n')
                fail_msg("vfjournal %s prints byte %02x", lines[i], (unsigned char)*c);
        }
        free(printed);
    }
    (void)unsetenv("E");
}

static void test_waiting_events_come_first(void **state)
{
    const char *path = kit_path("waiting.db");
    int lock;
    char why[64];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    (void)state;
    kit_make_journal(path);
    assert_int_equal(vfj_lock_take(path, &lock, &detail), VFJ_OK);
    assert_int_equal(vfj_lock_waiting(path), 0);
    vfj_lock_set_waiting(lock, 17);
    assert_int_equal(vfj_lock_waiting(path), 17);
    assert_int_equal(vfj_lock_holder(path, &detail), getpid());
    char *text = run(VFJ_EXIT_DIFFERENT, "status '%s'", path);
    assert_int_equal(
        strncmp(text, " trouble: 17 events wait in memory: the daemon can't write", 58), 0);
    free(text);
    assert_says(VFJ_EXIT_DIFFERENT, "\"waiting_events\":17", "status -o json '%s'", path);
    static const char first[] = "VFJOURNAL CRITICAL - the journal cannot be written: 17 events wait"
                                " in the daemon's memory";
    text = run(2, "check '%s'", path);
    assert_int_equal(strncmp(text, first, sizeof first - 1), 0);
    free(text);
    assert_says(VFJ_EXIT_OK, "17 events wait in the daemon's memory, and the answer lacks them",
                "migrations '%s'", path);
    vfj_lock_set_waiting(lock, 0);
    assert_int_equal(vfj_lock_waiting(path), 0);
    vfj_lock_release(path, lock);
    assert_int_equal(vfj_lock_waiting(path), 0);
}

static void test_json_has_lists_and_seconds(void **state)
{
    (void)state;
    assert_says(VFJ_EXIT_DIFFERENT, "\"troubles\":[\"no daemon runs", "status -o json '%s'",
                journal());
    assert_says(VFJ_EXIT_DIFFERENT, "\"duration\":0.0", "status -o json '%s'", journal());
    assert_says(VFJ_EXIT_OK, "\"duration\":0.0021", "show -a -o json '%s'", journal());
    char *both = run(VFJ_EXIT_DIFFERENT, "status -o json '%s'", journal());
    assert_null(strstr(both, "_us\""));
    free(both);
}

/* ---- pairs of options ---- */

static void test_options_do_what_each_says(void **state)
{
    (void)state;
    char *all = run(VFJ_EXIT_OK, "show -a '%s'", journal());
    char *reverse = run(VFJ_EXIT_OK, "show -a -r '%s'", journal());
    assert_int_equal(count_lines(all), count_lines(reverse));
    const char *last = strstr(all, "\n    50  ");
    assert_non_null(last);
    assert_int_equal(strncmp(reverse, last + 1, 20), 0);
    free(all);
    free(reverse);
    static const struct {
        const char *options;
        unsigned lines;
        const char *text;
    } cases[] = {
        {"-k state", 5, "delayed -> lagged"},
        {"-k transition", 5, "attached -> detached"},
        {"-k state -n 1", 1, "attached -> detached"},
        {"-k state -r -n 1", 1, "attached -> detached"},
        {"-s lagged", 1, "delayed -> lagged"},
        {"-s lagged -s detached", 2, "attached -> detached"},
        {"-s lagged -i hn0 -k state", 1, "delayed -> lagged"},
        {"-k vf-up", 1, "the data path moves to the VF"},
        {"-k run -g 'lagg0 create'", 1, "ok, 2.1 ms"},
        {"-g 'LAGG0 CREATE|lagg0 inet 10'", 1, "ifconfig lagg0 inet 10.0.0.4/24"},
        {"-g 'data PATH'", 0, NULL},
        {"-k state -U '2026-11-22 14:00:01'", 2, "detached -> attached"},
        {"-k state -S '2026-11-22 14:01:40' -r", 2, "lagged -> attached"},
        {"-b -k state", 5, "delayed -> lagged"},
        {"-b 1 -s lagged", 1, "delayed -> lagged"},
        {"-o cat -s lagged", 1, "state        delayed -> lagged"},
        {"-o delta -k state -n 2", 2, "+1.000000"},
        {"-o json -k state -n 2", 2, "\"to\":\"detached\""},
        {"-o csv -k state -n 2", 3, "seq,time,boot,word,interface,text\n"},
        {"-o verbose -s lagged", 10, "    text=delayed -> lagged"},
        {"-a -k finished -n 3", 3, "finished     ok"},
        {"-a -s lagged", 1, "    39  "},
        {"-k finished -g 'exit 1'", 1, "exit 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *printed = run(cases[i].lines > 0 ? VFJ_EXIT_OK : VFJ_EXIT_DIFFERENT, "show %s '%s'",
                            cases[i].options, journal());
        if (cases[i].lines > 0
            && (count_lines(printed) != cases[i].lines || strstr(printed, cases[i].text) == NULL))
            fail_msg("show %s: not %u lines with \"%s\":\n%s", cases[i].options, cases[i].lines,
                     cases[i].text, printed);
        free(printed);
    }
    assert_says(VFJ_EXIT_UNUSABLE, "-k takes a kind", "show -k nonsense '%s'", journal());
    assert_says(VFJ_EXIT_UNUSABLE, "-s takes detached, attached", "show -s nonsense '%s'",
                journal());
    assert_says(VFJ_EXIT_OK, "1  2026-11-22 14:00:00Z  2026-11-22 14:01:41Z  boot-1\n",
                "show --list-boots '%s'", journal());
}

static void await_lines(const char *path, unsigned count)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    size_t length;
    for (unsigned tries = 0; tries < 500; tries++) {
        char *text = kit_exists(path) ? kit_read(path, &length) : NULL;
        unsigned lines = text != NULL ? count_lines(text) : 0;
        free(text);
        if (lines >= count)
            return;
        (void)nanosleep(&pause, NULL);
    }
    fail_msg("%s never gets %u lines", path, count);
}

/* With -f, each filter and each format also applies to lines that are added later. */
static void test_following_keeps_the_filters(void **state)
{
    static const char *const options[] = {"-k vf-up",
                                          "-i hn7 -k devd",
                                          "-g 'data path' -i hn7",
                                          "-o json -k vf-up",
                                          "-o cat -k vf-up",
                                          "-o delta -k vf-up",
                                          "-S '2026-11-22' -k vf-up -n 1",
                                          "-b -k vf-up -n 1",
                                          "-a -k devd -g hn7"};
    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const char *path = kit_path("followed.db");
        const char *out = kit_path("followed.txt");
        size_t length;
        (void)unlink(path);
        (void)unlink(out);
        kit_make_journal(path);
        struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn7 type=VF_UP"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        char *pid = run(0, "show -f %s '%s' >'%s' 2>&1 & echo $! #", options[i], path, out);
        await_lines(out, 1);
        char *before = kit_read(out, &length);
        kit_submit(ledger, kit_devd("!system=IFNET subsystem=epair0a type=ATTACH"));
        kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn7 type=VF_UP"));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        await_lines(out, count_lines(before) + 1);
        assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGTERM), 0);
        char *after = kit_read(out, &length);
        assert_int_equal(count_lines(after), count_lines(before) + 1);
        assert_int_equal(strncmp(before, after, strlen(before)), 0);
        assert_null(strstr(after, "epair"));
        vfj_ledger_close(ledger);
        free(before);
        free(after);
        free(pid);
    }
}

static void test_cursors(void **state)
{
    const char *path = kit_path("cursor.db");
    const char *file = kit_path("cursor");
    char cursor[64];
    (void)state;
    kit_make_journal(path);
    char *shown = run(VFJ_EXIT_OK, "show -n 1 --show-cursor '%s'", path);
    const char *line = strstr(shown, "-- cursor: ");
    assert_non_null(line);
    assert_int_equal(sscanf(line, "-- cursor: %63s", cursor), 1);
    free(shown);
    assert_says(VFJ_EXIT_DIFFERENT, "no record came after the cursor",
                "show --after-cursor %s '%s'", cursor, path);
    char *all = run(VFJ_EXIT_OK, "show -a '%s'", path);
    char *first = run(VFJ_EXIT_OK, "show -a --cursor-file '%s' '%s'", file, path);
    assert_string_equal(first, all);
    free(first);
    free(all);
    assert_says(VFJ_EXIT_DIFFERENT, "no record came after the cursor",
                "show --cursor-file '%s' '%s'", file, path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    char *more = run(VFJ_EXIT_OK, "show --cursor-file '%s' '%s'", file, path);
    assert_int_equal(count_lines(more), 1);
    free(more);
    assert_says(VFJ_EXIT_NOT_ANCHORED, "does not hold the record of the cursor",
                "show --after-cursor 1%s '%s'", cursor, path);
    kit_make_journal(kit_path("another.db"));
    kit_forge(kit_path("another.db"), "UPDATE record SET wall_us = wall_us + 1");
    assert_says(VFJ_EXIT_NOT_ANCHORED, "does not hold the record of the cursor",
                "show --after-cursor %s '%s'", cursor, kit_path("another.db"));
    assert_says(VFJ_EXIT_UNUSABLE, "not a cursor", "show --after-cursor 46 '%s'", path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_once),
        cmocka_unit_test(test_a_journal_from_a_pipe_leaves_no_copy),
        cmocka_unit_test(test_file_and_option_are_the_same_in_every_verb),
        cmocka_unit_test(test_nothing_there_is_no),
        cmocka_unit_test(test_a_copy_without_wal_is_no_proof),
        cmocka_unit_test(test_a_filter_that_matches_nothing_is_no),
        cmocka_unit_test(test_repeated_interfaces_are_all_shown),
        cmocka_unit_test(test_times_are_of_the_local_zone),
        cmocka_unit_test(test_any_time_can_be_printed),
        cmocka_unit_test(test_a_damaged_page_hides_nothing_else),
        cmocka_unit_test(test_damage_has_one_status),
        cmocka_unit_test(test_a_newer_format_is_refused_by_every_verb),
        cmocka_unit_test(test_recover_reports_every_readable_row),
        cmocka_unit_test(test_a_replayed_journal_can_be_pruned),
        cmocka_unit_test(test_a_signal_leaves_nothing_behind),
        cmocka_unit_test(test_help_fits_a_terminal),
        cmocka_unit_test(test_a_misspelt_verb_gets_the_nearest),
        cmocka_unit_test(test_no_message_has_control_characters),
        cmocka_unit_test(test_waiting_events_come_first),
        cmocka_unit_test(test_json_has_lists_and_seconds),
        cmocka_unit_test(test_options_do_what_each_says),
        cmocka_unit_test(test_following_keeps_the_filters),
        cmocka_unit_test(test_cursors),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
