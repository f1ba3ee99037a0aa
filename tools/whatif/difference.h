/* Finds the first row in which two journals of one trace differ. For the files of tools/whatif only.
 */
#ifndef VFJ_TOOLS_WHATIF_DIFFERENCE_H
#define VFJ_TOOLS_WHATIF_DIFFERENCE_H

#include "tools/whatif/whatif.h"

/* Compares the rows of events and decisions. With `exact`, all columns count but the bodies of a
 * start and of rc.conf, which the settings change. Without, the kinds of events and the decisions
 * count: two plays of one journal take the same times up to some microseconds. */
enum vfj_status vfj_difference_find(struct vfj_journal *a, struct vfj_journal *b, bool exact,
                                    struct vfj_first_difference *difference);

/* Sets the seq and the time of the row difference->row in another journal. */
enum vfj_status vfj_difference_locate(struct vfj_journal *journal,
                                      struct vfj_first_difference *difference);

#endif
