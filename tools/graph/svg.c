/* Prints a graph as an SVG picture. Each node is a box with a vertical line below it, and each
 * arrow leads from one of these lines to another. */
#include <string.h>

#include "core/data/reason.h"
#include "tools/graph/graph.h"

/* All lengths are in pixels. */
enum {
    MARGIN = 28,
    CARD_WIDTH = 204,
    CARD_GAP = 44,
    PITCH = CARD_WIDTH + CARD_GAP,
    TITLE_HEIGHT = 36,
    NAME_HEIGHT = 34,
    LINE_HEIGHT = 17,
    CARD_PAD = 12,
    LABEL_HEIGHT = 16,
    ARROW_ROOM = 20, /* space above an arrow or its label */
    TAIL = 22,       /* length of the part of a node's vertical line that is below the last arrow */
    PANEL_GAP = 34,  /* space between two graphs */
    HEAD = 9,        /* length of an arrowhead */
    DOT = 4,         /* radius of the dot on the vertical line of an arrow's source */
    /* width reserved for one character of a label, in pixels; a character of the monospaced font of
     * 12.5 pixels is a little narrower */
    CHARACTER = 8,
    TEXT_COLUMNS = 27,
    /* number of colours; the style sheet has the classes c0, c1 and so on for them */
    COLOUR_COUNT = 5,
};

static const char style[] = /**/
    "<style>\n"
    "svg { --paper: #ffffff; --ink: #1d2733; --soft: #5c6b7a; --line: #c9d2db; --card: #f5f7fa;\n"
    "  --c0: #64748b; --c1: #2563eb; --c2: #b45309; --c3: #15803d; --c4: #7c3aed;\n"
    "  --failed: #c0182b; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  svg { --paper: #12171d; --ink: #e6ebf0; --soft: #a3b0bd; --line: #3a4653; --card: #1b222b;\n"
    "    --c0: #9aa8b8; --c1: #7aa7ff; --c2: #f0a54a; --c3: #5fcf8a; --c4: #b79bff;\n"
    "    --failed: #ff7b86; }\n"
    "}\n"
    ".paper { fill: var(--paper); }\n"
    ".title { font: 600 17px system-ui, sans-serif; fill: var(--ink); }\n"
    ".card { fill: var(--card); stroke: var(--line); }\n"
    ".name { font: 600 15px ui-monospace, monospace; }\n"
    ".text { font: 12.5px system-ui, sans-serif; fill: var(--soft); }\n"
    ".legend { font: 12.5px system-ui, sans-serif; fill: var(--soft); text-anchor: end; }\n"
    ".life { stroke: var(--line); stroke-dasharray: 2 4; }\n"
    ".label { font: 12.5px ui-monospace, monospace; fill: var(--ink); text-anchor: middle;\n"
    "  paint-order: stroke; stroke: var(--paper); stroke-width: 6px; stroke-linejoin: round; }\n"
    ".arrow { stroke-width: 1.75; fill: none; }\n"
    ".never { stroke-dasharray: 5 4; opacity: .65; }\n"
    ".c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: "
    "var(--c3); }\n"
    ".c4 { color: var(--c4); } .failed { color: var(--failed); }\n"
    ".arrow { stroke: currentColor; }\n"
    ".ink, .name { fill: currentColor; }\n"
    "</style>\n";

/* Prints `length` bytes as the text of an XML element. */
static void print_escaped(FILE *out, const char *bytes, int length)
{
    for (int i = 0; i < length; i++) {
        if (bytes[i] == '&' || bytes[i] == '<' || bytes[i] == '>')
            (void)fprintf(out, "&#%d;", bytes[i]);
        else
            (void)fputc(bytes[i], out);
    }
}

static unsigned count_lines(const char *rest, unsigned columns)
{
    const char *piece;
    unsigned count = 0;
    while (vfj_graph_take_line(&rest, columns, &piece) > 0)
        count++;
    return count;
}

static unsigned middle_of(unsigned node)
{
    return MARGIN + node * PITCH + CARD_WIDTH / 2;
}

static unsigned card_height(const struct vfj_graph *graph)
{
    unsigned most = 0;
    for (unsigned node = 0; node < graph->node_count; node++) {
        unsigned lines = count_lines(graph->nodes[node].text, TEXT_COLUMNS);
        most = lines > most ? lines : most;
    }
    return NAME_HEIGHT + most * LINE_HEIGHT + CARD_PAD;
}

/* Writes the arrow's label. Returns how many characters fit in one line above the arrow. */
static unsigned label_of(const struct vfj_graph *graph, const struct vfj_graph_arrow *arrow,
                         char label[VFJ_GRAPH_LABEL_SIZE])
{
    struct vfj_text text = vfj_text_begin(label, VFJ_GRAPH_LABEL_SIZE);
    vfj_graph_add_counted(&text, graph, arrow->sources, arrow->target, &arrow->reasons, ", ");
    return ((arrow->last - arrow->first) * PITCH - 2 * HEAD) / CHARACTER;
}

static unsigned arrow_height(const struct vfj_graph *graph, const struct vfj_graph_arrow *arrow)
{
    char label[VFJ_GRAPH_LABEL_SIZE];
    unsigned columns = label_of(graph, arrow, label);
    return ARROW_ROOM + count_lines(label, columns) * LABEL_HEIGHT + DOT;
}

static unsigned graph_height(const struct vfj_graph *graph)
{
    unsigned height = TITLE_HEIGHT + card_height(graph) + TAIL;
    for (unsigned i = 0; i < graph->arrow_count; i++)
        height += arrow_height(graph, &graph->arrows[i]);
    return height;
}

static void print_card(const struct vfj_graph *graph, unsigned node, unsigned top, FILE *out)
{
    unsigned left = MARGIN + node * PITCH;
    unsigned y = top + NAME_HEIGHT;
    const char *rest = graph->nodes[node].text;
    const char *piece;
    int length;
    (void)fprintf(out,
                  "<g class=\"c%u\">\n<rect class=\"card\" x=\"%u\" y=\"%u\" width=\"%d\" "
                  "height=\"%u\" rx=\"8\"/>\n",
                  node % COLOUR_COUNT, left, top, CARD_WIDTH, card_height(graph));
    (void)fprintf(out,
                  "<rect class=\"ink\" x=\"%u\" y=\"%u\" width=\"4\" height=\"14\" rx=\"2\"/>\n",
                  left + CARD_PAD, top + 14);
    (void)fprintf(out, "<text class=\"name\" x=\"%u\" y=\"%u\">", left + CARD_PAD + 11, top + 26);
    print_escaped(out, graph->nodes[node].name, (int)strlen(graph->nodes[node].name));
    (void)fputs("</text>\n", out);
    while ((length = vfj_graph_take_line(&rest, TEXT_COLUMNS, &piece)) > 0) {
        y += LINE_HEIGHT;
        (void)fprintf(out, "<text class=\"text\" x=\"%u\" y=\"%u\">", left + CARD_PAD, y - 3);
        print_escaped(out, piece, length);
        (void)fputs("</text>\n", out);
    }
    (void)fputs("</g>\n", out);
}

static void print_label(const struct vfj_graph *graph, const struct vfj_graph_arrow *arrow,
                        unsigned y, FILE *out)
{
    char label[VFJ_GRAPH_LABEL_SIZE];
    unsigned columns = label_of(graph, arrow, label);
    const char *rest = label;
    const char *piece;
    int length;
    y += ARROW_ROOM - DOT;
    while ((length = vfj_graph_take_line(&rest, columns, &piece)) > 0) {
        (void)fprintf(out, "<text class=\"label\" x=\"%u\" y=\"%u\">",
                      (middle_of(arrow->first) + middle_of(arrow->last)) / 2, y + LABEL_HEIGHT - 6);
        print_escaped(out, piece, length);
        (void)fputs("</text>\n", out);
        y += LABEL_HEIGHT;
    }
}

/* Prints the counts of the arrow's moves, for each source, as a tooltip of the arrow. */
static void print_counts(const struct vfj_graph *graph, const struct vfj_graph_arrow *arrow,
                         FILE *out)
{
    (void)fputs("<title>", out);
    for (unsigned i = 0; i < graph->move_count; i++) {
        const struct vfj_graph_move *move = &graph->moves[i];
        bool is_part = false;
        for (unsigned r = 0; r < arrow->reasons.count; r++)
            is_part |= arrow->reasons.list[r] == move->reason;
        if (is_part && move->to == arrow->target && vfj_graph_is_source(arrow, move->from))
            (void)fprintf(out, "%s to %s, %s: %llu, failed commands: %llu\n",
                          graph->nodes[move->from].name, graph->nodes[move->to].name,
                          vfj_reason_name((enum vfj_reason)move->reason),
                          (unsigned long long)move->taken, (unsigned long long)move->failed);
    }
    (void)fputs("</title>\n", out);
}

/* Prints an arrow. `y` is the upper end of the space that the arrow and its label use. */
static void print_arrow(const struct vfj_graph *graph, const struct vfj_graph_arrow *arrow,
                        unsigned y, FILE *out)
{
    unsigned line = y + arrow_height(graph, arrow);
    unsigned tip = middle_of(arrow->target);
    unsigned width = vfj_graph_width(graph, arrow->taken);
    bool is_never = graph->has_counts && arrow->taken == 0;
    int back = vfj_graph_is_rightward(arrow) ? -HEAD : HEAD;
    unsigned tail = middle_of(vfj_graph_is_rightward(arrow) ? arrow->first : arrow->last);
    (void)fprintf(out, "<g class=\"c%u%s\">\n", arrow->target % COLOUR_COUNT,
                  arrow->failed > 0 ? " failed" : "");
    if (graph->has_counts)
        print_counts(graph, arrow, out);
    (void)fprintf(out, "<path class=\"arrow%s\"", is_never ? " never" : "");
    if (graph->has_counts)
        (void)fprintf(out, " style=\"stroke-width: %u.%upx\"", width / 10, width % 10);
    (void)fprintf(out, " d=\"M%u %uH%d\"/>\n", tail, line, (int)tip + back);
    (void)fprintf(out, "<path class=\"ink\" d=\"M%u %ul%d -5v10z\"/>\n", tip, line, back);
    for (unsigned node = arrow->first; node <= arrow->last; node++) {
        if (vfj_graph_is_source(arrow, node))
            (void)fprintf(out, "<circle class=\"ink\" cx=\"%u\" cy=\"%u\" r=\"%u\"/>\n",
                          middle_of(node), line, DOT + (graph->has_counts ? width / 30 : 0));
    }
    (void)fputs("</g>\n", out);
    print_label(graph, arrow, y, out);
}

static void print_graph(const struct vfj_graph *graph, unsigned top, FILE *out)
{
    unsigned cards = top + TITLE_HEIGHT;
    unsigned y = cards + card_height(graph);
    unsigned bottom = top + graph_height(graph);
    (void)fprintf(out, "<text class=\"title\" x=\"%d\" y=\"%u\">%s</text>\n", MARGIN, top + 18,
                  graph->title);
    (void)fprintf(
        out,
        "<text class=\"legend\" x=\"%u\" y=\"%u\">%sA move leads from any dot of its line "
        "to the head.</text>\n",
        middle_of(graph->node_count - 1) + CARD_WIDTH / 2, top + 18,
        graph->has_counts ? "Width: how often. Dashed: never. Red: commands failed "
                            "before it. "
                          : "");
    for (unsigned node = 0; node < graph->node_count; node++)
        (void)fprintf(out, "<path class=\"life\" d=\"M%u %uV%u\"/>\n", middle_of(node), y, bottom);
    for (unsigned node = 0; node < graph->node_count; node++)
        print_card(graph, node, cards, out);
    for (unsigned i = 0; i < graph->arrow_count; i++) {
        print_arrow(graph, &graph->arrows[i], y, out);
        y += arrow_height(graph, &graph->arrows[i]);
    }
}

/* Prints a description of the whole picture in text, for screen readers. */
static void print_description(const struct vfj_graph *graph, FILE *out)
{
    char label[VFJ_GRAPH_LABEL_SIZE];
    struct vfj_graph_reasons reasons;
    (void)fprintf(out, "%s.\n", graph->title);
    for (unsigned from = 0; from < graph->node_count; from++) {
        (void)fprintf(out, "%s: ", graph->nodes[from].name);
        print_escaped(out, graph->nodes[from].text, (int)strlen(graph->nodes[from].text));
        for (unsigned to = 0; to < graph->node_count; to++) {
            struct vfj_text text = vfj_text_begin(label, sizeof label);
            if (!vfj_graph_has_move(graph, from, to))
                continue;
            vfj_graph_reasons_between(graph, from, to, &reasons);
            vfj_graph_add_counted(&text, graph, 1u << from, to, &reasons, ", ");
            (void)fprintf(out, " To %s%s%s.", graph->nodes[to].name, reasons.count > 0 ? ": " : "",
                          label);
        }
        (void)fputc('\n', out);
    }
}

void vfj_graph_print_svg(const struct vfj_graph *graphs, unsigned count, FILE *out)
{
    unsigned width = 0;
    unsigned height = 2 * MARGIN + (count - 1) * PANEL_GAP;
    unsigned top = MARGIN;
    for (unsigned i = 0; i < count; i++) {
        unsigned needed = 2 * MARGIN + graphs[i].node_count * PITCH - CARD_GAP;
        width = needed > width ? needed : width;
        height += graph_height(&graphs[i]);
    }
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" "
                  "height=\"%u\" role=\"img\""
                  " aria-labelledby=\"title desc\">\n<title id=\"title\">vfjournal: states and "
                  "activities of a slot</title>\n"
                  "<desc id=\"desc\">\n",
                  width, height, width, height);
    for (unsigned i = 0; i < count; i++)
        print_description(&graphs[i], out);
    (void)fprintf(out, "</desc>\n%s<rect class=\"paper\" width=\"%u\" height=\"%u\"/>\n", style,
                  width, height);
    for (unsigned i = 0; i < count; i++) {
        print_graph(&graphs[i], top, out);
        top += graph_height(&graphs[i]) + PANEL_GAP;
    }
    (void)fputs("</svg>\n", out);
}
