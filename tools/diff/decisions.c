/* Reads the machine's decisions from a part of a journal. */
#include "tools/diff/decisions.h"

#include <stdlib.h>
#include <string.h>

#include "core/data/command.h"
#include "core/data/reason.h"
#include "core/text/digest.h"
#include "store/secret.h"

enum { TEXT_SIZE = 8 * VFJ_ARGS_SIZE };

struct reading {
    const struct vfj_part *part;
    struct vfj_decisions *decisions;
    struct vfj_point newest;
    struct vfj_command command; /* room for decoded rows */
    struct vfj_event event;
    struct vfj_argv argv;
    struct vfj_name vf; /* the newest VF of the part's slot */
    char bytes[TEXT_SIZE], shown[2 * TEXT_SIZE];
};

static struct vfj_point point_of(const struct vfj_record *record)
{
    return (struct vfj_point){.seq = record->seq,
                              .boot = record->boot,
                              .wall_us = record->wall_us,
                              .mono_us = record->mono_us};
}

/* Adds the decision that the record contains. `text` is in reading->bytes already. `words` is
 * the part of the key that stands for the text. */
static void add(struct reading *reading, const struct vfj_record *record,
                enum vfj_decided_kind kind, struct vfj_name slot, const struct vfj_text *text,
                uint64_t words)
{
    struct vfj_decisions *decisions = reading->decisions;
    struct vfj_point at = point_of(record);
    struct vfj_text shown = vfj_text_begin(reading->shown, sizeof reading->shown);
    vfj_secret_add(&shown, (struct vfj_span){text->bytes, text->length});
    if (decisions->count == decisions->room) {
        size_t room = 2 * decisions->room + 64;
        struct vfj_decided *more = realloc(decisions->list, room * sizeof *more);
        decisions->no_memory = more == NULL;
        if (more == NULL)
            return;
        decisions->list = more;
        decisions->room = room;
    }
    char *kept = strdup(reading->shown);
    decisions->no_memory = kept == NULL;
    if (kept == NULL)
        return;
    size_t named = reading->part->by_role ? 0 : strlen(slot.text);
    uint64_t key = vfj_digest(slot.text, named, (uint64_t)kind + 1);
    decisions->list[decisions->count++] = (struct vfj_decided){
        .seq = record->seq,
        .key = vfj_digest((const char *)&words, sizeof words, key),
        .kind = (uint8_t)kind,
        .after_us = vfj_elapsed_us(&reading->part->begin, &at),
        .duration_us = -1,
        .slot = slot,
        .text = kept,
    };
}

static uint64_t digest_of(const struct vfj_text *text)
{
    return vfj_digest(text->bytes, text->length, 0);
}

/* Returns the role of the interface that this word of a command names, or the word. */
static const char *role_of(const struct reading *reading, const char *word)
{
    if (strcmp(word, reading->part->slot.text) == 0)
        return "hn";
    if (strcmp(word, reading->vf.text) == 0)
        return "vf";
    bool is_lagg = strncmp(word, "lagg", 4) == 0 && word[4] != '\0'
        && word[4 + strspn(word + 4, "0123456789")] == '\0';
    return is_lagg ? "lagg" : word;
}

/* Returns a digest of the words in reading->argv. With by_role, their roles replace the names. */
static uint64_t digest_argv(const struct reading *reading)
{
    uint64_t digest = (uint64_t)reading->argv.program;
    for (unsigned i = 0; i < reading->argv.count; i++) {
        const char *word = reading->argv.words[i];
        word = reading->part->by_role ? role_of(reading, word) : word;
        digest = vfj_digest(word, strlen(word) + 1, digest);
    }
    return digest;
}

static bool is_chosen(const struct reading *reading, struct vfj_name slot)
{
    return vfj_name_is_empty(reading->part->slot) || vfj_name_equal(reading->part->slot, slot);
}

/* Called when the slot changes its state: sets the duration of the state that ends. */
static void end_state(struct reading *reading, struct vfj_name slot, const struct vfj_point *end)
{
    for (size_t i = reading->decisions->count; i-- > 0;) {
        struct vfj_decided *decided = &reading->decisions->list[i];
        if (decided->kind != VFJ_DECIDED_STATE || !vfj_name_equal(decided->slot, slot))
            continue;
        if (decided->duration_us < 0)
            decided->duration_us = vfj_elapsed_us(&reading->part->begin, end) - decided->after_us;
        return;
    }
}

static void take_transition(struct reading *reading, const struct vfj_record *record)
{
    struct vfj_transition_row row;
    struct vfj_point at = point_of(record);
    struct vfj_text text = vfj_text_begin(reading->bytes, sizeof reading->bytes);
    if (!vfj_transition_row_read(record->body, &row) || !is_chosen(reading, row.slot))
        return;
    reading->vf = row.vf;
    bool is_notice = row.from == row.to;
    if (!is_notice) {
        vfj_text_add(&text,
                     row.to < VFJ_SLOT_STATE_COUNT
                         ? vfj_slot_state_name((enum vfj_slot_state)row.to)
                         : "unknown");
        vfj_text_add(&text, ": ");
        end_state(reading, row.slot, &at);
    }
    vfj_text_add(&text, vfj_reason_name((enum vfj_reason)row.reason));
    size_t count = reading->decisions->count;
    add(reading, record, is_notice ? VFJ_DECIDED_NOTICE : VFJ_DECIDED_STATE, row.slot, &text,
        digest_of(&text));
    if (reading->decisions->count > count)
        reading->decisions->list[count].state = row.to;
}

static void take_command(struct reading *reading, const struct vfj_record *record)
{
    struct vfj_command *command = &reading->command;
    struct vfj_text text = vfj_text_begin(reading->bytes, sizeof reading->bytes);
    if (vfj_command_decode(record->body, command) != VFJ_OK || vfj_command_reads(command)
        || !is_chosen(reading, command->hn) || !vfj_command_argv(command, 0, &reading->argv))
        return;
    vfj_argv_print(&reading->argv, &text);
    add(reading, record, VFJ_DECIDED_COMMAND, command->hn, &text, digest_argv(reading));
}

static void take_outcome(struct reading *reading, const struct vfj_record *record)
{
    for (size_t i = reading->decisions->count; i-- > 0;) {
        struct vfj_decided *decided = &reading->decisions->list[i];
        if (decided->seq < record->cause)
            return;
        if (decided->seq != record->cause)
            continue;
        if (vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &reading->event) != VFJ_OK)
            return;
        decided->duration_us = reading->event.as.finished.duration_us;
        decided->is_failed = !vfj_outcome_ok(&reading->event.as.finished);
        return;
    }
}

static void take(struct reading *reading, const struct vfj_record *record)
{
    reading->newest = point_of(record);
    if (record->kind == VFJ_RECORD_TRANSITION)
        take_transition(reading, record);
    else if (record->kind == VFJ_RECORD_COMMAND)
        take_command(reading, record);
    else if (record->kind == VFJ_EVENT_FINISHED)
        take_outcome(reading, record);
}

static void end_states(struct reading *reading)
{
    const struct vfj_point *end
        = reading->part->end.seq != 0 ? &reading->part->end : &reading->newest;
    for (size_t i = reading->decisions->count; i-- > 0;) {
        const struct vfj_decided *decided = &reading->decisions->list[i];
        if (decided->kind == VFJ_DECIDED_STATE && decided->duration_us < 0)
            end_state(reading, decided->slot, end);
    }
}

enum vfj_status vfj_decisions_read(struct vfj_journal *journal, const struct vfj_part *part,
                                   struct vfj_decisions *decisions)
{
    struct vfj_record record;
    enum vfj_status status;
    struct reading *reading = calloc(1, sizeof *reading);
    memset(decisions, 0, sizeof *decisions);
    if (reading == NULL)
        return VFJ_SYSTEM;
    reading->part = part;
    reading->decisions = decisions;
    vfj_journal_walk(journal, part->from, VFJ_FORWARD);
    while ((status = vfj_journal_next_raw(journal, &record)) == VFJ_OK && record.seq <= part->last
           && !decisions->no_memory)
        take(reading, &record);
    vfj_journal_walk_end(journal);
    end_states(reading);
    free(reading);
    if (decisions->no_memory)
        return VFJ_SYSTEM;
    return status == VFJ_END ? VFJ_OK : status;
}

void vfj_decisions_free(struct vfj_decisions *decisions)
{
    for (size_t i = 0; i < decisions->count; i++)
        free(decisions->list[i].text);
    free(decisions->list);
    memset(decisions, 0, sizeof *decisions);
}
