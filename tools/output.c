/* Prints records as lines of text. */
#include "tools/output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "tools/output_line.h"
#include "tools/record_text.h"
#include "tools/terminal.h"

enum {
    TIME_WIDTH = 27,
    SHORT_TIME_WIDTH = 20, /* a time in whole seconds */
    LINE_SIZE = 4 * VFJ_BODY_MAX + 1024,
    /* width of the text about a record's cause, which may be a long observation */
    CAUSE_WIDTH = 160,
};

struct vfj_style vfj_style_of(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool plain
        = (no_color != NULL && no_color[0] != '\0') || term == NULL || strcmp(term, "dumb") == 0;
    bool is_terminal = isatty(fileno(out)) == 1;
    return (struct vfj_style){.colour = !plain && is_terminal,
                              .width = is_terminal ? vfj_terminal_width(fileno(out)) : 0,
                              .who_width = VFJ_WHO_WIDTH,
                              .before_us = INT64_MIN};
}

/* Returns true when the difference of both times cannot overflow. A forged journal may contain any
 * times. */
static bool is_near(int64_t a, int64_t b)
{
    const int64_t half = INT64_MAX / 2;
    return a > -half && a < half && b > -half && b < half;
}

/* Adds the record's time. In the layout DELTA, adds the time since the line before, such as
 * "+0.002100". */
static void add_time(struct vfj_line *line, int64_t wall_us)
{
    const struct vfj_style *style = line->style;
    struct vfj_text *text = &line->text;
    vfj_line_colour(line, VFJ_COLOUR_FAINT);
    bool is_delta = style->layout == VFJ_LAYOUT_DELTA && style->before_us != INT64_MIN;
    if (is_delta && is_near(wall_us, style->before_us)) {
        vfj_text_add(text, wall_us < style->before_us ? "" : "+");
        vfj_text_add_seconds(text, wall_us - style->before_us);
    } else if (vfj_style_is_narrow(style)) {
        vfj_time_add(text, wall_us, style->zone);
    } else {
        vfj_time_add_us(text, wall_us, style->zone);
    }
    vfj_line_colour(line, "0");
    vfj_line_end_column(line, vfj_style_is_narrow(style) ? SHORT_TIME_WIDTH : TIME_WIDTH);
}

static void add_seq(struct vfj_line *line, uint64_t seq)
{
    struct vfj_text *text = &line->text;
    for (uint64_t rest = seq; rest < 100000; rest *= 10)
        vfj_text_add_char(text, ' ');
    vfj_text_add_u64(text, seq);
    vfj_line_end_column(line, 0);
}

static void begin_line(struct vfj_line *line, const struct vfj_style *style, char *bytes,
                       size_t size)
{
    *line = (struct vfj_line){.style = style, .text = vfj_text_begin(bytes, size)};
}

static size_t trimmed_length(const struct vfj_line *line)
{
    size_t length = line->text.length;
    while (length > 0 && line->text.bytes[length - 1] == ' ')
        length--;
    return length;
}

/* The buffer for a line. It has room for any line: in the worst case each of the VFJ_BODY_MAX bytes
 * of a body becomes four. */
static char line_bytes[LINE_SIZE];

/* Begins the line of a record: adds everything before the text. */
static void begin_record(struct vfj_line *line, const struct vfj_style *style,
                         const struct vfj_record *record, const char *who)
{
    begin_line(line, style, line_bytes, sizeof line_bytes);
    if (style->layout == VFJ_LAYOUT_CAT)
        return;
    if (style->rows)
        add_seq(line, record->seq);
    add_time(line, record->wall_us);
    vfj_line_add(line, who[0] != '\0' ? who : "-");
    vfj_line_end_column(line, (size_t)style->who_width);
}

/* Prints the line. When it is wrapped, its further lines are indented to the beginning of the
 * text. */
static void print_line(FILE *out, const struct vfj_line *line)
{
    struct vfj_span span = {line_bytes, trimmed_length(line)};
    vfj_terminal_print_wrapped(out, span, line->style->width, (int)line->indent);
}

void vfj_output_record(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                       const struct vfj_record *outcome)
{
    struct vfj_line line;
    struct vfj_name who = vfj_record_who(record);
    begin_record(&line, style, record, who.text);
    vfj_line_add_record(&line, record, outcome);
    print_line(out, &line);
}

static void add_link(struct vfj_line *line, const struct vfj_links *links, unsigned i)
{
    vfj_line_add(line, i > 0 ? ", " : "");
    vfj_line_add(line, links->names > 1 ? links->list[i].name.text : "link");
    vfj_line_add(line, links->list[i].is_up ? " up" : " down");
    if (links->list[i].changes == 1)
        return;
    vfj_line_add(line, ", the last of ");
    vfj_text_add_u64(&line->text, links->list[i].changes);
    vfj_line_add(line, " changes");
}

void vfj_output_links(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                      const struct vfj_links *links)
{
    struct vfj_line line;
    uint64_t listed = 0;
    begin_record(&line, style, record, links->names == 1 ? links->list[0].name.text : "");
    vfj_line_add_word(&line, NULL, vfj_devd_kind_name(VFJ_DEVD_LINK));
    for (unsigned i = 0; i < links->names; i++) {
        add_link(&line, links, i);
        listed += links->list[i].changes;
    }
    if (links->changes > listed) {
        vfj_line_add(&line, " and ");
        vfj_text_add_u64(&line.text, links->changes - listed);
        vfj_line_add(&line, " changes of other links");
    }
    if (links->last_us > links->first_us) {
        vfj_line_add(&line, " in ");
        vfj_time_add_duration(&line.text, links->last_us - links->first_us);
    }
    print_line(out, &line);
}

void vfj_output_cause(FILE *out, const struct vfj_style *style, const struct vfj_record *record)
{
    struct vfj_line line;
    struct vfj_style cause = *style;
    /* for a command, show the record itself, without the command's outcome */
    cause.rows = record->kind == VFJ_RECORD_COMMAND;
    cause.layout = VFJ_LAYOUT_CAT;
    cause.colour = false;
    begin_line(&line, &cause, line_bytes, sizeof line_bytes);
    vfj_line_add(&line, style->tabs ? "" : "    <- ");
    vfj_text_add_u64(&line.text, record->seq);
    vfj_text_add_char(&line.text, ' ');
    vfj_line_add_record(&line, record, NULL);
    if (line.text.length > CAUSE_WIDTH) {
        line.text.length = CAUSE_WIDTH;
        line.hidden = 0;
        vfj_line_add(&line, " ...");
    }
    print_line(out, &line);
}

const char *vfj_output_text(const struct vfj_record *record, enum vfj_layout layout, bool rows)
{
    struct vfj_line line;
    const struct vfj_style style = {.rows = rows, .layout = layout};
    begin_line(&line, &style, line_bytes, sizeof line_bytes);
    vfj_line_add_record(&line, record, NULL);
    line_bytes[trimmed_length(&line)] = '\0';
    return line_bytes;
}
