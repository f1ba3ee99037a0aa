/* vfjournal verify: checks that a journal is complete and was not edited. */
#include "store/verify.h"

#include <stdio.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal verify [-a SEQ:HASH] [-H] [-J FILE | FILE]\n"
    "Checks the file as SQLite does, checks that no record is missing or edited, and\n"
    "checks that the machine decides as recorded. A daemon may write the journal\n"
    "meanwhile. Prints the finding in one line, with the present head of the chain as\n"
    "SEQ:HASH.\n"
    "\n"
    "  -a, --anchor SEQ:HASH  a head that was kept elsewhere: it must be the head of\n"
    "                         this journal after record SEQ. SEQ:CHAIN of an exported\n"
    "                         line, or a cursor, is one, too\n"
    "  -H, --head             print the present head alone, to be kept elsewhere\n"
    "  -J, --journal FILE     default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 verified; 1 the machine decides otherwise, or the journal holds\n"
    "no records; 2 usage, or an unusable journal; 3 whole and unedited, but other\n"
    "rules decided otherwise, or the anchor was pruned; 4 the system failed; 5\n"
    "damaged; 6 edited; 7 the end is cut off; 8 the anchor does not match.\n";

struct options {
    const char *path;
    struct vfj_anchor anchor;
    bool anchored;
    bool head_only;
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'a':
        options->anchored = vfj_anchor_parse(vfj_span_of(value), &options->anchor);
        if (options->anchored)
            return VFJ_OPTIONS_READ;
        return vfj_usage_error("verify", "--anchor takes SEQ:HASH as verify prints it, not", value);
    case 'H':
        options->head_only = true;
        return VFJ_OPTIONS_READ;
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"anchor", required_argument, NULL, 'a'},
        {"head", no_argument, NULL, 'H'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("verify", argc, argv, ":a:HJ:h", table)) != -1)
        parsed = take(options, option, optarg);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_journal("verify", argc, argv, &options->path)
                                      : parsed;
}

static int verify(const struct options *options, const struct vfj_input *input)
{
    struct vfj_verified verified;
    vfj_verify(input->path, options->anchored ? &options->anchor : NULL, &verified);
    vfj_progress_end();
    int exit_status = vfj_finding_exit_status(&verified);
    bool is_usable = exit_status == VFJ_EXIT_OK || exit_status == VFJ_EXIT_UNSURE;
    if (!options->head_only)
        vfj_finding_print(stdout, input->name, &verified);
    else if (!is_usable)
        vfj_finding_print(stderr, input->name, &verified);
    else
        vfj_finding_print_head(stdout, &verified);
    return exit_status;
}

int vfj_verb_verify(int argc, char **argv)
{
    struct options options = {.path = NULL};
    struct vfj_input input;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner(options.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("verify", false);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = verify(&options, &input);
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
