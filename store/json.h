/* JSON objects, written by SQLite. */
#ifndef VFJ_STORE_JSON_H
#define VFJ_STORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct vfj_json;

/* NULL without memory. */
struct vfj_json *vfj_json_open(void);
void vfj_json_close(struct vfj_json *json);

/* Add a member to the object under way. `key` is a plain word of ours; a text that is not UTF-8 without control characters
 * (vfj_body_is_text) becomes the member KEY_hex, so that no byte is lost or made up. */
void vfj_json_add_text(struct vfj_json *json, const char *key, struct vfj_span text);
void vfj_json_add_string(struct vfj_json *json, const char *key, const char *text);
void vfj_json_add_integer(struct vfj_json *json, const char *key, int64_t value);
void vfj_json_add_bool(struct vfj_json *json, const char *key, bool value);

/* The object in one line, without newline; it holds until the next call, which begins another. Empty when an addition
 * failed, for want of memory or of room. */
struct vfj_span vfj_json_end(struct vfj_json *json);

#endif
