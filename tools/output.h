/* Prints records as text. */
#ifndef VFJ_TOOLS_OUTPUT_H
#define VFJ_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/text/name.h"
#include "store/record.h"
#include "tools/time_format.h"

enum vfj_layout {
    VFJ_LAYOUT_SHORT,
    VFJ_LAYOUT_DELTA, /* the time is that since the line before */
    VFJ_LAYOUT_CAT,   /* word and text only */
    VFJ_LAYOUT_TEXT,  /* the text only */
};

/* clang-format off */
/* One line of the layout SHORT:
 *
 *     2026-11-22 15:02:01.010000+01:00  hn0   run   ifconfig lagg0 create   exit 1, 2.1 ms: …
 *     time and zone                     who   word  text                    outcome
 *
 * Bytes from outside that are not printable ASCII become \xHH. */
/* clang-format on */
struct vfj_style {
    bool colour;
    bool rows; /* print every row as such, with its seq and its unchanged body */
    bool tabs; /* for scripts: end each column with one tab, without filling it */
    int width; /* columns of the terminal, at which longer lines are wrapped; 0: no limit */
    enum vfj_layout layout;
    enum vfj_zone zone;
    int who_width;     /* width of the second column */
    int64_t before_us; /* DELTA: time of the line before; INT64_MIN for the first line */
};

enum { VFJ_WHO_WIDTH = 4, VFJ_LINKS_MAX = 8 };

enum { VFJ_CAUSES_MAX = 16 };

/* The records that caused a record: its cause, the cause of that one, and so on. */
struct vfj_causes {
    unsigned count;
    uint64_t list[VFJ_CAUSES_MAX]; /* the nearest cause first */
};

/* The changes of links that one line represents. */
struct vfj_links {
    uint64_t changes;          /* number of changes of all interfaces */
    int64_t first_us, last_us; /* wall time of the oldest and of the newest change */
    /* number of interfaces in the list; changes of further ones count in `changes` only */
    unsigned names;
    struct {
        struct vfj_name name;
        bool is_up; /* state after the newest change */
        uint64_t changes;
    } list[VFJ_LINKS_MAX];
};

/* Returns the style for a stream. For a terminal it has the terminal's width, and colours if the
 * terminal supports them and NO_COLOR is not set. */
struct vfj_style vfj_style_of(FILE *out);

/* Returns the interface that a record is about: its slot, or the interface of a devd line.
 * Returns an empty name when there is none. */
struct vfj_name vfj_record_who(const struct vfj_record *record);

/* Prints a record as one line. `outcome` is the record of the command's outcome, or NULL. */
void vfj_output_record(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                       const struct vfj_record *outcome);

/* Prints one line for changes of links. `record` is the newest of them. */
void vfj_output_links(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                      const struct vfj_links *links);

/* Prints the record as the cause of the line that was printed before. */
void vfj_output_cause(FILE *out, const struct vfj_style *style, const struct vfj_record *record);

/* Returns the record's line in the layout CAT or TEXT, without outcome and colour. The text is
 * valid until the next call of a function of this header. */
const char *vfj_output_text(const struct vfj_record *record, enum vfj_layout layout, bool rows);

/* Returns the word in the record's line: "vf-up", "state", "run", "gap" … */
const char *vfj_output_word(const struct vfj_record *record);

/* Prints the header line for comma-separated values (RFC 4180). With `why` it has one more
 * column. */
void vfj_output_csv_header(FILE *out, bool why);
/* Prints a record as a line of comma-separated values. The column for `why` is missing when it
 * is NULL. */
void vfj_output_csv(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                    const struct vfj_causes *why);

/* Prints a record with all its columns, each on a line of its own. */
void vfj_output_verbose(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                        const struct vfj_causes *why);

#endif
