/* The labels of a timeline: in which row of its lane each one stands. */
#ifndef VFJ_TOOLS_TIMELINE_LAYOUT_H
#define VFJ_TOOLS_TIMELINE_LAYOUT_H

#include "tools/timeline/axis.h"

/* Sorts the elements by time, and sets row, has_label and is_left of each, and the rows of each
 * lane. `character` is the width of one character of a label. Labels do not overlap each other; a
 * label without room is left out, and the table has its text. */
void vfj_layout(struct vfj_model *model, const struct vfj_axis *axis, double character);

#endif
