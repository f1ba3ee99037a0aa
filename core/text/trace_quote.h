/* Quoting in a trace. Values are quoted as for sh(1). Bytes that cannot stand in a line are
 * escaped. */
#ifndef VFJ_CORE_TEXT_TRACE_QUOTE_H
#define VFJ_CORE_TEXT_TRACE_QUOTE_H

#include <stdbool.h>

#include "core/text/text.h"

enum vfj_quoted { VFJ_QUOTED_READ, VFJ_QUOTED_OPEN, VFJ_QUOTED_TOO_LONG };

/* Reads one value in sh(1)'s quoting, as in rc.conf(5), from the beginning of *rest. The value
 * consists of parts in '...', parts in "..." and plain bytes, up to a blank. Returns OPEN when a
 * quote is not closed; *opened is then its position. Returns TOO_LONG when the value is longer
 * than `size` - 1 bytes. */
enum vfj_quoted vfj_quoted_read(struct vfj_span *rest, char *value, size_t size,
                                const char **opened);

/* Appends the value in double quotes, from which vfj_quoted_read() reads the same value. */
void vfj_quoted_add(struct vfj_text *text, const char *value);

/* Replaces "\n" by a line end and "\\" by a backslash, in place. */
void vfj_newlines_unescape(char *value);
/* Appends the value with escapes, from which vfj_newlines_unescape() makes the same value. */
void vfj_newlines_escape(struct vfj_text *text, const char *value);

/* Appends a devd line in printable ASCII: "\\" stands for a backslash, "\xHH" for the byte HH. */
void vfj_bytes_escape(struct vfj_text *text, struct vfj_span bytes);
/* Appends the bytes that `escaped` encodes. Returns NULL, or the position of the first error. */
const char *vfj_bytes_unescape(struct vfj_span escaped, struct vfj_text *bytes);

#endif
