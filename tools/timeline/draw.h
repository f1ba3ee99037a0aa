/* The forms of a timeline. */
#ifndef VFJ_TOOLS_TIMELINE_DRAW_H
#define VFJ_TOOLS_TIMELINE_DRAW_H

#include <stdio.h>

#include "tools/timeline/axis.h"

/* Print the model. Return false without memory. The same model gives the same bytes. */
bool vfj_timeline_print_svg(struct vfj_model *model, enum vfj_zone zone, FILE *out);
bool vfj_timeline_print_html(struct vfj_model *model, enum vfj_zone zone, FILE *out);
bool vfj_timeline_print_txt(struct vfj_model *model, enum vfj_zone zone, FILE *out);

/* A drawing under way, in pixels. */
struct vfj_plot {
    FILE *out;
    const struct vfj_model *model;
    struct vfj_axis axis;
    double top;                      /* of the first lane */
    double bottom;                   /* of the last lane */
    double lane_tops[VFJ_LANES_MAX]; /* */
};

/* Lengths are pixels. */
static const double VFJ_PLOT_WIDTH = 1180;
static const double VFJ_PLOT_LEFT = 124; /* of the axis; the heads of the lanes stand left of it */
static const double VFJ_PLOT_LEGEND = 26;
static const double VFJ_PLOT_AXIS = 34;
static const double VFJ_TABLE_LINE = 17;

/* Lays the plot out, with its first line at `top`. Returns false without memory. */
bool vfj_plot_begin(struct vfj_plot *plot, struct vfj_model *model, double top, FILE *out);

/* Prints the elements of the drawing, its legend and its axis. */
void vfj_plot_print(const struct vfj_plot *plot);

/* Prints a text with the characters of markup escaped. */
void vfj_markup_print(FILE *out, const char *text);

/* The rules of style that both forms share, without the element. */
extern const char vfj_timeline_style[];

/* "good", "bad" …: the class of an element. */
const char *vfj_tone_class(enum vfj_tone tone);

#endif
