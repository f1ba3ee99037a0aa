/* key=value text in devd's grammar: one tokenizer for devd lines and for record bodies. */
#ifndef VFJ_CORE_TEXT_KV_H
#define VFJ_CORE_TEXT_KV_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

/* One pair. `value` is as written: when `quoted`, backslashes in it escape the byte after them. */
struct vfj_kv {
    struct vfj_span key;
    struct vfj_span value;
    bool quoted;
};

enum vfj_kv_result { VFJ_KV_PAIR, VFJ_KV_END, VFJ_KV_BAD };

/* The next pair, taken off the front of *rest. A key is made of letters, digits, '_' and '-'; an
 * unquoted value ends at white space; a quoted one ends at the next '"' that no '\' precedes
 * (devctl_safe_quote_sb in sys/kern/kern_devctl.c writes it so, and sbin/devd/devd.cc reads it so).
 * On BAD, *rest stands at the bad byte. */
enum vfj_kv_result vfj_kv_next(struct vfj_span *rest, struct vfj_kv *pair);

/* The value without quoting, into `size` bytes; false when it does not fit or holds a NUL. */
bool vfj_kv_value(const struct vfj_kv *pair, char *to, size_t size);

/* The last pair of that key in a well-formed text: devd, too, lets the last one win. */
bool vfj_kv_find(struct vfj_span text, const char *key, struct vfj_kv *pair);

/* Append " key=value" (no blank first at the start of the text), quoted where the grammar wants it.
 * A value must not hold a NUL. */
void vfj_kv_add(struct vfj_text *text, const char *key, struct vfj_span value);
void vfj_kv_add_string(struct vfj_text *text, const char *key, const char *value);
void vfj_kv_add_u64(struct vfj_text *text, const char *key, uint64_t value);
void vfj_kv_add_i64(struct vfj_text *text, const char *key, int64_t value);

#endif
