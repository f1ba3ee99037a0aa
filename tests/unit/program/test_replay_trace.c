/* Tests vfjournal replay with traces, as a user runs it: its output, the files that it makes,
 * and its errors for an invalid trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

static const char trace[] = "%vfjournal 1\n"
                            "%if hn0 up inet 10.0.0.4/24\n"
                            "%vf mce0 hn0\n"
                            "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                            "@2.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n";

static const char *written(const char *name, const char *text)
{
    kit_write(kit_path(name), text, strlen(text));
    return kit_path(name);
}

/* Returns the output of `vfjournal replay OPTIONS PATH`, which the caller frees. Checks that no
 * file is left in TMPDIR. */
static char *replay(const char *options, const char *path, int expected)
{
    char arguments[1000];
    int exit_status = -1;
    const char *scratch = kit_path("tmp");
    assert_int_equal(mkdir(scratch, 0700), 0);
    assert_int_equal(setenv("TMPDIR", scratch, 1), 0);
    (void)snprintf(arguments, sizeof arguments, "replay %s '%s'", options, path);
    char *printed = kit_run(arguments, &exit_status);
    if (exit_status != expected)
        fail_msg("vfjournal %s: exit status %d: %s", arguments, exit_status, printed);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(rmdir(scratch), 0);
    return printed;
}

static void assert_prints(const char *options, const char *path, int expected, const char *text)
{
    char *printed = replay(options, path, expected);
    if (strstr(printed, text) == NULL)
        fail_msg("vfjournal replay %s: no \"%s\" in:\n%s", options, text, printed);
    free(printed);
}

static void assert_complains(const char *options, const char *path, int expected,
                             const char *complaint)
{
    char *printed = replay(options, path, expected);
    assert_string_equal(printed, complaint);
    free(printed);
}

static const char *option(const char *format, const char *path)
{
    static char text[600];
    (void)snprintf(text, sizeof text, format, path);
    return text;
}

static void test_rows(void **state)
{
    const char *path = written("good.trace", trace);
    const char *kept = kit_path("kept.db");
    (void)state;
    char *rows = replay("-o json", path, VFJ_EXIT_OK);
    assert_non_null(strstr(rows, "\"kind\":\"transition\""));
    assert_non_null(strstr(rows, "ifconfig lagg0 laggport mce0"));
    char *again = replay(option("-o json --journal '%s'", kept), path, VFJ_EXIT_OK);
    assert_string_equal(again, rows);
    unsigned lines = 0;
    for (const char *c = rows; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, kit_sql_integer(kept, "SELECT count(*) FROM record"));
    free(rows);
    free(again);
}

static void test_a_journal_that_is_there_stays(void **state)
{
    size_t lengths[2];
    const char *path = written("good.trace", trace);
    const char *kept = kit_path("there.db");
    (void)state;
    free(replay(option("-o commands --journal '%s'", kept), path, VFJ_EXIT_OK));
    char *before = kit_read(kept, &lengths[0]);
    static const char *const outputs[] = {"-o commands --journal '%s'", "-o json --journal '%s'"};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        assert_prints(option(outputs[i], kept), path, VFJ_EXIT_UNUSABLE, "File exists");
    char *after = kit_read(kept, &lengths[1]);
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(before, after, lengths[0]);
    free(before);
    free(after);
}

/* When a trace is invalid, the error names file, line and column. Nothing is printed before the
 * error, and no file is left. */
static void test_no_trace(void **state)
{
    static const char *const outputs[] = {"-o text", "-o commands", "-o json"};
    static const struct {
        const char *name, *text, *complaint;
    } cases[] = {
        {"word.trace", "@0 !system=X\n%nonsense\n", ":2:1: unknown directive\n"},
        {"back.trace", "@5 !system=X\n@4 !system=X\n", ":2:1: time runs backwards\n"},
        {"event.trace", "@0 !system=X\nhello\n",
         ":2:1: not an event (! + - ?), a directive (%) or a comment (#)\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char complaint[600];
        const char *path = written(cases[i].name, cases[i].text);
        const char *kept = kit_path("half.db");
        (void)snprintf(complaint, sizeof complaint, "%s%s", path, cases[i].complaint);
        for (size_t k = 0; k < sizeof outputs / sizeof outputs[0]; k++)
            assert_complains(outputs[k], path, VFJ_EXIT_UNUSABLE, complaint);
        assert_complains(option("--journal '%s'", kept), path, VFJ_EXIT_UNUSABLE, complaint);
        assert_false(kit_exists(kept));
    }
}

static void test_no_file(void **state)
{
    (void)state;
    assert_prints("", kit_path("none.trace"), VFJ_EXIT_UNUSABLE, "No such file");
    const char *path = written("good.trace", trace);
    assert_prints(option("--journal '%s'", kit_path("none/x.db")), path, VFJ_EXIT_UNUSABLE,
                  "none/x.db");
}

static void test_no_place(void **state)
{
    int exit_status;
    char arguments[600];
    (void)state;
    (void)snprintf(arguments, sizeof arguments, "replay -o json '%s'",
                   written("good.trace", trace));
    assert_int_equal(setenv("TMPDIR", kit_path("none"), 1), 0);
    char *printed = kit_run(arguments, &exit_status);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(exit_status, VFJ_EXIT_SYSTEM);
    assert_non_null(strstr(printed, "No such file"));
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_a_journal_that_is_there_stays),
        cmocka_unit_test(test_no_trace), cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_no_place),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
