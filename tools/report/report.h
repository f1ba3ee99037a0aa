/* The parts of `vfjournal report`. */
#ifndef VFJ_TOOLS_REPORT_REPORT_H
#define VFJ_TOOLS_REPORT_REPORT_H

#include "tools/options.h"
#include "tools/report/stats.h"
#include "tools/time_format.h"

/* Divides the period of the report into days of the time zone. Returns false when there are more
 * than VFJ_REPORT_DAYS_MAX days. */
bool vfj_report_cut_days(struct vfj_report *report, enum vfj_zone zone);

/* Prints the report as text, for the slots in `only`, or for all slots when `only` is empty.
 * `begin_us` is the time of the journal's first record. */
void vfj_report_print(const struct vfj_report *report, const struct vfj_names *only,
                      enum vfj_zone zone, int64_t begin_us);

/* Prints the report as JSON objects, one on each line. Returns false when memory runs out. */
bool vfj_report_print_json(const struct vfj_report *report, const struct vfj_names *only,
                           enum vfj_zone zone);

#endif
