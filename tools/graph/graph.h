/* vfjournal graph: a graph of nodes and arrows, made from the compiled tables, and its output
 * formats. */
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

/* Reasons in the order of their table. */
struct vfj_graph_reasons {
    unsigned count;
    unsigned list[VFJ_GRAPH_REASONS_MAX]; /* enum vfj_reason */
};

/* The moves to one node for the same reasons, from nodes that are all on the same side of it. */
struct vfj_graph_arrow {
    unsigned sources; /* a set of nodes: bit 1 << node */
    unsigned first, last;
    unsigned target;
    struct vfj_graph_reasons reasons; /* empty when the table has no reasons */
    uint64_t taken, failed;           /* sums over its moves, filled in by vfj_graph_count() */
};

/* A graph. The nodes stand side by side in the order of their table, and a machine begins at the
 * first one. */
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
        uint64_t taken;  /* how often the journal took the move */
        uint64_t failed; /* number of commands that failed in state `from` before the move */
    } moves[VFJ_GRAPH_MOVES_MAX];
    /* arrows to the right first, then arrows to the left */
    struct vfj_graph_arrow arrows[VFJ_GRAPH_ARROWS_MAX];
    bool has_counts;
    uint64_t most;   /* moves of the arrow that was taken most often */
    uint64_t others; /* moves in the journal that the table lacks: those of older programs */
};

/* Makes the graph of a slot's states (VFJ_SLOT_STATES, VFJ_SLOT_MOVES). */
void vfj_graph_make_states(struct vfj_graph *graph);
/* Makes the graph of a slot's activities (VFJ_ACTIVITIES). */
void vfj_graph_make_activities(struct vfj_graph *graph);

/* Collects the reasons of the moves from one node to another. Collects those of all moves when
 * `from` is not a node. */
void vfj_graph_reasons_between(const struct vfj_graph *graph, unsigned from, unsigned to,
                               struct vfj_graph_reasons *reasons);
bool vfj_graph_has_move(const struct vfj_graph *graph, unsigned from, unsigned to);

/* Adds the persisted names of the reasons, separated by `between`. */
void vfj_graph_add_reasons(struct vfj_text *text, const struct vfj_graph_reasons *reasons,
                           const char *between);

/* Counts the moves of a journal whose newest record is `last`. Returns VFJ_OK, or the failure of
 * a read; the graph then has the counts of the records before it. */
enum vfj_status vfj_graph_count(struct vfj_graph *graph, struct vfj_journal *journal,
                                uint64_t last);

/* Returns the width of a line in tenths of a pixel. It grows with the number of times that the
 * move was taken. */
unsigned vfj_graph_width(const struct vfj_graph *graph, uint64_t taken);

/* Adds up the counts of the moves from the nodes in `sources` (bit 1 << node) to `to`. Counts
 * only moves for `reason`, or all when that is NONE. */
void vfj_graph_sum(const struct vfj_graph *graph, unsigned sources, unsigned to, unsigned reason,
                   uint64_t *taken, uint64_t *failed);

/* Adds the names of the reasons. If the graph has counts, each name is followed by the number of
 * its moves from the sources to the node. */
void vfj_graph_add_counted(struct vfj_text *text, const struct vfj_graph *graph, unsigned sources,
                           unsigned to, const struct vfj_graph_reasons *reasons,
                           const char *between);

/* Returns whether the node is a source of the arrow. */
bool vfj_graph_is_source(const struct vfj_graph_arrow *arrow, unsigned node);
/* Returns whether the arrow points to the right. */
bool vfj_graph_is_rightward(const struct vfj_graph_arrow *arrow);

/* Takes a piece of whole words off the front of `*rest`, as long as fits into `width` bytes. A
 * longer word is a piece of its own. Sets `*piece` to the piece. Returns its length, or 0 at the
 * end. */
int vfj_graph_take_line(const char **rest, unsigned width, const char **piece);

/* Each prints the graphs of one machine in one format. */
void vfj_graph_print_text(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_dot(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_mermaid(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_svg(const struct vfj_graph *graphs, unsigned count, FILE *out);

#endif
