/* vfjournal graph: the states and activities of a slot, as the compiled tables have them. */
#include "tools/graph/graph.h"

#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal graph [-o text|dot|mermaid|svg]\n"
    "Prints the states of a slot, the reasons that move it from one state to another,\n"
    "and its activities. The daemon checks every move against the same tables.\n"
    "\n"
    "  -o, --output FORMAT  text (default): a drawing, in ASCII where the locale is\n"
    "                       not UTF-8; dot: for dot(1) of Graphviz; mermaid: a\n"
    "                       stateDiagram-v2 for Markdown; svg: a picture\n"
    "\n"
    "Exit status: 0 printed; 2 usage; 4 the system failed.\n";

enum { GRAPH_COUNT = 2 };

/* X(word): also a vfj_graph_print_WORD(). */
#define FORMATS(X) X(text) X(dot) X(mermaid) X(svg)

typedef void print_function(const struct vfj_graph *graphs, unsigned count, FILE *out);

static int take_output(print_function **print, const char *value)
{
    static const char *const words[] = {
#define X(word) #word,
        FORMATS(X)
#undef X
            NULL};
    static print_function *const functions[] = {
#define X(word) vfj_graph_print_##word,
        FORMATS(X)
#undef X
    };
    int format = vfj_option_choice(value, words);
    if (format < 0)
        return vfj_usage_error("graph", "-o takes text, dot, mermaid or svg, not", value);
    *print = functions[format];
    return VFJ_OPTIONS_READ;
}

static int read_options(print_function **print, int argc, char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("graph", argc, argv, ":o:h", table)) != -1)
        parsed = option == 'o' ? take_output(print, optarg) : vfj_option_rest(option, help);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_end("graph", argc, argv) : parsed;
}

int vfj_verb_graph(int argc, char **argv)
{
    static struct vfj_graph graphs[GRAPH_COUNT];
    print_function *print = vfj_graph_print_text;
    int exit_status = read_options(&print, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    vfj_graph_make_states(&graphs[0]);
    vfj_graph_make_activities(&graphs[1]);
    print(graphs, GRAPH_COUNT, stdout);
    return vfj_finish_output(VFJ_EXIT_OK);
}
