/* Finds the first row in which two journals of the same trace differ. Only the files in
 * tools/whatif use this. */
#ifndef VFJ_TOOLS_WHATIF_DIFFERENCE_H
#define VFJ_TOOLS_WHATIF_DIFFERENCE_H

#include "tools/whatif/whatif.h"

/* Compares the rows of events and decisions in two journals. With `exact`, compares all columns,
 * except for the bodies of `started` and `configured` rows, which contain the settings. Otherwise
 * compares only the kinds of events, and the decisions, because times in two plays of a journal may
 * differ by some microseconds. */
enum vfj_status vfj_difference_find(struct vfj_journal *a, struct vfj_journal *b, bool exact,
                                    struct vfj_first_difference *difference);

/* Sets difference->seq and difference->wall_us to those of the row number difference->row in this
 * journal. */
enum vfj_status vfj_difference_locate(struct vfj_journal *journal,
                                      struct vfj_first_difference *difference);

#endif
