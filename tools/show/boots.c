/* The boots of the guest in `vfjournal show`. */
#include <stdio.h>
#include <string.h>

#include "core/text/kv.h"
#include "tools/finding.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* The records of one boot. */
struct boot {
    uint64_t number;
    int64_t first_us, last_us;
    char id[64]; /* the kernel's boot id; untrusted bytes */
};

static int complain(const struct vfj_show *show, enum vfj_status status)
{
    return vfj_complain_status(show->input.name, status, vfj_journal_detail(show->journal));
}

int vfj_show_find_boot(struct vfj_show *show)
{
    struct vfj_record record;
    char line[96];
    if (!show->has_boot)
        return VFJ_EXIT_OK;
    vfj_journal_walk(show->journal, UINT64_MAX, VFJ_BACKWARD);
    enum vfj_status status = vfj_journal_next(show->journal, &record);
    int64_t newest = status == VFJ_OK ? (int64_t)record.boot : 0;
    vfj_journal_walk_end(show->journal);
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

static void print_boot(const struct vfj_show *show, const struct boot *boot)
{
    char line[256];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add_u64(&text, boot->number);
    vfj_text_add(&text, "  ");
    vfj_time_add(&text, boot->first_us, show->zone);
    vfj_text_add(&text, "  ");
    vfj_time_add(&text, boot->last_us, show->zone);
    vfj_text_add(&text, "  ");
    vfj_terminal_add(&text, vfj_span_of(boot->id));
    (void)fprintf(stdout, "%s\n", line);
}

static void add_record(struct boot *boot, const struct vfj_record *record)
{
    struct vfj_kv pair;
    boot->last_us = record->wall_us;
    if (boot->id[0] == '\0' && record->kind == VFJ_EVENT_STARTED
        && vfj_kv_find(record->body, "boot", &pair))
        (void)vfj_kv_value(&pair, boot->id, sizeof boot->id);
}

int vfj_show_list_boots(struct vfj_show *show)
{
    struct vfj_record record;
    struct boot boot = {.number = 0};
    enum vfj_status status;
    vfj_journal_walk(show->journal, 1, VFJ_FORWARD);
    while ((status = vfj_journal_next(show->journal, &record)) == VFJ_OK) {
        if (boot.number != record.boot) {
            if (boot.number != 0)
                print_boot(show, &boot);
            boot = (struct boot){.number = record.boot, .first_us = record.wall_us};
        }
        add_record(&boot, &record);
    }
    vfj_journal_walk_end(show->journal);
    if (boot.number != 0)
        print_boot(show, &boot);
    if (status != VFJ_END)
        return complain(show, status);
    if (boot.number == 0)
        vfj_complain(show->input.name, VFJ_NO_RECORDS);
    return boot.number != 0 ? VFJ_EXIT_OK : VFJ_EXIT_DIFFERENT;
}
