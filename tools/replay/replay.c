/* vfjournal replay: replays a journal to check it, or plays a trace. */
#include "tools/replay/replay.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/data/event.h"
#include "tools/act_as_owner.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/replay/many.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal replay [OPTION]... [-J FILE | FILE ...]\n"
    "A journal: repeats every event in the machine, and compares the decisions with\n"
    "the recorded ones. A trace: plays the events against a model of the guest.\n"
    "replay never runs a command.\n"
    "\n"
    "  -o, --output FORMAT       text (default): the verdict, or the transcript;\n"
    "                            commands: one a line, quoted for sh(1);\n"
    "                            json: one object a line\n"
    "      --probes              with -o commands: also those that only read\n"
    "      --output-journal NEW  a trace or a what-if: also write the new journal NEW\n"
    "  -J, --journal FILE        a journal or a trace;\n"
    "                            default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "What-if: plays a journal or a trace as it is and with other settings, and prints\n"
    "what they change. The recorded answers count as long as commands and times are\n"
    "the recorded ones. Then a model of the guest answers.\n"
    "      --set NAME=VALUE      a variable of rc.conf that vfjournal reads\n"
    "      --rc FILE             the values of FILE instead of all values of rc.conf\n"
    "      --sysctl NAME=VALUE   a sysctl of hn(4), as hw.hn.vf_transparent\n"
    "      --policy P            vfjournal or scripts; a trace: instead of its own\n"
    "      --mode M              observe or act; a trace: instead of its own\n"
    "\n"
    "State: the machine's facts, activities, plans, timers and observations.\n"
    "      --goto SEQ            replay up to record SEQ, print the record and the\n"
    "                            state\n"
    "      --state SEQ           print the state after record SEQ alone, without a\n"
    "                            check of the records before it\n"
    "\n"
    "In the terminal, at the speed of people; a pause longer than 2 s is squeezed:\n"
    "      --play                space pauses, < and > set the speed, n and p step, g\n"
    "                            jumps to a record, q ends\n"
    "\n"
    "Several FILEs: one line for each that passes.\n"
    "      --junit FILE          also write the results to FILE as JUnit's XML\n"
    "      --fail-fast           skip the files after the first that fails\n"
    "\n"
    "Exit status: 0 the same, or played; 1 the machine decides otherwise, or FILE\n"
    "holds no records, no such record, or no events; 2 usage, or an unusable file; 3\n"
    "other rules recorded the journal, and decided otherwise, or a what-if cannot\n"
    "express it; 4 the system failed; 5 damaged; 6 edited; 7 the end is cut off. Of\n"
    "several files, the status is that of the first that failed.\n";

enum {
    OPTION_PROBES = 256,
    OPTION_NEW,
    OPTION_GOTO,
    OPTION_STATE,
    OPTION_JUNIT,
    OPTION_FAIL_FAST,
    OPTION_PLAY,
};

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

static int take_seq(struct vfj_replay_options *options, bool is_goto, const char *value)
{
    if (options->seq != 0 && options->is_goto != is_goto)
        return vfj_usage_error("replay", "--goto and --state exclude each other", NULL);
    options->is_goto = is_goto;
    return vfj_option_count(value, &options->seq)
        ? VFJ_OPTIONS_READ
        : vfj_usage_error("replay", "SEQ is the number of a record, from 1 on, not", value);
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
    case OPTION_NEW:
        options->journal = value;
        return VFJ_OPTIONS_READ;
    case OPTION_GOTO:
    case OPTION_STATE:
        return take_seq(options, option == OPTION_GOTO, value);
    case OPTION_JUNIT:
        options->junit = value;
        return VFJ_OPTIONS_READ;
    case OPTION_FAIL_FAST:
        options->fail_fast = true;
        return VFJ_OPTIONS_READ;
    case OPTION_PLAY:
        options->plays = true;
        return VFJ_OPTIONS_READ;
    case 'J':
        *path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_settings_take(&options->settings, "replay", option, value, help);
    }
}

/* Accepts `--journal NEW FILE`, the older spelling of `--output-journal NEW FILE`. When both
 * --journal and FILE are given, FILE is the input and NEW the output. NEW must not exist, as with
 * the present spelling. */
static void take_old_spelling(struct vfj_replay_options *options, const char **path, int argc)
{
    if (*path == NULL || optind + 1 != argc || options->journal != NULL)
        return;
    options->journal = *path;
    *path = NULL;
}

/* Reads the arguments, which are FILEs. When there are several, optind remains the index of the
 * first one. */
static int take_operands(struct vfj_replay_options *options, const char **path, int argc,
                         char **argv)
{
    if (options->plays && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
        return vfj_usage_error("replay", "--play needs a terminal as standard input and output",
                               NULL);
    if (options->plays
        && (options->seq != 0 || options->junit != NULL || options->journal != NULL
            || argc - optind > 1))
        return vfj_usage_error("replay",
                               "--play goes with one FILE, and without --goto, --state, --junit and"
                               " --output-journal",
                               NULL);
    take_old_spelling(options, path, argc);
    if (argc - optind < 2)
        return vfj_option_journal("replay", argc, argv, path);
    if (*path != NULL)
        return vfj_usage_error("replay", "give the journal once, by -J or as FILE, not also",
                               *path);
    if (options->journal != NULL)
        return vfj_usage_error("replay", "--output-journal takes one FILE, not also",
                               argv[optind + 1]);
    *path = argv[optind];
    return VFJ_OPTIONS_READ;
}

static int read_options(struct vfj_replay_options *options, const char **path, int argc,
                        char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"probes", no_argument, NULL, OPTION_PROBES},
        VFJ_SETTINGS_OPTIONS,
        {"goto", required_argument, NULL, OPTION_GOTO},
        {"state", required_argument, NULL, OPTION_STATE},
        {"junit", required_argument, NULL, OPTION_JUNIT},
        {"fail-fast", no_argument, NULL, OPTION_FAIL_FAST},
        {"play", no_argument, NULL, OPTION_PLAY},
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
    return parsed == VFJ_OPTIONS_READ ? take_operands(options, path, argc, argv) : parsed;
}

static int replay(const struct vfj_input *input, const struct vfj_replay_options *options,
                  FILE *out)
{
    bool is_trace = input->bytes != NULL;
    bool is_whatif = is_trace ? vfj_settings_has_values(&options->settings)
                              : vfj_settings_any(&options->settings);
    if (options->plays)
        return vfj_replay_play(input, options);
    if (options->seq != 0) {
        vfj_progress_report("replay", false);
        return vfj_replay_state(input, options, out);
    }
    if (is_whatif) {
        vfj_progress_report("replay", false);
        return vfj_replay_whatif(input, options, out);
    }
    if (is_trace)
        return vfj_replay_trace(input, options, out);
    if (options->journal != NULL)
        return vfj_usage_error("replay",
                               "--output-journal is for traces and what-ifs; this is a journal",
                               input->name);
    vfj_progress_report("replay", options->output == VFJ_REPLAY_COMMANDS);
    return vfj_replay_journal(input, options, out);
}

static int replay_path(const struct vfj_replay_options *options, const char *path, FILE *out)
{
    struct vfj_input input;
    int exit_status = vfj_input_open(&input, path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = replay(&input, options, out);
    vfj_progress_end();
    vfj_input_close(&input);
    return exit_status;
}

/* Returns true when one line of output suffices for a file that passes. It does unless the user
 * asked for a state or a what-if. */
static bool is_brief(const struct vfj_replay_options *options)
{
    return options->output == VFJ_REPLAY_TEXT && options->seq == 0
        && !vfj_settings_any(&options->settings);
}

/* Plays a trace and prints one line about it. A trace has no verdict, and its transcript is
 * discarded. */
static int play_briefly(const struct vfj_replay_options *options, const struct vfj_input *input,
                        FILE *out)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (nowhere == NULL)
        return vfj_complain_status("/dev/null", VFJ_SYSTEM, strerror(errno));
    int exit_status = replay(input, options, nowhere);
    (void)fclose(nowhere);
    if (exit_status == VFJ_EXIT_OK) {
        vfj_terminal_print(out, vfj_span_of(input->name));
        (void)fputs(": played\n", out);
    }
    return exit_status;
}

static int replay_one(void *arg, const char *path, FILE *out)
{
    const struct vfj_replay_options *options = arg;
    struct vfj_input input;
    int exit_status = vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    exit_status = vfj_input_open(&input, path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = input.bytes != NULL && is_brief(options) ? play_briefly(options, &input, out)
                                                               : replay(&input, options, out);
    vfj_progress_end();
    vfj_input_close(&input);
    return exit_status;
}

static int run(struct vfj_replay_options *options, const char *path, char **files, size_t count)
{
    bool is_many = count > 1 || options->junit != NULL;
    int exit_status = options->journal != NULL ? vfj_act_as_owners(path, options->journal)
        : count > 1                            ? vfj_act_as_owner_of_all(files, count)
                                               : vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    exit_status = vfj_settings_read_rc(&options->settings);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("replay", true);
    exit_status = is_many ? vfj_replay_many(files, count, options->fail_fast, is_brief(options),
                                            options->junit, replay_one, options)
                          : replay_path(options, path, stdout);
    return vfj_finish_output(exit_status);
}

int vfj_verb_replay(int argc, char **argv)
{
    struct vfj_replay_options options = {.output = VFJ_REPLAY_TEXT, .settings = VFJ_SETTINGS_NONE};
    const char *path = NULL;
    int exit_status = read_options(&options, &path, argc, argv);
    if (exit_status == VFJ_OPTIONS_READ) {
        char *one[] = {(char *)path};
        bool has_files = optind < argc;
        exit_status = run(&options, path, has_files ? argv + optind : one,
                          has_files ? (size_t)(argc - optind) : 1);
    }
    vfj_settings_free(&options.settings);
    return exit_status;
}
