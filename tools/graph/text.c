/* Prints a graph as text of at most 72 columns. Each node is a box with a vertical line below it,
 * and each arrow leads from one of these lines to another. */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "core/check.h"
#include "core/data/reason.h"
#include "tools/graph/graph.h"

enum { WIDTH = 72 };

/* Codes for the line-drawing characters. Any other character in a line of the canvas is printed as
 * it is. */
enum glyph {
    ACROSS = 1,
    DOWN,
    CROSSING,
    SOURCE,
    HEAD_RIGHT,
    HEAD_LEFT,
    TOP_LEFT,
    TOP_RIGHT,
    BOTTOM_LEFT,
    BOTTOM_RIGHT,
    BOTTOM_DOWN,
    GLYPH_COUNT
};

/* A drawing in progress. */
struct canvas {
    const struct vfj_graph *graph;
    FILE *out;
    const char *const *glyphs;
    unsigned box;   /* width of a box in characters */
    unsigned pitch; /* distance from the left edge of a box to that of the next box */
    char line[WIDTH];
};

static const char *const *choose_glyphs(void)
{
    static const char *const ascii[GLYPH_COUNT] = {
        [ACROSS] = "-",      [DOWN] = "|",         [CROSSING] = "+",    [SOURCE] = "o",
        [HEAD_RIGHT] = ">",  [HEAD_LEFT] = "<",    [TOP_LEFT] = "+",    [TOP_RIGHT] = "+",
        [BOTTOM_LEFT] = "+", [BOTTOM_RIGHT] = "+", [BOTTOM_DOWN] = "+",
    };
    static const char *const utf8[GLYPH_COUNT] = {
        [ACROSS] = "─",      [DOWN] = "│",         [CROSSING] = "┼",    [SOURCE] = "●",
        [HEAD_RIGHT] = "►",  [HEAD_LEFT] = "◄",    [TOP_LEFT] = "┌",    [TOP_RIGHT] = "┐",
        [BOTTOM_LEFT] = "└", [BOTTOM_RIGHT] = "┘", [BOTTOM_DOWN] = "┬",
    };
    (void)setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? utf8 : ascii;
}

static void put(struct canvas *canvas, unsigned at, const char *text, size_t length)
{
    VFJ_CHECK(at + length <= WIDTH);
    memcpy(canvas->line + at, text, length);
}

static void fill(struct canvas *canvas, unsigned first, unsigned last, enum glyph glyph)
{
    VFJ_CHECK(last < WIDTH);
    for (unsigned at = first; at <= last; at++)
        canvas->line[at] = (char)glyph;
}

static void begin_line(struct canvas *canvas)
{
    memset(canvas->line, ' ', sizeof canvas->line);
}

static void end_line(const struct canvas *canvas)
{
    unsigned length = WIDTH;
    while (length > 0 && canvas->line[length - 1] == ' ')
        length--;
    for (unsigned at = 0; at < length; at++) {
        unsigned char c = (unsigned char)canvas->line[at];
        if (c < GLYPH_COUNT)
            (void)fputs(canvas->glyphs[c], canvas->out);
        else
            (void)fputc(c, canvas->out);
    }
    (void)fputc('\n', canvas->out);
}

static unsigned middle_of(const struct canvas *canvas, unsigned node)
{
    return node * canvas->pitch + canvas->box / 2;
}

static void begin_lifelines(struct canvas *canvas)
{
    begin_line(canvas);
    for (unsigned node = 0; node < canvas->graph->node_count; node++)
        fill(canvas, middle_of(canvas, node), middle_of(canvas, node), DOWN);
}

static void draw_box_edge(struct canvas *canvas, enum glyph left, enum glyph right)
{
    begin_line(canvas);
    for (unsigned node = 0; node < canvas->graph->node_count; node++) {
        unsigned at = node * canvas->pitch;
        fill(canvas, at, at + canvas->box - 1, ACROSS);
        fill(canvas, at, at, left);
        fill(canvas, at + canvas->box - 1, at + canvas->box - 1, right);
        if (left == BOTTOM_LEFT)
            fill(canvas, middle_of(canvas, node), middle_of(canvas, node), BOTTOM_DOWN);
    }
    end_line(canvas);
}

static void draw_boxes(struct canvas *canvas)
{
    draw_box_edge(canvas, TOP_LEFT, TOP_RIGHT);
    begin_line(canvas);
    for (unsigned node = 0; node < canvas->graph->node_count; node++) {
        const char *name = canvas->graph->nodes[node].name;
        unsigned at = node * canvas->pitch;
        fill(canvas, at, at, DOWN);
        fill(canvas, at + canvas->box - 1, at + canvas->box - 1, DOWN);
        put(canvas, at + (canvas->box - (unsigned)strlen(name)) / 2, name, strlen(name));
    }
    end_line(canvas);
    draw_box_edge(canvas, BOTTOM_LEFT, BOTTOM_RIGHT);
}

/* Draws the reasons for the arrow's moves above the arrow's left end. */
static void draw_reasons(struct canvas *canvas, const struct vfj_graph_arrow *arrow)
{
    char label[VFJ_GRAPH_LABEL_SIZE];
    struct vfj_text text = vfj_text_begin(label, sizeof label);
    const char *rest = label;
    const char *piece;
    int length;
    vfj_graph_add_reasons(&text, &arrow->reasons, ", ");
    while ((length = vfj_graph_take_line(&rest, canvas->pitch - 3, &piece)) > 0) {
        begin_lifelines(canvas);
        put(canvas, middle_of(canvas, arrow->first) + 2, piece, (size_t)length);
        end_line(canvas);
    }
    if (arrow->reasons.count == 0) {
        begin_lifelines(canvas);
        end_line(canvas);
    }
}

static void draw_arrow(struct canvas *canvas, const struct vfj_graph_arrow *arrow)
{
    draw_reasons(canvas, arrow);
    begin_lifelines(canvas);
    for (unsigned node = arrow->first; node < arrow->last; node++) {
        fill(canvas, middle_of(canvas, node), middle_of(canvas, node), CROSSING);
        fill(canvas, middle_of(canvas, node) + 1, middle_of(canvas, node + 1) - 1, ACROSS);
    }
    for (unsigned node = arrow->first; node <= arrow->last; node++) {
        if (vfj_graph_is_source(arrow, node))
            fill(canvas, middle_of(canvas, node), middle_of(canvas, node), SOURCE);
    }
    unsigned target = middle_of(canvas, arrow->target);
    unsigned head = vfj_graph_is_rightward(arrow) ? target - 1 : target + 1;
    fill(canvas, target, target, DOWN);
    fill(canvas, head, head, vfj_graph_is_rightward(arrow) ? HEAD_RIGHT : HEAD_LEFT);
    end_line(canvas);
}

static unsigned longest_name(const struct vfj_graph *graph)
{
    size_t longest = 0;
    for (unsigned node = 0; node < graph->node_count; node++) {
        size_t length = strlen(graph->nodes[node].name);
        longest = length > longest ? length : longest;
    }
    return (unsigned)longest;
}

static void draw(struct canvas *canvas)
{
    const struct vfj_graph *graph = canvas->graph;
    VFJ_CHECK(graph->node_count > 1);
    /* an odd width, so that the line below a box can be in its middle */
    canvas->box = (longest_name(graph) + 4) | 1;
    canvas->pitch = (WIDTH - canvas->box) / (graph->node_count - 1);
    draw_boxes(canvas);
    for (unsigned i = 0; i < graph->arrow_count; i++)
        draw_arrow(canvas, &graph->arrows[i]);
}

/* Prints "name  text". Further lines of the text are indented like its first line. */
static void print_entry(FILE *out, unsigned width, const char *name, const char *text)
{
    const char *piece;
    int length;
    while ((length = vfj_graph_take_line(&text, WIDTH - width - 2, &piece)) > 0) {
        (void)fprintf(out, "%-*s  %.*s\n", (int)width, name, length, piece);
        name = "";
    }
}

static void print_nodes(const struct vfj_graph *graph, FILE *out)
{
    for (unsigned node = 0; node < graph->node_count; node++)
        print_entry(out, longest_name(graph), graph->nodes[node].name, graph->nodes[node].text);
}

static void print_reasons(const struct vfj_graph *graph, FILE *out)
{
    struct vfj_graph_reasons reasons;
    size_t longest = 0;
    vfj_graph_reasons_between(graph, VFJ_GRAPH_NODES_MAX, 0, &reasons);
    for (unsigned i = 0; i < reasons.count; i++) {
        size_t length = strlen(vfj_reason_name((enum vfj_reason)reasons.list[i]));
        longest = length > longest ? length : longest;
    }
    if (reasons.count > 0)
        (void)fputs("\nReasons\n\n", out);
    for (unsigned i = 0; i < reasons.count; i++) {
        enum vfj_reason reason = (enum vfj_reason)reasons.list[i];
        print_entry(out, (unsigned)longest, vfj_reason_name(reason), vfj_reason_text(reason));
    }
}

/* Prints each move with its counts, in the order of the table of moves. */
static void print_counts(const struct vfj_graph *graph, FILE *out)
{
    (void)fputs("\nMoves of the journal\n\n  taken  commands failed before\n", out);
    for (unsigned i = 0; i < graph->move_count; i++) {
        const struct vfj_graph_move *move = &graph->moves[i];
        (void)fprintf(out, "%7llu %7llu  %s -> %s: %s\n", (unsigned long long)move->taken,
                      (unsigned long long)move->failed, graph->nodes[move->from].name,
                      graph->nodes[move->to].name, vfj_reason_name((enum vfj_reason)move->reason));
    }
}

void vfj_graph_print_text(const struct vfj_graph *graphs, unsigned count, FILE *out)
{
    const char *const *glyphs = choose_glyphs();
    for (unsigned i = 0; i < count; i++) {
        struct canvas canvas = {.graph = &graphs[i], .out = out, .glyphs = glyphs};
        (void)fprintf(out, "%s%s\n\n", i > 0 ? "\n" : "", graphs[i].title);
        draw(&canvas);
        (void)fprintf(out, "\nA move leads from any %s of its line to the %s or %s.\n\n",
                      glyphs[SOURCE], glyphs[HEAD_RIGHT], glyphs[HEAD_LEFT]);
        print_nodes(&graphs[i], out);
        print_reasons(&graphs[i], out);
        if (graphs[i].has_counts)
            print_counts(&graphs[i], out);
    }
}
