/* Records as JSON objects. */
#ifndef VFJ_TOOLS_RECORD_JSON_H
#define VFJ_TOOLS_RECORD_JSON_H

#include <stdio.h>

#include "store/record.h"
#include "tools/output.h"

/* Prints the record as one JSON object (RFC 8259) in one line of ASCII. The members are the columns
 * of the row, and the values of a transition, a command or an outcome by their names. Durations are
 * in seconds, argv is a list. A member without a value is left out. Bytes that are not UTF-8 become
 * U+FFFD, and the whole body is in body_hex then. `why` is NULL, or the list of causes for the member why. */
void vfj_record_print_json(FILE *out, const struct vfj_record *record,
                           const struct vfj_causes *why);

/* Appends the text as a JSON string. Bytes that are not ASCII stay as they are:
 * vfj_terminal_print_json() escapes them. */
void vfj_json_quote(struct vfj_text *text, struct vfj_span value);

#endif
