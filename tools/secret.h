/* Hides secrets in output for people. */
#ifndef VFJ_TOOLS_SECRET_H
#define VFJ_TOOLS_SECRET_H

#include "core/text/text.h"

/* Appends a line, or a value of rc.conf(5). Writes "********" in place of each word that is, or
 * may be, a password or key (core/data/secret.h defines these words). In a value of rc.conf(5)
 * such a word may be quoted once more, as sh(1) allows. */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

/* Returns whether the text may have such a word. Most texts have none, and can be used without a
 * copy. */
bool vfj_secret_may_be_in(struct vfj_span text);

#endif
