/* The frame of an HTML page without scripts: the title, a summary, a drawing, and the content below
 * it. */
#include "tools/timeline/draw.h"

static const char page_style[] = /**/
    "html { color-scheme: light dark; }\n"
    "body { margin: 0; background: var(--paper); color: var(--ink);\n"
    "  font: 15px/1.45 system-ui, sans-serif; }\n"
    "main { max-width: 1180px; margin: 0 auto; padding: 22px 16px 40px; }\n"
    "h1 { font-size: 24px; line-height: 1.2; margin: 0 0 6px; }\n"
    ".lead { color: var(--soft); margin: 0 0 22px; max-width: 80ch; }\n"
    "svg { display: block; width: 100%; height: auto; }\n"
    "table { border-collapse: collapse; width: 100%; margin-top: 26px; font-size: 13px;\n"
    "  font-variant-numeric: tabular-nums; }\n";

/* On a narrow screen the page scrolls sideways: a drawing of that width could not be read. */
static const char media_style[] = /**/
    "@media screen and (max-width: 900px) { main { overflow-x: auto; }\n"
    "  svg, table { width: 900px; } }\n"
    "@page { size: landscape; margin: 12mm; }\n"
    "@media print { main { padding: 0; max-width: none; } tr { break-inside: avoid; }\n"
    "  thead { display: table-header-group; } table { font-size: 11px; } }\n";

void vfj_markup_print_titles(const char *title, const char *summary, FILE *out)
{
    (void)fputs("<title id=\"vfj-title\">", out);
    vfj_markup_print(out, title);
    (void)fputs("</title>\n<desc id=\"vfj-desc\">", out);
    vfj_markup_print(out, summary);
    (void)fputs("</desc>\n", out);
}

void vfj_page_begin(const struct vfj_page *page, FILE *out)
{
    (void)fputs(
        "<!DOCTYPE html>\n<html lang=\"en\" class=\"vfj\">\n<head>\n"
        "<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
        out);
    vfj_markup_print(out, page->title);
    (void)fprintf(out, "</title>\n<style>\n%s%s%s%s%s</style>\n</head>\n<body>\n<main>\n<h1>",
                  vfj_timeline_style, page->drawing_style, page_style, page->table_style,
                  media_style);
    vfj_markup_print(out, page->title);
    (void)fputs("</h1>\n<p class=\"lead\">", out);
    vfj_markup_print(out, page->summary);
    (void)fprintf(out,
                  "</p>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                  "role=\"%s\" aria-labelledby=\"vfj-title vfj-desc\">\n",
                  page->width, page->height, page->role);
    vfj_markup_print_titles(page->title, page->summary, out);
}

void vfj_page_end(FILE *out)
{
    (void)fputs("</main>\n</body>\n</html>\n", out);
}
