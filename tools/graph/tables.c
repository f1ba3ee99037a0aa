/* Makes the graphs of a slot's states and activities from the tables in core/. */
#include <string.h>

#include "core/check.h"
#include "core/data/decision.h"
#include "core/machine/state.h"
#include "tools/graph/graph.h"

bool vfj_graph_is_source(const struct vfj_graph_arrow *arrow, unsigned node)
{
    return (arrow->sources >> node & 1) != 0;
}

bool vfj_graph_is_rightward(const struct vfj_graph_arrow *arrow)
{
    return arrow->target == arrow->last;
}

static void add_node(struct vfj_graph *graph, const char *name, const char *text)
{
    VFJ_CHECK(graph->node_count < VFJ_GRAPH_NODES_MAX);
    graph->nodes[graph->node_count].name = name;
    graph->nodes[graph->node_count].text = text;
    graph->node_count++;
}

static void add_move(struct vfj_graph *graph, unsigned from, unsigned to, unsigned reason)
{
    VFJ_CHECK(graph->move_count < VFJ_GRAPH_MOVES_MAX);
    graph->moves[graph->move_count++]
        = (struct vfj_graph_move){.from = from, .to = to, .reason = reason};
}

static void add_reason(struct vfj_graph_reasons *reasons, unsigned reason)
{
    for (unsigned i = 0; i < reasons->count; i++) {
        if (reasons->list[i] == reason)
            return;
    }
    if (reason == VFJ_REASON_NONE)
        return;
    VFJ_CHECK(reasons->count < VFJ_GRAPH_REASONS_MAX);
    reasons->list[reasons->count++] = reason;
}

void vfj_graph_reasons_between(const struct vfj_graph *graph, unsigned from, unsigned to,
                               struct vfj_graph_reasons *reasons)
{
    reasons->count = 0;
    for (unsigned i = 0; i < graph->move_count; i++) {
        const struct vfj_graph_move *move = &graph->moves[i];
        if (from >= graph->node_count || (move->from == from && move->to == to))
            add_reason(reasons, move->reason);
    }
}

void vfj_graph_add_reasons(struct vfj_text *text, const struct vfj_graph_reasons *reasons,
                           const char *between)
{
    for (unsigned i = 0; i < reasons->count; i++) {
        vfj_text_add(text, i > 0 ? between : "");
        vfj_text_add(text, vfj_reason_name((enum vfj_reason)reasons->list[i]));
    }
    VFJ_CHECK(!text->overflow);
}

bool vfj_graph_has_move(const struct vfj_graph *graph, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < graph->move_count; i++) {
        if (graph->moves[i].from == from && graph->moves[i].to == to)
            return true;
    }
    return false;
}

/* Returns all nodes from which a move for the same reason leads to the target of `move`, and which
 * are on the same side of the target. */
static unsigned sources_like(const struct vfj_graph *graph, const struct vfj_graph_move *move)
{
    unsigned sources = 0;
    for (unsigned i = 0; i < graph->move_count; i++) {
        const struct vfj_graph_move *other = &graph->moves[i];
        if (other->to == move->to && other->reason == move->reason
            && (other->from < other->to) == (move->from < move->to))
            sources |= 1u << other->from;
    }
    return sources;
}

static struct vfj_graph_arrow *arrow_of(struct vfj_graph *graph, unsigned sources, unsigned target)
{
    struct vfj_graph_arrow *arrow = graph->arrows;
    while (arrow < graph->arrows + graph->arrow_count
           && (arrow->sources != sources || arrow->target != target))
        arrow++;
    if (arrow < graph->arrows + graph->arrow_count)
        return arrow;
    VFJ_CHECK(graph->arrow_count < VFJ_GRAPH_ARROWS_MAX);
    graph->arrow_count++;
    *arrow = (struct vfj_graph_arrow){
        .sources = sources, .first = target, .last = target, .target = target};
    for (unsigned node = 0; node < graph->node_count; node++) {
        if (!vfj_graph_is_source(arrow, node))
            continue;
        arrow->first = node < arrow->first ? node : arrow->first;
        arrow->last = node > arrow->last ? node : arrow->last;
    }
    return arrow;
}

/* Returns true when arrow `a` comes before arrow `b`: those that point to the right come first, and
 * shorter ones come before longer ones. */
static bool comes_before(const struct vfj_graph_arrow *a, const struct vfj_graph_arrow *b)
{
    if (vfj_graph_is_rightward(a) != vfj_graph_is_rightward(b))
        return vfj_graph_is_rightward(a);
    return vfj_graph_is_rightward(a) ? a->target < b->target : a->target > b->target;
}

static void sort_arrows(struct vfj_graph *graph)
{
    for (unsigned i = 1; i < graph->arrow_count; i++) {
        struct vfj_graph_arrow arrow = graph->arrows[i];
        unsigned at = i;
        for (; at > 0 && comes_before(&arrow, &graph->arrows[at - 1]); at--)
            graph->arrows[at] = graph->arrows[at - 1];
        graph->arrows[at] = arrow;
    }
}

static void make_arrows(struct vfj_graph *graph)
{
    for (unsigned i = 0; i < graph->move_count; i++) {
        const struct vfj_graph_move *move = &graph->moves[i];
        add_reason(&arrow_of(graph, sources_like(graph, move), move->to)->reasons, move->reason);
    }
    sort_arrows(graph);
}

void vfj_graph_make_states(struct vfj_graph *graph)
{
    unsigned count;
    const struct vfj_slot_move *moves = vfj_slot_moves(&count);
    memset(graph, 0, sizeof *graph);
    graph->id = "states";
    graph->title = "States of a slot";
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++)
        add_node(graph, vfj_slot_state_name((enum vfj_slot_state)i),
                 vfj_slot_state_text((enum vfj_slot_state)i));
    for (unsigned i = 0; i < count; i++)
        add_move(graph, moves[i].from, moves[i].to, moves[i].reason);
    make_arrows(graph);
}

void vfj_graph_make_activities(struct vfj_graph *graph)
{
    memset(graph, 0, sizeof *graph);
    graph->id = "activities";
    graph->title = "Activities of a slot";
    for (unsigned from = 0; from < VFJ_ACTIVITY_COUNT; from++) {
        add_node(graph, vfj_activity_name((enum vfj_activity)from),
                 vfj_activity_text((enum vfj_activity)from));
        for (unsigned to = 0; to < VFJ_ACTIVITY_COUNT; to++) {
            if (vfj_activity_may_follow((enum vfj_activity)from, (enum vfj_activity)to))
                add_move(graph, from, to, VFJ_REASON_NONE);
        }
    }
    make_arrows(graph);
}

/* Returns the length of the first word. A number in parentheses belongs to the word before it. */
static size_t word_length(const char *text)
{
    size_t length = strcspn(text, " ");
    if (text[length] == ' ' && text[length + 1] == '(')
        length += 1 + strcspn(text + length + 1, " ");
    return length;
}

int vfj_graph_take_line(const char **rest, unsigned width, const char **piece)
{
    *piece = *rest + strspn(*rest, " ");
    size_t length = 0;
    for (size_t end = word_length(*piece); end > 0 && (length == 0 || end <= width);) {
        length = end;
        size_t gap = strspn(*piece + length, " ");
        end = (*piece)[length + gap] != '\0' ? length + gap + word_length(*piece + length + gap)
                                             : 0;
    }
    *rest = *piece + length;
    return (int)length;
}
