/* vfjournal replay: a journal is checked, a trace is played. */
#include "tools/replay/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/data/event.h"
#include "tools/act_as_owner.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal replay [-o text|commands|json] [--probes] [--policy P] [--mode M] [--journal "
    "NEW] FILE\n"
    "A journal: every event goes through the machine again, and what it decides is compared with "
    "what was recorded.\n"
    "A trace: its events are played against a model of the guest. Nothing is ever run.\n"
    "\n"
    "  -o, --output text      what happens, or the verdict (default)\n"
    "  -o, --output commands  the commands, one a line, quoted for sh(1)\n"
    "  -o, --output json      one object a line\n"
    "      --probes           with -o commands: those that only read the guest, too\n"
    "      --policy P         a trace: vfjournal or scripts, whatever the trace says\n"
    "      --mode M           a trace: observe or act, whatever the trace says\n"
    "      --journal NEW      a trace: write what happens to this new journal as well\n"
    "\n"
    "Exit status: 0 the same, or played; 1 diverged, or edited; 2 usage, or a file that can't be "
    "used; 3 no answer: "
    "the\n"
    "journal is cut off, or was recorded under other rules, which decide otherwise now; 4 the "
    "system failed.\n";

enum { PARSED_RUN = -1, OPTION_PROBES = 256, OPTION_POLICY, OPTION_MODE, OPTION_JOURNAL };

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
    return PARSED_RUN;
}

static int take_policy(struct vfj_replay_options *options, const char *value)
{
    enum vfj_policy policy;
    if (!vfj_policy_parse(vfj_span_of(value), &policy))
        return vfj_usage_error("replay", "--policy takes scripts or vfjournal, not", value);
    options->policy = (int)policy;
    return PARSED_RUN;
}

static int take_mode(struct vfj_replay_options *options, const char *value)
{
    enum vfj_mode mode;
    if (!vfj_mode_parse(vfj_span_of(value), &mode))
        return vfj_usage_error("replay", "--mode takes observe or act, not", value);
    options->mode = (int)mode;
    return PARSED_RUN;
}

static int take(struct vfj_replay_options *options, int option, const char *value)
{
    switch (option) {
    case 'o':
        return take_output(options, value);
    case OPTION_PROBES:
        options->probes = true;
        return PARSED_RUN;
    case OPTION_POLICY:
        return take_policy(options, value);
    case OPTION_MODE:
        return take_mode(options, value);
    case OPTION_JOURNAL:
        options->journal = value;
        return PARSED_RUN;
    default:
        return vfj_option_rest(option, "replay", help);
    }
}

static int read_options(struct vfj_replay_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"probes", no_argument, NULL, OPTION_PROBES},
        {"policy", required_argument, NULL, OPTION_POLICY},
        {"mode", required_argument, NULL, OPTION_MODE},
        {"journal", required_argument, NULL, OPTION_JOURNAL},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal replay"; /* what getopt_long(3) puts before its complaints */
    int option;
    int parsed = PARSED_RUN;
    argv[0] = name;
    while (parsed == PARSED_RUN && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1)
        parsed = take(options, option, optarg);
    if (parsed == PARSED_RUN && optind == argc)
        parsed = vfj_usage_error("replay", "which file?", "");
    if (parsed == PARSED_RUN && optind + 1 < argc)
        parsed = vfj_usage_error("replay", "an argument too many", argv[optind + 1]);
    return parsed;
}

static int unusable(const char *path, const char *why)
{
    vfj_complain(path, why);
    return VFJ_EXIT_UNUSABLE;
}

/* Whether the file begins as every SQLite database does; VFJ_EXIT_UNUSABLE, with a complaint, when
 * it can't be read. The file is opened again later, so a FIFO would not do, and is not waited for.
 */
static int is_database(const char *path, bool *answer)
{
    static const char magic[] = "SQLite format 3";
    char start[sizeof magic] = {0};
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return unusable(path, strerror(errno));
    ssize_t length = fstat(fd, &status) == 0 ? read(fd, start, sizeof start) : -1;
    int error = length < 0 ? errno : 0;
    (void)close(fd);
    if (error == 0 && !S_ISREG(status.st_mode))
        return unusable(path, "not a regular file");
    if (error != 0)
        return unusable(path, strerror(error));
    *answer = length > 0 && memcmp(start, magic, (size_t)length) == 0;
    return VFJ_EXIT_OK;
}

int vfj_verb_replay(int argc, char **argv)
{
    struct vfj_replay_options options = {.output = VFJ_REPLAY_TEXT, .mode = -1, .policy = -1};
    bool database = false;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != PARSED_RUN)
        return exit_status;
    const char *path = argv[optind];
    exit_status = options.journal != NULL ? vfj_act_as_owners(path, options.journal)
                                          : vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    exit_status = is_database(path, &database);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    if (database && (options.mode >= 0 || options.policy >= 0 || options.journal != NULL))
        return vfj_usage_error(
            "replay", "--policy, --mode and --journal are for traces; this is a journal", path);
    exit_status = database ? vfj_replay_journal(path, &options, stdout)
                           : vfj_replay_trace(path, &options, stdout);
    return vfj_finish_output(exit_status);
}
