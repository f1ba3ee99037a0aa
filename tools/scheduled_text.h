/* Writes rows of Azure Scheduled Events as text for people. */
#ifndef VFJ_TOOLS_SCHEDULED_TEXT_H
#define VFJ_TOOLS_SCHEDULED_TEXT_H

#include "core/data/scheduled.h"

enum { VFJ_SCHEDULED_TEXT_SIZE = 640 };

/* Adds a text such as "live migration announced, not before 2026-11-30T22:26:58Z, for 5 s: TEXT
 * [ID]". */
void vfj_scheduled_describe(struct vfj_text *text, const struct vfj_scheduled *row);

/* Adds "live migration" when the description of a Freeze says so, and otherwise the type in
 * lower case. */
void vfj_scheduled_add_nature(struct vfj_text *text, const char *type, const char *description);

#endif
