/* The drawing of a fleet, which the SVG and the HTML output contain. */
#ifndef VFJ_TOOLS_FLEET_PLOT_H
#define VFJ_TOOLS_FLEET_PLOT_H

#include "core/text/text.h"
#include "tools/fleet/fleet.h"

enum { VFJ_FLEET_WIDTH = 1180 }; /* in pixels */

/* A map of guests and times, with a bar chart of durations below it. */
struct vfj_fleet_plot;

/* Makes the drawing of a fleet that has at least one migration. Returns NULL and sets no_memory
 * when memory runs out. The caller frees the result with free(3). */
struct vfj_fleet_plot *vfj_fleet_plot_make(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);

/* Returns the height of the drawing in pixels. */
double vfj_fleet_plot_height(const struct vfj_fleet_plot *plot);

/* Prints the SVG elements of the drawing. */
void vfj_fleet_plot_print(const struct vfj_fleet_plot *plot);

/* Writes the title of the drawing, and a summary of the totals in one line. */
void vfj_fleet_describe(const struct vfj_fleet *fleet, const struct vfj_fleet_totals *totals,
                        enum vfj_zone zone, struct vfj_text *title, struct vfj_text *summary);

/* CSS rules that the drawing needs in addition to those in vfj_timeline_style. */
extern const char vfj_fleet_style[];

#endif
