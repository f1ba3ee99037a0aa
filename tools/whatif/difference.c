/* Finds the first row in which two journals of the same trace differ. */
#include "tools/whatif/difference.h"

#include <string.h>

/* Reads the next row that is an event or a decision. Skips all other rows. */
static enum vfj_status next_row(struct vfj_journal *journal, struct vfj_record *record)
{
    enum vfj_status status;
    while ((status = vfj_journal_next_raw(journal, record)) == VFJ_OK
           && !vfj_record_is_event(record) && !vfj_record_is_decided(record)) {
    }
    return status;
}

static bool same_span(struct vfj_span a, struct vfj_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool same_row(const struct vfj_record *a, const struct vfj_record *b, bool exact)
{
    if (a->kind != b->kind)
        return false;
    bool is_setting = a->kind == VFJ_EVENT_STARTED || a->kind == VFJ_EVENT_CONFIGURED;
    if (vfj_record_is_decided(a) || (exact && !is_setting)) {
        if (!same_span(a->body, b->body))
            return false;
    }
    return !exact
        || (a->wall_us == b->wall_us && a->mono_us == b->mono_us && a->boot == b->boot
            && same_span(a->note, b->note));
}

enum vfj_status vfj_difference_find(struct vfj_journal *a, struct vfj_journal *b, bool exact,
                                    struct vfj_first_difference *difference)
{
    struct vfj_record of_a, of_b;
    enum vfj_status status_a, status_b;
    uint64_t row = 0, events_a = 0, events_b = 0;
    bool is_same = true;
    vfj_journal_walk(a, 1, VFJ_FORWARD);
    vfj_journal_walk(b, 1, VFJ_FORWARD);
    do {
        status_a = next_row(a, &of_a);
        status_b = next_row(b, &of_b);
        row++;
        events_a += status_a == VFJ_OK && vfj_record_is_event(&of_a);
        events_b += status_b == VFJ_OK && vfj_record_is_event(&of_b);
        is_same = status_a == VFJ_OK && status_b == VFJ_OK && same_row(&of_a, &of_b, exact);
    } while (is_same);
    *difference = (struct vfj_first_difference){0};
    bool is_end = status_a == VFJ_END && status_b == VFJ_END;
    if (!is_end) {
        bool is_event = (status_a != VFJ_OK || vfj_record_is_event(&of_a))
            && (status_b != VFJ_OK || vfj_record_is_event(&of_b));
        difference->row = row;
        difference->common = events_a < events_b ? events_a : events_b;
        difference->common -= is_event && status_a == VFJ_OK && status_b == VFJ_OK;
    }
    if (status_a == VFJ_OK) {
        difference->seq = of_a.seq;
        difference->wall_us = of_a.wall_us;
    }
    vfj_journal_walk_end(a);
    vfj_journal_walk_end(b);
    if (status_a != VFJ_OK && status_a != VFJ_END)
        return status_a;
    return status_b == VFJ_OK || status_b == VFJ_END ? VFJ_OK : status_b;
}

enum vfj_status vfj_difference_locate(struct vfj_journal *journal,
                                      struct vfj_first_difference *difference)
{
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    difference->seq = 0;
    if (difference->row == 0)
        return VFJ_OK;
    vfj_journal_walk(journal, 1, VFJ_FORWARD);
    for (uint64_t row = 0; row < difference->row && status == VFJ_OK; row++)
        status = next_row(journal, &record);
    vfj_journal_walk_end(journal);
    if (status == VFJ_OK) {
        difference->seq = record.seq;
        difference->wall_us = record.wall_us;
    }
    return status == VFJ_END ? VFJ_OK : status;
}
