/* Secrets in what people are shown. */
#ifndef VFJ_TOOLS_SECRET_H
#define VFJ_TOOLS_SECRET_H

#include "core/text/text.h"

/* Appends a line, or a value of rc.conf(5), with "********" for each word after `pass`, `wepkey` or
 * `nwkey` of ifconfig(8). The word may be quoted as for sh(1), also inside a quoted value. */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

#endif
