/* Prints a timeline as an SVG picture that needs no other file: the drawing, and a table of records
 * below it. */
#include <string.h>

#include "tools/timeline/draw.h"

static const double TITLE = 34;
static const double SUMMARY = 20;
static const double TABLE_HEAD = 44;
static const double MARGIN = 16;
enum { SUMMARY_COLUMNS = 150, TABLE_COLUMNS = 118 }; /* limits of a line in characters */

/* Positions of the left edges of the table's columns. */
enum { SEQ = 62, AT = 78, WHO = 176, WORD = 264, TEXT = 350 };

static const char page_style[] = /**/
    ".vfj .title { font: 600 19px system-ui, sans-serif; }\n"
    ".vfj .summary { font: 13.5px system-ui, sans-serif; fill: var(--soft); }\n"
    ".vfj .column { font: 600 12px system-ui, sans-serif; fill: var(--soft); }\n"
    ".vfj .number { text-anchor: end; fill: var(--soft); }\n"
    ".vfj .row rect { fill: none; }\n"
    ".vfj .row:target rect { fill: var(--mark); }\n";

/* Prints the text in lines, the first one at (16, y) and each further one SUMMARY pixels below.
 * Returns the number of lines. When `out` is NULL, only counts the lines. */
static unsigned print_lines(const char *text, double y, FILE *out)
{
    unsigned lines = 0;
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > SUMMARY_COLUMNS) {
            length = SUMMARY_COLUMNS;
            while (length > 1 && text[length] != ' ')
                length--;
        }
        char line[SUMMARY_COLUMNS + 1];
        (void)snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (out != NULL) {
            (void)fprintf(out, "<text class=\"summary\" x=\"%.0f\" y=\"%.1f\">", MARGIN,
                          y + SUMMARY * lines);
            vfj_markup_print(out, line);
            (void)fputs("</text>\n", out);
        }
        text += length;
        text += strspn(text, " ");
        lines++;
    }
    return lines;
}

static void print_cell(FILE *out, const char *class, int x, double y, const char *text)
{
    char cut[TABLE_COLUMNS + 4];
    (void)snprintf(cut, sizeof cut, "%.*s%s", TABLE_COLUMNS, text,
                   strlen(text) > TABLE_COLUMNS ? "..." : "");
    (void)fprintf(out, "<text%s x=\"%d\" y=\"%.1f\">", class, x, y);
    vfj_markup_print(out, cut);
    (void)fputs("</text>", out);
}

static void print_row(const struct vfj_table_row *row, double y, FILE *out)
{
    char seq[24], at[48];
    struct vfj_text number = vfj_text_begin(seq, sizeof seq), time = vfj_text_begin(at, sizeof at);
    vfj_text_add_u64(&number, row->seq);
    vfj_axis_add_time(&time, row->at_us, 1000);
    (void)fprintf(out,
                  "<g class=\"row %s\" id=\"r%llu\"><rect x=\"8\" y=\"%.1f\" width=\"%.0f\" "
                  "height=\"%.0f\" rx=\"3\"/>",
                  vfj_tone_class((enum vfj_tone)row->tone), (unsigned long long)row->seq, y - 12,
                  VFJ_PLOT_WIDTH - 16, VFJ_TABLE_LINE);
    print_cell(out, " class=\"number\"", SEQ, y, seq);
    print_cell(out, " class=\"time\"", AT, y, at);
    print_cell(out, "", WHO, y, row->who.text);
    print_cell(out, "", WORD, y, row->word);
    print_cell(out, "", TEXT, y, row->text);
    (void)fputs("</g>\n", out);
}

static void print_table(const struct vfj_model *model, double top, FILE *out)
{
    double y = top + 18;
    print_cell(out, " class=\"column\" text-anchor=\"end\"", SEQ, y, "record");
    print_cell(out, " class=\"column\"", AT, y, "after");
    print_cell(out, " class=\"column\"", WHO, y, "interface");
    print_cell(out, " class=\"column\"", WORD, y, "word");
    print_cell(out, " class=\"column\"", TEXT, y, "text");
    (void)fprintf(out, "\n<path class=\"axis\" d=\"M8 %.1fH%.0f\"/>\n", y + 7, VFJ_PLOT_WIDTH - 8);
    for (size_t i = 0; i < model->row_count; i++)
        print_row(&model->rows[i], top + TABLE_HEAD + VFJ_TABLE_LINE * (double)i, out);
}

bool vfj_timeline_print_svg(struct vfj_model *model, enum vfj_zone zone, FILE *out)
{
    static struct vfj_plot plot;
    (void)zone; /* only the summary contains times of this zone */
    unsigned lines = print_lines(model->summary, 0, NULL);
    if (!vfj_plot_begin(&plot, model, TITLE + SUMMARY * lines + 14, out))
        return false;
    double height = plot.bottom + TABLE_HEAD + VFJ_TABLE_LINE * (double)model->row_count + MARGIN;
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"vfj\" width=\"%.0f\" "
                  "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"group\" "
                  "aria-labelledby=\"vfj-title vfj-desc\">\n",
                  VFJ_PLOT_WIDTH, height, VFJ_PLOT_WIDTH, height);
    vfj_markup_print_titles(model->title, model->summary, out);
    (void)fprintf(out, "<style>\n%s%s</style>\n", vfj_timeline_style, page_style);
    (void)fprintf(out, "<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n", VFJ_PLOT_WIDTH,
                  height);
    (void)fprintf(out, "<text class=\"title\" x=\"%.0f\" y=\"%.0f\">", MARGIN, TITLE - 4);
    vfj_markup_print(out, model->title);
    (void)fputs("</text>\n", out);
    (void)print_lines(model->summary, TITLE + SUMMARY - 2, out);
    vfj_plot_print(&plot);
    print_table(model, plot.bottom, out);
    (void)fputs("</svg>\n", out);
    return true;
}
