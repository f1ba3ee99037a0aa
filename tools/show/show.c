/* vfjournal show: prints the journal. */
#include "tools/show/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/limits.h"
#include "tools/act_as_owner.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { POLL_NS = 250000000 };

static enum vfj_status print_json(struct vfj_show *show, uint64_t seq)
{
    struct vfj_span json;
    enum vfj_status status = vfj_journal_json(show->journal, seq, &json);
    if (status != VFJ_OK)
        return status;
    vfj_terminal_print_json(stdout, json);
    (void)fputc('\n', stdout);
    return VFJ_OK;
}

/* A record that stays valid when the next one is read. */
struct kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
};

static enum vfj_status get_kept(struct vfj_show *show, uint64_t seq, struct kept *kept)
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

/* Every row is read by our own checks before SQLite makes JSON of it. */
static enum vfj_status print_pick(struct vfj_show *show, struct vfj_style *style,
                                  struct vfj_pick pick)
{
    static struct kept outcome;
    struct vfj_record record;
    enum vfj_status status = pick.outcome != 0 ? get_kept(show, pick.outcome, &outcome) : VFJ_OK;
    if (status == VFJ_OK)
        status = vfj_journal_get(show->journal, pick.seq, &record);
    if (status != VFJ_OK)
        return status;
    switch (show->format) {
    case VFJ_SHOW_JSON:
        return print_json(show, pick.seq);
    case VFJ_SHOW_CSV:
        vfj_output_csv(stdout, style, &record);
        break;
    case VFJ_SHOW_VERBOSE:
        vfj_output_verbose(stdout, style, &record);
        break;
    case VFJ_SHOW_SHORT:
    case VFJ_SHOW_DELTA:
    case VFJ_SHOW_CAT:
        vfj_output_record(stdout, style, &record, pick.outcome != 0 ? &outcome.record : NULL);
        break;
    }
    style->before_us = record.wall_us;
    return VFJ_OK;
}

static struct vfj_style style_of(const struct vfj_show *show)
{
    struct vfj_style style = vfj_style_of(stdout);
    style.zone = show->zone;
    style.rows = !show->criteria.fold;
    if (show->format == VFJ_SHOW_DELTA)
        style.layout = VFJ_LAYOUT_DELTA;
    else if (show->format == VFJ_SHOW_CAT)
        style.layout = VFJ_LAYOUT_CAT;
    return style;
}

static enum vfj_status print_picks(struct vfj_show *show, const struct vfj_selection *selection)
{
    static struct vfj_style style; /* a journal that is followed is one output */
    enum vfj_status status = VFJ_OK;
    if (!show->has_begun)
        style = style_of(show);
    if (!show->has_begun && show->format == VFJ_SHOW_CSV)
        vfj_output_csv_header(stdout);
    if (selection->who_width > style.who_width)
        style.who_width = selection->who_width;
    for (size_t i = 0; i < selection->count && status == VFJ_OK; i++) {
        size_t at = show->reverse ? selection->count - 1 - i : i;
        status = print_pick(show, &style, selection->picks[at]);
    }
    return status;
}

/* A daemon starts or ends while the journal is followed. */
static bool comes_later(const struct vfj_show *show, enum vfj_status status)
{
    return show->has_begun && status == VFJ_JOURNAL_BUSY;
}

static int complain(const struct vfj_show *show, enum vfj_status status)
{
    return vfj_complain_status(show->input.name, status, vfj_journal_detail(show->journal));
}

static uint64_t newest_pick(const struct vfj_selection *selection)
{
    const struct vfj_pick *last
        = selection->count > 0 ? &selection->picks[selection->count - 1] : NULL;
    return last == NULL ? 0 : last->outcome > last->seq ? last->outcome : last->seq;
}

static int report(struct vfj_show *show, const struct vfj_selection *selection)
{
    int exit_status = vfj_show_report_faults(show, selection);
    if (exit_status == VFJ_EXIT_OK && selection->count == 0 && !show->follow) {
        vfj_show_report_nothing(show, selection);
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    if (exit_status == VFJ_EXIT_OK && show->has_begun && selection->newest < show->criteria.after) {
        vfj_complain(show->input.name, "another journal replaced the followed one");
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    return exit_status;
}

/* An interface without any record of its own has no lines, either. */
static bool is_named(const struct vfj_show *show, const struct vfj_selection *selection)
{
    bool named = show->criteria.about.count == 0 || show->has_begun || show->follow
        || !selection->has_read_all;
    for (unsigned i = 0; i < show->criteria.about.count; i++)
        named |= selection->named[i];
    return named;
}

/* Prints the selected records of the open journal that were not printed before. */
static int print_new(struct vfj_show *show)
{
    struct vfj_selection selection;
    enum vfj_status status
        = vfj_select(show->journal, show->input.path, &show->criteria, &selection);
    if (comes_later(show, status)) {
        vfj_selection_free(&selection);
        return VFJ_EXIT_OK;
    }
    if (!is_named(show, &selection))
        selection.count = 0;
    enum vfj_status printed = print_picks(show, &selection);
    int exit_status = status != VFJ_OK ? complain(show, status)
        : printed != VFJ_OK            ? complain(show, printed)
                                       : report(show, &selection);
    int put = vfj_show_put_cursor(show, newest_pick(&selection));
    show->has_begun = true;
    show->criteria.after = selection.newest;
    vfj_selection_free(&selection);
    return exit_status != VFJ_EXIT_OK ? exit_status : put;
}

static int print_first(struct vfj_show *show)
{
    if (show->lists_boots)
        return vfj_show_list_boots(show);
    int exit_status = vfj_show_find_boot(show);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = vfj_show_take_cursor(show);
    return exit_status == VFJ_EXIT_OK ? print_new(show) : exit_status;
}

static int print(struct vfj_show *show)
{
    int exit_status;
    enum vfj_status status = vfj_journal_open(&show->journal, show->input.path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        exit_status = show->has_begun ? print_new(show) : print_first(show);
    else
        exit_status = comes_later(show, status) ? VFJ_EXIT_OK : complain(show, status);
    vfj_journal_close(show->journal);
    show->journal = NULL;
    return exit_status;
}

/* Opens the journal anew each time, which takes a millisecond: its daemon may start and end. */
static int follow(struct vfj_show *show)
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

static int run(struct vfj_show *show)
{
    if (show->criteria.since_us > show->criteria.until_us) {
        vfj_complain(show->input.name, "-S is later than -U: no record can match");
        return VFJ_EXIT_DIFFERENT;
    }
    int exit_status = print(show);
    if (show->follow && exit_status == VFJ_EXIT_OK)
        exit_status = follow(show);
    return exit_status;
}

int vfj_verb_show(int argc, char **argv)
{
    struct vfj_show show = {.criteria = {.since_us = INT64_MIN, .until_us = INT64_MAX}};
    int exit_status = vfj_show_options_read(&show, argc, argv);
    if (exit_status == VFJ_OPTIONS_READ)
        exit_status = vfj_act_as_owner(show.path);
    else
        return exit_status;
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    exit_status = vfj_input_open_journal(&show.input, show.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(&show);
    vfj_input_close(&show.input);
    if (show.criteria.pattern != NULL)
        regfree(&show.pattern);
    return vfj_finish_output(exit_status);
}
