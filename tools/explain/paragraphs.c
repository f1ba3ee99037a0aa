/* The paragraphs of `vfjournal explain` for which other records are read. */
#include <stdio.h>
#include <string.h>

#include "tools/explain/explain.h"
#include "tools/graph/graph.h"
#include "tools/terminal.h"

/* Prints the text wrapped to the width of a terminal. Breaks a word that is longer than a line. */
void vfj_explain_print_wrapped(const char *text)
{
    enum { ROOM = VFJ_EXPLAIN_WIDTH - VFJ_EXPLAIN_INDENT };
    const char *piece;
    int length;
    while ((length = vfj_graph_take_line(&text, ROOM, &piece)) > 0) {
        for (; length > ROOM; length -= ROOM, piece += ROOM)
            (void)printf("%*s%.*s\n", VFJ_EXPLAIN_INDENT, "", ROOM, piece);
        (void)printf("%*s%.*s\n", VFJ_EXPLAIN_INDENT, "", length, piece);
    }
}

void vfj_explain_print_heading(const char *heading)
{
    (void)printf("\n%s\n", heading);
}

struct vfj_text vfj_explain_begin(struct vfj_explain *explain)
{
    return vfj_text_begin(explain->bytes, sizeof explain->bytes);
}

void vfj_explain_print_paragraph(const char *heading, const struct vfj_text *text)
{
    if (text->length == 0)
        return;
    vfj_explain_print_heading(heading);
    vfj_explain_print_wrapped(text->bytes);
}

static void add_distance(struct vfj_text *text, const struct vfj_record *from,
                         const struct vfj_record *to)
{
    if (from->boot != to->boot || from->mono_us > to->mono_us) {
        vfj_text_add(text, "in another boot");
        return;
    }
    vfj_time_add_duration(text, to->mono_us - from->mono_us);
    vfj_text_add(text, " later");
}

/* Finds the daemon's policy: the one in the newest `started` row up to the explained record.
 * Returns false when there is no such row. */
static bool find_policy(struct vfj_explain *explain, enum vfj_policy *policy)
{
    struct vfj_record record;
    struct vfj_event event;
    bool found = false;
    if (explain->subject.record.kind != VFJ_RECORD_COMMAND)
        return false;
    vfj_journal_walk(explain->journal, explain->subject.record.seq, VFJ_BACKWARD);
    while (!found && vfj_journal_next(explain->journal, &record) == VFJ_OK) {
        found = record.kind == VFJ_EVENT_STARTED
            && vfj_event_decode(VFJ_EVENT_STARTED, record.body, &event) == VFJ_OK;
        if (found)
            *policy = (enum vfj_policy)event.as.started.policy;
    }
    vfj_journal_walk_end(explain->journal);
    return found;
}

static enum vfj_status add_cause(struct vfj_explain *explain, struct vfj_text *text)
{
    const struct vfj_family *causes = &explain->causes;
    if (causes->count == 0) {
        vfj_text_add(text,
                     explain->subject.record.kind == VFJ_EVENT_TIMER
                         ? "A deadline of the machine caused it: a retry, a recheck, the link "
                           "monitor or the watch. "
                         : "No other record caused it: it came from outside. ");
        return VFJ_OK;
    }
    enum vfj_status status = vfj_kept_get(explain->journal, causes->rows[0].seq, &explain->other);
    if (status != VFJ_OK)
        return status;
    vfj_text_format(text,
                    causes->rows[0].by_delay ? "The delay of record %llu ended: "
                                             : "Record %llu caused it: ",
                    (unsigned long long)causes->rows[0].seq);
    vfj_sentences_what(&explain->other, text);
    vfj_text_add_char(text, ' ');
    size_t length = text->length;
    vfj_sentences_observed(&explain->other, text);
    if (text->length > length)
        vfj_text_add_char(text, ' ');
    return VFJ_OK;
}

enum vfj_status vfj_explain_print_why(struct vfj_explain *explain)
{
    struct vfj_text text = vfj_explain_begin(explain);
    enum vfj_policy policy = VFJ_POLICY_VFJOURNAL;
    bool knows_policy = find_policy(explain, &policy);
    enum vfj_status status = add_cause(explain, &text);
    vfj_sentences_rule(&explain->subject, policy, knows_policy, &text);
    if (status == VFJ_OK)
        vfj_explain_print_paragraph("WHY", &text);
    return status;
}

/* Adds the transitions and the commands that the machine decided when it received the explained
 * event. */
static enum vfj_status add_decisions(struct vfj_explain *explain, struct vfj_text *text)
{
    unsigned commands = 0;
    enum vfj_status status = VFJ_OK;
    const struct vfj_family *effects = &explain->effects;
    for (size_t i = 1; i < effects->count && effects->rows[i].depth == 1; i++) {
        status = vfj_kept_get(explain->journal, effects->rows[i].seq, &explain->other);
        const struct vfj_record *record = &explain->other.record;
        if (status != VFJ_OK)
            return status;
        if (record->kind == VFJ_RECORD_COMMAND && commands++ > 0)
            continue;
        vfj_text_format(text, "Record %llu: ", (unsigned long long)record->seq);
        if (vfj_record_moves(record))
            vfj_sentences_move(record, text);
        else
            vfj_sentences_what(&explain->other, text);
        vfj_text_add_char(text, ' ');
    }
    if (commands > 1)
        vfj_text_format(text, "%u more commands follow it.", commands - 1);
    return VFJ_OK;
}

enum vfj_status vfj_explain_print_decisions(struct vfj_explain *explain)
{
    struct vfj_text text = vfj_explain_begin(explain);
    if (!vfj_record_is_event(&explain->subject.record))
        return VFJ_OK;
    enum vfj_status status = add_decisions(explain, &text);
    if (text.length == 0)
        vfj_text_add(&text, "Nothing: it changed what is known, and called for nothing.");
    if (status == VFJ_OK)
        vfj_explain_print_paragraph("WHAT ANSWERED IT", &text);
    return status;
}

/* What a record has led to: numbers of commands and changes of state, and the seqs of the first
 * failed command and of the last change. */
struct tally {
    unsigned commands, failed, moves;
    uint64_t first_failed;
    uint64_t last_move;
};

static enum vfj_status count_row(struct vfj_explain *explain, const struct vfj_relative *relative,
                                 struct tally *tally)
{
    struct vfj_kept *kept = &explain->other;
    enum vfj_status status = vfj_kept_get(explain->journal, relative->seq, kept);
    if (status != VFJ_OK)
        return status;
    if (kept->record.kind == VFJ_RECORD_COMMAND
        && !vfj_kept_is_probe(vfj_kept_command_kind(&kept->record)))
        tally->commands++;
    if (kept->record.kind == VFJ_EVENT_FINISHED && kept->is_read
        && !vfj_outcome_ok(&kept->event.as.finished)) {
        tally->first_failed = tally->failed == 0 ? relative->seq : tally->first_failed;
        tally->failed++;
    }
    if (vfj_record_moves(&kept->record)) {
        tally->moves++;
        tally->last_move = relative->seq;
    }
    return VFJ_OK;
}

static enum vfj_status add_last_move(struct vfj_explain *explain, const struct tally *tally,
                                     struct vfj_text *text)
{
    enum vfj_status status = vfj_kept_get(explain->journal, tally->last_move, &explain->other);
    if (status != VFJ_OK || tally->moves == 0)
        return status == VFJ_END ? VFJ_OK : status;
    vfj_text_add(text, " The last change of state is record ");
    vfj_text_add_u64(text, tally->last_move);
    vfj_text_add(text, ", ");
    add_distance(text, &explain->subject.record, &explain->other.record);
    vfj_text_add(text, ": ");
    vfj_sentences_what(&explain->other, text);
    return VFJ_OK;
}

static void add_commands(const struct vfj_explain *explain, const struct tally *tally,
                         struct vfj_text *text)
{
    if (tally->commands > 0) {
        vfj_text_format(text, " The daemon issued %u changing command%s", tally->commands,
                        tally->commands == 1 ? "" : "s");
        if (tally->failed == 0 && !explain->effects.is_open)
            vfj_text_add(text,
                         tally->commands == 1 ? ", which succeeded" : ", all of which succeeded");
        vfj_text_add(text, ".");
    }
    if (tally->failed == 1)
        vfj_text_format(text, " One command did not succeed: record %llu.",
                        (unsigned long long)tally->first_failed);
    else if (tally->failed > 1)
        vfj_text_format(text, " %u commands did not succeed, record %llu first.", tally->failed,
                        (unsigned long long)tally->first_failed);
}

enum vfj_status vfj_explain_print_effects(struct vfj_explain *explain)
{
    struct vfj_text text = vfj_explain_begin(explain);
    struct tally tally = {.commands = 0};
    const struct vfj_family *effects = &explain->effects;
    enum vfj_status status = VFJ_OK;
    size_t others = effects->count - 1;
    for (size_t i = 1; i <= others && status == VFJ_OK; i++)
        status = count_row(explain, &effects->rows[i], &tally);
    if (status != VFJ_OK)
        return status;
    if (others == 0) {
        vfj_text_add(&text, "It led to no other record.");
    } else {
        vfj_text_format(&text, "It led to %zu record%s, up to record %llu.", others,
                        others == 1 ? "" : "s", (unsigned long long)effects->rows[others].seq);
        add_commands(explain, &tally, &text);
        status = add_last_move(explain, &tally, &text);
    }
    if (effects->is_cut)
        vfj_text_format(&text, " Only the first %d records were read.", (int)VFJ_FAMILY_MAX);
    if (effects->is_open)
        vfj_text_add(&text, " Something of it is still under way at the end of the journal.");
    vfj_explain_print_paragraph("WHAT IT LED TO", &text);
    return status;
}

/* Finds the next change of state of the slot that the explained record is about. */
static enum vfj_status find_next_move(struct vfj_explain *explain, uint64_t *seq)
{
    const struct vfj_record *subject = &explain->subject.record;
    char slot[VFJ_NAME_SIZE], other[VFJ_NAME_SIZE];
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    *seq = 0;
    (void)vfj_kept_value(subject, "slot", slot, sizeof slot);
    vfj_journal_walk(explain->journal, subject->seq + 1, VFJ_FORWARD);
    while (*seq == 0 && (status = vfj_journal_next(explain->journal, &record)) == VFJ_OK) {
        if (vfj_record_moves(&record) && vfj_kept_value(&record, "slot", other, sizeof other)
            && strcmp(slot, other) == 0)
            *seq = record.seq;
    }
    vfj_journal_walk_end(explain->journal);
    return status == VFJ_END ? VFJ_OK : status;
}

static enum vfj_status add_next_move(struct vfj_explain *explain, struct vfj_text *text)
{
    char to[32];
    uint64_t seq = 0;
    enum vfj_status status = find_next_move(explain, &seq);
    if (status != VFJ_OK)
        return status;
    (void)vfj_kept_value(&explain->subject.record, "to", to, sizeof to);
    vfj_text_add(text, "The slot is ");
    vfj_terminal_add(text, vfj_span_of(to));
    if (seq == 0) {
        vfj_text_add(text, " up to the end of the journal.");
        return VFJ_OK;
    }
    status = vfj_kept_get(explain->journal, seq, &explain->other);
    if (status != VFJ_OK)
        return status;
    vfj_text_format(text, " until record %llu, ", (unsigned long long)seq);
    add_distance(text, &explain->subject.record, &explain->other.record);
    vfj_text_add(text, ": ");
    vfj_sentences_what(&explain->other, text);
    return VFJ_OK;
}

/* Adds the outcome of the explained command. It is the first record that the command caused. */
static enum vfj_status add_answer(struct vfj_explain *explain, struct vfj_text *text)
{
    if (explain->effects.count < 2) {
        vfj_text_add(text,
                     "The journal has no outcome of it: the daemon ended first, or the "
                     "command still runs.");
        return VFJ_OK;
    }
    enum vfj_status status
        = vfj_kept_get(explain->journal, explain->effects.rows[1].seq, &explain->other);
    if (status != VFJ_OK)
        return status;
    vfj_text_format(text, "Record %llu, ", (unsigned long long)explain->other.record.seq);
    add_distance(text, &explain->subject.record, &explain->other.record);
    vfj_text_add(text, ": ");
    vfj_sentences_what(&explain->other, text);
    vfj_text_add_char(text, ' ');
    vfj_sentences_observed(&explain->other, text);
    return VFJ_OK;
}

enum vfj_status vfj_explain_print_result(struct vfj_explain *explain)
{
    struct vfj_text text = vfj_explain_begin(explain);
    enum vfj_status status = VFJ_OK;
    if (explain->subject.record.kind == VFJ_RECORD_COMMAND)
        status = add_answer(explain, &text);
    else if (vfj_record_moves(&explain->subject.record))
        status = add_next_move(explain, &text);
    if (status == VFJ_OK)
        vfj_explain_print_paragraph("WHAT CAME OF IT", &text);
    return status;
}

/* Prints the remedy. This needs a command and its outcome. The explained record is one of the two,
 * and this function reads the other one. */
enum vfj_status vfj_explain_print_remedy(struct vfj_explain *explain)
{
    struct vfj_text text = vfj_explain_begin(explain);
    struct vfj_kept *subject = &explain->subject, *other = &explain->other;
    enum vfj_status status = VFJ_OK;
    if (subject->record.kind == VFJ_RECORD_COMMAND && explain->effects.count > 1) {
        status = vfj_kept_get(explain->journal, explain->effects.rows[1].seq, other);
        if (status == VFJ_OK)
            vfj_sentences_remedy(other, subject, &text);
    } else if (subject->record.kind == VFJ_EVENT_FINISHED && explain->causes.count > 0) {
        status = vfj_kept_get(explain->journal, explain->causes.rows[0].seq, other);
        if (status == VFJ_OK)
            vfj_sentences_remedy(subject, other, &text);
    } else {
        vfj_sentences_remedy(subject, NULL, &text);
    }
    if (status == VFJ_OK)
        vfj_explain_print_paragraph("WHAT TO DO", &text);
    return status;
}
