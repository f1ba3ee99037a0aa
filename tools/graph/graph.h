/* vfjournal graph: a machine of nodes and arrows, made of the compiled tables, and the ways to
 * print it. */
#ifndef VFJ_TOOLS_GRAPH_GRAPH_H
#define VFJ_TOOLS_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stdio.h>

#include "core/text/text.h"

enum {
    VFJ_GRAPH_NODES_MAX = 8,
    VFJ_GRAPH_MOVES_MAX = 64,
    VFJ_GRAPH_ARROWS_MAX = 32,
    VFJ_GRAPH_REASONS_MAX = 32,
    VFJ_GRAPH_LABEL_SIZE = 512,
};

/* Reasons, in the order of their table. */
struct vfj_graph_reasons {
    unsigned count;
    unsigned list[VFJ_GRAPH_REASONS_MAX]; /* enum vfj_reason */
};

/* Moves to one node, for the same reasons, from nodes that all stand on one side of it. */
struct vfj_graph_arrow {
    unsigned sources; /* bit 1 << node */
    unsigned first, last;
    unsigned target;
    struct vfj_graph_reasons reasons; /* none where the table names none */
};

/* The nodes stand side by side in the order of their table. The first one is where a machine
 * begins. */
struct vfj_graph {
    const char *id;    /* a word */
    const char *title; /* a line */
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
    } moves[VFJ_GRAPH_MOVES_MAX];
    /* those to the right first, then those to the left */
    struct vfj_graph_arrow arrows[VFJ_GRAPH_ARROWS_MAX];
};

/* Make the graphs of a slot: its states (VFJ_SLOT_STATES, VFJ_SLOT_MOVES) and its activities
 * (VFJ_ACTIVITIES). */
void vfj_graph_make_states(struct vfj_graph *graph);
void vfj_graph_make_activities(struct vfj_graph *graph);

/* Collect the reasons of the moves between two nodes, or of all moves when `from` is not a node. */
void vfj_graph_reasons_between(const struct vfj_graph *graph, unsigned from, unsigned to,
                               struct vfj_graph_reasons *reasons);
bool vfj_graph_has_move(const struct vfj_graph *graph, unsigned from, unsigned to);

/* Add the reasons' persisted names with `between` between them. */
void vfj_graph_add_reasons(struct vfj_text *text, const struct vfj_graph_reasons *reasons,
                           const char *between);

/* Returns whether the node is a source of the arrow. Whether the arrow points to the right. */
bool vfj_graph_is_source(const struct vfj_graph_arrow *arrow, unsigned node);
bool vfj_graph_is_rightward(const struct vfj_graph_arrow *arrow);

/* Take the longest piece of `*rest` that has whole words and at most `width` bytes off its front; a
 * longer word stands alone. Returns its length, 0 at the end. The piece begins at `*piece`. */
int vfj_graph_take_line(const char **rest, unsigned width, const char **piece);

/* Print the graphs of one machine. */
void vfj_graph_print_text(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_dot(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_mermaid(const struct vfj_graph *graphs, unsigned count, FILE *out);
void vfj_graph_print_svg(const struct vfj_graph *graphs, unsigned count, FILE *out);

#endif
