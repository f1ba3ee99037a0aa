/* `vfjournal replay` of a trace: a guest model answers, and the transcript is printed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/play.h"
#include "store/journal.h"
#include "store/ledger.h"
#include "store/publish.h"
#include "tools/act_as_owner.h"
#include "tools/replay/replay.h"
#include "tools/replay/trace_file.h"
#include "tools/replay/transcript.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* All of one replay; too large for the stack. */
struct rehearsal {
    struct vfj_ledger *ledger; /* NULL: a bare machine */
    struct vfj_play play;
    struct vfj_transcript transcript;
};

/* The sink with a journal: the same machine, and every row kept. */
static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct rehearsal *rehearsal = context;
    enum vfj_status status = vfj_ledger_submit(rehearsal->ledger, event, decision);
    if (status == VFJ_OK)
        vfj_transcript_print(&rehearsal->transcript, event, *decision);
    return status;
}

static int complain(const char *path, const struct rehearsal *rehearsal, enum vfj_status status,
                    const struct vfj_trace_place *place)
{
    if (status != VFJ_BAD_SYNTAX && status != VFJ_TOO_MANY)
        return vfj_complain_status(path, status, vfj_ledger_detail(rehearsal->ledger));
    vfj_terminal_print(stderr, vfj_span_of(path));
    (void)fprintf(stderr, ":%llu:%zu: %s\n", (unsigned long long)place->line, place->column,
                  place->what);
    return VFJ_EXIT_UNUSABLE;
}

static int play(const char *path, struct rehearsal *rehearsal, struct vfj_span trace)
{
    struct vfj_trace_place place = {0};
    enum vfj_status status = vfj_trace_play(trace, &rehearsal->play, &place);
    if (status == VFJ_OK && rehearsal->ledger != NULL)
        status = vfj_ledger_commit(rehearsal->ledger);
    if (status != VFJ_OK)
        return complain(path, rehearsal, status, &place);
    const struct vfj_state *state = rehearsal->ledger != NULL ? vfj_ledger_state(rehearsal->ledger)
                                                              : &rehearsal->transcript.state;
    vfj_transcript_end(&rehearsal->transcript, state, &rehearsal->play);
    return VFJ_EXIT_OK;
}

static int print_json(const char *path, FILE *out)
{
    struct vfj_journal *journal;
    struct vfj_span json;
    uint64_t last = 0;
    enum vfj_status status = vfj_journal_open(&journal, path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_journal_last(journal, &last);
    for (uint64_t seq = 1; status == VFJ_OK && seq <= last; seq++) {
        status = vfj_journal_json(journal, seq, &json);
        if (status == VFJ_OK) {
            vfj_terminal_print_json(out, json);
            (void)fputc('\n', out);
        }
    }
    int exit_status = status == VFJ_OK
        ? VFJ_EXIT_OK
        : vfj_complain_status(path, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    return exit_status;
}

/* Plays the trace into a journal at new_file->path. Prints the rows as `json`, unless that is NULL.
 */
static int play_into(const struct vfj_publish *new_file, const char *path,
                     struct rehearsal *rehearsal, struct vfj_span trace, FILE *json)
{
    enum vfj_status status = vfj_ledger_open(&rehearsal->ledger, new_file->path, VFJ_ON_ERROR_STOP);
    int exit_status = status == VFJ_OK
        ? play(path, rehearsal, trace)
        : vfj_complain_status(new_file->to, status, vfj_ledger_detail(rehearsal->ledger));
    vfj_ledger_close(rehearsal->ledger);
    return exit_status == VFJ_EXIT_OK && json != NULL ? print_json(new_file->path, json)
                                                      : exit_status;
}

/* With a journal at a path where there is no file yet: nothing half-replayed is ever there. */
static int play_journalled(const char *path, struct rehearsal *rehearsal, struct vfj_span trace,
                           const char *journal, FILE *json)
{
    char why[512];
    struct vfj_publish new_file;
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    enum vfj_status status = vfj_publish_begin(&new_file, journal, &detail);
    int exit_status = VFJ_EXIT_UNUSABLE;
    if (status == VFJ_OK) {
        exit_status = play_into(&new_file, path, rehearsal, trace, json);
        if (exit_status == VFJ_EXIT_OK)
            status = vfj_publish_finish(&new_file, &detail);
    }
    if (status != VFJ_OK)
        exit_status = vfj_complain_status(journal, status, why);
    vfj_publish_end(&new_file);
    return exit_status;
}

/* -o json of a journal that is made for that alone. */
static int play_passing(const char *path, struct rehearsal *rehearsal, struct vfj_span trace,
                        FILE *json)
{
    const char *base = vfj_scratch_directory();
    char prefix[VFJ_PATH_SIZE], why[512];
    struct vfj_publish new_file;
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    (void)snprintf(prefix, sizeof prefix, "%s/vfjournal", base);
    enum vfj_status status = vfj_publish_begin_temporary(&new_file, prefix, &detail);
    int exit_status = VFJ_EXIT_SYSTEM;
    if (status == VFJ_OK)
        exit_status = play_into(&new_file, path, rehearsal, trace, json);
    else
        vfj_complain(base, why);
    vfj_publish_end(&new_file);
    return exit_status;
}

static int rehearse(const char *path, const struct vfj_replay_options *options,
                    struct vfj_span trace, FILE *out)
{
    struct rehearsal *rehearsal = malloc(sizeof *rehearsal);
    bool json = options->output == VFJ_REPLAY_JSON;
    int exit_status;
    if (rehearsal == NULL)
        return vfj_complain_status(path, VFJ_SYSTEM, "out of memory");
    rehearsal->ledger = NULL;
    vfj_transcript_init(&rehearsal->transcript, out, options->output, options->probes);
    struct vfj_play_sink sink = json || options->journal != NULL
        ? (struct vfj_play_sink){.context = rehearsal, .submit = submit}
        : vfj_transcript_sink(&rehearsal->transcript);
    vfj_play_init(&rehearsal->play, sink, options->mode, options->policy);
    if (options->journal != NULL)
        exit_status = play_journalled(path, rehearsal, trace, options->journal, json ? out : NULL);
    else if (json)
        exit_status = play_passing(path, rehearsal, trace, out);
    else
        exit_status = play(path, rehearsal, trace);
    free(rehearsal);
    return exit_status;
}

int vfj_replay_trace(const char *path, const struct vfj_replay_options *options, FILE *out)
{
    char *bytes = NULL;
    size_t length = 0;
    int error = vfj_trace_slurp(path, &bytes, &length);
    if (error != 0) {
        vfj_complain(path, strerror(error));
        return VFJ_EXIT_UNUSABLE;
    }
    int exit_status = rehearse(path, options, (struct vfj_span){bytes, length}, out);
    free(bytes);
    return exit_status;
}
