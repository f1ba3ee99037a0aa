/* Builds the line of a record: its columns and its colours. */
#include "tools/output_line.h"

#include "core/limits.h"
#include "core/text/kv.h"
#include "tools/terminal.h"

/* On a terminal with fewer columns than this, a line has its short format. */
enum { NARROW = 100 };

static void begin_column(struct vfj_line *line)
{
    line->begin = line->text.length;
    line->unseen = 0;
}

void vfj_line_end_column(struct vfj_line *line, size_t width)
{
    if (line->style->tabs) {
        vfj_text_add_char(&line->text, '\t');
        begin_column(line);
        return;
    }
    bool is_alone = line->style->layout == VFJ_LAYOUT_TEXT; /* no line is below or above it */
    while (!is_alone && line->text.length - line->begin - line->unseen < width)
        vfj_text_add_char(&line->text, ' ');
    vfj_text_add(&line->text, "  ");
    begin_column(line);
}

void vfj_line_colour(struct vfj_line *line, const char *parameters)
{
    size_t before = line->text.length;
    if (!line->style->colour || parameters == NULL)
        return;
    vfj_text_add(&line->text, "\033[");
    vfj_text_add(&line->text, parameters);
    vfj_text_add(&line->text, "m");
    line->unseen += line->text.length - before;
    line->hidden += line->text.length - before;
}

void vfj_line_add(struct vfj_line *line, const char *text)
{
    vfj_text_add(&line->text, text);
}

void vfj_line_add_coloured(struct vfj_line *line, const char *parameters, const char *text)
{
    vfj_line_colour(line, parameters);
    vfj_line_add(line, text);
    vfj_line_colour(line, parameters != NULL ? "0" : NULL);
}

void vfj_line_add_untrusted(struct vfj_line *line, struct vfj_span span)
{
    vfj_terminal_add(&line->text, span);
}

struct vfj_span vfj_body_value(struct vfj_span body, const char *key, char *bytes, size_t size)
{
    struct vfj_kv pair;
    if (!vfj_kv_find(body, key, &pair) || !vfj_kv_value(&pair, bytes, size))
        return (struct vfj_span){"", 0};
    return vfj_span_of(bytes);
}

void vfj_line_add_value(struct vfj_line *line, struct vfj_span body, const char *key)
{
    char bytes[4 * VFJ_ARGS_SIZE];
    vfj_line_add_untrusted(line, vfj_body_value(body, key, bytes, sizeof bytes));
}

bool vfj_style_is_narrow(const struct vfj_style *style)
{
    return style->width > 0 && style->width < NARROW;
}

void vfj_line_add_duration(struct vfj_line *line, int64_t us)
{
    uint64_t tenths = us < 0 ? 0 : (uint64_t)us / 100;
    const char *unit = " ms";
    if (tenths >= 10000) {
        tenths /= 1000;
        unit = " s";
    }
    vfj_text_add_u64(&line->text, tenths / 10);
    if (tenths < 100 || tenths % 10 != 0) {
        vfj_text_add_char(&line->text, '.');
        vfj_text_add_u64(&line->text, tenths % 10);
    }
    vfj_line_add(line, unit);
}
