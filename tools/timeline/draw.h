/* The output formats of a timeline. */
#ifndef VFJ_TOOLS_TIMELINE_DRAW_H
#define VFJ_TOOLS_TIMELINE_DRAW_H

#include <stdio.h>

#include "tools/timeline/axis.h"

/* Each function prints the model in one format. Returns false when memory runs out. Equal models
 * give equal bytes. */
bool vfj_timeline_print_svg(struct vfj_model *model, enum vfj_zone zone, FILE *out);
bool vfj_timeline_print_html(struct vfj_model *model, enum vfj_zone zone, FILE *out);
bool vfj_timeline_print_txt(struct vfj_model *model, enum vfj_zone zone, FILE *out);

/* A drawing in progress. Lengths are in pixels. */
struct vfj_plot {
    FILE *out;
    const struct vfj_model *model;
    struct vfj_axis axis;
    double top;                      /* top of the first lane */
    double bottom;                   /* bottom of the last lane */
    double lane_tops[VFJ_LANES_MAX]; /* */
};

/* Lengths in pixels. */
static const double VFJ_PLOT_WIDTH = 1180;
/* left end of the axis; the titles of the lanes are left of it */
static const double VFJ_PLOT_LEFT = 124;
static const double VFJ_PLOT_LEGEND = 26;
static const double VFJ_PLOT_AXIS = 34;
static const double VFJ_TABLE_LINE = 17;

/* Computes the places of the drawing, whose first line is at `top`. Returns false when memory
 * runs out. */
bool vfj_plot_begin(struct vfj_plot *plot, struct vfj_model *model, double top, FILE *out);

/* Prints the elements of the drawing, its legend and its axis. */
void vfj_plot_print(const struct vfj_plot *plot);

/* Prints a text with the characters of markup escaped. */
void vfj_markup_print(FILE *out, const char *text);

/* Prints the elements title and desc of a drawing, which screen readers read. */
void vfj_markup_print_titles(const char *title, const char *summary, FILE *out);

/* An HTML page with a drawing at its beginning. */
struct vfj_page {
    const char *title, *summary;
    const char *drawing_style; /* rules of the drawing besides vfj_timeline_style */
    const char *table_style;   /* rules of the tables below the drawing */
    const char *role;          /* the drawing's role for a screen reader: "img" or "group" */
    double width, height;      /* of the drawing, in pixels */
};

/* Prints the page up to the drawing's first element. The caller prints the elements, the end of
 * the element svg, and the tables. */
void vfj_page_begin(const struct vfj_page *page, FILE *out);
void vfj_page_end(FILE *out);

/* The rules of the style sheet for both formats, without the <style> element. */
extern const char vfj_timeline_style[];

/* Returns the class of an element in the style sheet: "good", "bad" … */
const char *vfj_tone_class(enum vfj_tone tone);

#endif
