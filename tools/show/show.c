/* vfjournal show: prints the records of a journal. */
#include "tools/show/show.h"
#include "store/progress.h"

#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "tools/act_as_owner.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/pager.h"
#include "tools/progress.h"
#include "tools/record_json.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* A copy of a record and of its text, which remains valid when the next record is read. */
struct kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
};

static enum vfj_status get_kept(struct vfj_show *show, uint64_t seq, struct kept *kept)
{
    enum vfj_status status = vfj_source_get(&show->source, seq, &kept->record);
    if (status != VFJ_OK)
        return status;
    memcpy(kept->body, kept->record.body.text, kept->record.body.length);
    memcpy(kept->note, kept->record.note.text, kept->record.note.length);
    kept->record.body.text = kept->body;
    kept->record.note.text = kept->note;
    return VFJ_OK;
}

/* Collects the causes of a record: its cause, the cause of this cause, and so on. In a forged or
 * pruned journal some of them may not exist. */
static enum vfj_status find_causes(struct vfj_show *show, uint64_t cause, struct vfj_causes *why)
{
    struct vfj_record record;
    why->count = 0;
    while (cause != 0 && why->count < VFJ_CAUSES_MAX) {
        enum vfj_status status = vfj_source_get(&show->source, cause, &record);
        if (status != VFJ_OK)
            return status == VFJ_END ? VFJ_OK : status;
        why->list[why->count++] = cause;
        cause = record.cause;
    }
    return VFJ_OK;
}

static enum vfj_status print_causes(struct vfj_show *show, const struct vfj_causes *why)
{
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    for (unsigned i = 0; i < why->count && status == VFJ_OK; i++) {
        status = vfj_source_get(&show->source, why->list[i], &record);
        if (status == VFJ_OK)
            vfj_output_cause(stdout, &show->style, &record);
    }
    return status;
}

static enum vfj_status print_line(struct vfj_show *show, const struct vfj_record *record,
                                  const struct vfj_record *outcome, const struct vfj_links *links,
                                  const struct vfj_causes *why)
{
    if (links != NULL && links->changes > 1)
        vfj_output_links(stdout, &show->style, record, links);
    else
        vfj_output_record(stdout, &show->style, record, outcome);
    show->style.before_us = record->wall_us;
    return why != NULL ? print_causes(show, why) : VFJ_OK;
}

/* Prints the record in the chosen format. `outcome` is NULL unless the record is a command with an
 * outcome. `links` is NULL unless the line is about link changes. */
static enum vfj_status print_record(struct vfj_show *show, const struct vfj_record *record,
                                    const struct vfj_record *outcome, const struct vfj_links *links)
{
    struct vfj_causes causes = {.count = 0};
    const struct vfj_causes *why = show->why ? &causes : NULL;
    enum vfj_status status = why != NULL ? find_causes(show, record->cause, &causes) : VFJ_OK;
    if (status != VFJ_OK)
        return status;
    switch (show->format) {
    case VFJ_SHOW_JSON:
        vfj_record_print_json(stdout, record, why);
        break;
    case VFJ_SHOW_CSV:
        vfj_output_csv(stdout, &show->style, record, why);
        break;
    case VFJ_SHOW_VERBOSE:
        vfj_output_verbose(stdout, &show->style, record, why);
        break;
    case VFJ_SHOW_SHORT:
    case VFJ_SHOW_DELTA:
    case VFJ_SHOW_CAT:
        return print_line(show, record, outcome, links, why);
    }
    return VFJ_OK;
}

static enum vfj_status print_pick(struct vfj_show *show, const struct vfj_selection *selection,
                                  struct vfj_pick pick)
{
    static struct kept record, outcome;
    enum vfj_status status = pick.outcome != 0 ? get_kept(show, pick.outcome, &outcome) : VFJ_OK;
    if (status == VFJ_OK)
        status = get_kept(show, pick.seq, &record);
    if (status != VFJ_OK)
        return status;
    return print_record(show, &record.record, pick.outcome != 0 ? &outcome.record : NULL,
                        pick.links != 0 ? &selection->links[pick.links - 1] : NULL);
}

static struct vfj_style style_of(const struct vfj_show *show)
{
    struct vfj_style style = vfj_style_of(stdout);
    style.zone = show->zone;
    style.rows = !show->criteria.fold;
    style.tabs = show->tabs;
    style.colour &= !show->tabs;
    if (show->tabs)
        style.width = 0;
    if (show->format == VFJ_SHOW_DELTA)
        style.layout = VFJ_LAYOUT_DELTA;
    else if (show->format == VFJ_SHOW_CAT)
        style.layout = VFJ_LAYOUT_CAT;
    return style;
}

void vfj_show_begin_pager(const struct vfj_show *show)
{
    if (!show->no_pager && !show->tabs && !show->follow)
        vfj_pager_begin();
}

static void begin_output(struct vfj_show *show)
{
    if (show->is_begun)
        return;
    show->is_begun = true;
    vfj_show_begin_pager(show);
    if (show->format == VFJ_SHOW_CSV && !show->tabs)
        vfj_output_csv_header(stdout, show->why);
}

static bool wants_everything(const struct vfj_show *show)
{
    const struct vfj_criteria *criteria = &show->criteria;
    return criteria->every_kind && !criteria->fold && criteria->about.count == 0
        && criteria->kinds.count == 0 && criteria->states.count == 0 && criteria->fields.count == 0
        && criteria->pattern == NULL && criteria->boot == 0 && criteria->since_us == INT64_MIN
        && criteria->until_us == INT64_MAX && criteria->last == 0 && criteria->count == UINT64_MAX
        && !show->reverse && !show->follow && show->source.rows == NULL;
}

/* Prints all records in one pass, up to the first one that is missing or damaged; after that
 * record, the usual search continues. Returns the seq of the last printed record. */
static uint64_t print_stream(struct vfj_show *show)
{
    struct vfj_record record;
    uint64_t last = show->criteria.after;
    vfj_progress_begin("printing records", "records", 0);
    vfj_source_walk(&show->source, last + 1, VFJ_FORWARD);
    while (!vfj_pager_is_left() && vfj_source_next(&show->source, &record) == VFJ_OK
           && (record.seq == last + 1 || (last == 0 && vfj_select_begins(&record)))) {
        begin_output(show);
        if (print_record(show, &record, NULL, NULL) != VFJ_OK)
            break;
        last = record.seq;
        vfj_progress_set(last);
    }
    vfj_source_walk_end(&show->source);
    return last;
}

static enum vfj_status print_picks(struct vfj_show *show, const struct vfj_selection *selection)
{
    enum vfj_status status = VFJ_OK;
    if (selection->count > 0)
        begin_output(show);
    if (selection->who_width > show->style.who_width)
        show->style.who_width = selection->who_width;
    for (size_t i = 0; i < selection->count && status == VFJ_OK && !vfj_pager_is_left(); i++) {
        size_t at = show->reverse ? selection->count - 1 - i : i;
        status = print_pick(show, selection, selection->picks[at]);
    }
    return status;
}

/* Returns true when the journal must be read again later. While the program waits for new records,
 * a daemon may be starting or ending, during which the journal is busy. */
static bool comes_later(const struct vfj_show *show, enum vfj_status status)
{
    return show->has_begun && status == VFJ_JOURNAL_BUSY;
}

static int complain(const struct vfj_show *show, enum vfj_status status)
{
    return vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source));
}

/* Returns the highest seq in the selection. The outcome of a selected command may have a higher seq
 * than the last selected record. */
static uint64_t newest_pick(const struct vfj_selection *selection)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < selection->count; i++) {
        const struct vfj_pick *pick = &selection->picks[i];
        newest = pick->seq > newest ? pick->seq : newest;
        newest = pick->outcome > newest ? pick->outcome : newest;
    }
    return newest;
}

static int report(struct vfj_show *show, const struct vfj_selection *selection, bool has_streamed)
{
    int exit_status = vfj_show_report_faults(show, selection);
    bool is_empty = selection->count == 0 && !show->is_begun && !has_streamed;
    if (exit_status == VFJ_EXIT_OK && is_empty && show->is_over) {
        vfj_show_report_nothing(show, selection);
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    if (exit_status == VFJ_EXIT_OK && show->has_begun && selection->newest < show->criteria.after) {
        vfj_complain(show->input.name, "another journal replaced the followed one");
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    return exit_status;
}

/* Returns false when no record names any of the interfaces in the options -i. There is nothing to
 * print about such interfaces. */
static bool is_named(const struct vfj_show *show, const struct vfj_selection *selection)
{
    bool named = show->criteria.about.count == 0 || show->has_begun || show->follow
        || !selection->has_read_all;
    for (unsigned i = 0; i < show->criteria.about.count; i++)
        named |= selection->named[i];
    return named;
}

/* Prints the selected records that were not printed before. Returns the exit status. */
static int print_new(struct vfj_show *show)
{
    struct vfj_selection selection;
    uint64_t streamed = wants_everything(show) ? print_stream(show) : 0;
    bool has_streamed = streamed > show->criteria.after;
    if (has_streamed)
        show->criteria.after = streamed;
    if (vfj_pager_is_left()) {
        vfj_pager_end();
        return VFJ_EXIT_OK;
    }
    enum vfj_status status
        = vfj_select(&show->source, show->input.path, &show->criteria, &selection);
    if (comes_later(show, status)) {
        vfj_selection_free(&selection);
        return VFJ_EXIT_OK;
    }
    if (!is_named(show, &selection))
        selection.count = 0;
    enum vfj_status printed = print_picks(show, &selection);
    int put = vfj_show_put_cursor(show,
                                  selection.count > 0 ? newest_pick(&selection)
                                      : has_streamed  ? streamed
                                                      : 0);
    vfj_pager_end();
    vfj_show_end_reading(show, selection.newest_boot);
    int exit_status = status != VFJ_OK ? complain(show, status)
        : printed != VFJ_OK            ? complain(show, printed)
                                       : report(show, &selection, has_streamed);
    show->has_begun = true;
    show->criteria.after = selection.newest;
    vfj_selection_free(&selection);
    return exit_status != VFJ_EXIT_OK ? exit_status : put;
}

static int print_all(struct vfj_show *show)
{
    int exit_status = show->has_begun ? VFJ_EXIT_OK : vfj_show_find_boot(show);
    if (exit_status == VFJ_EXIT_OK && !show->has_begun)
        exit_status = vfj_show_take_cursor(show);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = vfj_show_take_migration(show);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    return show->lists_boots ? vfj_show_list_boots(show) : print_new(show);
}

static int print(struct vfj_show *show)
{
    int exit_status;
    vfj_show_begin_reading(show);
    enum vfj_status status = vfj_source_open(&show->source, show->input.path);
    if (status == VFJ_OK)
        exit_status = print_all(show);
    else
        exit_status = comes_later(show, status) ? VFJ_EXIT_OK : complain(show, status);
    vfj_source_close(&show->source);
    return exit_status;
}

static int run(struct vfj_show *show)
{
    if (show->criteria.since_us > show->criteria.until_us) {
        vfj_complain(show->input.name, "-S is later than -U: no record can match");
        return VFJ_EXIT_DIFFERENT;
    }
    int exit_status = print(show);
    vfj_progress_end();
    if (show->follow && exit_status == VFJ_EXIT_OK)
        exit_status = vfj_show_follow(show, print);
    return exit_status;
}

static int open_and_run(struct vfj_show *show)
{
    int exit_status = vfj_act_as_owner_and_replace(show->path, show->cursor_file, 0600);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("show", true);
    show->style = style_of(show);
    exit_status = vfj_input_open_journal(&show->input, show->path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(show);
    vfj_input_close(&show->input);
    return vfj_finish_output(exit_status);
}

int vfj_verb_show(int argc, char **argv)
{
    struct vfj_show show = {.criteria = {.since_us = INT64_MIN, .until_us = INT64_MAX}};
    int exit_status = vfj_show_options_read(&show, argc, argv);
    if (exit_status == VFJ_OPTIONS_READ)
        exit_status = open_and_run(&show);
    if (show.criteria.pattern != NULL)
        regfree(&show.pattern);
    return exit_status;
}
