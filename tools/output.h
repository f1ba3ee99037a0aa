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
    VFJ_LAYOUT_DELTA, /* instead of the time: the time since the line before */
    VFJ_LAYOUT_CAT,   /* only the word for the record's kind, and the text */
    VFJ_LAYOUT_TEXT,  /* only the text */
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
    bool rows; /* print the stored row: its seq and its unchanged body */
    bool tabs; /* separate columns by one tab without filling them with blanks, for scripts */
    /* number of columns of the terminal, at which longer lines are wrapped; 0: no limit */
    int width;
    enum vfj_layout layout;
    enum vfj_zone zone;
    int who_width;     /* width of the second column, which names the interface */
    int64_t before_us; /* for DELTA: time of the line before; INT64_MIN: this is the first line */
};

/* The word in the line of a row that stores a recovered record (store/recovered_row.h). */
#define VFJ_WORD_UNVERIFIED "unverified"

enum { VFJ_WHO_WIDTH = 4, VFJ_LINKS_MAX = 8 };

enum { VFJ_CAUSES_MAX = 16 };

/* The records that led to a record: its cause, then the cause of the cause, and so on. */
struct vfj_causes {
    unsigned count;
    uint64_t list[VFJ_CAUSES_MAX]; /* the nearest cause first */
};

/* Several changes of interfaces' links that are shown as one line. */
struct vfj_links {
    uint64_t changes;          /* number of link changes of all interfaces */
    int64_t first_us, last_us; /* wall times of the oldest and the newest change */
    /* number of interfaces in `list`; the changes of further interfaces are counted in `changes`
     * only */
    unsigned names;
    struct {
        struct vfj_name name;
        bool is_up; /* state of the link after the newest change */
        uint64_t changes;
    } list[VFJ_LINKS_MAX];
};

/* Returns the style for a stream. If the stream is a terminal, the style has the terminal's width.
 * It has colours if the terminal supports them and NO_COLOR is not set. */
struct vfj_style vfj_style_of(FILE *out);

/* Returns the interface that a record is about: its slot, or the interface in a line of devd.
 * Returns an empty name when the record names no interface. */
struct vfj_name vfj_record_who(const struct vfj_record *record);

/* Prints a record as one line. If the record is a command, `outcome` is the record of its outcome
 * or NULL. */
void vfj_output_record(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                       const struct vfj_record *outcome);

/* Prints one line for several link changes. `record` is the newest change. */
void vfj_output_links(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                      const struct vfj_links *links);

/* Prints the record as the cause of the record that was printed before. */
void vfj_output_cause(FILE *out, const struct vfj_style *style, const struct vfj_record *record);

/* Returns the record's line in the layout CAT or TEXT, without the outcome of a command and without
 * colours. The text is valid until the next call of a function declared in this file. */
const char *vfj_output_text(const struct vfj_record *record, enum vfj_layout layout, bool rows);

/* Returns the word for the record's kind that its line contains, such as "vf-up", "state", "run" or
 * "gap". */
const char *vfj_output_word(const struct vfj_record *record);

/* Prints the header line for comma-separated values (RFC 4180). With `why`, there is a column for
 * the causes. */
void vfj_output_csv_header(FILE *out, bool why);
/* Prints a record as a line of comma-separated values. When `why` is NULL, the line has no column
 * for the causes. */
void vfj_output_csv(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                    const struct vfj_causes *why);

/* Prints all columns of a record, each on a separate line. */
void vfj_output_verbose(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                        const struct vfj_causes *why);

#endif
