/* Describes rows about Azure Scheduled Events for people. */
#ifndef VFJ_TOOLS_SCHEDULED_TEXT_H
#define VFJ_TOOLS_SCHEDULED_TEXT_H

#include "core/data/scheduled.h"

enum { VFJ_SCHEDULED_TEXT_SIZE = 640 };

/* Appends a description of the row, such as "live migration announced, not before
 * 2026-11-30T22:26:58Z, for 5 s: TEXT [ID]". */
void vfj_scheduled_describe(struct vfj_text *text, const struct vfj_scheduled *row);

/* Appends "live migration" when the description of an event of type Freeze names one, and otherwise
 * the type in lower case. */
void vfj_scheduled_add_nature(struct vfj_text *text, const char *type, const char *description);

#endif
