/* vfjournal graph: prints the states and the activities of a slot as graphs. It reads them from the
 * tables that are compiled into the program. */
#include "tools/graph/graph.h"

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal graph [-o text|dot|mermaid|svg] [-J FILE | FILE]\n"
    "Prints the states of a slot, the reasons that move it from one state to another,\n"
    "and its activities. The daemon checks every move against the same tables.\n"
    "\n"
    "  -o, --output FORMAT  text (default): a drawing, in ASCII where the locale is\n"
    "                       not UTF-8; dot: for dot(1) of Graphviz; mermaid: a\n"
    "                       stateDiagram-v2 for Markdown; svg: a picture\n"
    "  -J, --journal FILE   only the states, with the number of times that the\n"
    "                       journal took each move: a wider line for more, dashed for\n"
    "                       never, red where commands failed before the move\n"
    "\n"
    "Exit status: 0 printed; 1 the journal holds no records; 2 usage, or an unusable\n"
    "journal; 4 the system failed; 5 damaged, the readable records are counted.\n";

enum { GRAPH_COUNT = 2 };

/* The output formats, as a list X(word). For each there is a function vfj_graph_print_WORD(). */
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

struct options {
    print_function *print;
    const char *path; /* NULL: no journal */
};

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("graph", argc, argv, ":o:J:h", table)) != -1) {
        if (option == 'o')
            parsed = take_output(&options->print, optarg);
        else if (option == 'J')
            options->path = optarg;
        else
            parsed = vfj_option_rest(option, help);
    }
    if (parsed == VFJ_OPTIONS_READ && options->path == NULL && optind < argc)
        options->path = argv[optind++];
    return parsed == VFJ_OPTIONS_READ ? vfj_option_end("graph", argc, argv) : parsed;
}

static int print_journal(const struct options *options, struct vfj_graph *states,
                         const struct vfj_input *input)
{
    struct vfj_journal *journal = NULL;
    uint64_t last = 0;
    char line[128];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_journal_last(journal, &last);
    bool has_records = last > 0 || status == VFJ_JOURNAL_DAMAGED;
    int exit_status = VFJ_EXIT_OK;
    if (status == VFJ_OK && has_records)
        status = vfj_graph_count(states, journal, last);
    if (states->has_counts)
        options->print(states, 1, stdout);
    if (status != VFJ_OK)
        exit_status = vfj_complain_status(input->name, status,
                                          journal != NULL ? vfj_journal_detail(journal) : "");
    else if (!has_records)
        exit_status = VFJ_EXIT_DIFFERENT;
    if (exit_status == VFJ_EXIT_DIFFERENT)
        vfj_complain(input->name, VFJ_NO_RECORDS);
    vfj_text_format(&text, "the table has not %llu of the journal's moves: another version's",
                    (unsigned long long)states->others);
    if (states->others > 0)
        vfj_complain(input->name, line);
    vfj_journal_close(journal);
    return exit_status;
}

static int count(const struct options *options, struct vfj_graph *states)
{
    struct vfj_input input;
    int exit_status = vfj_act_as_owner(options->path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("graph", true);
    exit_status = vfj_input_open_journal(&input, options->path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = print_journal(options, states, &input);
    vfj_progress_end();
    vfj_input_close(&input);
    return exit_status;
}

int vfj_verb_graph(int argc, char **argv)
{
    static struct vfj_graph graphs[GRAPH_COUNT];
    struct options options = {.print = vfj_graph_print_text};
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    vfj_graph_make_states(&graphs[0]);
    if (options.path != NULL)
        return vfj_finish_output(count(&options, &graphs[0]));
    vfj_graph_make_activities(&graphs[1]);
    options.print(graphs, GRAPH_COUNT, stdout);
    return vfj_finish_output(VFJ_EXIT_OK);
}
