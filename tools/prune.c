/* vfjournal prune: the oldest records of the journal taken away. */
#include "store/prune.h"

#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal prune --keep AGE | --max-size SIZE [--archive NEW] [--journal FILE]\n"
    "Takes the oldest records of the journal away, up to a checkpoint, with which it then begins; "
    "the daemon writes "
    "one\n"
    "every 4096 records and once a day. A daemon may be writing meanwhile. A journal that is not "
    "in order is left "
    "alone.\n"
    "\n"
    "  -k, --keep AGE       what is younger stays: 90d, 12h, 30m or 45s\n"
    "  -m, --max-size SIZE  what has no room in it goes: 200M, 64K, 2G or bytes\n"
    "  -a, --archive NEW    write what goes to the new file NEW first, a journal of its own, and "
    "verify that\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 pruned, or nothing to take away, 2 usage, or a file that can't be used, 4 the "
    "system failed; 1, 5, "
    "6,\n"
    "7: nothing was taken away, for the journal is not in order, as verify has it.\n";

enum { PARSED_RUN = -1 };

struct options {
    const char *path;
    const char *archive;
    struct vfj_prune_rule rule;
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'k':
        if (vfj_option_age(value, &options->rule.keep_us))
            return PARSED_RUN;
        return vfj_usage_error("prune", "--keep takes a number and d, h, m or s, not", value);
    case 'm':
        if (vfj_option_size(value, &options->rule.max_bytes))
            return PARSED_RUN;
        return vfj_usage_error("prune",
                               "--max-size takes a number of bytes, or with K, M or G, not", value);
    case 'a':
        options->archive = value;
        return PARSED_RUN;
    case 'J':
        options->path = value;
        return PARSED_RUN;
    default:
        return vfj_option_rest(option, "prune", help);
    }
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"keep", required_argument, NULL, 'k'},    {"max-size", required_argument, NULL, 'm'},
        {"archive", required_argument, NULL, 'a'}, {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal prune";
    int option;
    int parsed = PARSED_RUN;
    argv[0] = name;
    while (parsed == PARSED_RUN
           && (option = getopt_long(argc, argv, "k:m:a:J:h", table, NULL)) != -1)
        parsed = take(options, option, optarg != NULL ? optarg : "");
    if (parsed == PARSED_RUN && optind < argc)
        parsed = vfj_usage_error("prune", "an argument too many", argv[optind]);
    if (parsed == PARSED_RUN && options->rule.keep_us == 0 && options->rule.max_bytes == 0)
        parsed = vfj_usage_error("prune", "what is to be kept? --keep or --max-size", "");
    return parsed;
}

static void report(const struct options *options, const struct vfj_prune *prune)
{
    vfj_terminal_print(stdout, vfj_span_of(options->path));
    if (prune->cut == prune->first) {
        (void)fputs(": nothing to take away: no checkpoint is beyond that\n", stdout);
        return;
    }
    (void)printf(": records %llu to %llu taken away, %llu bytes given back, %llu in use\n",
                 (unsigned long long)prune->first, (unsigned long long)prune->cut - 1,
                 (unsigned long long)(prune->before.used + prune->before.spare - prune->after.used
                                      - prune->after.spare),
                 (unsigned long long)prune->after.used);
    if (options->archive != NULL)
        vfj_finding_print(stdout, options->archive, &prune->verified);
}

int vfj_verb_prune(int argc, char **argv)
{
    struct options options = {.path = VFJ_JOURNAL_PATH};
    struct vfj_prune prune;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != PARSED_RUN)
        return exit_status;
    exit_status = options.archive != NULL ? vfj_act_as_owners(options.path, options.archive)
                                          : vfj_act_as_owner(options.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    enum vfj_status status = vfj_prune(options.path, &options.rule, (int64_t)time(NULL) * 1000000,
                                       options.archive, &prune);
    if (status != VFJ_OK)
        return vfj_finish_output(vfj_complain_status(
            prune.where != NULL ? prune.where : options.path, status, prune.detail));
    if (prune.refused) {
        vfj_finding_print(stderr, prune.where, &prune.verified);
        return vfj_finish_output(vfj_finding_exit_status(&prune.verified));
    }
    report(&options, &prune);
    return vfj_finish_output(VFJ_EXIT_OK);
}
