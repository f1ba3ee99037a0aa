/* vfjournal export: the journal in another form. */
#include <stdio.h>
#include <unistd.h>

#include "store/journal.h"
#include "tools/act_as_owner.h"
#include "tools/export/perfetto.h"
#include "tools/export/trace.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal export -t | --perfetto [-J FILE | FILE]\n"
    "Writes the whole journal in another form to standard output.\n"
    "\n"
    "  -t, --trace          as a trace: the lines of devd, the timers that fired, and\n"
    "                       each observation of the guest. `vfjournal replay' of it\n"
    "                       gives the transitions and commands of the journal again,\n"
    "                       or with --policy those of another policy\n"
    "      --perfetto       as TrackEvent packets for ui.perfetto.dev: states,\n"
    "                       commands, lines of devd, and flows from cause to effect\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Standard output must not be a terminal: both forms hold any bytes. --trace\n"
    "replays the trace against the journal before it writes the trace. It writes\n"
    "nothing when a trace cannot express the journal, and names the record.\n"
    "Passwords of ifconfig(8) are written as \"********\".\n"
    "\n"
    "Exit status: 0 exported; 1 the journal holds no records; 2 usage, or an unusable\n"
    "journal; 3 a trace cannot express the journal; 4 the system failed; 5 damaged,\n"
    "--perfetto has the readable records up to there.\n";

enum { OPTION_PERFETTO = 256 };

struct options {
    const char *path;
    bool trace, perfetto;
};

static int check_form(const struct options *options)
{
    if (options->trace == options->perfetto)
        return vfj_usage_error("export",
                               options->trace ? "--trace and --perfetto exclude each other"
                                              : "give --trace or --perfetto",
                               "");
    /* A trace has devd's lines byte by byte. Those of a mailed journal may hold anything. */
    if (isatty(STDOUT_FILENO) != 0)
        return vfj_usage_error("export",
                               "a trace may steer a terminal: write it to a file or a pipe", "");
    return VFJ_OPTIONS_READ;
}

static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"trace", no_argument, NULL, 't'},
        {"perfetto", no_argument, NULL, OPTION_PERFETTO},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = vfj_option_next("export", argc, argv, ":tJ:h", table)) != -1) {
        if (option == 't')
            options->trace = true;
        else if (option == OPTION_PERFETTO)
            options->perfetto = true;
        else if (option == 'J')
            options->path = optarg;
        else
            return vfj_option_rest(option, help);
    }
    int parsed = vfj_option_journal("export", argc, argv, &options->path);
    return parsed == VFJ_OPTIONS_READ ? check_form(options) : parsed;
}

static int export(const struct options *options, const struct vfj_input *input)
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
    else if (options->perfetto)
        exit_status = vfj_export_perfetto(journal, input->name, stdout);
    else
        exit_status = vfj_export_trace(journal, input->name, stdout);
    vfj_journal_close(journal);
    return exit_status;
}

int vfj_verb_export(int argc, char **argv)
{
    struct options options = {.path = NULL};
    struct vfj_input input;
    int exit_status = read_options(argc, argv, &options);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner(options.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("export", false);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = export(&options, &input);
    vfj_progress_end();
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
