/* A keyed hash: HMAC-SHA256. */
#ifndef VFJ_STORE_KEYED_HASH_H
#define VFJ_STORE_KEYED_HASH_H

#include <stdint.h>

#include "core/text/text.h"

enum { VFJ_KEYED_HASH_SIZE = 32 };

/* Writes a keyed hash of the text. Only somebody who has the key can test whether a hash is that
 * of a text. A failure of libcrypto ends the program (VFJ_CHECK). */
void vfj_keyed_hash(struct vfj_span key, struct vfj_span text, uint8_t hash[VFJ_KEYED_HASH_SIZE]);

#endif
