/* Replaces names and addresses in text by pseudonyms. */
#ifndef VFJ_TOOLS_REDACT_H
#define VFJ_TOOLS_REDACT_H

#include "core/text/name.h"
#include "core/text/text.h"
#include "store/identity.h"
#include "tools/input.h"

struct vfj_redactor;

/* Opens a redactor. The same key gives the same pseudonyms. Returns NULL without memory. */
struct vfj_redactor *vfj_redactor_open(struct vfj_span key);
/* Likewise with the key in the file `path`, at most 4096 bytes. Without a path, the key is made of
 * the UUID of the journal: each journal has its own pseudonyms, and whoever knows the UUID can test
 * a guess. Returns VFJ_EXIT_OK, or the exit status after a message. */
int vfj_redactor_open_for(struct vfj_redactor **redactor, const char *path,
                          const struct vfj_input *input);

/* Does nothing when `redactor` is NULL. */
void vfj_redactor_close(struct vfj_redactor *redactor);

/* Appends the text. Each of its words that is not known to be harmless has its pseudonym: an
 * address becomes an address, an UUID an UUID, and every other word "x" and six hexadecimal
 * digits. Numbers, words of this program and of FreeBSD's network commands, and the names of
 * drivers with a unit stay. The grammar of devd lines and of bodies stays, too. */
void vfj_redact_add(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span span);

struct vfj_name vfj_redact_name(struct vfj_redactor *redactor, struct vfj_name name);
void vfj_redact_identity(struct vfj_redactor *redactor, struct vfj_identity *identity);

#endif
