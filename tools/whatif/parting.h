/* Finds the first row in which two journals of one trace differ. For the files of tools/whatif only.
 */
#ifndef VFJ_TOOLS_WHATIF_PARTING_H
#define VFJ_TOOLS_WHATIF_PARTING_H

#include "tools/whatif/whatif.h"

/* Compares the rows of events and decisions. With `exact`, all columns count but the bodies of a
 * start and of rc.conf, which the settings change. Without, the kinds of events and the decisions
 * count: two plays of one journal take the same times up to some microseconds. */
enum vfj_status vfj_parting_find(struct vfj_journal *a, struct vfj_journal *b, bool exact,
                                 struct vfj_parting *parting);

/* Sets the seq and the time of the row parting->row in another journal. */
enum vfj_status vfj_parting_locate(struct vfj_journal *journal, struct vfj_parting *parting);

#endif
