/* JSON objects, written by SQLite. */
#ifndef VFJ_STORE_JSON_H
#define VFJ_STORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

struct vfj_json;

/* Returns a new builder of JSON objects, or NULL when memory runs out. */
struct vfj_json *vfj_json_open(void);
void vfj_json_close(struct vfj_json *json);

/* Add a member to the current object. `key` is a constant of lower-case letters and '_'. A text
 * that is not UTF-8, or has control characters (vfj_body_is_text), is added in hexadecimal as
 * the member KEY_hex, so that no byte is lost. */
void vfj_json_add_text(struct vfj_json *json, const char *key, struct vfj_span text);
void vfj_json_add_string(struct vfj_json *json, const char *key, const char *text);
void vfj_json_add_integer(struct vfj_json *json, const char *key, int64_t value);
/* Adds a duration in microseconds as a number of seconds. */
void vfj_json_add_duration(struct vfj_json *json, const char *key, int64_t us);
/* vfj_json_add_list() adds an empty list with that key. vfj_json_add_item() appends `text`,
 * which is ASCII, to the list. */
void vfj_json_add_list(struct vfj_json *json, const char *key);
void vfj_json_add_item(struct vfj_json *json, const char *key, const char *text);
void vfj_json_add_bool(struct vfj_json *json, const char *key, bool value);

/* Ends the object. Returns it in one line, without newline, or an empty span when an addition
 * failed for lack of memory or room. The span is valid until the next addition, which begins a
 * new object. */
struct vfj_span vfj_json_end(struct vfj_json *json);

#endif
