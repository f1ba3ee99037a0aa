/* Prints the columns of a record: as comma-separated values, and each on a line of its own. */
#include "tools/csv.h"
#include "tools/output.h"
#include "tools/terminal.h"

static const char *print_time(char *bytes, size_t size, const struct vfj_style *style,
                              int64_t wall_us)
{
    struct vfj_text text = vfj_text_begin(bytes, size);
    vfj_time_add_us(&text, wall_us, style->zone);
    return bytes;
}

/* Prints the seqs of the records that caused a record, the nearest cause first, such as "495
 * 494". */
static void print_causes(FILE *out, const struct vfj_causes *why)
{
    for (unsigned i = 0; i < why->count; i++)
        (void)fprintf(out, "%s%llu", i > 0 ? " " : "", (unsigned long long)why->list[i]);
}

void vfj_output_csv(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                    const struct vfj_causes *why)
{
    char time[64];
    (void)fprintf(out, "%llu,", (unsigned long long)record->seq);
    vfj_csv_print_time(out, print_time(time, sizeof time, style, record->wall_us));
    /* These columns need no quotes: the word is one of this program's, and an interface's name
     * begins with a letter. */
    (void)fprintf(out, ",%llu,%s,%s,", (unsigned long long)record->boot, vfj_output_word(record),
                  vfj_record_who(record).text);
    vfj_csv_print(out, vfj_output_text(record, VFJ_LAYOUT_TEXT, true));
    if (why != NULL) {
        (void)fputc(',', out);
        print_causes(out, why);
    }
    (void)fputc('\n', out);
}

void vfj_output_csv_header(FILE *out, bool why)
{
    (void)fprintf(out, "seq,time,boot,word,interface,text%s\n", why ? ",why" : "");
}

static void print_pair(FILE *out, const char *key, struct vfj_span value)
{
    if (value.length == 0)
        return;
    (void)fprintf(out, "    %s=", key);
    vfj_terminal_print(out, value);
    (void)fputc('\n', out);
}

void vfj_output_verbose(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                        const struct vfj_causes *why)
{
    char bytes[64];
    (void)fprintf(out, "%s  record %llu\n", print_time(bytes, sizeof bytes, style, record->wall_us),
                  (unsigned long long)record->seq);
    print_pair(out, "kind", vfj_span_of(vfj_record_kind_name(record->kind)));
    (void)fprintf(out, "    boot=%llu\n    mono_us=%lld\n", (unsigned long long)record->boot,
                  (long long)record->mono_us);
    if (record->cause != 0)
        (void)fprintf(out, "    cause=%llu\n", (unsigned long long)record->cause);
    if (why != NULL && why->count > 0) {
        (void)fputs("    why=", out);
        print_causes(out, why);
        (void)fputc('\n', out);
    }
    print_pair(out, "interface", vfj_span_of(vfj_record_who(record).text));
    print_pair(out, "word", vfj_span_of(vfj_output_word(record)));
    print_pair(out, "text", vfj_span_of(vfj_output_text(record, VFJ_LAYOUT_TEXT, false)));
    print_pair(out, "body", record->body);
    print_pair(out, "note", record->note);
    struct vfj_text hash = vfj_text_begin(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof record->chain; i++)
        vfj_text_add_hex(&hash, (unsigned char)record->chain[i], 2);
    print_pair(out, "chain", vfj_span_of(bytes));
}
