/* vfjournal replay: checks a journal, or plays a trace. */
#include "tools/replay/replay.h"

#include "core/data/event.h"
#include "tools/act_as_owner.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal replay [-o FORMAT] [--probes] [--policy P] [--mode M]\n"
    "                        [--output-journal NEW] [-J FILE | FILE]\n"
    "A journal: repeats every event in the machine, and compares the decisions with\n"
    "the recorded ones. A trace: plays the events against a model of the guest.\n"
    "replay never runs a command.\n"
    "\n"
    "  -o, --output FORMAT       text (default): the verdict, or the transcript;\n"
    "                            commands: one a line, quoted for sh(1);\n"
    "                            json: one object a line\n"
    "      --probes              with -o commands: also those that only read\n"
    "      --policy P            a trace: vfjournal or scripts, instead of its own\n"
    "      --mode M              a trace: observe or act, instead of its own\n"
    "      --output-journal NEW  a trace: also write the new journal NEW\n"
    "  -J, --journal FILE        a journal or a trace;\n"
    "                            default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 the same, or played; 1 the machine decides otherwise, or FILE\n"
    "holds no records or events; 2 usage, or an unusable file; 3 other rules recorded\n"
    "the journal, and decided otherwise; 4 the system failed; 5 damaged; 6 edited;\n"
    "7 the end is cut off.\n";

enum { OPTION_PROBES = 256, OPTION_POLICY, OPTION_MODE, OPTION_NEW };

static int take_output(struct vfj_replay_options *options, const char *value)
{
    static const char *const formats[] = {[VFJ_REPLAY_TEXT] = "text",
                                          [VFJ_REPLAY_COMMANDS] = "commands",
                                          [VFJ_REPLAY_JSON] = "json",
                                          NULL};
    int format = vfj_option_choice(value, formats);
    if (format < 0)
        return vfj_usage_error("replay", "-o takes text, commands or json, not", value);
    options->output = (enum vfj_replay_output)format;
    return VFJ_OPTIONS_READ;
}

static int take_policy(struct vfj_replay_options *options, const char *value)
{
    enum vfj_policy policy;
    if (!vfj_policy_parse(vfj_span_of(value), &policy))
        return vfj_usage_error("replay", "--policy takes scripts or vfjournal, not", value);
    options->policy = (int)policy;
    return VFJ_OPTIONS_READ;
}

static int take_mode(struct vfj_replay_options *options, const char *value)
{
    enum vfj_mode mode;
    if (!vfj_mode_parse(vfj_span_of(value), &mode))
        return vfj_usage_error("replay", "--mode takes observe or act, not", value);
    options->mode = (int)mode;
    return VFJ_OPTIONS_READ;
}

static int take(struct vfj_replay_options *options, const char **path, int option,
                const char *value)
{
    switch (option) {
    case 'o':
        return take_output(options, value);
    case OPTION_PROBES:
        options->probes = true;
        return VFJ_OPTIONS_READ;
    case OPTION_POLICY:
        return take_policy(options, value);
    case OPTION_MODE:
        return take_mode(options, value);
    case OPTION_NEW:
        options->journal = value;
        return VFJ_OPTIONS_READ;
    case 'J':
        *path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

/* `--journal NEW FILE` was the spelling of `--output-journal NEW FILE`, and stays usable: with both
 * a journal and FILE, FILE is the input. An existing NEW is refused as ever. */
static void take_old_spelling(struct vfj_replay_options *options, const char **path, int argc)
{
    if (*path == NULL || optind + 1 != argc || options->journal != NULL)
        return;
    options->journal = *path;
    *path = NULL;
}

static int read_options(struct vfj_replay_options *options, const char **path, int argc,
                        char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"probes", no_argument, NULL, OPTION_PROBES},
        {"policy", required_argument, NULL, OPTION_POLICY},
        {"mode", required_argument, NULL, OPTION_MODE},
        {"output-journal", required_argument, NULL, OPTION_NEW},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("replay", argc, argv, ":o:J:h", table)) != -1)
        parsed = take(options, path, option, optarg);
    if (parsed != VFJ_OPTIONS_READ)
        return parsed;
    take_old_spelling(options, path, argc);
    return vfj_option_journal("replay", argc, argv, path);
}

static int replay(const struct vfj_input *input, const struct vfj_replay_options *options)
{
    if (input->bytes != NULL)
        return vfj_replay_trace(input, options, stdout);
    if (options->mode >= 0 || options->policy >= 0 || options->journal != NULL)
        return vfj_usage_error(
            "replay", "--policy, --mode and --output-journal are for traces; this is a journal",
            input->name);
    vfj_progress_report("replay", options->output == VFJ_REPLAY_COMMANDS);
    return vfj_replay_journal(input, options, stdout);
}

int vfj_verb_replay(int argc, char **argv)
{
    struct vfj_replay_options options = {.output = VFJ_REPLAY_TEXT, .mode = -1, .policy = -1};
    const char *path = NULL;
    struct vfj_input input;
    int exit_status = read_options(&options, &path, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = options.journal != NULL ? vfj_act_as_owners(path, options.journal)
                                          : vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("replay", true);
    exit_status = vfj_input_open(&input, path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = replay(&input, &options);
    vfj_progress_end();
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
