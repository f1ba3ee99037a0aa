/* Places the labels in a timeline: chooses a row for each label. The rows of a lane are one below
 * the other. */
#ifndef VFJ_TOOLS_TIMELINE_LAYOUT_H
#define VFJ_TOOLS_TIMELINE_LAYOUT_H

#include "tools/timeline/axis.h"

/* Sorts the elements by time. Sets row, has_label and is_left of each element, and the number of
 * rows of each lane. `character` is the width of one character of a label. Labels do not overlap. A
 * label for which there is no room is omitted, because the table contains its text. */
void vfj_layout(struct vfj_model *model, const struct vfj_axis *axis, double character);

#endif
