/* Quoting in a trace: values as sh(1) quotes them, and bytes that no line can hold. */
#ifndef VFJ_CORE_TEXT_TRACE_QUOTE_H
#define VFJ_CORE_TEXT_TRACE_QUOTE_H

#include <stdbool.h>

#include "core/text/text.h"

enum vfj_quoted { VFJ_QUOTED_READ, VFJ_QUOTED_OPEN, VFJ_QUOTED_TOO_LONG };

/* Read one value in sh(1)'s quoting, as in rc.conf(5), off the front of *rest: words of '...',
 * "..." and plain bytes, one after another, up to a blank. OPEN: a quote is not closed; *opened is
 * where it begins. TOO_LONG: the value is longer than `size` - 1 bytes. */
enum vfj_quoted vfj_quoted_read(struct vfj_span *rest, char *value, size_t size,
                                const char **opened);

/* Append the value in double quotes, so that vfj_quoted_read() gives it back. */
void vfj_quoted_add(struct vfj_text *text, const char *value);

/* In a file's text, "\n" is a line's end and "\\" a backslash. In place. */
void vfj_newlines_unescape(char *value);
/* Append the value so that vfj_newlines_unescape() gives it back. */
void vfj_newlines_escape(struct vfj_text *text, const char *value);

/* A devd line of any bytes in printable ASCII: "\\" is a backslash, "\xHH" the byte HH. */
void vfj_bytes_escape(struct vfj_text *text, struct vfj_span bytes);
/* Append the bytes that `escaped` stands for. NULL, or where it is wrong. */
const char *vfj_bytes_unescape(struct vfj_span escaped, struct vfj_text *bytes);

#endif
