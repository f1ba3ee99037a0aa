/* Lists the boots of the guest for `vfjournal show`. */
#include <stdio.h>
#include <stdlib.h>

#include "core/text/kv.h"
#include "tools/csv.h"
#include "tools/finding.h"
#include "tools/pager.h"
#include "tools/record_json.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* A boot of the guest, and the times of the first and the last record that were written during
 * it. */
struct boot {
    uint64_t number;
    int64_t first_us, last_us;
    char id[64]; /* the id that the kernel gave to this boot; bytes that must not be trusted */
};

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

static void add_record(struct boot *boot, const struct vfj_record *record)
{
    struct vfj_kv pair;
    boot->last_us = record->wall_us;
    if (boot->id[0] == '\0' && record->kind == VFJ_EVENT_STARTED
        && vfj_kv_find(record->body, "boot", &pair))
        (void)vfj_kv_value(&pair, boot->id, sizeof boot->id);
}

/* All boots in the journal, the oldest first. */
struct boots {
    struct boot *list;
    size_t count, room;
};

/* Adds the boot in which the record was written. Returns NULL when memory runs out. */
static struct boot *add_boot(struct boots *boots, const struct vfj_record *record)
{
    if (boots->count == boots->room) {
        size_t room = boots->room > 0 ? 2 * boots->room : 16;
        struct boot *list = realloc(boots->list, room * sizeof *list);
        if (list == NULL)
            return NULL;
        boots->list = list;
        boots->room = room;
    }
    struct boot *boot = &boots->list[boots->count++];
    *boot = (struct boot){.number = record->boot, .first_us = record->wall_us};
    return boot;
}

static enum vfj_status read_boots(struct vfj_show *show, struct boots *boots)
{
    struct vfj_record record;
    struct boot *boot = NULL;
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
    }
    vfj_source_walk_end(&show->source);
    return status == VFJ_END ? VFJ_OK : status;
}

static void print_json(const struct boot *boot)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, "{\"boot\":");
    vfj_text_add_u64(&text, boot->number);
    vfj_text_add(&text, ",\"first\":\"");
    vfj_time_add_rfc3339_us(&text, boot->first_us);
    vfj_text_add(&text, "\",\"last\":\"");
    vfj_time_add_rfc3339_us(&text, boot->last_us);
    vfj_text_add(&text, "\",\"id\":");
    vfj_json_quote(&text, vfj_span_of(boot->id));
    vfj_text_add_char(&text, '}');
    vfj_terminal_print_json(stdout, (struct vfj_span){text.bytes, text.length});
    (void)fputc('\n', stdout);
}

static void print_csv(const struct vfj_show *show, const struct boot *boot)
{
    char bytes[512];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    (void)printf("%llu,", (unsigned long long)boot->number);
    vfj_time_add(&text, boot->first_us, show->zone);
    vfj_csv_print_time(stdout, bytes);
    (void)fputc(',', stdout);
    text = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add(&text, boot->last_us, show->zone);
    vfj_csv_print_time(stdout, bytes);
    (void)fputc(',', stdout);
    text = vfj_text_begin(bytes, sizeof bytes);
    vfj_terminal_add(&text, vfj_span_of(boot->id));
    vfj_csv_print(stdout, bytes);
    (void)fputc('\n', stdout);
}

static void print_boot(const struct vfj_show *show, const struct boot *boot)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    const char *between = show->tabs ? "\t" : "  ";
    if (show->format == VFJ_SHOW_CSV) {
        print_csv(show, boot);
        return;
    }
    if (show->format == VFJ_SHOW_JSON) {
        print_json(boot);
        return;
    }
    vfj_text_add_u64(&text, boot->number);
    vfj_text_add(&text, between);
    vfj_time_add(&text, boot->first_us, show->zone);
    vfj_text_add(&text, between);
    vfj_time_add(&text, boot->last_us, show->zone);
    vfj_text_add(&text, between);
    vfj_terminal_add(&text, vfj_span_of(boot->id));
    (void)fprintf(stdout, "%s\n", line);
}

/* Prints the newest boots that overlap the period that options -S and -U give, at most as many as
 * -n allows. Returns the number of boots printed. */
static size_t print_boots(const struct vfj_show *show, struct boots *boots)
{
    const struct vfj_criteria *criteria = &show->criteria;
    size_t count = 0;
    for (size_t i = 0; i < boots->count; i++) {
        struct boot boot = boots->list[i];
        if (boot.last_us >= criteria->since_us && boot.first_us <= criteria->until_us)
            boots->list[count++] = boot;
    }
    size_t first = count > criteria->count ? count - (size_t)criteria->count : 0;
    if (count > 0)
        vfj_show_begin_pager(show);
    if (show->format == VFJ_SHOW_CSV && !show->tabs)
        (void)fputs("boot,first,last,id\n", stdout);
    for (size_t i = first; i < count; i++)
        print_boot(show, &boots->list[show->reverse ? count - 1 - (i - first) : i]);
    vfj_pager_end();
    return count;
}

int vfj_show_list_boots(struct vfj_show *show)
{
    struct boots boots = {.list = NULL};
    enum vfj_status status = read_boots(show, &boots);
    if (vfj_source_read_pages(&show->source, show->input.path, status)) {
        boots.count = 0;
        status = read_boots(show, &boots);
    }
    bool is_empty = boots.count == 0;
    size_t count = print_boots(show, &boots);
    free(boots.list);
    if (status != VFJ_OK)
        return complain(show, status);
    if (show->source.damage[0] != '\0')
        return vfj_complain_status(show->input.name, VFJ_JOURNAL_DAMAGED, show->source.damage);
    if (count > 0)
        return VFJ_EXIT_OK;
    vfj_complain(show->input.name, is_empty ? VFJ_NO_RECORDS : "no boot matches");
    return VFJ_EXIT_DIFFERENT;
}
