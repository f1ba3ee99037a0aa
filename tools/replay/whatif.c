/* Plays a journal or a trace twice, the second time with other settings, and prints the
 * differences. */
#include "tools/whatif/whatif.h"

#include <inttypes.h>
#include <stdlib.h>

#include "store/json.h"
#include "store/replay.h"
#include "tools/diff/totals.h"
#include "tools/progress.h"
#include "tools/record_json.h"
#include "tools/replay/replay.h"
#include "tools/replay/transcript.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { LINE_SIZE = 2048 };

struct answer {
    const struct vfj_replay_options *options;
    FILE *out;
    struct vfj_whatif whatif;
    struct vfj_totals a, b;
    size_t a_count, b_count;
    struct vfj_unmatched unmatched;
    struct vfj_transcript transcript;
    struct vfj_machine machine;
    struct vfj_event event; /* room for a decoded event */
};

static enum vfj_status count_side(struct vfj_journal *journal, int64_t end_us,
                                  struct vfj_totals *totals, struct vfj_decisions *decisions)
{
    struct vfj_part part
        = {.from = 1, .last = INT64_MAX, .end = {.seq = UINT64_MAX, .wall_us = end_us}};
    struct vfj_record first;
    enum vfj_status status = vfj_journal_get(journal, 1, &first);
    if (status == VFJ_OK) {
        part.begin = (struct vfj_point){
            .seq = 1, .boot = first.boot, .wall_us = first.wall_us, .mono_us = first.mono_us};
        status = vfj_decisions_read(journal, &part, decisions);
    }
    vfj_totals_add(totals, decisions);
    return status == VFJ_OK ? vfj_totals_add_migrations(totals, journal, end_us) : status;
}

static enum vfj_status count(struct answer *answer)
{
    struct vfj_decisions a = {0}, b = {0};
    int64_t end_us = 0;
    enum vfj_status status = vfj_whatif_end(&answer->whatif, &end_us);
    if (status == VFJ_OK)
        status = count_side(answer->whatif.a.journal, end_us, &answer->a, &a);
    if (status == VFJ_OK)
        status = count_side(answer->whatif.b.journal, end_us, &answer->b, &b);
    if (status == VFJ_OK && !vfj_decisions_count(&a, &b, &answer->unmatched))
        status = VFJ_SYSTEM;
    answer->a_count = a.count;
    answer->b_count = b.count;
    vfj_decisions_free(&a);
    vfj_decisions_free(&b);
    return status;
}

/* Returns true when the event must be marked as the first difference: the event, or one of its
 * decisions, is the first row that differs. */
static bool is_marked(const struct answer *answer, const struct vfj_record *record,
                      const struct vfj_machine *machine)
{
    uint64_t seq = answer->whatif.b_seq;
    return seq != 0 && seq >= record->seq && seq - record->seq <= vfj_machine_rows(machine);
}

static void print_mark(const struct answer *answer)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, "here the settings make the first difference; ");
    vfj_whatif_add_assumed(&answer->whatif, &text);
    (void)fprintf(answer->out, "# %s\n", line);
}

static void print_event(void *arg, const struct vfj_record *record,
                        const struct vfj_machine *machine)
{
    struct answer *answer = arg;
    if (!vfj_record_is_event(record))
        return;
    if (is_marked(answer, record, machine))
        print_mark(answer);
    if (answer->options->output == VFJ_REPLAY_COMMANDS) {
        vfj_replay_print_commands(answer->out, &machine->decision, answer->options->probes);
        return;
    }
    if (vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &answer->event) != VFJ_OK)
        return;
    answer->event.kind = record->kind;
    answer->event.wall_us = record->wall_us;
    answer->event.mono_us = record->mono_us;
    vfj_transcript_print(&answer->transcript, &answer->event, &machine->decision);
}

/* Prints the transcript, or the commands, of the play with the other settings. */
static enum vfj_status print_play(struct answer *answer)
{
    struct vfj_replay_result result;
    struct vfj_replay_checks checks = {.skip_chain = true, .watch = print_event, .arg = answer};
    vfj_transcript_init(&answer->transcript, answer->out, answer->options->output,
                        answer->options->probes);
    vfj_machine_init(&answer->machine);
    vfj_replay_run(answer->whatif.b.journal, &answer->machine, &checks, &result);
    if (result.verdict == VFJ_VERDICT_SAME)
        vfj_transcript_end(&answer->transcript, &answer->machine.state, &answer->whatif.b.play);
    return result.verdict == VFJ_VERDICT_UNUSABLE ? (enum vfj_status)result.status : VFJ_OK;
}

static enum vfj_status print_rows(const struct answer *answer)
{
    struct vfj_journal *journal = answer->whatif.b.journal;
    struct vfj_record record;
    enum vfj_status status;
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    while ((status = vfj_journal_next(journal, &record)) == VFJ_OK)
        vfj_record_print_json(answer->out, &record, NULL);
    vfj_journal_walk_end(journal);
    return status == VFJ_END ? VFJ_OK : status;
}

static void print_text(const struct answer *answer)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    int width = vfj_terminal_width(1);
    vfj_terminal_add(&text, vfj_span_of(answer->whatif.name));
    vfj_text_add(&text, ": played as it is (A), and with ");
    vfj_settings_describe(&answer->options->settings, &text);
    vfj_text_add(&text, " (B)");
    vfj_terminal_print_wrapped(answer->out, (struct vfj_span){line, text.length}, width, 2);
    text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, "B: ");
    vfj_whatif_add_assumed(&answer->whatif, &text);
    vfj_terminal_print_wrapped(answer->out, (struct vfj_span){line, text.length}, width, 3);
    if (vfj_whatif_has_other_rules(&answer->whatif))
        (void)fprintf(answer->out,
                      "A: other rules recorded the journal; answers are assumed from record "
                      "%" PRIu64 " on\n",
                      answer->whatif.a_assumed.seq);
    (void)fputc('\n', answer->out);
    vfj_totals_print(answer->out, &answer->a, &answer->b);
    (void)fprintf(answer->out, "\n%zu decision%s in A, %zu in B; %zu only in A, %zu only in B\n",
                  answer->a_count, answer->a_count == 1 ? "" : "s", answer->b_count,
                  answer->unmatched.a, answer->unmatched.b);
}

static bool print_side(const struct answer *answer, struct vfj_json *json, const char *side,
                       const struct vfj_totals *totals, const struct vfj_first_difference *assumed)
{
    vfj_json_add_string(json, "side", side);
    if (!answer->whatif.is_trace && assumed->row != 0)
        vfj_json_add_integer(json, "assumed_from", (int64_t)assumed->seq);
    vfj_totals_add_json(json, totals);
    return vfj_print_object(answer->out, json);
}

static enum vfj_status print_json(const struct answer *answer)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    const struct vfj_whatif *whatif = &answer->whatif;
    enum vfj_status status = print_rows(answer);
    struct vfj_json *json = vfj_json_open();
    if (status != VFJ_OK || json == NULL) {
        vfj_json_close(json);
        return status != VFJ_OK ? status : VFJ_SYSTEM;
    }
    bool is_printed = print_side(answer, json, "a", &answer->a, &whatif->a_assumed)
        && print_side(answer, json, "b", &answer->b, &whatif->b_assumed);
    vfj_settings_describe(&answer->options->settings, &text);
    vfj_json_add_string(json, "file", whatif->name);
    vfj_json_add_string(json, "settings", line);
    vfj_json_add_bool(json, "same", whatif->difference.row == 0);
    if (whatif->difference.row != 0) {
        vfj_json_add_integer(json, "differs_from_a", (int64_t)whatif->difference.seq);
        vfj_json_add_integer(json, "differs_from_b", (int64_t)whatif->b_seq);
    }
    vfj_json_add_integer(json, "decisions_a", (int64_t)answer->a_count);
    vfj_json_add_integer(json, "decisions_b", (int64_t)answer->b_count);
    vfj_json_add_integer(json, "only_a", (int64_t)answer->unmatched.a);
    vfj_json_add_integer(json, "only_b", (int64_t)answer->unmatched.b);
    is_printed = is_printed && vfj_print_object(answer->out, json);
    vfj_json_close(json);
    return is_printed ? VFJ_OK : VFJ_SYSTEM;
}

static enum vfj_status print(struct answer *answer)
{
    enum vfj_status status = VFJ_OK;
    switch (answer->options->output) {
    case VFJ_REPLAY_TEXT:
        if (answer->whatif.is_trace) {
            status = print_play(answer);
            (void)fputc('\n', answer->out);
        }
        print_text(answer);
        return status;
    case VFJ_REPLAY_COMMANDS:
        return print_play(answer);
    case VFJ_REPLAY_JSON:
        return print_json(answer);
    }
    return status;
}

int vfj_replay_whatif(const struct vfj_input *input, const struct vfj_replay_options *options,
                      FILE *out)
{
    struct answer *answer = calloc(1, sizeof *answer);
    if (answer == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
    answer->options = options;
    answer->out = out;
    int exit_status = vfj_whatif_open(&answer->whatif, input, &options->settings, options->journal);
    if (exit_status == VFJ_EXIT_OK) {
        enum vfj_status status = count(answer);
        vfj_progress_end();
        if (status == VFJ_OK)
            status = print(answer);
        if (status != VFJ_OK)
            exit_status = vfj_complain_status(input->name, status, "");
    }
    if (exit_status == VFJ_EXIT_OK && options->journal != NULL)
        exit_status = vfj_whatif_publish(&answer->whatif);
    vfj_whatif_close(&answer->whatif);
    free(answer);
    return exit_status;
}
