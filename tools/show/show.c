/* vfjournal show: the journal for people, or as JSON. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "adapters/freebsd/run/clock.h"
#include "core/limits.h"
#include "store/journal.h"
#include "tools/act_as_owner.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/show/select.h"
#include "tools/terminal.h"
#include "tools/time_parse.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal show [-a] [-f] [-n N] [-i IF] [-S TIME] [-U TIME] [-o short|json] [--journal "
    "FILE]\n"
    "Prints what matters in the journal, newest last: starts and ends, gaps, VFs that come and go, "
    "changes of state,\n"
    "and commands with how they ended.\n"
    "\n"
    "  -a, --all            every row, plain devd lines and probes as well; without -n, all of "
    "them\n"
    "  -n, --lines N        the newest N, or all; default 20, and all with -S\n"
    "  -i, --interface IF   only what concerns this interface, an hn or a VF\n"
    "  -S, --since TIME     only what is not older\n"
    "  -U, --until TIME     only what is not newer\n"
    "  -f, --follow         wait for what comes, and show it, until interrupted\n"
    "  -o, --output FORMAT  short (default), or json: one object a line, a row of the journal "
    "each\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Times are UTC. TIME is one as printed, \"2026-11-22 03:12:54\", or its beginning, down to the "
    "day or the minute;\n"
    "03:12 is of today; now, today, yesterday; -15m, -2h, -7d are so long ago. Bytes that are not "
    "printable ASCII are\n"
    "shown as \\xHH. The file is only read; a daemon may be writing it.\n"
    "Exit status: 0 shown, 1 shown, but records are missing, 2 usage or a journal that can't be "
    "used (what could be\n"
    "read was shown), 4 the system failed.\n";

enum { DEFAULT_COUNT = 20, POLL_NS = 250000000 };

struct show {
    struct vfj_criteria criteria;
    struct vfj_journal *journal;
    const char *path;
    bool json;
    bool follow;
};

enum parsed { PARSED_RUN = -1 }; /* else an exit status */

static int take_count(struct show *show, const char *value)
{
    show->criteria.count = UINT64_MAX;
    if (strcmp(value, "all") == 0 || vfj_option_count(value, &show->criteria.count))
        return PARSED_RUN;
    return vfj_usage_error("show", "-n takes a number of at least 1, or all, not", value);
}

static int take_output(struct show *show, const char *value)
{
    static const char *const formats[] = {"short", "json", NULL};
    int format = vfj_option_choice(value, formats);
    show->json = format == 1;
    return format >= 0 ? PARSED_RUN : vfj_usage_error("show", "-o takes short or json, not", value);
}

static int take_time(const char *value, const char *complaint, int64_t *us)
{
    if (vfj_time_parse(vfj_span_of(value), vfj_clock_wall_us(), us))
        return PARSED_RUN;
    return vfj_usage_error("show", complaint, value);
}

static int take(struct show *show, int option, const char *value)
{
    switch (option) {
    case 'a':
        show->criteria.every_kind = true;
        return PARSED_RUN;
    case 'f':
        show->follow = true;
        return PARSED_RUN;
    case 'S':
        return take_time(value, "-S takes a time, as 2026-11-22 03:12 or -2h, not",
                         &show->criteria.since_us);
    case 'U':
        return take_time(value, "-U takes a time, as 2026-11-22 03:12 or -2h, not",
                         &show->criteria.until_us);
    case 'n':
        return take_count(show, value);
    case 'i':
        if (vfj_name_parse(vfj_span_of(value), &show->criteria.about))
            return PARSED_RUN;
        return vfj_usage_error("show", "-i takes the name of an interface, not", value);
    case 'o':
        return take_output(show, value);
    case 'J':
        show->path = value;
        return PARSED_RUN;
    default:
        return vfj_option_rest(option, "show", help);
    }
}

static int read_options(struct show *show, int argc, char **argv)
{
    static const struct option options[] = {
        {"all", no_argument, NULL, 'a'},          {"follow", no_argument, NULL, 'f'},
        {"lines", required_argument, NULL, 'n'},  {"interface", required_argument, NULL, 'i'},
        {"since", required_argument, NULL, 'S'},  {"until", required_argument, NULL, 'U'},
        {"output", required_argument, NULL, 'o'}, {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal show"; /* what getopt_long(3) puts before its complaints */
    int option;
    int parsed = PARSED_RUN;
    argv[0] = name;
    while (parsed == PARSED_RUN
           && (option = getopt_long(argc, argv, "afn:i:S:U:o:J:h", options, NULL)) != -1)
        parsed = take(show, option, optarg);
    if (parsed == PARSED_RUN && optind < argc)
        parsed = vfj_usage_error("show", "an argument too many", argv[optind]);
    if (parsed == PARSED_RUN && show->follow && show->criteria.until_us != INT64_MAX)
        parsed = vfj_usage_error("show", "-f and -U exclude each other", "");
    if (show->criteria.count == 0) {
        bool all = show->criteria.every_kind || show->criteria.since_us != INT64_MIN;
        show->criteria.count = all ? UINT64_MAX : DEFAULT_COUNT;
    }
    show->criteria.fold = !show->criteria.every_kind && !show->json;
    return parsed;
}

static enum vfj_status print_json(struct show *show, uint64_t seq)
{
    struct vfj_record record;
    struct vfj_span json;
    /* Read by our own checks before SQLite makes text of it. */
    enum vfj_status status = vfj_journal_get(show->journal, seq, &record);
    if (status == VFJ_OK)
        status = vfj_journal_json(show->journal, seq, &json);
    if (status != VFJ_OK)
        return status;
    vfj_terminal_print_json(stdout, json);
    (void)fputc('\n', stdout);
    return VFJ_OK;
}

/* A record that stays when the next is read. */
struct kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
};

static enum vfj_status get_kept(struct show *show, uint64_t seq, struct kept *kept)
{
    enum vfj_status status = vfj_journal_get(show->journal, seq, &kept->record);
    if (status != VFJ_OK)
        return status;
    memcpy(kept->body, kept->record.body.text, kept->record.body.length);
    memcpy(kept->note, kept->record.note.text, kept->record.note.length);
    kept->record.body.text = kept->body;
    kept->record.note.text = kept->note;
    return VFJ_OK;
}

static enum vfj_status print_short(struct show *show, const struct vfj_style *style,
                                   struct vfj_pick pick)
{
    static struct kept outcome;
    struct vfj_record record;
    enum vfj_status status = pick.outcome != 0 ? get_kept(show, pick.outcome, &outcome) : VFJ_OK;
    if (status == VFJ_OK)
        status = vfj_journal_get(show->journal, pick.seq, &record);
    if (status == VFJ_OK)
        vfj_output_record(stdout, style, &record, pick.outcome != 0 ? &outcome.record : NULL);
    return status;
}

static enum vfj_status print_picks(struct show *show, const struct vfj_selection *selection)
{
    struct vfj_style style = vfj_style_of(stdout);
    enum vfj_status status = VFJ_OK;
    style.rows = show->criteria.every_kind;
    style.who_width = selection->who_width;
    for (size_t i = 0; i < selection->count && status == VFJ_OK; i++) {
        if (show->json)
            status = print_json(show, selection->picks[i].seq);
        else
            status = print_short(show, &style, selection->picks[i]);
    }
    return status;
}

/* While a journal is followed: its daemon starts, or ends, just now. */
static bool comes_later(const struct show *show, enum vfj_status status)
{
    return show->criteria.after > 0 && status == VFJ_JOURNAL_BUSY;
}

/* What is asked for of the open journal, and what was not there before. */
static int print_new(struct show *show)
{
    struct vfj_selection selection;
    enum vfj_status read = vfj_select(show->journal, &show->criteria, &selection);
    int exit_status = VFJ_EXIT_OK;
    if (comes_later(show, read)) {
        vfj_selection_free(&selection);
        return VFJ_EXIT_OK;
    }
    if (read != VFJ_OK)
        exit_status = vfj_complain_status(show->path, read, vfj_journal_detail(show->journal));
    enum vfj_status printed = print_picks(show, &selection);
    if (printed != VFJ_OK && read == VFJ_OK)
        exit_status = vfj_complain_status(show->path, printed, vfj_journal_detail(show->journal));
    if (selection.missing != 0 && exit_status == VFJ_EXIT_OK) {
        char what[64];
        struct vfj_text text = vfj_text_begin(what, sizeof what);
        vfj_text_add(&text, "records are missing: ");
        vfj_text_add_u64(&text, selection.missing);
        vfj_complain(show->path, what);
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    if (exit_status == VFJ_EXIT_OK && selection.newest < show->criteria.after) {
        vfj_complain(show->path, "not the journal any more that was followed");
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    show->criteria.after = selection.newest;
    vfj_selection_free(&selection);
    return exit_status;
}

static int print(struct show *show)
{
    int exit_status;
    enum vfj_status status = vfj_journal_open(&show->journal, show->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        exit_status = print_new(show);
    else if (comes_later(show, status))
        exit_status = VFJ_EXIT_OK;
    else
        exit_status = vfj_complain_status(show->path, status, vfj_journal_detail(show->journal));
    vfj_journal_close(show->journal);
    return exit_status;
}

/* The journal is opened anew each time, a matter of a millisecond: so its daemon may come and go,
 * and is never held up. */
static int follow(struct show *show)
{
    static const struct timespec pause = {.tv_nsec = POLL_NS};
    int exit_status = vfj_finish_output(VFJ_EXIT_OK);
    show->criteria.count = UINT64_MAX;
    while (exit_status == VFJ_EXIT_OK) {
        (void)nanosleep(&pause, NULL);
        exit_status = vfj_finish_output(print(show));
    }
    return exit_status;
}

int vfj_verb_show(int argc, char **argv)
{
    struct show show
        = {.path = VFJ_JOURNAL_PATH, .criteria = {.since_us = INT64_MIN, .until_us = INT64_MAX}};
    int exit_status = read_options(&show, argc, argv);
    if (exit_status != PARSED_RUN)
        return exit_status;
    exit_status = vfj_act_as_owner(show.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    exit_status = print(&show);
    if (show.follow && exit_status == VFJ_EXIT_OK)
        exit_status = follow(&show);
    return vfj_finish_output(exit_status);
}
