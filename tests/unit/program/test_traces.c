/* Compares the output for each trace with the expected one. Both are in one file,
 * tests/traces/TOPIC/NAME.trace.
 *
 * The transcripts follow the trace in the same file, as comments of the trace format, so that the
 * file can still be read as a trace:
 *
 *     #> scripts commands
 *     #| ifconfig mce0 up
 *     #> vfjournal text
 *     #|      0.000000  -     started …
 *
 * A line with "#>" begins a section: it names a policy and an output of `vfjournal replay`. The
 * lines with "#|" hold what that prints. The output "probes" means `-o commands --probes`, which
 * also prints the commands that only read the guest. With VFJ_ACCEPT=1 in the environment the test
 * writes the sections anew with what is printed now: read the difference before you commit it. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/play.h"
#include "tests/kit/scratch.h"
#include "tools/replay/trace_file.h"
#include "tools/replay/transcript.h"

enum { TRACES_MAX = 1024 };

struct rehearsal {
    struct vfj_play play;
    struct vfj_transcript transcript;
};

/* The heading of a section: a policy and an output of `vfjournal replay`. */
struct heading {
    int policy;
    enum vfj_replay_output output;
    bool probes;
};

/* Returns what `vfjournal replay` prints for the trace. The caller frees the text. */
static char *rehearse(struct vfj_span trace, const struct heading *heading)
{
    char *printed = NULL;
    size_t length = 0;
    struct vfj_trace_place place = {0};
    FILE *out = open_memstream(&printed, &length);
    struct rehearsal *rehearsal = malloc(sizeof *rehearsal);
    assert_non_null(out);
    assert_non_null(rehearsal);
    vfj_transcript_init(&rehearsal->transcript, out, heading->output, heading->probes);
    vfj_play_init(&rehearsal->play, vfj_transcript_sink(&rehearsal->transcript), -1,
                  heading->policy);
    enum vfj_status status = vfj_trace_play(trace, &rehearsal->play, &place);
    if (status == VFJ_OK)
        vfj_transcript_end(&rehearsal->transcript, &rehearsal->transcript.state, &rehearsal->play);
    else
        fprintf(out, "%llu:%zu: %s\n", (unsigned long long)place.line, place.column, place.what);
    free(rehearsal);
    fclose(out);
    return printed;
}

/* Parses a heading "#> POLICY OUTPUT". */
static struct heading read_heading(const char *path, const char *line)
{
    char policy_word[16], output[16];
    enum vfj_policy policy = VFJ_POLICY_SCRIPTS;
    if (sscanf(line, "#> %15s %15s", policy_word, output) != 2
        || !vfj_policy_parse(vfj_span_of(policy_word), &policy)
        || (strcmp(output, "text") != 0 && strcmp(output, "commands") != 0
            && strcmp(output, "probes") != 0))
        fail_msg("%s: not a heading: %s", path, line);
    return (struct heading){
        .policy = (int)policy,
        .output = strcmp(output, "text") == 0 ? VFJ_REPLAY_TEXT : VFJ_REPLAY_COMMANDS,
        .probes = strcmp(output, "probes") == 0,
    };
}

/* Writes `printed` as the lines of a section. */
static void write_section(FILE *file, char *printed)
{
    char *rest = NULL;
    for (char *line = strtok_r(printed, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        fprintf(file, "#| %s\n", line);
}

/* Returns the text of the file with the same trace, and in each section what replay prints now.
 * The caller frees the text. */
static char *expected_file(const char *path, char *text, size_t trace_length)
{
    char *made = NULL;
    size_t made_length = 0;
    char *rest = NULL;
    FILE *out = open_memstream(&made, &made_length);
    assert_non_null(out);
    fwrite(text, 1, trace_length, out);
    char *copy = strdup(text + trace_length);
    assert_non_null(copy);
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "#> ", 3) != 0)
            continue;
        struct heading heading = read_heading(path, line);
        fprintf(out, "%s\n", line);
        char *printed = rehearse((struct vfj_span){text, trace_length}, &heading);
        write_section(out, printed);
        free(printed);
    }
    free(copy);
    fclose(out);
    return made;
}

/* Fails, and reports the first line that differs. */
static void report_difference(const char *path, const char *expected, const char *got)
{
    unsigned number = 1;
    while (*expected != '\0' && *expected == *got) {
        number += *expected == '\n';
        expected++;
        got++;
    }
    while (number > 1 && expected[-1] != '\n') {
        expected--;
        got--;
    }
    fail_msg("%s:%u: expected: %.*s\n%s:%u: got:      %.*s", path, number,
             (int)strcspn(expected, "\n"), expected, path, number, (int)strcspn(got, "\n"), got);
}

static void test_trace(void **state)
{
    const char *path = *state;
    size_t length = 0;
    char *bytes = kit_read(path, &length);
    char *text = calloc(1, length + 1);
    assert_non_null(text);
    memcpy(text, bytes, length);
    free(bytes);
    char *sections = strncmp(text, "#> ", 3) == 0 ? text : strstr(text, "\n#> ");
    assert_non_null(sections);
    char *now = expected_file(path, text, (size_t)(sections - text) + (sections != text));
    if (strcmp(now, text) != 0 && getenv("VFJ_ACCEPT") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(now, file);
        fclose(file);
    } else if (strcmp(now, text) != 0) {
        report_difference(path, text, now);
    }
    free(now);
    free(text);
}

int main(void)
{
    static struct CMUnitTest tests[TRACES_MAX];
    glob_t found;
    int error = glob("traces/*/*.trace", 0, NULL, &found);
    if (error != 0 || found.gl_pathc > TRACES_MAX) {
        fprintf(stderr, "tests/traces: glob(3) returns %d, %zu traces\n", error, found.gl_pathc);
        return 1;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *path = found.gl_pathv[i];
        tests[i]
            = (struct CMUnitTest){.name = path, .test_func = test_trace, .initial_state = path};
    }
    int failed = _cmocka_run_group_tests("traces", tests, found.gl_pathc, NULL, NULL);
    globfree(&found);
    return failed;
}
