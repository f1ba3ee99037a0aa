/* Replaces names and addresses in a text by pseudonyms. */
#ifndef VFJ_TOOLS_REDACT_H
#define VFJ_TOOLS_REDACT_H

#include "core/text/name.h"
#include "core/text/text.h"
#include "store/identity.h"
#include "tools/input.h"

struct vfj_redactor;

/* Opens a redactor, which replaces words by pseudonyms. The same key always gives the same
 * pseudonyms. Returns NULL when memory runs out. */
struct vfj_redactor *vfj_redactor_open(struct vfj_span key);
/* Opens a redactor with the key in the file `path`, of which at most 4096 bytes are used. When
 * `path` is NULL, the UUID of the journal is the key. The pseudonyms then differ from journal to
 * journal, but a person who knows the UUID can test guesses. Returns VFJ_EXIT_OK, or the exit
 * status after a message. */
int vfj_redactor_open_for(struct vfj_redactor **redactor, const char *path,
                          const struct vfj_input *input);

/* Frees the redactor. Does nothing when it is NULL. */
void vfj_redactor_close(struct vfj_redactor *redactor);

/* Appends the text. Each word that is not known to be harmless is replaced by a pseudonym. The
 * pseudonym of an address is an address, that of a UUID is a UUID, and that of any other word is
 * "x" and six hexadecimal digits. Numbers, words of this program and of FreeBSD's network commands,
 * and names of drivers with a unit number are not replaced. The result has the same syntax, so that
 * a line of devd or a record's body can still be parsed. */
void vfj_redact_add(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span span);

struct vfj_name vfj_redact_name(struct vfj_redactor *redactor, struct vfj_name name);
void vfj_redact_identity(struct vfj_redactor *redactor, struct vfj_identity *identity);

#endif
