/* The axis of a timeline: time to place, with long idle times squeezed. */
#ifndef VFJ_TOOLS_TIMELINE_AXIS_H
#define VFJ_TOOLS_TIMELINE_AXIS_H

#include "tools/timeline/model.h"

enum { VFJ_AXIS_BREAKS_MAX = 24 };

/* The measures of a drawing, in its own units: pixels, or columns. */
struct vfj_axis_measures {
    double width;
    double pad;         /* free on both sides of each piece */
    double break_width; /* of a squeezed time, at least */
    double squeeze;     /* an idle time that would be wider is squeezed */
    double most;        /* units for one second, at most */
};

/* A piece of the axis. A break stands for the time between its neighbours. */
struct vfj_axis_piece {
    bool is_break;
    int64_t from_us, to_us;
    double left, right; /* of its elements; a break has no pad */
};

/* Pieces of one scale, with breaks between them. */
struct vfj_axis {
    double width;
    double scale; /* units for one microsecond */
    unsigned count;
    struct vfj_axis_piece pieces[2 * VFJ_AXIS_BREAKS_MAX + 1];
};

/* Makes the axis of the model's elements. Returns false without memory. */
bool vfj_axis_make(struct vfj_axis *axis, const struct vfj_model *model,
                   const struct vfj_axis_measures *measures);

double vfj_axis_place(const struct vfj_axis *axis, int64_t at_us);

/* Returns the distance of two marks of the axis: 1, 2 or 5 times a power of ten, in microseconds. */
int64_t vfj_axis_step(const struct vfj_axis *axis, double least);

/* "+1.250 s", "+2:03.5", "+4:05:06", "+2d 4:05:06": a time since the beginning, as exact as the
 * step. */
void vfj_axis_add_time(struct vfj_text *text, int64_t at_us, int64_t step_us);

#endif
