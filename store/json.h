/* JSON objects, written by SQLite. */
#ifndef VFJ_STORE_JSON_H
#define VFJ_STORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

struct vfj_json;

/* Returns NULL when memory runs out. */
struct vfj_json *vfj_json_open(void);
void vfj_json_close(struct vfj_json *json);

/* Add a member to the current object. `key` is a constant of lower-case letters and '_'. A text
 * that is not UTF-8, or has control characters (vfj_body_is_text), becomes the member KEY_hex. No
 * byte is lost. */
void vfj_json_add_text(struct vfj_json *json, const char *key, struct vfj_span text);
void vfj_json_add_string(struct vfj_json *json, const char *key, const char *text);
void vfj_json_add_integer(struct vfj_json *json, const char *key, int64_t value);
/* A duration becomes a number of seconds. */
void vfj_json_add_duration(struct vfj_json *json, const char *key, int64_t us);
/* The first function adds an empty list with that key. The second function appends `text` to the
 * list. `text` is ASCII. */
void vfj_json_add_list(struct vfj_json *json, const char *key);
void vfj_json_add_item(struct vfj_json *json, const char *key, const char *text);
void vfj_json_add_bool(struct vfj_json *json, const char *key, bool value);

/* Ends the object. Returns the object in one line, without newline, or an empty span when an
 * addition failed for lack of memory or room. The span is valid until the next addition, which
 * begins a new object. */
struct vfj_span vfj_json_end(struct vfj_json *json);

#endif
