/* Replays several files, one after the other. */
#include "tools/replay/many.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/run/clock.h"
#include "tools/act_as_owner.h"
#include "tools/replace_file.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { MESSAGES_MAX = 65536 };

/* Standard error is directed to a file while one replay runs. `standard_error` is the descriptor of
 * the real one. */
struct diversion {
    FILE *file;
    int standard_error;
};

static void divert(struct diversion *diversion)
{
    (void)fflush(stderr);
    diversion->standard_error = -1;
    diversion->file = tmpfile();
    if (diversion->file == NULL)
        return;
    diversion->standard_error = dup(STDERR_FILENO);
    if (diversion->standard_error >= 0)
        (void)dup2(fileno(diversion->file), STDERR_FILENO);
}

/* Directs standard error back to the real standard error, and prints there the bytes that the file
 * has collected. Returns these bytes, which the caller frees. */
static char *end_diversion(struct diversion *diversion)
{
    char *bytes = calloc(1, MESSAGES_MAX + 1);
    (void)fflush(stderr);
    if (diversion->standard_error >= 0) {
        (void)dup2(diversion->standard_error, STDERR_FILENO);
        (void)close(diversion->standard_error);
    }
    if (diversion->file == NULL)
        return bytes;
    rewind(diversion->file);
    if (bytes != NULL) {
        size_t length = fread(bytes, 1, MESSAGES_MAX, diversion->file);
        (void)fwrite(bytes, 1, length, stderr);
    }
    (void)fclose(diversion->file);
    return bytes;
}

static void run_case(struct vfj_case *one, vfj_replay_one *replay, void *arg)
{
    struct diversion diversion;
    size_t length = 0;
    FILE *out = open_memstream(&one->text, &length);
    int64_t begin_us = vfj_clock_mono_us();
    one->exit_status = VFJ_EXIT_SYSTEM;
    if (out == NULL)
        return;
    divert(&diversion);
    one->exit_status = replay(arg, one->path, out);
    (void)fclose(out);
    one->messages = end_diversion(&diversion);
    one->seconds = (double)(vfj_clock_mono_us() - begin_us) / 1e6;
}

static void print_case(const struct vfj_case *one, bool brief)
{
    const char *text = one->text != NULL ? one->text : "";
    if (one->is_skipped) {
        vfj_terminal_print(stdout, vfj_span_of(one->path));
        (void)fputs(": skipped\n", stdout);
        return;
    }
    size_t length = brief && one->exit_status == VFJ_EXIT_OK ? strcspn(text, "\n") : strlen(text);
    (void)fwrite(text, 1, length, stdout);
    if (length > 0 && text[length - 1] != '\n')
        (void)fputc('\n', stdout);
}

struct report {
    const struct vfj_case *cases;
    size_t count;
};

static bool print_report(FILE *out, const void *context)
{
    const struct report *report = context;
    return vfj_junit_print(out, report->cases, report->count);
}

static int write_report(const char *path, const struct vfj_case *cases, size_t count)
{
    const struct report report = {cases, count};
    if (!vfj_owner_may_replace(path))
        return VFJ_EXIT_SYSTEM;
    int error = vfj_replace_file(path, 0644, print_report, &report);
    if (error == 0)
        return VFJ_EXIT_OK;
    vfj_complain(path, strerror(error));
    return VFJ_EXIT_SYSTEM;
}

int vfj_replay_many(char *const *paths, size_t count, bool fail_fast, bool brief, const char *junit,
                    vfj_replay_one *replay, void *arg)
{
    int exit_status = VFJ_EXIT_OK;
    struct vfj_case *cases = calloc(count, sizeof *cases);
    if (cases == NULL)
        return vfj_complain_status("replay", VFJ_SYSTEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        cases[i].path = paths[i];
        cases[i].is_skipped = fail_fast && exit_status != VFJ_EXIT_OK;
        if (!cases[i].is_skipped)
            run_case(&cases[i], replay, arg);
        if (exit_status == VFJ_EXIT_OK)
            exit_status = cases[i].exit_status;
        print_case(&cases[i], brief);
    }
    int written = junit != NULL ? write_report(junit, cases, count) : VFJ_EXIT_OK;
    for (size_t i = 0; i < count; i++) {
        free(cases[i].text);
        free(cases[i].messages);
    }
    free(cases);
    return exit_status != VFJ_EXIT_OK ? exit_status : written;
}
