/* Describes in plain words what the commands of a plan must achieve. */
#ifndef VFJ_TOOLS_STATE_NEEDS_H
#define VFJ_TOOLS_STATE_NEEDS_H

/* Returns a text that says what a command for this need must achieve. `need` is an enum vfj_need,
 * or the number of a static route's need (VFJ_NEED_STATIC_ROUTE and above). */
const char *vfj_need_text(unsigned need);

#endif
