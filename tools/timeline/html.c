/* Prints a timeline as one HTML page without scripts: the drawing, and a table of records below
 * it. */
#include "tools/timeline/draw.h"

static const char table_style[] = /**/
    "caption { text-align: left; color: var(--soft); padding: 0 0 6px; }\n"
    "th { text-align: left; font-weight: 600; color: var(--soft); }\n"
    "th, td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }\n"
    "td:nth-child(1), th:nth-child(1) { text-align: right; padding-left: 6px; }\n"
    "td:nth-child(1), td:nth-child(2), td:nth-child(3) { color: var(--soft); }\n"
    "td { white-space: nowrap; }\n"
    "td:nth-child(6) { font-family: ui-monospace, monospace; font-size: 12px;\n"
    "  white-space: normal; overflow-wrap: anywhere; }\n"
    "tr.fault td:nth-child(6) { color: var(--bad); }\n"
    "tr:target { background: var(--mark); }\n";

static void print_cell(FILE *out, const char *text)
{
    (void)fputs("<td>", out);
    vfj_markup_print(out, text);
    (void)fputs("</td>", out);
}

static void print_row(const struct vfj_table_row *row, enum vfj_zone zone, FILE *out)
{
    char at[48], when[64];
    struct vfj_text after = vfj_text_begin(at, sizeof at);
    struct vfj_text time = vfj_text_begin(when, sizeof when);
    vfj_axis_add_time(&after, row->at_us, 1000);
    vfj_time_add_us(&time, row->wall_us, zone);
    (void)fprintf(out, "<tr id=\"r%llu\"%s><td>%llu</td>", (unsigned long long)row->seq,
                  row->tone == VFJ_TONE_BAD ? " class=\"fault\"" : "",
                  (unsigned long long)row->seq);
    print_cell(out, at);
    print_cell(out, when);
    print_cell(out, row->who.text);
    print_cell(out, row->word);
    print_cell(out, row->text);
    (void)fputs("</tr>\n", out);
}

static void print_table(const struct vfj_model *model, enum vfj_zone zone, FILE *out)
{
    (void)fputs("<table>\n<caption>The records of the drawing. A click on an element leads "
                "here.</caption>\n<thead><tr><th scope=\"col\">record</th><th scope=\"col\">after"
                "</th><th scope=\"col\">time</th><th scope=\"col\">interface</th>"
                "<th scope=\"col\">word</th><th scope=\"col\">text</th></tr></thead>\n<tbody>\n",
                out);
    for (size_t i = 0; i < model->row_count; i++)
        print_row(&model->rows[i], zone, out);
    (void)fputs("</tbody>\n</table>\n", out);
}

bool vfj_timeline_print_html(struct vfj_model *model, enum vfj_zone zone, FILE *out)
{
    static struct vfj_plot plot;
    if (!vfj_plot_begin(&plot, model, 2, out))
        return false;
    vfj_page_begin(&(struct vfj_page){.title = model->title,
                                      .summary = model->summary,
                                      .drawing_style = "",
                                      .table_style = table_style,
                                      .role = "group",
                                      .width = VFJ_PLOT_WIDTH,
                                      .height = plot.bottom + 4},
                   out);
    vfj_plot_print(&plot);
    (void)fputs("</svg>\n", out);
    print_table(model, zone, out);
    vfj_page_end(out);
    return true;
}
