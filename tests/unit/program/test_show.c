/* Tests vfjournal show, and replay of a journal, as a user runs them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares posix_openpt and ptsname only with this */
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/file.h"
#include "tests/kit/journal.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"
#include "tools/csv.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* Runs `vfjournal VERB OPTIONS PATH`, and checks its exit status. Returns its output, which the
 * caller frees. */
static char *run(const char *verb, const char *options, const char *path, int expected)
{
    char arguments[1000];
    int exit_status = -1;
    bool is_show = strcmp(verb, "show") == 0;
    (void)snprintf(arguments, sizeof arguments, "%s %s %s'%s'", verb, options,
                   is_show ? "--journal " : "", path);
    char *printed = kit_run(arguments, &exit_status);
    if (exit_status != expected)
        fail_msg("vfjournal %s: exit status %d: %s", arguments, exit_status, printed);
    return printed;
}

static void assert_mentions(const char *verb, const char *options, const char *path, int expected,
                            const char *text)
{
    char *printed = run(verb, options, path, expected);
    if (strstr(printed, text) == NULL)
        fail_msg("vfjournal %s %s: no \"%s\" in:\n%s", verb, options, text, printed);
    free(printed);
}

static unsigned count_lines(const char *text)
{
    unsigned count = 0;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == '\n';
    return count;
}

static const char *journal(void)
{
    const char *path = kit_path("journal.db");
    if (!kit_exists(path))
        kit_make_journal(path);
    return path;
}

/* Checks that the output equals the file tests/expected/NAME. VFJ_ACCEPT=1 in the environment
 * writes that file anew. Users see this output first: read the difference before you commit it. */
static void assert_expected(const char *verb, const char *options, const char *name)
{
    char path[200];
    size_t length;
    char *printed = run(verb, options, journal(), VFJ_EXIT_OK);
    (void)snprintf(path, sizeof path, "expected/%s", name);
    if (getenv("VFJ_ACCEPT") != NULL)
        kit_write(path, printed, strlen(printed));
    char *expected = kit_read(path, &length);
    if (strcmp(printed, expected) != 0)
        fail_msg("vfjournal %s %s does not print %s:\n%s", verb, options, path, printed);
    free(expected);
    free(printed);
}

static void test_it_reads_well(void **state)
{
    (void)state;
    assert_expected("show", "-n all", "show.txt");
    assert_expected("show", "-a", "show-all.txt");
    assert_expected("replay", "-o commands", "replay-commands.txt");
}

/* A command that failed because its effect existed already is not shown as failed. Any other
 * failed command is. */
static void test_what_was_already_so(void **state)
{
    static const char trace[]
        = "%rc ifconfig_hn0=\"inet 10.0.0.4/24\"\n"
          "%rc static_routes=\"a\"\n"
          "%rc route_a=\"-net 10.9.0.0/24 10.0.0.9\"\n"
          "%fail 1 1 says=\"route: writing to routing socket: File exists\" route add -net\n"
          "%fail 1 1 says=\"add net default: gateway 10.0.0.1: Network is unreachable\" route add "
          "default\n"
          "%rc defaultrouter=\"10.0.0.1\"\n"
          "%if hn0 up inet 10.0.0.4/24\n"
          "%vf mce0 hn0\n"
          "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
          "%at 3\n";
    const char *path = kit_path("already.db"), *source = kit_path("already.trace");
    char options[400];
    (void)state;
    kit_write(source, trace, sizeof trace - 1);
    (void)snprintf(options, sizeof options, "--journal '%s'", path);
    free(run("replay", options, source, VFJ_EXIT_OK));
    assert_mentions("show", "-n all ", path, VFJ_EXIT_OK,
                    "already so, 0.0 ms: route: writing to routing socket: File exists");
    assert_mentions("show", "-n all ", path, VFJ_EXIT_OK, "exit 1, 0.0 ms: add net default");
}

static void test_the_newest_come_last_and_are_counted(void **state)
{
    (void)state;
    char *all = run("show", "-n all", journal(), VFJ_EXIT_OK);
    for (unsigned n = 1; n <= count_lines(all); n++) {
        char option[32];
        (void)snprintf(option, sizeof option, "-n %u", n);
        char *some = run("show", option, journal(), VFJ_EXIT_OK);
        assert_int_equal(count_lines(some), n);
        assert_string_equal(some, all + strlen(all) - strlen(some));
        free(some);
    }
    free(all);
    char *rows = run("show", "-a", journal(), VFJ_EXIT_OK);
    assert_int_equal(count_lines(rows), kit_sql_integer(journal(), "SELECT max(seq) FROM record"));
    free(rows);
}

static void test_an_interface_has_its_own_story(void **state)
{
    const char *path = kit_path("two.db");
    (void)state;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!system=HYPERV_NIC_VF subsystem=hn7 type=VF_UP"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    char *of_hn0 = run("show", "-n all -i hn0", path, VFJ_EXIT_OK);
    char *of_hn7 = run("show", "-n all -i hn7", path, VFJ_EXIT_OK);
    assert_non_null(strstr(of_hn0, "ifconfig lagg0 create"));
    /* this row is about mce0, but it caused changes of hn0 */
    assert_non_null(strstr(of_hn0, "vf-attached"));
    assert_null(strstr(of_hn0, "hn7"));
    assert_non_null(strstr(of_hn7, "vf-up"));
    assert_null(strstr(of_hn7, "lagg0"));
    free(of_hn0);
    free(of_hn7);
    assert_mentions("show", "-n all -i mce0", path, VFJ_EXIT_OK, "detached -> attached");
}

static void test_json_has_every_byte(void **state)
{
    const char *path = kit_path("json.db");
    struct vfj_event event = kit_devd("");
    (void)state;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    event.as.devd.raw = (struct vfj_span){"!\0\033]0;x\007", 8};
    kit_submit(ledger, event);
    kit_submit(ledger, kit_devd("!system=X note=\"a \\\" b\tc\""));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    assert_mentions("show", "-a -n 2 -o json", path, VFJ_EXIT_OK,
                    "\"body_hex\":\"21001b5d303b7807\"");
    assert_mentions("show", "-a -n 1 -o json", path, VFJ_EXIT_OK,
                    "\"body\":\"!system=X note=\\\"a \\\\\\\" b\\tc\\\"\"");
    assert_mentions("show", "-a -o json", path, VFJ_EXIT_OK,
                    "\"argv\":[\"ifconfig\",\"lagg0\",\"create\"]");
    assert_mentions("show", "-n all -o json", path, VFJ_EXIT_OK,
                    "\"outcome\":\"exited\",\"status\":1");
}

/* JSON output is pure ASCII. Control characters, bidirectional overrides and all characters beyond
 * ASCII are escaped, and a parser reads the same values as without escapes. */
static void test_json_is_ascii(void **state)
{
    const char *path = kit_path("ascii.db");
    (void)state;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_devd("!note=\xe2\x80\xae\xc3\xa9\xf0\x9f\x98\x80~"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    assert_mentions("show", "-a -n 1 -o json", path, VFJ_EXIT_OK,
                    "\"body\":\"!note=\\u202e\\u00e9\\ud83d\\ude00~\"");
    assert_mentions("show", "-a -n 1", path, VFJ_EXIT_OK, "\\xe2\\x80\\xae");
}

static void assert_json_printed(const char *json, size_t length, const char *expected)
{
    char printed[128] = "";
    FILE *out = fmemopen(printed, sizeof printed, "w");
    assert_non_null(out);
    vfj_terminal_print_json(out, (struct vfj_span){json, length});
    assert_int_equal(fclose(out), 0);
    assert_string_equal(printed, expected);
}

static void test_json_is_valid_for_any_bytes(void **state)
{
    (void)state;
    assert_json_printed("", 0, "");
    assert_json_printed("{\"a\":\"\x7f\"}", 9, "{\"a\":\"\\u007f\"}");
    assert_json_printed("\xc2\x9b", 2, "\\u009b");
    assert_json_printed("\xf4\x8f\xbf\xbf", 4, "\\udbff\\udfff");
    assert_json_printed("\xff", 1, "\\ufffd");
    assert_json_printed("\xc3", 1, "\\ufffd");            /* a cut sequence */
    assert_json_printed("\xc3(", 2, "\\ufffd(");          /* a sequence that does not continue */
    assert_json_printed("\xc0\x80", 2, "\\ufffd\\ufffd"); /* longer than the shortest encoding */
    assert_json_printed("\xe0\x80\x80", 3, "\\ufffd\\ufffd\\ufffd");
    assert_json_printed("\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd"); /* half of a surrogate pair */
    assert_json_printed("\xf4\x90\x80\x80", 4, "\\ufffd\\ufffd\\ufffd\\ufffd");
}

/* The texts in a forged journal are checked when the rows are read, whatever the output format. */
static void test_a_forged_note_is_no_note(void **state)
{
    static const char *const notes[] = {
        "CAST(x'c29b' AS TEXT)",
        "CAST(x'e280ae' AS TEXT)",
        "CAST(x'ff' AS TEXT)",
        "CAST(x'610062' AS TEXT)",
        "'Vf Found'",
        "''",
        "printf('%.33c', 'a')",
    };
    static const char *const verbs[][2]
        = {{"show", "-a"}, {"show", "-a -o json"}, {"status", "-J"}};
    const char *path = kit_path("note.db");
    char sql[128];
    (void)state;
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        (void)unlink(path);
        kit_make_journal(path);
        (void)snprintf(sql, sizeof sql, "UPDATE record SET note = %s WHERE seq = 4", notes[i]);
        kit_tamper(path, sql);
        for (size_t verb = 0; verb < sizeof verbs / sizeof verbs[0]; verb++)
            assert_mentions(verbs[verb][0], verbs[verb][1], path, VFJ_EXIT_DAMAGED,
                            ": damaged: record 4: invalid note");
    }
}

static void assert_shows(const char *options, const char *first, const char *last)
{
    char *printed = run("show", options, journal(), VFJ_EXIT_OK);
    size_t length = strlen(printed);
    if (length > 0)
        printed[--length] = '\0';
    char *line = strrchr(printed, '\n');
    const char *newest = line != NULL ? line + 1 : printed;
    if (strncmp(printed, first, strlen(first)) != 0 || strncmp(newest, last, strlen(last)) != 0)
        fail_msg("vfjournal show %s: not from %s to %s:\n%s", options, first, last, printed);
    free(printed);
}

static void test_a_time_has_its_own_story(void **state)
{
    (void)state;
    assert_shows("-S '2026-11-22 14:00:05'", "2026-11-22 14:00:05.000000",
                 "2026-11-22 14:01:41.000000");
    assert_shows("-S '2026-11-22 14:01:40.000001'", "2026-11-22 14:01:41.000000",
                 "2026-11-22 14:01:41.000000");
    assert_shows("-U '2026-11-22 14:00:03.006300'", "2026-11-22 14:00:00.000000",
                 "2026-11-22 14:00:03.002100");
    assert_shows("-U '2026-11-22 14:01' -n 1", "2026-11-22 14:00:05.000000",
                 "2026-11-22 14:00:05.000000");
    assert_shows("-S '2026-11-22 14:00:01' -U '2026-11-22T14:00:02Z' -n 1", "2026-11-22 14:00:01",
                 "2026-11-22 14:00:01");
    assert_mentions("show", "-S '2026-11-23'", journal(), VFJ_EXIT_DIFFERENT,
                    ": no record is as new as -S; the newest is of 2026-11-22 14:01:41Z\n");
    assert_mentions("show", "-U '2026-11-22'", journal(), VFJ_EXIT_DIFFERENT,
                    ": no record is as old as -U; the oldest is of 2026-11-22 14:00:00Z\n");
    assert_mentions("show", "-S '2026-11-22 15:00' -U '2026-11-22 14:00'", journal(),
                    VFJ_EXIT_DIFFERENT, ": -S is later than -U: no record can match\n");
    /* A command is also shown when its outcome lies in the selected time. Any other row is shown
     * only when its own time does. */
    assert_shows("-S '2026-11-22 14:00:03.014700' -n all", "2026-11-22 14:00:03.010500",
                 "2026-11-22 14:01:41");
    assert_shows("-a -S '2026-11-22 14:00:03.016800' -n all", "    32  2026-11-22 14:00:03.016800",
                 "    50");
    assert_shows("-a -U '2026-11-22 14:00:03.016800'", "     1  ",
                 "    34  2026-11-22 14:00:03.016800");
}

/* A row about the journal itself is shown as a sentence. When this version does not know what
 * the row is about, its body is shown unchanged. */
static void test_what_befell_the_journal_is_told_in_words(void **state)
{
    static const struct {
        const char *body, *text;
    } notes[] = {
        {"about=pruned first=4097", "pruned, it begins with record 4097"},
        {"about=low-disk free=9437184 limit=33554432",
         "the disk is nearly full: 9 MiB free, limit 32 MiB"},
        {"about=rc-unread why=\"it ended with 2\"",
         "rc.conf can't be read, the last configuration stays: it ended with 2"},
        {"about=moved", "the journal was moved, removed or replaced, and the daemon ends"},
        {"about=moon phase=full", "about=moon phase=full"}, /* a kind of a later version */
    };
    const char *path = kit_path("notes.db");
    (void)state;
    kit_make_journal(path);
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
        assert_true(vfj_ledger_note(ledger, 0, 0, notes[i].body));
        assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
        vfj_ledger_close(ledger);
        assert_mentions("show", "-n 1", path, VFJ_EXIT_OK, notes[i].text);
        assert_mentions("show", "-a -n 1", path, VFJ_EXIT_OK, notes[i].body);
    }
}

/* Each start of a daemon writes a row with the journal's identity. `vfjournal show` prints such
 * rows only when an option asks for them. */
static void test_the_identity_is_shown_on_demand(void **state)
{
    const char *path = kit_path("identity.db");
    (void)state;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    assert_true(vfj_ledger_note(ledger, 0, 0,
                                "about=identity journal=0b22cf0a-8d13-8b7e-a9c4-1d2f3c4b5a69 "
                                "host=3f1c9a52-7d0e-4b7e-9a35-0c5d1e8f7a01"));
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    assert_mentions("show", "-k journal", path, VFJ_EXIT_OK,
                    "this is journal 0b22cf0a-8d13-8b7e-a9c4-1d2f3c4b5a69 of host "
                    "3f1c9a52-7d0e-4b7e-9a35-0c5d1e8f7a01");
    assert_mentions("show", "-a -n 1", path, VFJ_EXIT_OK, "about=identity");
    assert_mentions("show", "-n 1", path, VFJ_EXIT_OK, "  state  ");
}

/* Every byte that comes from outside is escaped, in printed rows as well as in errors, so that
 * it cannot control the terminal. */
static void test_nothing_steers_the_terminal(void **state)
{
    const char *path = kit_path("\033[31mred");
    struct vfj_event event = kit_devd("");
    char every[256];
    (void)state;
    for (unsigned i = 0; i < sizeof every; i++)
        every[i] = (char)i;
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    event.as.devd.raw = (struct vfj_span){every, sizeof every};
    kit_submit(ledger, event);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    static const char *const verbs[][2] = {{"show", "-a"},
                                           {"show", "-n 3"},
                                           {"show", "-a -o json"},
                                           {"replay", ""},
                                           {"replay", "-o json"}};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        char *printed = run(verbs[i][0], verbs[i][1], path, VFJ_EXIT_OK);
        for (const char *c = printed; *c != '\0'; c++)
            assert_true((*c >= ' ' && *c <= '~') || *c == '\n');
        free(printed);
    }
    assert_mentions("show", "-n 1", path, VFJ_EXIT_OK, "\\x00\\x01");
    assert_mentions("show", "", kit_path("\033[31mno"), VFJ_EXIT_UNUSABLE,
                    "\\x1b[31mno: no such journal\n");
}

static void test_escapes_can_be_read_back(void **state)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    (void)state;
    vfj_terminal_add(&text, (struct vfj_span){"a\\x\n\0\xff~", 7});
    assert_string_equal(bytes, "a\\\\x\\x0a\\x00\\xff~");
}

static void test_bad_input_is_one_clear_line(void **state)
{
    const char *path = kit_path("bad.db");
    (void)state;
    kit_write(path, "SQLite format 3", 15);
    assert_mentions("show", "", path, VFJ_EXIT_DAMAGED, ": damaged: truncated within its header\n");
    assert_mentions("replay", "", path, VFJ_EXIT_DAMAGED,
                    ": damaged: truncated within its header\n");
    kit_write(path, "", 0);
    assert_mentions("show", "", path, VFJ_EXIT_DIFFERENT,
                    ": the file is empty: it holds no records\n");
    assert_mentions("replay", "", path, VFJ_EXIT_DIFFERENT,
                    ": the file is empty: it holds no records\n");
    assert_mentions("show", "", kit_path("."), VFJ_EXIT_UNUSABLE,
                    ": not a vfjournal journal: a directory, not a journal\n");
    assert_mentions("show", "", kit_path("missing"), VFJ_EXIT_UNUSABLE, ": no such journal\n");
    assert_mentions("replay", "", kit_path("missing"), VFJ_EXIT_UNUSABLE,
                    "missing: No such file or directory\n");
    const char *large = kit_path("large.trace");
    kit_write(large, "# mailed\n", 9);
    assert_int_equal(truncate(large, (off_t)1 << 40), 0);
    assert_mentions("replay", "", large, VFJ_EXIT_UNUSABLE, "large.trace: File too large\n");
}

static void test_missing_records_are_said(void **state)
{
    const char *path = kit_path("hole.db");
    (void)state;
    kit_make_journal(path);
    kit_tamper(path, "DELETE FROM record WHERE seq = 9");
    assert_mentions("show", "-n all", path, VFJ_EXIT_EDITED, ": record 9 is missing\n");
    assert_mentions("replay", "", path, VFJ_EXIT_EDITED, "record 9: record missing\n");
    kit_tamper(path, "DELETE FROM record WHERE seq BETWEEN 20 AND 22");
    assert_mentions("show", "-n all", path, VFJ_EXIT_EDITED, ": records 9, 20 to 22 are missing\n");
}

static void test_damage_is_said_after_what_is_sound(void **state)
{
    const char *path = kit_path("damage.db");
    (void)state;
    kit_make_journal(path);
    kit_tamper(path, "UPDATE record SET kind = 'devil' WHERE seq = 2");
    assert_mentions("show", "-n all", path, VFJ_EXIT_DAMAGED,
                    ": damaged: record 2: invalid kind: record 2 is unreadable\n");
    assert_mentions("show", "-n all", path, VFJ_EXIT_DAMAGED, "ifconfig lagg0 create");
    assert_mentions("show", "-n all", path, VFJ_EXIT_DAMAGED, "started      act mode");
    assert_mentions("show", "-n 3", path, VFJ_EXIT_OK, "vf-detached");
    assert_mentions("replay", "", path, VFJ_EXIT_DAMAGED, ": damaged: record 2: invalid kind\n");
}

static void test_replay_tells_what_differs(void **state)
{
    const char *path = kit_path("forged.db");
    (void)state;
    assert_mentions("replay", "", journal(), VFJ_EXIT_OK, "journal.db: same: ");
    assert_mentions("replay", "", journal(), VFJ_EXIT_OK, "\n  hn0 detached\n");
    kit_make_journal(path);
    kit_tamper(path, "UPDATE record SET body = replace(body, 'lagg0 create', 'lagg1 create')");
    assert_mentions("replay", "", path, VFJ_EXIT_EDITED, ": edited: ");
    kit_forge(path, "UPDATE record SET body = body");
    assert_mentions("replay", "", path, VFJ_EXIT_DIFFERENT, ": diverged: ");
    assert_mentions("replay", "", path, VFJ_EXIT_DIFFERENT, "argv=\"ifconfig lagg0 create\"\n");
    assert_mentions("replay", "", path, VFJ_EXIT_DIFFERENT, "argv=\"ifconfig lagg1 create\"\n");
    assert_mentions("replay", "-o json", path, VFJ_EXIT_DIFFERENT, "\"verdict\":\"diverged\"");
    kit_forge(
        path,
        "UPDATE record SET body = replace(body, 'rules=5', 'rules=1') WHERE kind = 'started'");
    assert_mentions("replay", "", path, VFJ_EXIT_UNSURE, ": rules changed: ");
    assert_mentions("replay", "-o commands", path, VFJ_EXIT_UNSURE, "other rules");
}

static void test_replay_prints_the_commands(void **state)
{
    (void)state;
    assert_mentions("replay", "-o commands --probes", journal(), VFJ_EXIT_OK,
                    "sysctl -i hw.hn.vf_transparent");
}

static void test_usage_errors(void **state)
{
    static const char *const lines[] = {
        "show -n 0",           "show -n x",         "show -i 'a b'",   "show -i ''",
        "show -o xml",         "show -S noon",      "show -U ''",      "show a b",
        "show --nonsense",     "replay -o",         "replay -J a b c", "replay -o x a",
        "replay --policy p a", "replay --mode m a", "nonsense",        "",
        "help nonsense",
    };
    int exit_status;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *printed = kit_run(lines[i], &exit_status);
        if (exit_status != VFJ_EXIT_UNUSABLE || strstr(printed, "try: vfjournal ") == NULL)
            fail_msg("vfjournal %s: exit status %d: %s", lines[i], exit_status, printed);
        free(printed);
    }
    assert_mentions("replay", "--output-journal /nowhere/new.db", journal(), VFJ_EXIT_UNUSABLE,
                    "this is a journal");
}

/* Checks that the output cannot control a terminal: it has no control character except tab and
 * newline, no invalid UTF-8, and no character that overrides the direction of text. */
static void assert_harmless(const char *printed, const char *arguments)
{
    for (const unsigned char *at = (const unsigned char *)printed; *at != '\0'; at++) {
        bool is_control = (*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f || *at == 0xff;
        bool is_c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        bool is_override
            = at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) || at[1] == 0x81);
        if (is_control || is_c1 || is_override)
            fail_msg("vfjournal %s prints byte %02x: %s", arguments, *at, printed);
    }
}

/* A forged journal may have any text in its bodies. No output of any verb lets such a text
 * control the terminal. */
static void test_forged_bodies_are_harmless(void **state)
{
    static const char *const kinds[]
        = {"started",  "configured", "connected",  "devd",    "observed",
           "finished", "stopped",    "transition", "command", "checkpoint"};
    static const char *const keys[]
        = {"boot", "path", "slot", "reason", "argv", "output", "outcome", "hn", "mode", "last"};
    static const char *const verbs[] = {
        "show -a -n all -J",
        "show -a -n all -o json -J",
        "show -a -n all -o csv -J",
        "status -J",
        "status -o json -J",
        "verify -J",
        "replay",
        "replay -o json",

        "doctor -o json -J",
    };
    /* OSC and CSI sequences, C1 control characters, overrides of the text's direction, invalid
     * UTF-8, DEL */
    static const char evil[] = "1b5d303b78071b5b324ac29be280aee281a6ff7f";
    char *whole = NULL, sql[1024], arguments[400];
    size_t length;
    (void)state;
    kit_make_journal(kit_path("whole.db"));
    whole = kit_read(kit_path("whole.db"), &length);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t used = (size_t)snprintf(sql, sizeof sql, "UPDATE record SET body = CAST(body || ' ");
        for (size_t j = 0; j < sizeof keys / sizeof keys[0]; j++)
            used += (size_t)snprintf(sql + used, sizeof sql - used, "%s=\"' || X'%s' || '\" ",
                                     keys[j], evil);
        (void)snprintf(sql + used, sizeof sql - used, "' AS BLOB) WHERE kind = '%s'", kinds[i]);
        const char *path = kit_path("evil.db");
        kit_write(path, whole, length);
        kit_forge(path, sql);
        for (size_t j = 0; j < sizeof verbs / sizeof verbs[0]; j++) {
            int exit_status = -1;
            (void)snprintf(arguments, sizeof arguments, "%s '%s'", verbs[j], path);
            char *printed = kit_run(arguments, &exit_status);
            assert_true(exit_status >= 0 && exit_status < 128);
            assert_harmless(printed, arguments);
            free(printed);
        }
    }
    free(whole);
}

/* A trace contains devd's lines unescaped, so that export refuses to write it to a terminal. */
static void test_a_trace_is_not_for_terminals(void **state)
{
    const char *path = kit_path("whole.db");
    char arguments[400], shown[400] = "";
    int exit_status = -1, terminal = posix_openpt(O_RDWR | O_NOCTTY);
    (void)state;
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    (void)snprintf(arguments, sizeof arguments, "export --trace -J '%s' >'%s'", path,
                   ptsname(terminal));
    free(kit_run(arguments, &exit_status)); /* kit_run() redirects both streams */
    assert_int_equal(exit_status, VFJ_EXIT_UNUSABLE);
    assert_true(read(terminal, shown, sizeof shown - 1) > 0);
    assert_non_null(strstr(shown, "may steer a terminal"));
    assert_null(strstr(shown, "%vfjournal"));
    (void)close(terminal);
}

/* Returns what `vfjournal ARGUMENTS` prints on a terminal with that number of columns.
 * `environment` has assignments for env(1), such as PAGER=cat. The caller frees the text. */
static char *run_on_terminal(const char *environment, const char *arguments, int columns)
{
    enum { ROOM = 1 << 16 };
    char command[1000], *shown = calloc(1, ROOM);
    size_t length = 0;
    ssize_t got;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_non_null(shown);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    (void)snprintf(command, sizeof command,
                   "exec >'%s' 2>&1 </dev/null; env TERM=xterm COLUMNS=%d %s '%s/vfjournal' %s",
                   ptsname(terminal), columns, environment, getenv("VFJ_BINARY_DIR"), arguments);
    /* keeps the terminal open, since a read from it would fail when the program ends */
    int held = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(held >= 0 && fcntl(terminal, F_SETFL, O_NONBLOCK) == 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    for (bool has_ended = false; !has_ended;) {
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        has_ended = waitpid(child, NULL, WNOHANG) == child;
        if (!has_ended)
            (void)poll(&ready, 1, 20);
        while (length < ROOM - 1 && (got = read(terminal, shown + length, ROOM - 1 - length)) > 0)
            length += (size_t)got;
    }
    (void)close(held);
    (void)close(terminal);
    return shown;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        longest = length > longest ? length : longest;
        text += length + strspn(text + length, "\r\n");
    }
    return longest;
}

static void test_a_terminal_has_a_width_and_colours(void **state)
{
    char arguments[400];
    (void)state;
    (void)snprintf(arguments, sizeof arguments, "show --no-pager -n all -J '%s'", journal());
    for (int columns = 40; columns <= 160; columns += 20) {
        char *plain = run_on_terminal("NO_COLOR=1", arguments, columns);
        assert_non_null(strstr(plain, "vf-up"));
        assert_null(strchr(plain, '\033'));
        if (longest_line(plain) > (size_t)columns)
            fail_msg("%d columns: a line of %zu:\n%s", columns, longest_line(plain), plain);
        free(plain);
    }
    char *narrow = run_on_terminal("NO_COLOR=1", arguments, 80);
    assert_non_null(strstr(narrow, "Z  hn0   run          ifconfig mce0 up  ok, 2.1 ms"));
    free(narrow);
    char *wide = run_on_terminal("NO_COLOR=", arguments, 200);
    assert_non_null(strstr(wide, "-> \033[32mlagged\033[0m"));
    assert_non_null(strstr(wide, "\033[31mexit 1\033[0m"));
    free(wide);
    char *script = run_on_terminal("NO_COLOR=", strcat(arguments, " -H"), 40);
    assert_null(strchr(script, '\033'));
    assert_true(longest_line(script) > 40);
    free(script);
}

static void test_a_terminal_has_a_pager(void **state)
{
    static const struct {
        const char *environment, *options;
        bool paged;
    } cases[] = {
        {"PAGER='%s a b'", "", true},
        {"PAGER='%s a b'", "-o json", true},
        {"PAGER='%s a b'", "--no-pager", false},
        {"PAGER='%s a b'", "-H", false},
        {"PAGER=", "", false},
        {"PAGER=cat", "", false},
        {"PAGER='%s a b' TERM=dumb", "", false},
        {"PAGER=/nonexistent", "", false},
    };
    char arguments[400], environment[400];
    (void)state;
    const char *pager
        = kit_program("pager", "#!/bin/sh\necho \"pager $# $LESS $LESSSECURE\"\ncat\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(arguments, sizeof arguments, "show %s -J '%s'", cases[i].options, journal());
        (void)snprintf(environment, sizeof environment, cases[i].environment, pager);
        char *shown = run_on_terminal(environment, arguments, 120);
        if ((strstr(shown, "pager 2 FRXMK 1") != NULL) != cases[i].paged
            || strstr(shown, "hn0") == NULL)
            fail_msg("%s show %s:\n%s", environment, cases[i].options, shown);
        free(shown);
    }
    /* a pager that ends immediately, as when the user leaves it */
    (void)snprintf(environment, sizeof environment, "PAGER='%s'",
                   kit_program("left", "#!/bin/sh\nexit 0\n"));
    (void)snprintf(arguments, sizeof arguments, "show -a -J '%s'; echo \"status $?\"", journal());
    int exit_status;
    char *shown = run_on_terminal(environment, arguments, 120);
    assert_null(strstr(shown, "vfjournal:"));
    free(shown);
    (void)snprintf(arguments, sizeof arguments, "show -J '%s'", journal());
    char *piped = kit_run(arguments, &exit_status); /* output into a pipe uses no pager */
    assert_null(strstr(piped, "pager "));
    free(piped);
}

static void test_causes_are_printed(void **state)
{
    (void)state;
    assert_mentions("show", "--why -n all -s lagged ", journal(), VFJ_EXIT_OK, "\n    <- ");
    assert_mentions("show", "--why -n all -s lagged -o json ", journal(), VFJ_EXIT_OK, "\"why\":[");
    assert_mentions("show", "--why -n all -s lagged -o csv ", journal(), VFJ_EXIT_OK,
                    "interface,text,why\n");
    /* a text that stands alone is not filled with blanks as in a column */
    assert_mentions("show", "-n all -s lagged -o csv ", journal(), VFJ_EXIT_OK,
                    ",\"delayed -> lagged  mce0: ");
    assert_mentions("show", "--why -n all -s lagged -o verbose ", journal(), VFJ_EXIT_OK,
                    "\n    why=");
}

static void test_fields_select(void **state)
{
    static const struct {
        const char *options, *text;
        int exit_status;
    } cases[] = {
        {"state=LAGGED", "delayed -> lagged", VFJ_EXIT_OK},
        {"if=mce0 word=vf-attached", "vf-attached", VFJ_EXIT_OK},
        {"status=1", "exit 1", VFJ_EXIT_OK},
        {"kind=run status=1", "no record matches", VFJ_EXIT_DIFFERENT},
        {"word=run status=1", "exit 1", VFJ_EXIT_OK},
        {"-a system=HYPERV_NIC_VF", "type=VF_UP", VFJ_EXIT_OK},
        {"seq=1", "started", VFJ_EXIT_OK},
        {"seq=none", "seq= takes a number, not: none", VFJ_EXIT_UNUSABLE},
        {"status=", "status= takes a number, not: ''", VFJ_EXIT_UNUSABLE},
        {"state=laged", "state= takes detached, attached, delayed, lagged, switched, not: laged",
         VFJ_EXIT_UNUSABLE},
        {"from=x", "from= takes detached, attached, ", VFJ_EXIT_UNUSABLE},
        {"-s LAGGED", "delayed -> lagged", VFJ_EXIT_OK},
        /* a row that is shown with -a only */
        {"seq=2", "no record matches; -a also looks at plain devd lines and probes",
         VFJ_EXIT_DIFFERENT},
        {"-a seq=2", " configured ", VFJ_EXIT_OK},
        {"colour=red", "the fields are seq, boot, ", VFJ_EXIT_UNUSABLE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char options[200];
        (void)snprintf(options, sizeof options, "-n all %s ", cases[i].options);
        assert_mentions("show", options, journal(), cases[i].exit_status, cases[i].text);
    }
}

/* The first page of the file holds its schema, and no record. When that page is damaged, all
 * records are still shown. */
static void test_a_damaged_schema_hides_no_record(void **state)
{
    size_t length;
    const char *path = kit_path("schema.db");
    (void)state;
    char *bytes = kit_read(journal(), &length), *sound = run("show", "-a", journal(), VFJ_EXIT_OK);
    memset(bytes + 100, 0x5a, 4096 - 100);
    kit_write(path, bytes, length);
    char *shown = run("show", "-a", path, VFJ_EXIT_DAMAGED);
    assert_int_equal(strncmp(shown, sound, strlen(sound)), 0);
    assert_non_null(strstr(shown + strlen(sound), ": no record is known to be missing\n"));
    assert_mentions("show", "--list-boots ", path, VFJ_EXIT_DAMAGED, "boot-1");
    free(bytes);
    free(sound);
    free(shown);
}

static void test_an_error_of_the_disk_is_one_of_the_system(void **state)
{
    (void)state;
    assert_int_equal(vfj_exit_status_of(vfj_file_status_of(EIO)), VFJ_EXIT_SYSTEM);
    assert_int_equal(vfj_exit_status_of(vfj_file_status_of(ENOSPC)), VFJ_EXIT_SYSTEM);
    assert_int_equal(vfj_exit_status_of(vfj_file_status_of(EMFILE)), VFJ_EXIT_SYSTEM);
    assert_int_equal(vfj_exit_status_of(vfj_file_status_of(EACCES)), VFJ_EXIT_UNUSABLE);
    assert_int_equal(vfj_exit_status_of(vfj_file_status_of(EEXIST)), VFJ_EXIT_UNUSABLE);
}

static void test_help_is_at_every_door(void **state)
{
    static const char *const lines[] = {"--help",    "-h",        "help",        "show --help",
                                        "help show", "replay -h", "help replay", "help daemon"};
    int exit_status;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *printed = kit_run(lines[i], &exit_status);
        assert_int_equal(exit_status, VFJ_EXIT_OK);
        assert_non_null(strstr(printed, "usage: vfjournal "));
        assert_non_null(strstr(printed, "Exit status: "));
        free(printed);
    }
    char *version = kit_run("--version", &exit_status);
    assert_int_equal(exit_status, VFJ_EXIT_OK);
    assert_string_equal(version, "vfjournal " VFJ_VERSION "\n");
    free(version);
}

static void test_output_that_fails_is_a_failure(void **state)
{
    char arguments[600];
    int exit_status;
    (void)state;
    if (!kit_exists("/dev/full"))
        skip();
    (void)snprintf(arguments, sizeof arguments, "show --journal '%s' >/dev/full", journal());
    char *printed = kit_run(arguments, &exit_status);
    assert_int_equal(exit_status, VFJ_EXIT_SYSTEM);
    free(printed);
}

/* Reads a cell of a CSV file (RFC 4180), and removes an apostrophe at its beginning, as the
 * manual recommends. */
static void read_cell(const char *csv, char *cell, size_t size)
{
    struct vfj_text text = vfj_text_begin(cell, size);
    assert_int_equal(*csv++, '"');
    if (*csv == '\'')
        csv++;
    for (; *csv != '\0' && (csv[0] != '"' || csv[1] == '"'); csv++) {
        csv += *csv == '"';
        vfj_text_add_char(&text, *csv);
    }
    assert_string_equal(csv, "\"");
}

/* A spreadsheet must not take any cell for a formula, and the original text can still be
 * restored from the cell. */
static void test_cells(void **state)
{
    static const struct {
        const char *cell, *csv;
    } cases[] = {
        {"", "\"\""},
        {"a", "\"a\""},
        {"a \"b\", c", "\"a \"\"b\"\", c\""},
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-1", "\"'-1\""},
        {"@sum(a)", "\"'@sum(a)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"'=1", "\"''=1\""},
        {"'", "\"''\""},
        {"=\"=\"", "\"'=\"\"=\"\"\""},
        {"a=1", "\"a=1\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char csv[64] = "", cell[64];
        FILE *out = fmemopen(csv, sizeof csv, "w");
        assert_non_null(out);
        vfj_csv_print(out, cases[i].cell);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(csv, cases[i].csv);
        read_cell(csv, cell, sizeof cell);
        assert_string_equal(cell, cases[i].cell);
    }
}

/* No column of a forged journal can contain a formula: neither a text, nor a time before the
 * year 0, which begins with a minus sign. */
static void test_forged_cells(void **state)
{
    static const char *const texts[] = {"=1+1", "+1", "-1", "@a"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char sql[200], expected[64], arguments[400];
        int exit_status = -1;
        const char *path = kit_path("formula.db");
        (void)unlink(path);
        kit_make_journal(path);
        (void)snprintf(sql, sizeof sql,
                       "UPDATE record SET wall_us = -90000000000000000, body = '%s' "
                       "WHERE kind = 'devd'",
                       texts[i]);
        kit_forge(path, sql);
        (void)snprintf(arguments, sizeof arguments, "show -a -n all -o csv -J '%s'", path);
        char *printed = kit_run(arguments, &exit_status);
        (void)snprintf(expected, sizeof expected, ",\"'%s\"\n", texts[i]);
        if (strstr(printed, expected) == NULL || strstr(printed, ",\"'-") == NULL)
            fail_msg("%s is not in\n%s", expected, printed);
        for (char *at = printed; (at = strpbrk(at, ",\n")) != NULL; at++)
            assert_true(at[1] == '\0' || strchr("=+-@", at[1] == '"' ? at[2] : at[1]) == NULL);
        free(printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_reads_well),
        cmocka_unit_test(test_what_was_already_so),
        cmocka_unit_test(test_the_newest_come_last_and_are_counted),
        cmocka_unit_test(test_an_interface_has_its_own_story),
        cmocka_unit_test(test_a_time_has_its_own_story),
        cmocka_unit_test(test_json_has_every_byte),
        cmocka_unit_test(test_json_is_ascii),
        cmocka_unit_test(test_json_is_valid_for_any_bytes),
        cmocka_unit_test(test_a_forged_note_is_no_note),
        cmocka_unit_test(test_forged_bodies_are_harmless),
        cmocka_unit_test(test_a_trace_is_not_for_terminals),
        cmocka_unit_test(test_what_befell_the_journal_is_told_in_words),
        cmocka_unit_test(test_the_identity_is_shown_on_demand),
        cmocka_unit_test(test_nothing_steers_the_terminal),
        cmocka_unit_test(test_escapes_can_be_read_back),
        cmocka_unit_test(test_bad_input_is_one_clear_line),
        cmocka_unit_test(test_missing_records_are_said),
        cmocka_unit_test(test_damage_is_said_after_what_is_sound),
        cmocka_unit_test(test_replay_tells_what_differs),
        cmocka_unit_test(test_replay_prints_the_commands),
        cmocka_unit_test(test_usage_errors),
        cmocka_unit_test(test_a_terminal_has_a_width_and_colours),
        cmocka_unit_test(test_a_terminal_has_a_pager),
        cmocka_unit_test(test_causes_are_printed),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_forged_cells),
        cmocka_unit_test(test_fields_select),
        cmocka_unit_test(test_a_damaged_schema_hides_no_record),
        cmocka_unit_test(test_an_error_of_the_disk_is_one_of_the_system),
        cmocka_unit_test(test_help_is_at_every_door),
        cmocka_unit_test(test_output_that_fails_is_a_failure),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
