/* Prints a graph in two formats: for Graphviz, and as a stateDiagram-v2 of Mermaid. */
#include "tools/graph/graph.h"

/* Prints a string in double quotes, in the syntax of dot(1). */
static void print_quoted(FILE *out, const char *string)
{
    (void)fputc('"', out);
    for (; *string != '\0'; string++)
        (void)fprintf(out, "%s%c", *string == '"' || *string == '\\' ? "\\" : "", *string);
    (void)fputc('"', out);
}

/* Prints a string as text of an HTML-like label in the syntax of dot(1). */
static void print_markup(FILE *out, const char *string)
{
    for (; *string != '\0'; string++) {
        if (*string == '&' || *string == '<' || *string == '>')
            (void)fprintf(out, "&#%d;", *string);
        else
            (void)fputc(*string, out);
    }
}

static void print_dot_node(const struct vfj_graph *graph, unsigned node, FILE *out)
{
    enum { LINE_WIDTH = 30 };
    const char *rest = graph->nodes[node].text;
    const char *piece;
    int length;
    (void)fprintf(out, "    %s [label=<<b>%s</b>", graph->nodes[node].name,
                  graph->nodes[node].name);
    while ((length = vfj_graph_take_line(&rest, LINE_WIDTH, &piece)) > 0) {
        char line[VFJ_GRAPH_LABEL_SIZE];
        (void)snprintf(line, sizeof line, "%.*s", length, piece);
        (void)fputs("<br/><font point-size=\"10\">", out);
        print_markup(out, line);
        (void)fputs("</font>", out);
    }
    (void)fputs(">]\n", out);
}

static void print_dot_style(const struct vfj_graph *graph, unsigned from, unsigned to, FILE *out)
{
    uint64_t taken, failed;
    vfj_graph_sum(graph, 1u << from, to, VFJ_REASON_NONE, &taken, &failed);
    unsigned width = vfj_graph_width(graph, taken);
    (void)fprintf(out, " [penwidth=%u.%u%s%s]", width / 10, width % 10,
                  taken == 0 ? " style=dashed" : "", failed > 0 ? " color=\"#c0182b\"" : "");
}

static void print_dot_move(const struct vfj_graph *graph, unsigned from, unsigned to, FILE *out)
{
    char label[VFJ_GRAPH_LABEL_SIZE];
    struct vfj_text text = vfj_text_begin(label, sizeof label);
    struct vfj_graph_reasons reasons;
    vfj_graph_reasons_between(graph, from, to, &reasons);
    vfj_graph_add_counted(&text, graph, 1u << from, to, &reasons, "  \\l  ");
    (void)fprintf(out, "    %s -> %s", graph->nodes[from].name, graph->nodes[to].name);
    if (reasons.count > 0)
        (void)fprintf(out, " [label=\"  %s  \\l\"]", label);
    if (graph->has_counts)
        print_dot_style(graph, from, to, out);
    (void)fputc('\n', out);
}

static void print_dot_graph(const struct vfj_graph *graph, FILE *out)
{
    (void)fprintf(out, "  subgraph cluster_%s {\n    label=", graph->id);
    print_quoted(out, graph->title);
    (void)fputs(" fontsize=15 penwidth=0\n", out);
    for (unsigned node = 0; node < graph->node_count; node++)
        print_dot_node(graph, node, out);
    for (unsigned from = 0; from < graph->node_count; from++) {
        for (unsigned to = 0; to < graph->node_count; to++) {
            if (vfj_graph_has_move(graph, from, to))
                print_dot_move(graph, from, to, out);
        }
    }
    (void)fputs("  }\n", out);
}

void vfj_graph_print_dot(const struct vfj_graph *graphs, unsigned count, FILE *out)
{
    (void)fputs("digraph vfjournal {\n"
                "  graph [rankdir=TB fontname=\"Helvetica\" nodesep=0.5 ranksep=0.6]\n"
                "  node [shape=box style=\"rounded,filled\" fillcolor=\"#eef3f8\" "
                "color=\"#5b7083\" margin=\"0.2,0.12\""
                " fontname=\"Helvetica\"]\n"
                "  edge [color=\"#5b7083\" fontname=\"Helvetica\" fontsize=10]\n",
                out);
    for (unsigned i = 0; i < count; i++)
        print_dot_graph(&graphs[i], out);
    (void)fputs("}\n", out);
}

/* Prints a string as a description in a Mermaid diagram. The characters ':', ';' and '#' have a
 * special meaning there, so they are printed as character numbers. */
static void print_described(FILE *out, const char *string)
{
    for (; *string != '\0'; string++) {
        if (*string == ':' || *string == ';' || *string == '#')
            (void)fprintf(out, "#%d;", *string);
        else
            (void)fputc(*string, out);
    }
}

static void print_mermaid_move(const struct vfj_graph *graph, unsigned from, unsigned to, FILE *out)
{
    char label[VFJ_GRAPH_LABEL_SIZE];
    struct vfj_text text = vfj_text_begin(label, sizeof label);
    struct vfj_graph_reasons reasons;
    vfj_graph_reasons_between(graph, from, to, &reasons);
    vfj_graph_add_counted(&text, graph, 1u << from, to, &reasons, "<br/>");
    (void)fprintf(out, "        %s --> %s%s%s\n", graph->nodes[from].name, graph->nodes[to].name,
                  reasons.count > 0 ? " : " : "", label);
}

static void print_mermaid_graph(const struct vfj_graph *graph, FILE *out)
{
    (void)fprintf(out, "    state \"%s\" as %s {\n        direction TB\n", graph->title, graph->id);
    for (unsigned node = 0; node < graph->node_count; node++) {
        const char *name = graph->nodes[node].name;
        (void)fprintf(out, "        %s : %s\n        %s : ", name, name,
                      name); /* Mermaid shows this description of the state below its name */
        print_described(out, graph->nodes[node].text);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "        [*] --> %s\n", graph->nodes[0].name);
    for (unsigned from = 0; from < graph->node_count; from++) {
        for (unsigned to = 0; to < graph->node_count; to++) {
            if (vfj_graph_has_move(graph, from, to))
                print_mermaid_move(graph, from, to, out);
        }
    }
    (void)fputs("    }\n", out);
}

void vfj_graph_print_mermaid(const struct vfj_graph *graphs, unsigned count, FILE *out)
{
    (void)fputs("stateDiagram-v2\n", out);
    for (unsigned i = 0; i < count; i++)
        print_mermaid_graph(&graphs[i], out);
}
