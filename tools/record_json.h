/* Prints records as JSON objects. */
#ifndef VFJ_TOOLS_RECORD_JSON_H
#define VFJ_TOOLS_RECORD_JSON_H

#include <stdio.h>

#include "store/json.h"
#include "store/record.h"
#include "tools/output.h"

/* Prints the record as one JSON object (RFC 8259) in one line of ASCII. Its members are the columns
 * of the row, and the named values of a transition, a command or an outcome. Durations are in
 * seconds, and argv is an array. A member without a value is omitted. Bytes that are not UTF-8
 * become U+FFFD, and a body with such bytes is also in body_hex. `why` has the causes for the
 * member why; when it is NULL, this member is omitted. */
void vfj_record_print_json(FILE *out, const struct vfj_record *record,
                           const struct vfj_causes *why);

/* Appends the text as a JSON string. Does not escape bytes that are not ASCII:
 * vfj_terminal_print_json() does. */
void vfj_json_quote(struct vfj_text *text, struct vfj_span value);

/* Adds an array of the words of a command line, which is quoted as for sh(1). If a word is not
 * UTF-8, its bytes become \xHH. */
void vfj_json_add_words(struct vfj_json *json, const char *key, struct vfj_span line);

/* These functions append a member to a JSON object, after its '{' or its previous member. `key` is
 * a constant that needs no escapes. */
void vfj_member_key(struct vfj_text *text, const char *key);
void vfj_member_string(struct vfj_text *text, const char *key, struct vfj_span value);
void vfj_member_u64(struct vfj_text *text, const char *key, uint64_t value);
void vfj_member_i64(struct vfj_text *text, const char *key, int64_t value);
void vfj_member_hex(struct vfj_text *text, const char *key, struct vfj_span bytes);
void vfj_member_time(struct vfj_text *text, const char *key, int64_t wall_us);
/* Appends the value of a key in a record's body as a member. Appends nothing when the body does not
 * have the key. */
void vfj_member_take_string(struct vfj_text *text, struct vfj_span body, const char *key);

/* Appends all members that vfj_record_print_json() prints, except `time` and `why`. With `hashes`
 * false, also leaves out `digest` and `chain`. */
void vfj_record_add_row(struct vfj_text *text, const struct vfj_record *record, bool hashes);

#endif
