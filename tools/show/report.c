/* The messages of `vfjournal show` about an empty result, and about missing or unreadable
 * records. */
#include "core/text/text.h"
#include "tools/finding.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { LINE_SIZE = 512 };

static void complain_with_time(const struct vfj_show *show, const char *what, int64_t wall_us)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, what);
    vfj_time_add(&text, wall_us, show->zone);
    vfj_complain(show->input.name, line);
}

/* Returns true when records that only -a shows may match the other criteria. */
static bool may_hide(const struct vfj_criteria *criteria)
{
    return !criteria->every_kind && criteria->kinds.count == 0 && criteria->states.count == 0
        && (criteria->fields.count > 0 || criteria->pattern != NULL || criteria->about.count > 0);
}

void vfj_show_report_nothing(const struct vfj_show *show, const struct vfj_selection *selection)
{
    const struct vfj_criteria *criteria = &show->criteria;
    if (selection->newest == 0)
        vfj_complain(show->input.name, VFJ_NO_RECORDS);
    else if (criteria->since_us > criteria->until_us)
        vfj_complain(show->input.name, "-S is later than -U: no record can match");
    else if (selection->newest <= criteria->after)
        vfj_complain(show->input.name, "no record came after the cursor");
    else if (selection->has_read_all && criteria->since_us > selection->most_us)
        complain_with_time(show, "no record is as new as -S; the newest is of ",
                           selection->most_us);
    else if (selection->has_read_all && criteria->until_us < selection->least_us)
        complain_with_time(show, "no record is as old as -U; the oldest is of ",
                           selection->least_us);
    else
        vfj_complain(show->input.name,
                     may_hide(criteria)
                         ? "no record matches; -a also looks at plain devd lines and probes"
                         : "no record matches");
}

static void add_ranges(struct vfj_text *text, const struct vfj_ranges *ranges)
{
    unsigned listed = ranges->count < VFJ_RANGES_MAX ? ranges->count : VFJ_RANGES_MAX;
    bool is_one = ranges->count == 1 && ranges->list[0].first == ranges->list[0].last;
    vfj_text_add(text, is_one ? "record " : "records ");
    for (unsigned i = listed; i-- > 0;) {
        vfj_text_add_u64(text, ranges->list[i].first);
        if (ranges->list[i].last > ranges->list[i].first) {
            vfj_text_add(text, " to ");
            vfj_text_add_u64(text, ranges->list[i].last);
        }
        vfj_text_add(text, i > 0 ? ", " : "");
    }
    if (ranges->count > listed) {
        vfj_text_add(text, " and ");
        vfj_text_add_u64(text, ranges->count - listed);
        vfj_text_add(text, " more runs");
    }
    vfj_text_add(text, is_one ? " is " : " are ");
}

static bool report_unnamed(const struct vfj_show *show, const struct vfj_selection *selection)
{
    bool found = false;
    for (unsigned i = 0; i < show->criteria.about.count; i++) {
        char line[LINE_SIZE];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        if (selection->named[i] || !selection->has_read_all)
            continue;
        vfj_text_add(&text, "no record names the interface ");
        vfj_text_add(&text, show->criteria.about.list[i].text);
        vfj_complain(show->input.name, line);
        found = true;
    }
    return found;
}

int vfj_show_report_faults(const struct vfj_show *show, const struct vfj_selection *selection)
{
    char line[LINE_SIZE];
    int exit_status = VFJ_EXIT_OK;
    if (!show->has_begun && report_unnamed(show, selection))
        exit_status = VFJ_EXIT_DIFFERENT;
    if (selection->missing.count > 0) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        add_ranges(&text, &selection->missing);
        vfj_text_add(&text, "missing");
        vfj_complain(show->input.name, line);
        exit_status = VFJ_EXIT_EDITED;
    }
    if (selection->damage[0] != '\0') {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_add(&text, "damaged: ");
        vfj_text_add(&text, selection->damage);
        if (selection->unreadable.count > 0) {
            vfj_text_add(&text, ": ");
            add_ranges(&text, &selection->unreadable);
            vfj_text_add(&text, "unreadable");
        }
        if (selection->end_is_unreadable) {
            vfj_text_add(&text, ": records after ");
            vfj_text_add_u64(&text, selection->newest);
            vfj_text_add(&text, " are unreadable");
        }
        if (selection->unreadable.count == 0 && !selection->end_is_unreadable)
            vfj_text_add(&text, ": no record is known to be missing");
        vfj_complain(show->input.name, line);
        exit_status = VFJ_EXIT_DAMAGED;
    }
    return exit_status;
}
