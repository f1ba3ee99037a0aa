/* Reads and writes key=value text in devd's grammar. Devd lines and the bodies of records have
 * the same grammar. */
#ifndef VFJ_CORE_TEXT_KV_H
#define VFJ_CORE_TEXT_KV_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

/* One pair of a key and a value. `value` is the text as written, without the quotes around it.
 * In a quoted value a backslash escapes the next byte. */
struct vfj_kv {
    struct vfj_span key;
    struct vfj_span value;
    bool quoted;
};

enum vfj_kv_result { VFJ_KV_PAIR, VFJ_KV_END, VFJ_KV_BAD };

/* Takes the next pair off the front of *rest. A key consists of letters, digits, '_' and '-'. An
 * unquoted value ends at white space. A quoted value ends at the next '"' that has no '\' before
 * it. devctl_safe_quote_sb() of sys/kern/kern_devctl.c writes values in this form, and
 * sbin/devd/devd.cc reads it. When the result is BAD, *rest begins at the bad byte. */
enum vfj_kv_result vfj_kv_next(struct vfj_span *rest, struct vfj_kv *pair);

/* Copies the value, without quotes and escapes, into `size` bytes. Returns false when the value
 * does not fit or has a NUL. */
bool vfj_kv_value(const struct vfj_kv *pair, char *to, size_t size);

/* Finds the last pair with that key in a well-formed text, as devd does. Returns false when
 * there is none. */
bool vfj_kv_find(struct vfj_span text, const char *key, struct vfj_kv *pair);

/* Append " key=value", or "key=value" to an empty text. They quote the value where the grammar
 * needs quotes. The value must not have a NUL. */
void vfj_kv_add(struct vfj_text *text, const char *key, struct vfj_span value);
void vfj_kv_add_string(struct vfj_text *text, const char *key, const char *value);
void vfj_kv_add_u64(struct vfj_text *text, const char *key, uint64_t value);
void vfj_kv_add_i64(struct vfj_text *text, const char *key, int64_t value);

#endif
