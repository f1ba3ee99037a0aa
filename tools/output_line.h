/* The line of a record while it is built: its columns and its colours. */
#ifndef VFJ_TOOLS_OUTPUT_LINE_H
#define VFJ_TOOLS_OUTPUT_LINE_H

#include "core/text/text.h"
#include "tools/output.h"

/* The colours of the output, as parameters of the terminal's SGR sequence. Each has one meaning. */
#define VFJ_COLOUR_GOOD   "32"
#define VFJ_COLOUR_BAD    "31"
#define VFJ_COLOUR_MOVING "33"
#define VFJ_COLOUR_FAINT  "2"

struct vfj_line {
    const struct vfj_style *style;
    struct vfj_text text;
    size_t begin; /* where the current column begins */
    /* number of bytes in the current column that take no space on the screen (colour sequences) */
    size_t unseen;
    size_t hidden; /* number of bytes in the whole line that take no space on the screen */
    /* the column in which the text begins, to which further lines of wrapped text are indented */
    size_t indent;
};

/* Fills the column with blanks up to its width, and adds two more blanks. With style->tabs, adds
 * one tab instead. In the layout TEXT, adds the two blanks only. */
void vfj_line_end_column(struct vfj_line *line, size_t width);

/* Adds a change of colour, if the style has colours. `parameters` is NULL, a colour, or "0" for the
 * end of a colour. */
void vfj_line_colour(struct vfj_line *line, const char *parameters);

/* Adds a text of the program itself, which needs no escapes. */
void vfj_line_add(struct vfj_line *line, const char *text);
/* Adds a text of the program itself in colour. `parameters` may be NULL. */
void vfj_line_add_coloured(struct vfj_line *line, const char *parameters, const char *text);
/* Adds a text from outside. Bytes that are not printable ASCII become \xHH. */
void vfj_line_add_untrusted(struct vfj_line *line, struct vfj_span span);

/* Adds a duration, such as "2.1 ms", "1.5 s" or "120 s". */
void vfj_line_add_duration(struct vfj_line *line, int64_t us);

/* Returns the value of a key in a record's body, without quotes. Returns an empty span when the key
 * is missing. `bytes` holds the value. */
struct vfj_span vfj_body_value(struct vfj_span body, const char *key, char *bytes, size_t size);
/* Adds the value of a key in a record's body. */
void vfj_line_add_value(struct vfj_line *line, struct vfj_span body, const char *key);

/* Returns true when the terminal has too few columns for the full format of a line. */
bool vfj_style_is_narrow(const struct vfj_style *style);

#endif
