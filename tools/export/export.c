/* vfjournal export: the journal in another form. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "store/journal.h"
#include "tools/act_as_owner.h"
#include "tools/export/trace.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal export --trace [--journal FILE]\n"
    "Writes the whole journal as a trace to standard output: what devd said, when timers fired, "
    "and what the guest "
    "was\n"
    "like whenever it was looked at. `vfjournal replay` of that trace gives the journal's "
    "transitions and commands\n"
    "again; with --policy, what another policy would have done.\n"
    "\n"
    "  -t, --trace          as a trace\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Standard output must not be a terminal: devd's lines are written byte by byte.\n"
    "The trace is replayed against the journal before it is written. When the journal holds what a "
    "trace can't say,\n"
    "nothing is written, and the complaint names the record. Passwords of ifconfig(8) are written "
    "as \"********\".\n"
    "Exit status: 0 exported, 2 usage or a journal that can't be used, 3 a trace can't say what "
    "the journal holds,\n"
    "4 the system failed.\n";

enum { PARSED_RUN = -1 };

static int read_options(int argc, char **argv, const char **path)
{
    static const struct option options[] = {
        {"trace", no_argument, NULL, 't'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal export";
    bool trace = false;
    int option;
    argv[0] = name;
    while ((option = getopt_long(argc, argv, "tJ:h", options, NULL)) != -1) {
        switch (option) {
        case 't':
            trace = true;
            break;
        case 'J':
            *path = optarg;
            break;
        default:
            return vfj_option_rest(option, "export", help);
        }
    }
    if (optind < argc)
        return vfj_usage_error("export", "an argument too many", argv[optind]);
    if (!trace)
        return vfj_usage_error("export", "--trace is missing", "");
    /* A trace has devd's lines byte by byte. Those of a mailed journal may hold anything. */
    if (isatty(STDOUT_FILENO) != 0)
        return vfj_usage_error("export",
                               "a trace may steer a terminal: write it to a file or a pipe", "");
    return PARSED_RUN;
}

int vfj_verb_export(int argc, char **argv)
{
    const char *path = VFJ_JOURNAL_PATH;
    struct vfj_journal *journal;
    int parsed = read_options(argc, argv, &path);
    if (parsed != PARSED_RUN)
        return parsed;
    int exit_status = vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    enum vfj_status status = vfj_journal_open(&journal, path, VFJ_JOURNAL_READ);
    exit_status = status == VFJ_OK ? vfj_export_trace(journal, path, stdout)
                                   : vfj_complain_status(path, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    return vfj_finish_output(exit_status);
}
