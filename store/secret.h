/* Hides secrets in text that leaves the journal. */
#ifndef VFJ_STORE_SECRET_H
#define VFJ_STORE_SECRET_H

#include "core/data/command.h"
#include "core/text/text.h"

/* Appends a line, a body, or another text whose quotes are not known. Each word that is, or may be,
 * a password or a key is replaced by "********" (core/data/secret.h says which words these are).
 * Such a word may be quoted several times. When its end is not clear, the rest of the value or text
 * is replaced. A text whose secrets were replaced before stays as it is. */
void vfj_secret_add(struct vfj_text *text, struct vfj_span line);

/* Appends a value of rc.conf(5) without quotes, in the same way. */
void vfj_secret_add_value(struct vfj_text *text, struct vfj_span value);

/* Replaces each word of a command that is, or may be, a password or key, by "********". */
void vfj_secret_hide_words(struct vfj_argv *argv);

/* Returns false when the text has no word that vfj_secret_add() replaces. Most texts have none, and
 * the caller can use such a text without a copy. */
bool vfj_secret_may_be_in(struct vfj_span text);

#endif
