/* Counts how often each move in a graph, from one state to another, happened in a journal. Also
 * counts the commands that failed before each move. */
#include <stdlib.h>
#include <string.h>

#include "core/data/command.h"
#include "core/limits.h"
#include "store/progress.h"
#include "tools/audit/episode.h"
#include "tools/graph/graph.h"

enum { OPEN_MAX = 512 };

/* A slot, and the number of commands that failed since the slot last changed its state. */
struct slot {
    struct vfj_name name;
    uint64_t failed;
};

/* A command whose outcome has not been read yet. */
struct open {
    uint64_t seq;
    struct vfj_command command;
};

struct counting {
    struct vfj_graph *graph;
    unsigned slot_count, open_count;
    struct slot slots[VFJ_SLOTS_MAX];
    struct open open[OPEN_MAX];
    struct vfj_event event;
};

static struct slot *find_slot(struct counting *counting, struct vfj_name name)
{
    for (unsigned i = 0; i < counting->slot_count; i++) {
        if (vfj_name_equal(counting->slots[i].name, name))
            return &counting->slots[i];
    }
    if (counting->slot_count == VFJ_SLOTS_MAX)
        return NULL;
    counting->slots[counting->slot_count] = (struct slot){.name = name};
    return &counting->slots[counting->slot_count++];
}

static struct vfj_graph_move *find_move(struct vfj_graph *graph,
                                        const struct vfj_transition_row *row)
{
    for (unsigned i = 0; i < graph->move_count; i++) {
        struct vfj_graph_move *move = &graph->moves[i];
        if (move->from == row->from && move->to == row->to && move->reason == row->reason)
            return move;
    }
    return NULL;
}

static void take_transition(struct counting *counting, const struct vfj_record *record)
{
    struct vfj_transition_row row;
    if (!vfj_transition_row_read(record->body, &row) || row.from == row.to)
        return;
    struct vfj_graph_move *move = find_move(counting->graph, &row);
    struct slot *slot = find_slot(counting, row.slot);
    if (move == NULL)
        counting->graph->others++;
    else
        move->taken++;
    if (move != NULL && slot != NULL)
        move->failed += slot->failed;
    if (slot != NULL)
        slot->failed = 0;
}

static void take_command(struct counting *counting, const struct vfj_record *record)
{
    struct open *open = &counting->open[counting->open_count];
    if (counting->open_count == OPEN_MAX
        || vfj_command_decode(record->body, &open->command) != VFJ_OK
        || vfj_command_reads(&open->command))
        return;
    open->seq = record->seq;
    counting->open_count++;
}

static void take_outcome(struct counting *counting, const struct vfj_record *record)
{
    unsigned i = 0;
    while (i < counting->open_count && counting->open[i].seq != record->cause)
        i++;
    if (i == counting->open_count)
        return;
    const struct vfj_command *command = &counting->open[i].command;
    const struct vfj_outcome *outcome = &counting->event.as.finished;
    bool is_read = vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &counting->event) == VFJ_OK;
    struct slot *slot = find_slot(counting, command->hn);
    bool has_failed = is_read && outcome->kind != VFJ_OUTCOME_NOT_RUN
        && outcome->kind != VFJ_OUTCOME_SKIPPED && !vfj_command_succeeded(command, outcome);
    if (has_failed && slot != NULL)
        slot->failed++;
    counting->open[i] = counting->open[--counting->open_count];
}

static void take(struct counting *counting, const struct vfj_record *record)
{
    if (record->kind == VFJ_RECORD_TRANSITION)
        take_transition(counting, record);
    else if (record->kind == VFJ_RECORD_COMMAND)
        take_command(counting, record);
    else if (record->kind == VFJ_EVENT_FINISHED)
        take_outcome(counting, record);
    else if (record->kind == VFJ_EVENT_STARTED)
        /* a new daemon receives no outcome of commands that an earlier daemon issued */
        counting->open_count = 0;
}

/* Sets the counts of each arrow to the sums of those of its moves. */
static void count_arrows(struct vfj_graph *graph)
{
    for (unsigned i = 0; i < graph->arrow_count; i++) {
        struct vfj_graph_arrow *arrow = &graph->arrows[i];
        for (unsigned k = 0; k < graph->move_count; k++) {
            const struct vfj_graph_move *move = &graph->moves[k];
            bool is_part = move->to == arrow->target && vfj_graph_is_source(arrow, move->from);
            bool has_reason = false;
            for (unsigned r = 0; r < arrow->reasons.count; r++)
                has_reason |= arrow->reasons.list[r] == move->reason;
            arrow->taken += is_part && has_reason ? move->taken : 0;
            arrow->failed += is_part && has_reason ? move->failed : 0;
        }
        graph->most = arrow->taken > graph->most ? arrow->taken : graph->most;
    }
}

enum vfj_status vfj_graph_count(struct vfj_graph *graph, struct vfj_journal *journal, uint64_t last)
{
    struct vfj_record record;
    enum vfj_status status;
    struct counting *counting = calloc(1, sizeof *counting);
    if (counting == NULL)
        return VFJ_SYSTEM;
    counting->graph = graph;
    vfj_progress_begin("counting records", "records", last);
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    while ((status = vfj_journal_next(journal, &record)) == VFJ_OK) {
        vfj_progress_set(record.seq);
        take(counting, &record);
    }
    vfj_journal_walk_end(journal);
    graph->has_counts = true;
    count_arrows(graph);
    free(counting);
    return status == VFJ_END ? VFJ_OK : status;
}

static unsigned bits_of(uint64_t number)
{
    unsigned bits = 0;
    for (; number > 0; number >>= 1)
        bits++;
    return bits;
}

unsigned vfj_graph_width(const struct vfj_graph *graph, uint64_t taken)
{
    return graph->most == 0 || taken == 0 ? 12 : 15 + 45 * bits_of(taken) / bits_of(graph->most);
}

void vfj_graph_sum(const struct vfj_graph *graph, unsigned sources, unsigned to, unsigned reason,
                   uint64_t *taken, uint64_t *failed)
{
    *taken = *failed = 0;
    for (unsigned i = 0; i < graph->move_count; i++) {
        const struct vfj_graph_move *move = &graph->moves[i];
        bool is_meant = (sources >> move->from & 1) != 0 && move->to == to
            && (reason == VFJ_REASON_NONE || move->reason == reason);
        *taken += is_meant ? move->taken : 0;
        *failed += is_meant ? move->failed : 0;
    }
}

void vfj_graph_add_counted(struct vfj_text *text, const struct vfj_graph *graph, unsigned sources,
                           unsigned to, const struct vfj_graph_reasons *reasons,
                           const char *between)
{
    uint64_t taken, failed;
    for (unsigned i = 0; i < reasons->count; i++) {
        vfj_text_add(text, i > 0 ? between : "");
        vfj_text_add(text, vfj_reason_name((enum vfj_reason)reasons->list[i]));
        vfj_graph_sum(graph, sources, to, reasons->list[i], &taken, &failed);
        if (graph->has_counts)
            vfj_text_format(text, " (%llu)", (unsigned long long)taken);
    }
}
