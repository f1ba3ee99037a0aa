/* Lists the boots of the guest for `vfjournal show`. */
#include <stdio.h>
#include <stdlib.h>

#include "core/text/kv.h"
#include "tools/finding.h"
#include "tools/pager.h"
#include "tools/show/boots.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static int complain(const struct vfj_show *show, enum vfj_status status)
{
    return vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source));
}

static enum vfj_status find_newest(struct vfj_show *show, int64_t *boot)
{
    struct vfj_record record;
    vfj_source_walk(&show->source, UINT64_MAX, VFJ_BACKWARD);
    enum vfj_status status = vfj_source_next(&show->source, &record);
    *boot = status == VFJ_OK ? (int64_t)record.boot : 0;
    vfj_source_walk_end(&show->source);
    return status;
}

int vfj_show_find_boot(struct vfj_show *show)
{
    int64_t newest = 0;
    char line[96];
    if (!show->has_boot)
        return VFJ_EXIT_OK;
    enum vfj_status status = find_newest(show, &newest);
    if (vfj_source_read_pages(&show->source, show->input.path, status))
        status = find_newest(show, &newest);
    if (status == VFJ_END) {
        vfj_complain(show->input.name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    if (status != VFJ_OK)
        return complain(show, status);
    int64_t boot = show->boot > 0 ? show->boot : newest + show->boot;
    if (boot >= 1 && boot <= newest) {
        show->criteria.boot = (uint64_t)boot;
        return VFJ_EXIT_OK;
    }
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, "no such boot: ");
    vfj_text_add_i64(&text, show->boot);
    vfj_text_add(&text, "; the newest is boot ");
    vfj_text_add_i64(&text, newest);
    vfj_complain(show->input.name, line);
    return VFJ_EXIT_DIFFERENT;
}

static void add_record(struct vfj_boot *boot, const struct vfj_record *record)
{
    struct vfj_kv pair;
    boot->last_us = record->wall_us;
    if (boot->id[0] == '\0' && record->kind == VFJ_EVENT_STARTED
        && vfj_kv_find(record->body, "boot", &pair))
        (void)vfj_kv_value(&pair, boot->id, sizeof boot->id);
}

/* All boots in the journal, the oldest first. */
struct boots {
    struct vfj_boot *list;
    size_t count, room;
    /* seq and boot of the journal's newest record; 0: the journal has no record */
    uint64_t newest, newest_boot;
};

/* Adds the boot in which the record was written. Returns NULL when memory runs out. */
static struct vfj_boot *add_boot(struct boots *boots, const struct vfj_record *record)
{
    if (boots->count == boots->room) {
        size_t room = boots->room > 0 ? 2 * boots->room : 16;
        struct vfj_boot *list = realloc(boots->list, room * sizeof *list);
        if (list == NULL)
            return NULL;
        boots->list = list;
        boots->room = room;
    }
    struct vfj_boot *boot = &boots->list[boots->count++];
    *boot = (struct vfj_boot){.number = record->boot, .first_us = record->wall_us};
    return boot;
}

static enum vfj_status read_boots(struct vfj_show *show, struct boots *boots)
{
    struct vfj_record record;
    struct vfj_boot *boot = NULL;
    enum vfj_status status;
    vfj_source_walk(&show->source, 1, VFJ_FORWARD);
    while ((status = vfj_source_next(&show->source, &record)) == VFJ_OK) {
        if (boot == NULL || boot->number != record.boot)
            boot = add_boot(boots, &record);
        if (boot == NULL) {
            status = VFJ_SYSTEM;
            break;
        }
        add_record(boot, &record);
        boots->newest = record.seq;
        boots->newest_boot = record.boot;
    }
    vfj_source_walk_end(&show->source);
    return status == VFJ_END ? VFJ_OK : status;
}

/* Returns true when options select certain records. Only boots with a selected record are then
 * listed. */
static bool selects_records(const struct vfj_criteria *criteria)
{
    return criteria->about.count + criteria->kinds.count + criteria->states.count
            + criteria->fields.count
        > 0
        || criteria->pattern != NULL || criteria->boot != 0 || criteria->after != 0
        || criteria->last != 0;
}

/* Removes the boots without a selected record. Both lists are in the order of the records. */
static void keep_picked(struct boots *boots, const struct vfj_selection *selection)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < boots->count; i++) {
        size_t pick = at;
        while (pick < selection->count
               && selection->picks[pick].boot != (uint32_t)boots->list[i].number)
            pick++;
        if (pick == selection->count)
            continue;
        at = pick;
        boots->list[count++] = boots->list[i];
    }
    boots->count = count;
}

/* Removes the boots without a selected record or, when no option selects records, those outside the
 * period that options -S and -U give. Returns the exit status. */
static int keep_selected(struct vfj_show *show, struct boots *boots)
{
    struct vfj_criteria criteria = show->criteria;
    struct vfj_selection selection;
    size_t count = 0;
    for (size_t i = 0; i < boots->count; i++) {
        struct vfj_boot boot = boots->list[i];
        if (boot.last_us >= criteria.since_us && boot.first_us <= criteria.until_us)
            boots->list[count++] = boot;
    }
    boots->count = count;
    if (!selects_records(&criteria))
        return VFJ_EXIT_OK;
    criteria.count = UINT64_MAX;
    enum vfj_status status = vfj_select(&show->source, show->input.path, &criteria, &selection);
    int exit_status = status != VFJ_OK ? complain(show, status)
        : show->has_begun              ? VFJ_EXIT_OK
                                       : vfj_show_report_faults(show, &selection);
    keep_picked(boots, &selection);
    vfj_selection_free(&selection);
    return exit_status;
}

/* Prints the newest boots that were not printed before, at most as many as -n allows. Returns the
 * number of boots printed. */
static size_t print_boots(struct vfj_show *show, const struct boots *boots)
{
    size_t first
        = boots->count > show->criteria.count ? boots->count - (size_t)show->criteria.count : 0;
    while (first < boots->count && boots->list[first].number < show->next_boot)
        first++;
    if (first < boots->count)
        vfj_show_begin_pager(show);
    if (!show->has_begun)
        vfj_boots_print_header(show);
    for (size_t i = first; i < boots->count; i++)
        vfj_boot_print(show, &boots->list[show->reverse ? boots->count - 1 - (i - first) : i]);
    vfj_pager_end();
    if (first < boots->count)
        show->next_boot = boots->list[boots->count - 1].number + 1;
    return boots->count - first;
}

static int report(struct vfj_show *show, enum vfj_status status, bool is_empty)
{
    if (status != VFJ_OK)
        return complain(show, status);
    if (show->source.damage[0] != '\0')
        return vfj_complain_status(show->input.name, VFJ_JOURNAL_DAMAGED, show->source.damage);
    if (show->next_boot != 0 || !show->is_over)
        return VFJ_EXIT_OK;
    vfj_complain(show->input.name, is_empty ? VFJ_NO_RECORDS : "no boot matches");
    return VFJ_EXIT_DIFFERENT;
}

int vfj_show_list_boots(struct vfj_show *show)
{
    struct boots boots = {.list = NULL};
    if (show->has_begun && !vfj_show_has_news(show))
        return VFJ_EXIT_OK;
    enum vfj_status status = read_boots(show, &boots);
    if (vfj_source_read_pages(&show->source, show->input.path, status)) {
        boots.count = 0;
        boots.newest = 0;
        status = read_boots(show, &boots);
    }
    bool is_empty = boots.count == 0;
    int selected = keep_selected(show, &boots);
    vfj_show_end_reading(show, boots.newest_boot);
    size_t count = print_boots(show, &boots);
    free(boots.list);
    int put = count > 0 ? vfj_show_put_cursor(show, boots.newest) : VFJ_EXIT_OK;
    int exit_status = selected != VFJ_EXIT_OK ? selected : report(show, status, is_empty);
    show->has_begun = true;
    show->newest_read = boots.newest;
    return exit_status != VFJ_EXIT_OK ? exit_status : put;
}
