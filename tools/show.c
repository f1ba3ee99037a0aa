/* vfjournal show: the journal for people, or as JSON. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "store/journal.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/select.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal show [-a] [-n N] [-i IF] [-o short|json] [--journal FILE]\n"
    "Prints what matters in the journal, newest last: starts and ends, gaps, VFs that come and go, changes of state,\n"
    "and commands with how they ended.\n"
    "\n"
    "  -a, --all            every row, plain devd lines and probes as well; without -n, all of them\n"
    "  -n, --lines N        the newest N, or all; default 20\n"
    "  -i, --interface IF   only what concerns this interface, an hn or a VF\n"
    "  -o, --output FORMAT  short (default), or json: one object a line, a row of the journal each\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Times are UTC. Bytes that are not printable ASCII are shown as \\xHH. The file is only read; a daemon may be\n"
    "writing it.\n"
    "Exit status: 0 shown, 1 shown, but records are missing, 2 usage or a journal that can't be used (what could be\n"
    "read was shown), 4 the system failed.\n";

enum { DEFAULT_COUNT = 20 };

struct show {
    struct vfj_criteria criteria;
    struct vfj_journal *journal;
    const char *path;
    bool json;
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

static int take(struct show *show, int option, const char *value)
{
    switch (option) {
    case 'a':
        show->criteria.every_kind = true;
        return PARSED_RUN;
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
        {"all", no_argument, NULL, 'a'},
        {"lines", required_argument, NULL, 'n'},
        {"interface", required_argument, NULL, 'i'},
        {"output", required_argument, NULL, 'o'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal show"; /* what getopt_long(3) puts before its complaints */
    int option;
    int parsed = PARSED_RUN;
    argv[0] = name;
    while (parsed == PARSED_RUN && (option = getopt_long(argc, argv, "an:i:o:J:h", options, NULL)) != -1)
        parsed = take(show, option, optarg);
    if (parsed == PARSED_RUN && optind < argc)
        parsed = vfj_usage_error("show", "an argument too many", argv[optind]);
    if (show->criteria.count == 0)
        show->criteria.count = show->criteria.every_kind ? UINT64_MAX : DEFAULT_COUNT;
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
    (void)fwrite(json.text, 1, json.length, stdout);
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

static enum vfj_status print_short(struct show *show, const struct vfj_style *style, struct vfj_pick pick)
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

static int print_all(struct show *show)
{
    struct vfj_selection selection;
    enum vfj_status read = vfj_select(show->journal, &show->criteria, &selection);
    int exit_status = VFJ_EXIT_OK;
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
    vfj_selection_free(&selection);
    return exit_status;
}

int vfj_verb_show(int argc, char **argv)
{
    struct show show = {.path = VFJ_JOURNAL_PATH};
    int exit_status = read_options(&show, argc, argv);
    if (exit_status != PARSED_RUN)
        return exit_status;
    enum vfj_status status = vfj_journal_open(&show.journal, show.path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        exit_status = print_all(&show);
    else
        exit_status = vfj_complain_status(show.path, status, vfj_journal_detail(show.journal));
    vfj_journal_close(show.journal);
    return vfj_finish_output(exit_status);
}
