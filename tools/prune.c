/* vfjournal prune: removes the oldest records of the journal. */
#include "store/prune.h"

#include <stdio.h>
#include <time.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal prune -k AGE | -m SIZE [-a NEW] [-n] [-J FILE | FILE]\n"
    "Removes the oldest records of the journal up to a checkpoint. The journal then\n"
    "begins with that checkpoint. A daemon writes one every 4096 records and once a\n"
    "day. A daemon may write the journal meanwhile. prune changes no journal that\n"
    "fails verify.\n"
    "\n"
    "  -k, --keep AGE       keep the records that are younger: 90d, 1w, 12h, 2h30m\n"
    "  -m, --max-size SIZE  keep at most that size: 200M, 64K, 2G, or bytes\n"
    "  -a, --archive NEW    first write the removed records to the new journal NEW,\n"
    "                       and verify it\n"
    "  -n, --dry-run        print what prune would remove, and change nothing\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "SIGINT and SIGTERM end prune after its present step: the journal is valid then.\n"
    "Exit status: 0 pruned, or nothing to prune; 2 usage, or an unusable file; 4 the\n"
    "system failed; 1, 5, 6, 7: nothing was removed, the journal has the finding\n"
    "that verify reports by that status.\n";

struct options {
    const char *path;
    const char *archive;
    struct vfj_prune_rule rule;
    bool is_dry;
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'k':
        if (vfj_option_age(value, &options->rule.keep_us))
            return VFJ_OPTIONS_READ;
        return vfj_usage_error("prune", "--keep takes an age like 90d or 2h30m, not", value);
    case 'm':
        if (vfj_option_size(value, &options->rule.max_bytes))
            return VFJ_OPTIONS_READ;
        return vfj_usage_error("prune",
                               "--max-size takes a number of bytes, or with K, M or G, not", value);
    case 'a':
        options->archive = value;
        return VFJ_OPTIONS_READ;
    case 'n':
        options->is_dry = true;
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
        {"keep", required_argument, NULL, 'k'},
        {"max-size", required_argument, NULL, 'm'},
        {"archive", required_argument, NULL, 'a'},
        {"dry-run", no_argument, NULL, 'n'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("prune", argc, argv, ":k:m:a:nJ:h", table)) != -1)
        parsed = take(options, option, optarg != NULL ? optarg : "");
    if (parsed == VFJ_OPTIONS_READ)
        parsed = vfj_option_journal("prune", argc, argv, &options->path);
    if (parsed == VFJ_OPTIONS_READ && options->rule.keep_us == 0 && options->rule.max_bytes == 0)
        parsed = vfj_usage_error("prune", "how much is to stay? --keep or --max-size", NULL);
    if (parsed == VFJ_OPTIONS_READ && vfj_path_descriptor(options->path) >= 0)
        parsed = vfj_usage_error("prune", "only a file can be pruned, not", options->path);
    return parsed;
}

static uint64_t size_of(const struct vfj_prune_size *size)
{
    return size->used + size->spare;
}

static void report(const struct options *options, const struct vfj_prune *prune)
{
    vfj_terminal_print(stdout, vfj_span_of(options->path));
    if (prune->cut == prune->first && prune->stopped) {
        (void)fputs(": stopped before any record was removed\n", stdout);
        return;
    }
    if (prune->cut == prune->first) {
        (void)fputs(": nothing to prune: no later checkpoint is that old\n", stdout);
        return;
    }
    (void)printf(": records %llu to %llu ", (unsigned long long)prune->first,
                 (unsigned long long)prune->cut - 1);
    if (options->is_dry) {
        (void)fputs("would be pruned\n", stdout);
        return;
    }
    (void)printf("pruned, %llu bytes released, %llu in use%s\n",
                 (unsigned long long)(size_of(&prune->before) - size_of(&prune->after)),
                 (unsigned long long)prune->after.used, prune->stopped ? "; stopped early" : "");
    if (options->archive != NULL)
        vfj_finding_print(stdout, options->archive, &prune->verified);
}

static int prune(const struct options *options)
{
    struct vfj_prune prune;
    int64_t now_us = (int64_t)time(NULL) * 1000000;
    enum vfj_status status = options->is_dry
        ? vfj_prune_dry(options->path, &options->rule, now_us, &prune)
        : vfj_prune(options->path, &options->rule, now_us, options->archive, &prune);
    vfj_progress_end();
    if (status != VFJ_OK)
        return vfj_complain_status(prune.where != NULL ? prune.where : options->path, status,
                                   prune.detail);
    if (prune.refused) {
        vfj_finding_print(stderr, prune.where, &prune.verified);
        return vfj_finding_exit_status(&prune.verified);
    }
    if (prune.first == 0) {
        vfj_complain(options->path, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    report(options, &prune);
    return VFJ_EXIT_OK;
}

int vfj_verb_prune(int argc, char **argv)
{
    struct options options = {.path = NULL};
    struct vfj_input input;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    bool makes_archive = options.archive != NULL && !options.is_dry;
    exit_status = makes_archive ? vfj_act_as_owners(options.path, options.archive)
                                : vfj_act_as_owner(options.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("prune", false);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK && input.path != options.path)
        exit_status = vfj_usage_error("prune", "only a file can be pruned, not", options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = prune(&options);
    vfj_input_close(&input);
    exit_status = vfj_finish_output(exit_status);
    vfj_interrupt_end();
    return exit_status;
}
