/* Exports a journal as a trace.
 *
 * The journal is read three times. The first reading computes a time for each event
 * (tools/export/timeline.h). The second one writes the trace. Before each event it writes the facts
 * that the event shows and that the guest model would not have otherwise (tools/export/facts.h),
 * and how long the commands take that follow from the event. The third reading plays the trace and
 * compares each event with the journal (tools/export/check.h), so that nothing is left out
 * silently. */
#include "tools/export/trace.h"

#include <stdlib.h>
#include <string.h>

#include "store/progress.h"
#include "store/replay.h"
#include "store/secret.h"
#include "tools/export/check.h"
#include "tools/export/state.h"
#include "tools/finding.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { ATTEMPTS_OF_INSTANTS = 16 };

/* Calls `take` for each record up to the last one to export. Fails when a record is missing. */
static bool walk(struct vfj_export *export, struct vfj_journal *journal,
                 void (*take)(struct vfj_export *export, const struct vfj_record *record))
{
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    uint64_t seq = 0;
    vfj_progress_begin("reading records", "records", export->timeline.last);
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    while (export->wrong == NULL && seq < export->timeline.last
           && (status = vfj_journal_next_raw(journal, &record)) == VFJ_OK) {
        vfj_progress_set(seq);
        if (record.seq == ++seq)
            take(export, &record);
        else
            vfj_export_fail_system(export, VFJ_JOURNAL_DAMAGED);
    }
    vfj_journal_walk_end(journal);
    if (export->wrong == NULL && status != VFJ_OK)
        vfj_export_fail_system(export, status);
    return export->wrong == NULL;
}

/* A stream that writes into memory, and the text written so far. */
struct sheet {
    FILE *stream;
    char *bytes;
    size_t length;
};

/* Prepares the export for another attempt. Keeps what the earlier attempts have found out. */
static void begin_again(struct vfj_export *export, FILE *out, uint64_t last)
{
    struct vfj_timeline timeline = export->timeline;
    bool cautious = export->mirror.cautious;
    free(export->attachments);
    free(export->early.us);
    memset(export, 0, sizeof *export);
    export->timeline = timeline;
    export->mirror.out = out;
    export->mirror.cautious = cautious;
    export->group_text = vfj_text_begin(export->group, sizeof export->group);
    vfj_guest_init(&export->mirror.guest);
    vfj_machine_init(&export->machine);
    vfj_timeline_begin(&export->timeline, &export->machine, last);
}

static bool write_sheet(struct vfj_export *export, struct vfj_journal *journal, struct sheet *sheet)
{
    (void)fputs("%vfjournal 1\n", sheet->stream);
    if (!walk(export, journal, vfj_export_learn) || !walk(export, journal, vfj_export_write))
        return false;
    vfj_export_write_end(export);
    if (fflush(sheet->stream) != 0)
        vfj_export_fail_system(export, VFJ_SYSTEM);
    return export->wrong == NULL;
}

/* Writes the trace to the sheet. Returns false and sets *fault when a trace cannot express the
 * journal, or when something fails. */
static bool write_trace(struct vfj_export *export, struct vfj_journal *journal, uint64_t last,
                        struct sheet *sheet, struct vfj_export_fault *fault)
{
    *fault = (struct vfj_export_fault){.status = VFJ_SYSTEM};
    if (sheet->stream == NULL)
        return false;
    begin_again(export, sheet->stream, last);
    if (!write_sheet(export, journal, sheet)) {
        *fault = (struct vfj_export_fault){
            .status = export->status, .seq = export->seq, .what = export->wrong};
        return false;
    }
    return vfj_export_check(journal, (struct vfj_span){sheet->bytes, sheet->length},
                            &export->timeline, fault);
}

/* Prints the trace, with its passwords replaced. */
static void print_trace(struct vfj_span trace, FILE *out)
{
    char line[2 * VFJ_LINE_MAX];
    while (trace.length > 0) {
        const char *end = memchr(trace.text, '\n', trace.length);
        size_t length = (size_t)(end - trace.text) + 1;
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        struct vfj_span whole = {trace.text, length};
        bool has_words = vfj_span_starts(whole, "%rc ") || vfj_span_starts(whole, "%slow ")
            || vfj_span_starts(whole, "%fail ") || vfj_span_starts(whole, "@");
        if (has_words) {
            vfj_secret_add(&text, whole);
            whole = (struct vfj_span){text.bytes, text.length};
        }
        (void)fwrite(whole.text, 1, whole.length, out);
        trace = (struct vfj_span){trace.text + length, trace.length - length};
    }
}

/* Returns VFJ_EXIT_OK when the journal is complete and was not pruned: a trace must begin with the
 * journal's first record. */
static int check_journal(struct vfj_journal *journal, const char *path, const char *cannot)
{
    char what[256];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    struct vfj_replay_result result;
    struct vfj_machine *machine = malloc(sizeof *machine);
    if (machine == NULL)
        return vfj_complain_status(path, VFJ_SYSTEM, "out of memory");
    vfj_machine_init(machine);
    vfj_replay_run(journal, machine, NULL, &result);
    free(machine);
    enum vfj_verdict verdict = (enum vfj_verdict)result.verdict;
    if (verdict == VFJ_VERDICT_UNUSABLE)
        return vfj_complain_status(path, (enum vfj_status)result.status,
                                   vfj_journal_detail(journal));
    vfj_text_add(&text, cannot);
    if (result.first > 1) {
        vfj_text_add(&text, ": its beginning was pruned, and a trace begins with the guest's");
        vfj_complain(path, what);
        return VFJ_EXIT_UNUSABLE;
    }
    if (verdict == VFJ_VERDICT_SAME || verdict == VFJ_VERDICT_RULES_CHANGED)
        return VFJ_EXIT_OK;
    vfj_text_format(&text, ": %s: record %llu", vfj_verdict_text(verdict),
                    (unsigned long long)result.seq);
    vfj_complain(path, what);
    return vfj_verdict_exit_status(verdict);
}

static int complain(struct vfj_journal *journal, const char *path, const char *cannot,
                    const struct vfj_export_fault *fault)
{
    char what[256];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    if (fault->status == VFJ_SYSTEM)
        return vfj_complain_status(path, VFJ_SYSTEM, "out of memory");
    if (fault->status != VFJ_OK)
        return vfj_complain_status(path, fault->status, vfj_journal_detail(journal));
    vfj_text_format(&text, "%s: a trace can't say record %llu: %s", cannot,
                    (unsigned long long)fault->seq, fault->what);
    vfj_complain(path, what);
    return VFJ_EXIT_UNSURE;
}

/* Chooses results of commands that the next attempt will give a separate time. They have the same
 * time as their cause, and the facts that they show are therefore written too early in the trace.
 * Chooses those at the time of the fault or, with `everywhere`, all after the fault. If there are
 * none, chooses another result at the time of the fault. Returns false if there is none either. */
static bool separate(struct vfj_export *export, const struct vfj_export_fault *fault,
                     bool everywhere)
{
    struct vfj_timeline *timeline = &export->timeline;
    int64_t us = vfj_times_get(&timeline->events, fault->event);
    bool found = false;
    for (size_t i = fault->event; i < export->early.count; i++) {
        uint64_t command = (uint64_t)vfj_times_get(&export->early, i);
        bool counts = everywhere || vfj_times_get(&timeline->events, i) == us;
        if (command != 0 && counts && vfj_times_get(&timeline->separate, command) == 0)
            found |= vfj_times_put(&timeline->separate, command, 1);
    }
    for (uint64_t command = 1; !found && command < timeline->answers.count; command++) {
        if (vfj_times_get(&timeline->answers, command) == us + 1
            && vfj_times_get(&timeline->separate, command) == 0)
            found = vfj_times_put(&timeline->separate, command, 1);
    }
    return found;
}

/* Prepares another attempt. Returns false when no further attempt can succeed. */
static bool try_again(struct vfj_export *export, const struct vfj_export_fault *fault,
                      unsigned attempt)
{
    if (fault->status != VFJ_OK || attempt > 2 * ATTEMPTS_OF_INSTANTS)
        return false;
    if (export->wrong == NULL && separate(export, fault, attempt >= ATTEMPTS_OF_INSTANTS))
        return true;
    bool was_cautious = export->mirror.cautious;
    export->mirror.cautious = true;
    free(export->timeline.separate.us);
    export->timeline.separate = (struct vfj_times){0};
    return !was_cautious;
}

/* Writes the trace in as many attempts as needed. The first attempt writes facts early, because a
 * replay with another policy may need them then, and gives a result that took no time the same time
 * as its cause. After each fault, the results involved get separate times. When this is not
 * sufficient, each fact is written immediately before the result that shows it. The caller frees
 * the bytes. */
static bool attempt_all(struct vfj_export *export, struct vfj_journal *journal,
                        struct sheet *written, struct vfj_export_fault *fault)
{
    uint64_t last;
    bool done = false, again = true;
    *fault = (struct vfj_export_fault){.status = vfj_journal_last(journal, &last)};
    if (fault->status != VFJ_OK)
        return false;
    for (unsigned attempt = 1; again; attempt++) {
        struct sheet sheet = {NULL, NULL, 0};
        sheet.stream = open_memstream(&sheet.bytes, &sheet.length);
        done = write_trace(export, journal, last, &sheet, fault);
        if (sheet.stream != NULL)
            (void)fclose(sheet.stream);
        if (done)
            *written = sheet;
        else
            free(sheet.bytes);
        again = !done && try_again(export, fault, attempt);
    }
    return done;
}

int vfj_export_memory(struct vfj_journal *journal, const char *path, const char *cannot,
                      char **bytes, size_t *length)
{
    struct vfj_export_fault fault;
    struct sheet sheet = {NULL, NULL, 0};
    int exit_status = check_journal(journal, path, cannot);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    struct vfj_export *export = calloc(1, sizeof *export);
    if (export == NULL)
        return vfj_complain_status(path, VFJ_SYSTEM, "out of memory");
    exit_status = attempt_all(export, journal, &sheet, &fault)
        ? VFJ_EXIT_OK
        : complain(journal, path, cannot, &fault);
    *bytes = sheet.bytes;
    *length = sheet.length;
    vfj_timeline_free(&export->timeline);
    free(export->attachments);
    free(export->early.us);
    free(export);
    return exit_status;
}

int vfj_export_trace(struct vfj_journal *journal, const char *path, FILE *out)
{
    char *bytes = NULL;
    size_t length = 0;
    int exit_status = vfj_export_memory(journal, path, "can't be exported", &bytes, &length);
    if (exit_status == VFJ_EXIT_OK)
        print_trace((struct vfj_span){bytes, length}, out);
    free(bytes);
    return exit_status;
}
