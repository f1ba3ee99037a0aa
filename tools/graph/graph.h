/* vfjournal graph: a machine of nodes and arrows, made of the compiled tables, and the ways to
 * print it. */
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
    uint64_t taken, failed;           /* of its moves: vfj_graph_count() */
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
        uint64_t taken;  /* how often a journal took it */
        uint64_t failed; /* commands that failed in state `from` before it was taken */
    } moves[VFJ_GRAPH_MOVES_MAX];
    /* those to the right first, then those to the left */
    struct vfj_graph_arrow arrows[VFJ_GRAPH_ARROWS_MAX];
    bool has_counts;
    uint64_t most;   /* moves of the arrow that was taken most often */
    uint64_t others; /* moves of the journal that the table does not have: of older programs */
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

/* Counts the moves of a journal, whose newest record is `last`. Returns VFJ_OK, or the failure of a read: the graph then has the
 * counts up to there. */
enum vfj_status vfj_graph_count(struct vfj_graph *graph, struct vfj_journal *journal,
                                uint64_t last);

/* Returns the width of a line in tenths of a pixel, by how often it was taken. */
unsigned vfj_graph_width(const struct vfj_graph *graph, uint64_t taken);

/* Adds up the moves from the nodes `sources` (bit 1 << node); `reason` NONE: for whatever reason. */
void vfj_graph_sum(const struct vfj_graph *graph, unsigned sources, unsigned to, unsigned reason,
                   uint64_t *taken, uint64_t *failed);

/* Adds the reasons' names, and behind each how often it led from the sources to the node, if the
 * graph has counts. */
void vfj_graph_add_counted(struct vfj_text *text, const struct vfj_graph *graph, unsigned sources,
                           unsigned to, const struct vfj_graph_reasons *reasons,
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
