/* vfjournal export: the journal in another form. */
#include <stdio.h>
#include <unistd.h>

#include "store/journal.h"
#include "tools/act_as_owner.h"
#include "tools/export/trace.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal export -t [-J FILE | FILE]\n"
    "Writes the whole journal as a trace to standard output: the lines of devd, the\n"
    "timers that fired, and each observation of the guest. `vfjournal replay` of the\n"
    "trace gives the transitions and commands of the journal again. With --policy it\n"
    "gives those of another policy.\n"
    "\n"
    "  -t, --trace          as a trace\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Standard output must not be a terminal: the lines of devd are written byte by\n"
    "byte. export replays the trace against the journal before it writes the trace.\n"
    "It writes nothing when a trace cannot express the journal, and names the record.\n"
    "It writes passwords of ifconfig(8) as \"********\".\n"
    "\n"
    "Exit status: 0 exported; 1 the journal holds no records; 2 usage, or an unusable\n"
    "journal; 3 a trace cannot express the journal; 4 the system failed; 5 damaged.\n";

static int read_options(int argc, char **argv, const char **path)
{
    static const struct option options[] = {
        {"trace", no_argument, NULL, 't'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool trace = false;
    int option;
    while ((option = vfj_option_next("export", argc, argv, ":tJ:h", options)) != -1) {
        switch (option) {
        case 't':
            trace = true;
            break;
        case 'J':
            *path = optarg;
            break;
        default:
            return vfj_option_rest(option, help);
        }
    }
    int parsed = vfj_option_journal("export", argc, argv, path);
    if (parsed != VFJ_OPTIONS_READ)
        return parsed;
    if (!trace)
        return vfj_usage_error("export", "--trace is missing", "");
    /* A trace has devd's lines byte by byte. Those of a mailed journal may hold anything. */
    if (isatty(STDOUT_FILENO) != 0)
        return vfj_usage_error("export",
                               "a trace may steer a terminal: write it to a file or a pipe", "");
    return VFJ_OPTIONS_READ;
}

static int export(const struct vfj_input *input)
{
    struct vfj_journal *journal;
    uint64_t last = 0;
    int exit_status = VFJ_EXIT_DIFFERENT;
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_journal_last(journal, &last);
    if (status != VFJ_OK)
        exit_status = vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    else if (last == 0)
        vfj_complain(input->name, VFJ_NO_RECORDS);
    else
        exit_status = vfj_export_trace(journal, input->name, stdout);
    vfj_journal_close(journal);
    return exit_status;
}

int vfj_verb_export(int argc, char **argv)
{
    const char *path = NULL;
    struct vfj_input input;
    int exit_status = read_options(argc, argv, &path);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("export", false);
    exit_status = vfj_input_open_journal(&input, path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = export(&input);
    vfj_progress_end();
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
