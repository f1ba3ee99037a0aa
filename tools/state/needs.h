/* Describes the needs of a plan in plain words. */
#ifndef VFJ_TOOLS_STATE_NEEDS_H
#define VFJ_TOOLS_STATE_NEEDS_H

/* Returns the text of an enum vfj_need, or of the need for a static route: what a command has to
 * achieve. */
const char *vfj_need_text(unsigned need);

#endif
