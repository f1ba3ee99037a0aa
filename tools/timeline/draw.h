/* The output formats of a timeline. */
#ifndef VFJ_TOOLS_TIMELINE_DRAW_H
#define VFJ_TOOLS_TIMELINE_DRAW_H

#include <stdio.h>

#include "tools/timeline/axis.h"

/* Each of these functions prints the model in one format. They return false when memory runs out.
 * Equal models give equal output. */
bool vfj_timeline_print_svg(struct vfj_model *model, enum vfj_zone zone, FILE *out);
bool vfj_timeline_print_html(struct vfj_model *model, enum vfj_zone zone, FILE *out);
bool vfj_timeline_print_txt(struct vfj_model *model, enum vfj_zone zone, FILE *out);

/* The data of a drawing that is being made. Lengths are in pixels. */
struct vfj_plot {
    FILE *out;
    const struct vfj_model *model;
    struct vfj_axis axis;
    double top;                      /* position of the upper edge of the first lane */
    double bottom;                   /* bottom of the last lane */
    double lane_tops[VFJ_LANES_MAX]; /* position of the upper edge of each lane */
};

/* Lengths in pixels. */
static const double VFJ_PLOT_WIDTH = 1180;
/* position of the left end of the axis, with the titles of the lanes to the left of it */
static const double VFJ_PLOT_LEFT = 124;
static const double VFJ_PLOT_LEGEND = 26;
static const double VFJ_PLOT_AXIS = 34;
static const double VFJ_TABLE_LINE = 17;

/* Computes the positions of everything in the drawing. `top` is the upper edge of the first line.
 * Returns false when memory runs out. */
bool vfj_plot_begin(struct vfj_plot *plot, struct vfj_model *model, double top, FILE *out);

/* Prints the elements of the drawing, the legend and the axis. */
void vfj_plot_print(const struct vfj_plot *plot);

/* Prints a text in which the characters that are special in XML are escaped. */
void vfj_markup_print(FILE *out, const char *text);

/* Prints the SVG elements title and desc, which describe the drawing for screen readers. */
void vfj_markup_print_titles(const char *title, const char *summary, FILE *out);

/* An HTML page that begins with a drawing. */
struct vfj_page {
    const char *title, *summary;
    /* CSS rules that the drawing needs in addition to vfj_timeline_style */
    const char *drawing_style;
    const char *table_style; /* CSS rules for the tables below the drawing */
    const char *role;        /* the drawing's role for a screen reader: "img" or "group" */
    double width, height;    /* size of the drawing in pixels */
};

/* Prints the beginning of the page, up to the first element of the drawing. The caller then prints
 * the elements of the drawing, the end of the element svg, and the tables. */
void vfj_page_begin(const struct vfj_page *page, FILE *out);
void vfj_page_end(FILE *out);

/* CSS rules that the SVG and the HTML format both use, without the element <style>. */
extern const char vfj_timeline_style[];

/* Returns the CSS class for an element of this look, such as "good" or "bad". */
const char *vfj_tone_class(enum vfj_tone tone);

#endif
