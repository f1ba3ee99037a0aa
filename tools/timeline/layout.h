/* Places the labels of a timeline: chooses a row of the lane for each. */
#ifndef VFJ_TOOLS_TIMELINE_LAYOUT_H
#define VFJ_TOOLS_TIMELINE_LAYOUT_H

#include "tools/timeline/axis.h"

/* Sorts the elements by time. Sets row, has_label and is_left of each element, and the number of
 * rows of each lane. `character` is the width of a label's character. Labels do not overlap. A
 * label without room is omitted, since the table has its text. */
void vfj_layout(struct vfj_model *model, const struct vfj_axis *axis, double character);

#endif
