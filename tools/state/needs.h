/* The needs of a plan in plain words. */
#ifndef VFJ_TOOLS_STATE_NEEDS_H
#define VFJ_TOOLS_STATE_NEEDS_H

/* Returns what a command is to achieve; `need` is an enum vfj_need, or one of the static routes. */
const char *vfj_need_text(unsigned need);

#endif
