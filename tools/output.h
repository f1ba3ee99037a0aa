/* Prints records for people. */
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
    VFJ_LAYOUT_CAT,   /* word and text alone */
    VFJ_LAYOUT_TEXT,  /* the text alone */
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
    bool rows; /* every row by itself: with its seq, and its body as it is */
    bool tabs; /* for scripts: one tab ends each column, which is not filled */
    int width; /* columns of the terminal: longer lines are wrapped; 0 for no limit */
    enum vfj_layout layout;
    enum vfj_zone zone;
    int who_width;     /* of the second column */
    int64_t before_us; /* DELTA: time of the line before; INT64_MIN for the first */
};

enum { VFJ_WHO_WIDTH = 4, VFJ_LINKS_MAX = 8 };

enum { VFJ_CAUSES_MAX = 16 };

/* The records that led to a record: its cause, the cause of that, and so on. */
struct vfj_causes {
    unsigned count;
    uint64_t list[VFJ_CAUSES_MAX]; /* the nearest first */
};

/* Changes of links that one line stands for. */
struct vfj_links {
    uint64_t changes;          /* of all interfaces */
    int64_t first_us, last_us; /* wall time of the oldest and of the newest */
    unsigned names;            /* interfaces beyond the list are counted in `changes` only */
    struct {
        struct vfj_name name;
        bool is_up; /* after the newest change */
        uint64_t changes;
    } list[VFJ_LINKS_MAX];
};

/* Returns the style for a stream: on a terminal with its width, and with colours where it has them,
 * unless NO_COLOR is set. */
struct vfj_style vfj_style_of(FILE *out);

/* Returns the interface that a record is about: its slot, or the interface of a devd line. Returns
 * an empty name for none. */
struct vfj_name vfj_record_who(const struct vfj_record *record);

/* Prints the line. `outcome` is the record of the command's outcome; NULL for none. */
void vfj_output_record(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                       const struct vfj_record *outcome);

/* Prints the line for changes of links. `record` is the newest of them. */
void vfj_output_links(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                      const struct vfj_links *links);

/* Prints the record as the cause of the line before it. */
void vfj_output_cause(FILE *out, const struct vfj_style *style, const struct vfj_record *record);

/* Returns the line in the layout CAT or TEXT, without outcome and colour. The text is valid until
 * the next call of a function here. */
const char *vfj_output_text(const struct vfj_record *record, enum vfj_layout layout, bool rows);

/* Returns the word of the line: "vf-up", "state", "run", "gap" … */
const char *vfj_output_word(const struct vfj_record *record);

/* Print a record as a line of comma-separated values (RFC 4180), and the line before the first. With
 * `why` there is one more column. */
void vfj_output_csv_header(FILE *out, bool why);
void vfj_output_csv(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                    const struct vfj_causes *why);

/* Prints a record with all its columns, one a line. */
void vfj_output_verbose(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                        const struct vfj_causes *why);

#endif
