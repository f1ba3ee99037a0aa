/* Secrets in what people are shown. */
#ifndef VFJ_TOOLS_SECRET_H
#define VFJ_TOOLS_SECRET_H

#include "core/text/text.h"

/* Append a line, or a value of rc.conf(5), with "********" for each word after `pass` or `wepkey`
 * of ifconfig(8). */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

#endif
