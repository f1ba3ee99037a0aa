/* How a record reads as one line for people. */
#ifndef VFJ_TOOLS_OUTPUT_H
#define VFJ_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/text/name.h"
#include "store/record.h"

/* One line:
 *
 *     2026-11-22 14:02:01.010000  hn0   run    ifconfig lagg0 create   exit 1, 2.1 ms: ifconfig: …
 *     time, UTC                   whom  word   text                    how it ended
 *
 * What comes from outside is printed with its odd bytes as \xHH. */
struct vfj_style {
    bool colour;
    bool rows;     /* every row for itself: with its seq, and bodies as they are */
    int who_width; /* of the second column */
};

enum { VFJ_WHO_WIDTH = 4 };

/* Colours when `out` is a terminal that has them, and NO_COLOR is not set. */
struct vfj_style vfj_style_of(FILE *out);

/* Whom a record is about: its slot, else the interface that a devd line names; empty for nobody. */
struct vfj_name vfj_record_who(const struct vfj_record *record);

/* Print the line. `outcome` is the record of how a command ended; NULL when there is none. */
void vfj_output_record(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                       const struct vfj_record *outcome);

#endif
