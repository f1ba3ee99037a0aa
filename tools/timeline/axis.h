/* The axis of a timeline. It converts times to positions in the drawing, and shortens long idle
 * times. */
#ifndef VFJ_TOOLS_TIMELINE_AXIS_H
#define VFJ_TOOLS_TIMELINE_AXIS_H

#include "tools/timeline/model.h"

enum { VFJ_AXIS_BREAKS_MAX = 24 };

/* The measures of a drawing. The unit of length is a pixel in a picture and a column in text. */
struct vfj_axis_measures {
    double width;
    double pad;         /* free space on both sides of each piece of the axis */
    double break_width; /* smallest width of a break */
    double squeeze;     /* an idle time that would be wider than this is drawn as a break */
    double most;        /* largest width of one second; five times this on an axis with breaks */
};

/* A piece of the axis. A piece that is a break stands for the time between the pieces beside it. */
struct vfj_axis_piece {
    bool is_break;
    int64_t from_us, to_us;
    double left, right; /* where its elements are drawn; for a break, its whole width */
};

/* An axis. All pieces have the same scale, and there are breaks between them. */
struct vfj_axis {
    double width;
    double scale; /* width of one microsecond, in the unit of `width` */
    unsigned count;
    struct vfj_axis_piece pieces[2 * VFJ_AXIS_BREAKS_MAX + 1];
};

/* Makes the axis for the elements of the model. Returns false when memory runs out. */
bool vfj_axis_make(struct vfj_axis *axis, const struct vfj_model *model,
                   const struct vfj_axis_measures *measures);

double vfj_axis_place(const struct vfj_axis *axis, int64_t at_us);

/* Returns the distance between two marks of the axis in microseconds, which corresponds to a width
 * of at least `least`. Below a minute and above a day it is 1, 2 or 5 times a power of ten, in
 * seconds or days. In between, it is a part of an hour or of a day. */
int64_t vfj_axis_step(const struct vfj_axis *axis, double least);

/* Appends a time since the beginning of the drawing, such as "+1.250 s", "+2:03.5", "+4:05:06" or
 * "+2d 4:05:06". The precision of the text is that of `step_us`. */
void vfj_axis_add_time(struct vfj_text *text, int64_t at_us, int64_t step_us);

#endif
