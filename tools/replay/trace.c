/* Replays a trace and prints the transcript. The guest model carries out the commands. */
#include <stdlib.h>
#include <string.h>

#include "core/model/play.h"
#include "store/journal.h"
#include "store/ledger.h"
#include "store/publish.h"
#include "tools/act_as_owner.h"
#include "tools/record_json.h"
#include "tools/replay/recorder.h"
#include "tools/replay/replay.h"
#include "tools/replay/trace_file.h"
#include "tools/replay/transcript.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* The data of one replay. This struct is too large for the stack. */
struct rehearsal {
    struct vfj_recorder recorder; /* its ledger is NULL when no journal is written */
    struct vfj_play play;
    struct vfj_transcript transcript;
};

/* Prints the transcript of an event when a journal is written, too. The ledger then steps the
 * machine; the transcript does not. */
static void write_transcript(void *arg, const struct vfj_event *event,
                             const struct vfj_decision *decision)
{
    vfj_transcript_print(arg, event, decision);
}

static int complain(const char *path, const struct rehearsal *rehearsal, enum vfj_status status,
                    const struct vfj_trace_place *place)
{
    if (status != VFJ_BAD_SYNTAX && status != VFJ_TOO_MANY)
        return vfj_complain_status(path, status, vfj_ledger_detail(rehearsal->recorder.ledger));
    vfj_terminal_print(stderr, vfj_span_of(path));
    (void)fprintf(stderr, ":%llu:%zu: %s\n", (unsigned long long)place->line, place->column,
                  place->what);
    return VFJ_EXIT_UNUSABLE;
}

static int play(const struct vfj_input *input, struct rehearsal *rehearsal)
{
    struct vfj_span trace = {input->bytes, input->length};
    struct vfj_trace_place place = {0};
    if (vfj_trace_is_blank(trace)) {
        vfj_complain(input->name, "the trace holds no events");
        return VFJ_EXIT_DIFFERENT;
    }
    enum vfj_status status = vfj_trace_play(trace, &rehearsal->play, &place);
    if (status == VFJ_OK && rehearsal->recorder.ledger != NULL)
        status = vfj_recorder_end(&rehearsal->recorder);
    if (status != VFJ_OK)
        return complain(input->name, rehearsal, status, &place);
    const struct vfj_state *state = rehearsal->recorder.ledger != NULL
        ? vfj_ledger_state(rehearsal->recorder.ledger)
        : &rehearsal->transcript.state;
    vfj_transcript_end(&rehearsal->transcript, state, &rehearsal->play);
    return VFJ_EXIT_OK;
}

static int print_json(const char *path, FILE *out)
{
    struct vfj_journal *journal;
    struct vfj_record record;
    enum vfj_status status = vfj_journal_open(&journal, path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK) {
        vfj_journal_walk(journal, 1, VFJ_FORWARD);
        while ((status = vfj_journal_next(journal, &record)) == VFJ_OK)
            vfj_record_print_json(out, &record, NULL);
        vfj_journal_walk_end(journal);
    }
    int exit_status = status == VFJ_END
        ? VFJ_EXIT_OK
        : vfj_complain_status(path, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    return exit_status;
}

/* Plays the trace and writes the journal at new_file->path. Then prints the rows of this journal to
 * `json`, if `json` is not NULL. */
static int play_into(const struct vfj_publish *new_file, const struct vfj_input *input,
                     struct rehearsal *rehearsal, FILE *json)
{
    enum vfj_status status = vfj_recorder_open(&rehearsal->recorder, new_file->path);
    int exit_status = status == VFJ_OK
        ? play(input, rehearsal)
        : vfj_complain_status(new_file->to, status, vfj_ledger_detail(rehearsal->recorder.ledger));
    vfj_ledger_close(rehearsal->recorder.ledger);
    return exit_status == VFJ_EXIT_OK && json != NULL ? print_json(new_file->path, json)
                                                      : exit_status;
}

/* Plays the trace and writes the new journal that the user asked for. Its file appears under its
 * name only when the journal is complete. */
static int play_journalled(const struct vfj_input *input, struct rehearsal *rehearsal,
                           const char *journal, FILE *json)
{
    char why[512];
    struct vfj_publish new_file;
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    enum vfj_status status = vfj_publish_begin(&new_file, journal, &detail);
    int exit_status = VFJ_EXIT_UNUSABLE;
    if (status == VFJ_OK) {
        exit_status = play_into(&new_file, input, rehearsal, json);
        if (exit_status == VFJ_EXIT_OK)
            status = vfj_publish_finish(&new_file, &detail);
    }
    if (status != VFJ_OK)
        exit_status = vfj_complain_status(journal, status, why);
    vfj_publish_end(&new_file);
    return exit_status;
}

/* Plays the trace and writes a temporary journal. Used for -o json when the user did not ask for a
 * journal. */
static int play_passing(const struct vfj_input *input, struct rehearsal *rehearsal, FILE *json)
{
    const char *base = vfj_scratch_directory();
    char prefix[VFJ_PATH_SIZE], why[512];
    struct vfj_publish new_file;
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    (void)snprintf(prefix, sizeof prefix, "%s/vfjournal", base);
    enum vfj_status status = vfj_publish_begin_temporary(&new_file, prefix, &detail);
    int exit_status = VFJ_EXIT_SYSTEM;
    if (status == VFJ_OK)
        exit_status = play_into(&new_file, input, rehearsal, json);
    else
        vfj_complain(base, why);
    vfj_publish_end(&new_file);
    return exit_status;
}

int vfj_replay_trace(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out)
{
    struct rehearsal *rehearsal = malloc(sizeof *rehearsal);
    bool json = options->output == VFJ_REPLAY_JSON;
    int exit_status;
    if (rehearsal == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
    rehearsal->recorder = (struct vfj_recorder){.has_checkpoints = options->journal != NULL,
                                                .watch = write_transcript,
                                                .arg = &rehearsal->transcript};
    vfj_transcript_init(&rehearsal->transcript, out, options->output, options->probes);
    struct vfj_play_sink sink = json || options->journal != NULL
        ? vfj_recorder_sink(&rehearsal->recorder)
        : vfj_transcript_sink(&rehearsal->transcript);
    vfj_play_init(&rehearsal->play, sink, options->settings.mode, options->settings.policy);
    if (options->journal != NULL)
        exit_status = play_journalled(input, rehearsal, options->journal, json ? out : NULL);
    else if (json)
        exit_status = play_passing(input, rehearsal, out);
    else
        exit_status = play(input, rehearsal);
    free(rehearsal);
    return exit_status;
}
