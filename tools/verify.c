/* vfjournal verify: whether the journal is whole, unedited, and what the machine does. */
#include "store/verify.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal verify [--anchor SEQ:HASH] [--head] [--journal FILE]\n"
    "Checks the file as SQLite does, that no record is missing or was edited, and that the machine "
    "decides the same\n"
    "again; a daemon may be writing it. Says what it found in one line, with the present head of "
    "the chain as "
    "SEQ:HASH.\n"
    "\n"
    "  -a, --anchor SEQ:HASH  a head that was kept elsewhere: it must be this journal's after "
    "record SEQ\n"
    "  -H, --head             print nothing but the present head, to be kept elsewhere; complaints "
    "come as ever\n"
    "  -J, --journal FILE     default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 verified, 1 diverged: the chain holds, but the machine decides otherwise, 2 "
    "usage or a journal "
    "that\n"
    "can't be used, 3 rules changed: whole and unedited, but a version with other rules decided "
    "otherwise, 4 the "
    "system\n"
    "failed, 5 damaged, 6 edited, 7 incomplete: the end is cut off, 8 the anchor was not met.\n";

enum { PARSED_RUN = -1 };

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
            return PARSED_RUN;
        return vfj_usage_error("verify", "--anchor takes SEQ:HASH as verify prints it, not", value);
    case 'H':
        options->head_only = true;
        return PARSED_RUN;
    case 'J':
        options->path = value;
        return PARSED_RUN;
    default:
        return vfj_option_rest(option, "verify", help);
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
    static char name[] = "vfjournal verify"; /* what getopt_long(3) puts before its complaints */
    int option;
    int parsed = PARSED_RUN;
    argv[0] = name;
    while (parsed == PARSED_RUN && (option = getopt_long(argc, argv, "a:HJ:h", table, NULL)) != -1)
        parsed = take(options, option, optarg);
    if (parsed == PARSED_RUN && optind < argc)
        parsed = vfj_usage_error("verify", "an argument too many", argv[optind]);
    return parsed;
}

int vfj_verb_verify(int argc, char **argv)
{
    struct options options = {.path = VFJ_JOURNAL_PATH};
    struct vfj_verified verified;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != PARSED_RUN)
        return exit_status;
    exit_status = vfj_act_as_owner(options.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_verify(options.path, options.anchored ? &options.anchor : NULL, &verified);
    exit_status = vfj_finding_exit_status(&verified);
    if (!options.head_only)
        vfj_finding_print(stdout, options.path, &verified);
    else if (exit_status != VFJ_EXIT_OK && exit_status != VFJ_EXIT_UNSURE)
        vfj_finding_print(stderr, options.path, &verified);
    else
        vfj_finding_print_head(stdout, &verified);
    return vfj_finish_output(exit_status);
}
