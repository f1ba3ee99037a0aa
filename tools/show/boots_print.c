/* Prints boots for `vfjournal show --list-boots`. */
#include "tools/show/boots.h"

#include <stdio.h>

#include "tools/csv.h"
#include "tools/record_json.h"
#include "tools/terminal.h"

static void print_json(const struct vfj_boot *boot)
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

static void print_csv(const struct vfj_show *show, const struct vfj_boot *boot)
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

/* Adds the time of the boot's first record. In the format DELTA, each line but the first has
 * instead the time since the first record of the boot in the line before. */
static void add_first(struct vfj_show *show, struct vfj_text *text, const struct vfj_boot *boot)
{
    int64_t before_us = show->style.before_us;
    show->style.before_us = boot->first_us;
    if (show->format != VFJ_SHOW_DELTA || before_us == INT64_MIN) {
        vfj_time_add(text, boot->first_us, show->zone);
        return;
    }
    vfj_text_add(text, boot->first_us < before_us ? "" : "+");
    vfj_text_add_seconds(text, boot->first_us - before_us);
}

static void print_line(struct vfj_show *show, const struct vfj_boot *boot)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    const char *between = show->tabs ? "\t" : "  ";
    vfj_text_add_u64(&text, boot->number);
    vfj_text_add(&text, between);
    if (show->format != VFJ_SHOW_CAT) {
        add_first(show, &text, boot);
        vfj_text_add(&text, between);
        vfj_time_add(&text, boot->last_us, show->zone);
        vfj_text_add(&text, between);
    }
    vfj_terminal_add(&text, vfj_span_of(boot->id));
    (void)fprintf(stdout, "%s\n", line);
}

static void print_verbose(const struct vfj_show *show, const struct vfj_boot *boot)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_time_add(&text, boot->first_us, show->zone);
    vfj_text_add(&text, "  boot ");
    vfj_text_add_u64(&text, boot->number);
    vfj_text_add(&text, "\n    last=");
    vfj_time_add(&text, boot->last_us, show->zone);
    vfj_text_add(&text, "\n    id=");
    vfj_terminal_add(&text, vfj_span_of(boot->id));
    (void)fprintf(stdout, "%s\n", line);
}

void vfj_boots_print_header(const struct vfj_show *show)
{
    if (show->format == VFJ_SHOW_CSV && !show->tabs)
        (void)fputs("boot,first,last,id\n", stdout);
}

void vfj_boot_print(struct vfj_show *show, const struct vfj_boot *boot)
{
    switch (show->format) {
    case VFJ_SHOW_CSV:
        print_csv(show, boot);
        break;
    case VFJ_SHOW_JSON:
        print_json(boot);
        break;
    case VFJ_SHOW_VERBOSE:
        print_verbose(show, boot);
        break;
    case VFJ_SHOW_SHORT:
    case VFJ_SHOW_DELTA:
    case VFJ_SHOW_CAT:
        print_line(show, boot);
        break;
    }
}
