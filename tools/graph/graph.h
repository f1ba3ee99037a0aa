/* vfjournal graph: makes graphs of nodes and arrows from the tables that are compiled into the
 * program, and prints them in several formats. */
#ifndef VFJ_TOOLS_GRAPH_GRAPH_H
#define VFJ_TOOLS_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stdio.h>

#include "core/data/reason.h"
#include "core/text/text.h"
#include "store/journal.h"

enum {
    VFJ_GRAPH_NODES_MAX = 8,
    VFJ_GRAPH_MOVES_MAX = 64,
    VFJ_GRAPH_ARROWS_MAX = 32,
    VFJ_GRAPH_REASONS_MAX = 32,
    VFJ_GRAPH_LABEL_SIZE = 1024,
};

/* A set of reasons, in the order of the table of reasons. */
struct vfj_graph_reasons {
    unsigned count;
    unsigned list[VFJ_GRAPH_REASONS_MAX]; /* enum vfj_reason */
};

/* An arrow of the drawing. It stands for all moves to one node (`target`) for the same reasons,
 * from source nodes that are all on the same side of the target. */
struct vfj_graph_arrow {
    unsigned sources; /* a set of nodes: bit 1 << node */
    unsigned first, last;
    unsigned target;
    struct vfj_graph_reasons reasons; /* empty when the table has no reasons */
    /* sums of `taken` and `failed` over the arrow's moves, set by vfj_graph_count() */
    uint64_t taken, failed;
};

/* A graph. The nodes are drawn side by side in the order of their table. The first one is the
 * initial state. */
struct vfj_graph {
    const char *id;    /* one word */
    const char *title; /* one line */
    unsigned node_count;
    unsigned move_count;
    unsigned arrow_count;
    struct {
        const char *name;
        const char *text;
    } nodes[VFJ_GRAPH_NODES_MAX];
    struct vfj_graph_move {
        unsigned from, to;
        unsigned reason;
        uint64_t taken;  /* how often this move happened in the journal */
        uint64_t failed; /* number of commands that failed in state `from` before the move */
    } moves[VFJ_GRAPH_MOVES_MAX];
    /* the arrows that point to the right, followed by those that point to the left */
    struct vfj_graph_arrow arrows[VFJ_GRAPH_ARROWS_MAX];
    bool has_counts;
    uint64_t most; /* number of moves of the arrow that happened most often */
    /* number of moves in the journal that the table does not have; older programs made them */
    uint64_t others;
};

/* Makes the graph of a slot's states (VFJ_SLOT_STATES, VFJ_SLOT_MOVES). */
void vfj_graph_make_states(struct vfj_graph *graph);
/* Makes the graph of a slot's activities (VFJ_ACTIVITIES). */
void vfj_graph_make_activities(struct vfj_graph *graph);

/* Collects the reasons for which a move from the node `from` to the node `to` is possible. When
 * `from` is not a node, collects the reasons of all moves to `to`. */
void vfj_graph_reasons_between(const struct vfj_graph *graph, unsigned from, unsigned to,
                               struct vfj_graph_reasons *reasons);
bool vfj_graph_has_move(const struct vfj_graph *graph, unsigned from, unsigned to);

/* Appends the names that the reasons have in journals, separated by `between`. */
void vfj_graph_add_reasons(struct vfj_text *text, const struct vfj_graph_reasons *reasons,
                           const char *between);

/* Counts the moves in a journal whose newest record is `last`. Returns VFJ_OK, or the status of a
 * failed read; then only the records before the failure are counted. */
enum vfj_status vfj_graph_count(struct vfj_graph *graph, struct vfj_journal *journal,
                                uint64_t last);

/* Returns the width of an arrow's line in tenths of a pixel. The width increases with the number of
 * times that the arrow's moves happened. */
unsigned vfj_graph_width(const struct vfj_graph *graph, uint64_t taken);

/* Computes the sums of the counts of all moves from the nodes in `sources` (bit 1 << node) to the
 * node `to`. Counts only moves for `reason`, or all moves when `reason` is NONE. */
void vfj_graph_sum(const struct vfj_graph *graph, unsigned sources, unsigned to, unsigned reason,
                   uint64_t *taken, uint64_t *failed);

/* Appends the names of the reasons, separated by `between`. If the graph has counts, appends to
 * each name how many moves from the sources to the node had this reason. */
void vfj_graph_add_counted(struct vfj_text *text, const struct vfj_graph *graph, unsigned sources,
                           unsigned to, const struct vfj_graph_reasons *reasons,
                           const char *between);

/* Returns true when the node is a source of the arrow. */
bool vfj_graph_is_source(const struct vfj_graph_arrow *arrow, unsigned node);
/* Returns true when the arrow points to the right. */
bool vfj_graph_is_rightward(const struct vfj_graph_arrow *arrow);

/* Finds the longest piece of whole words at the beginning of `*rest` that fits into `width` bytes.
 * A longer word is a piece of its own. Sets `*piece` to the piece and removes it from `*rest`.
 * Returns the length of the piece, or 0 at the end of the text. */
int vfj_graph_take_line(const char **rest, unsigned width, const char **piece);

/* Each of these four functions prints the graphs of one machine in one format. */
void vfj_graph_print_text(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_dot(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_mermaid(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_svg(const struct vfj_graph *graphs, unsigned count, FILE *out);

#endif
