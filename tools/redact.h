/* Replaces names and addresses in a text by pseudonyms. */
#ifndef VFJ_TOOLS_REDACT_H
#define VFJ_TOOLS_REDACT_H

#include "core/text/name.h"
#include "core/text/text.h"
#include "store/identity.h"
#include "tools/input.h"

struct vfj_redactor;

/* Opens a redactor. The same key always gives the same pseudonyms. Returns NULL when memory runs
 * out. */
struct vfj_redactor *vfj_redactor_open(struct vfj_span key);
/* Opens a redactor with the key in the file `path`, of which at most 4096 bytes are used. When
 * `path` is NULL, the UUID of the journal is the key: each journal has its own pseudonyms then,
 * but whoever knows the UUID can test guesses. Returns VFJ_EXIT_OK, or the exit status after a
 * message. */
int vfj_redactor_open_for(struct vfj_redactor **redactor, const char *path,
                          const struct vfj_input *input);

/* Does nothing when `redactor` is NULL. */
void vfj_redactor_close(struct vfj_redactor *redactor);

/* Appends the text with a pseudonym in place of each word that is not known to be harmless. The
 * pseudonym of an address is an address, that of a UUID is a UUID, and that of any other word is
 * "x" and six hexadecimal digits. Numbers, words of this program and of FreeBSD's network
 * commands, and names of drivers with a unit stay. The grammar of devd lines and of bodies is
 * kept. */
void vfj_redact_add(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span span);

struct vfj_name vfj_redact_name(struct vfj_redactor *redactor, struct vfj_name name);
void vfj_redact_identity(struct vfj_redactor *redactor, struct vfj_identity *identity);

#endif
