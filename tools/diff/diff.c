/* vfjournal diff: compares two migrations, one migration with itself under other settings, or the
 * machine's states after two records. */
#include "tools/diff/diff.h"

#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal diff [OPTION]... [-J FILE | FILE] A [B]\n"
    "Compares two migrations of vfjournal migrations, or one with itself under other\n"
    "settings: the changes of state, notices and commands side by side, when each\n"
    "came, and how long it took. With --state, compares the machine's states after\n"
    "two records.\n"
    "\n"
    "      --set NAME=VALUE     the migration A with another value of rc.conf\n"
    "      --rc FILE            likewise, with the values of FILE instead of all\n"
    "      --sysctl NAME=VALUE  likewise, with another sysctl of hn(4)\n"
    "      --policy P           likewise, with the policy vfjournal or scripts\n"
    "      --mode M             likewise, in the mode observe or act\n"
    "      --state              A and B are numbers of records\n"
    "  -o, --output FORMAT      text (default), or json: one object a line\n"
    "      --utc                times in UTC, not in the local zone\n"
    "  -J, --journal FILE       default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "A line begins with - for a decision that only A has, with + for one that only B\n"
    "has, and with ~ for one with another outcome, or that took a second or more\n"
    "longer or shorter.\n"
    "\n"
    "Exit status: 0 the same; 1 they differ; 2 usage, an unusable journal, or no such\n"
    "migration or record; 3 a what-if cannot express the journal; 4 the system\n"
    "failed; 5 damaged; 6 edited; 7 the end is cut off.\n";

enum {
    OPTION_UTC = 256,
    OPTION_STATE,
};

static int take(struct vfj_diff_options *options, int option, const char *value)
{
    switch (option) {
    case OPTION_UTC:
        options->zone = VFJ_ZONE_UTC;
        return VFJ_OPTIONS_READ;
    case OPTION_STATE:
        options->state = true;
        return VFJ_OPTIONS_READ;
    case 'o':
        return vfj_option_output("diff", value, &options->json);
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_settings_take(&options->settings, "diff", option, value, help);
    }
}

static int take_number(const char *word, const char **number)
{
    uint64_t value;
    *number = word;
    return vfj_option_count(word, &value)
        ? VFJ_OPTIONS_READ
        : vfj_usage_error("diff", "A and B are numbers from 1 on, not", word);
}

/* Reads the arguments [FILE] A [B], or A [B] FILE. */
static int take_operands(struct vfj_diff_options *options, int argc, char **argv)
{
    bool has_settings = vfj_settings_any(&options->settings);
    int wanted = has_settings ? 1 : 2;
    if (has_settings && options->state)
        return vfj_usage_error("diff", "--state compares two records, without other settings",
                               NULL);
    uint64_t number;
    if (options->path == NULL && argc - optind == wanted + 1)
        options->path = vfj_option_count(argv[optind], &number) ? argv[--argc] : argv[optind++];
    else if (options->path == NULL && argc > optind && !vfj_option_count(argv[optind], &number))
        options->path = argv[optind++];
    if (options->path != NULL && !has_settings && argc - optind == 1)
        return vfj_usage_error("diff",
                               "give A and B, or A and a setting as --set NAME=VALUE, beside FILE",
                               options->path);
    if (options->path == NULL)
        options->path = VFJ_JOURNAL_PATH;
    if (argc - optind < wanted)
        return vfj_usage_error("diff",
                               has_settings
                                   ? "which migration? `vfjournal migrations' prints their IDs"
                                   : "give A and B, or A and a setting, as --set NAME=VALUE",
                               NULL);
    int parsed = VFJ_OPTIONS_READ;
    for (int i = 0; i < wanted && parsed == VFJ_OPTIONS_READ; i++)
        parsed = take_number(argv[optind++], &options->words[i]);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_end("diff", argc, argv) : parsed;
}

static int read_options(struct vfj_diff_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        VFJ_SETTINGS_OPTIONS,
        {"state", no_argument, NULL, OPTION_STATE},
        {"output", required_argument, NULL, 'o'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("diff", argc, argv, ":o:J:h", table)) != -1)
        parsed = take(options, option, optarg);
    return parsed == VFJ_OPTIONS_READ ? take_operands(options, argc, argv) : parsed;
}

static int compare(struct vfj_diff_options *options)
{
    if (options->state)
        return vfj_diff_states(options);
    return vfj_settings_any(&options->settings) ? vfj_diff_settings(options)
                                                : vfj_diff_migrations(options);
}

int vfj_verb_diff(int argc, char **argv)
{
    struct vfj_diff_options options = {.settings = VFJ_SETTINGS_NONE};
    int exit_status = read_options(&options, argc, argv);
    if (exit_status == VFJ_OPTIONS_READ)
        exit_status = vfj_finish_output(compare(&options));
    vfj_settings_free(&options.settings);
    return exit_status;
}
