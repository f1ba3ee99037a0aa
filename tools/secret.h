/* Secrets in what people are shown. */
#ifndef VFJ_TOOLS_SECRET_H
#define VFJ_TOOLS_SECRET_H

#include "core/text/text.h"

/* Appends a line, or a value of rc.conf(5), with "********" for each word that is a
 * password or key (core/data/secret.h), or may be one, after a variable. The word may be quoted as for sh(1), also inside a quoted value. */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

/* Returns whether the text may have such a word. Most texts have none, and need no copy. */
bool vfj_secret_may_be_in(struct vfj_span text);

#endif
