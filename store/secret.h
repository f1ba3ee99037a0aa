/* Hides secrets in text that leaves the journal. */
#ifndef VFJ_STORE_SECRET_H
#define VFJ_STORE_SECRET_H

#include "core/data/command.h"
#include "core/text/text.h"

/* Appends a line, or a value of rc.conf(5). Each word that is, or may be, a password or a key is
 * replaced by "********" (core/data/secret.h says which words these are). In a value of rc.conf(5)
 * such a word may be quoted a second time, as sh(1) allows. */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

/* Replaces each word of a command that is, or may be, a password or key, by "********". */
void vfj_secret_hide_words(struct vfj_argv *argv);

/* Returns whether the text may have such a word. Most texts have none, and can be used without a
 * copy. */
bool vfj_secret_may_be_in(struct vfj_span text);

#endif
