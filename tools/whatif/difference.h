/* Finds the first row that differs between two journals of the same trace. Only for the files in
 * tools/whatif. */
#ifndef VFJ_TOOLS_WHATIF_DIFFERENCE_H
#define VFJ_TOOLS_WHATIF_DIFFERENCE_H

#include "tools/whatif/whatif.h"

/* Compares the rows of events and decisions. With `exact`, all columns are compared, except the
 * bodies of `started` and `configured` rows, which the settings change. Otherwise only the kinds
 * of events and the decisions are compared: the times in two plays of a journal may differ by
 * some microseconds. */
enum vfj_status vfj_difference_find(struct vfj_journal *a, struct vfj_journal *b, bool exact,
                                    struct vfj_first_difference *difference);

/* Sets the seq and the time to those of row difference->row in another journal. */
enum vfj_status vfj_difference_locate(struct vfj_journal *journal,
                                      struct vfj_first_difference *difference);

#endif
