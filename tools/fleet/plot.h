/* The drawing of a fleet, which all output formats use. */
#ifndef VFJ_TOOLS_FLEET_PLOT_H
#define VFJ_TOOLS_FLEET_PLOT_H

#include "core/text/text.h"
#include "tools/fleet/fleet.h"

enum { VFJ_FLEET_WIDTH = 1180 }; /* in pixels */

/* The map of guests and times, with the chart of durations below it. */
struct vfj_fleet_plot;

/* Makes the plot of a fleet with at least one migration. Returns NULL and sets no_memory when
 * memory runs out. The caller frees the plot with free(3). */
struct vfj_fleet_plot *vfj_fleet_plot_make(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);

/* Returns the height of the drawing in pixels. */
double vfj_fleet_plot_height(const struct vfj_fleet_plot *plot);

/* Prints the elements of the drawing. */
void vfj_fleet_plot_print(const struct vfj_fleet_plot *plot);

/* Adds the title, and a summary with the totals in one line. */
void vfj_fleet_describe(const struct vfj_fleet *fleet, const struct vfj_fleet_totals *totals,
                        enum vfj_zone zone, struct vfj_text *title, struct vfj_text *summary);

/* The rules of the style sheet that are not in vfj_timeline_style. */
extern const char vfj_fleet_style[];

#endif
