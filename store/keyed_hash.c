/* A keyed hash, by libcrypto. */
#include "store/keyed_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/check.h"

void vfj_keyed_hash(struct vfj_span key, struct vfj_span text, uint8_t hash[VFJ_KEYED_HASH_SIZE])
{
    unsigned length = 0;
    VFJ_CHECK(HMAC(EVP_sha256(), key.text, (int)key.length, (const unsigned char *)text.text,
                   text.length, hash, &length)
              != NULL);
    VFJ_CHECK(length == VFJ_KEYED_HASH_SIZE);
}
