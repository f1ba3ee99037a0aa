/* Replaces passwords and keys in output for people. */
#ifndef VFJ_TOOLS_SECRET_H
#define VFJ_TOOLS_SECRET_H

#include "core/text/text.h"

/* Appends a line, or a value of rc.conf(5). Each word that is, or may be, a password or a key is
 * replaced by "********" (core/data/secret.h says which words these are). In a value of rc.conf(5)
 * such a word may be quoted a second time, as sh(1) allows. */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

/* Returns true when the text may contain a password or a key. Most texts contain none and can be
 * used without making a copy. */
bool vfj_secret_may_be_in(struct vfj_span text);

#endif
