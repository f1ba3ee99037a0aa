/* The hash chain: SHA-256 over every record and the head before it. */
#include "store/chain.h"

#include <stdlib.h>
#include <string.h>

/* libcrypto's SHA-256 without EVP. EVP searches for providers and reads openssl.cnf, which takes
 * two megabytes of memory; the whole daemon has eight. EVP also costs more for each record than the
 * hash itself. OpenSSL 3 declares these functions deprecated and still has them. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "core/check.h"

struct vfj_chain {
    SHA256_CTX context;
};

struct vfj_chain *vfj_chain_open(void)
{
    return calloc(1, sizeof(struct vfj_chain));
}

void vfj_chain_close(struct vfj_chain *chain)
{
    free(chain);
}

/* Largest number of bytes that are hashed before a record's body: the head, six integers, two
 * names, and the length of the body. */
enum { COLUMNS_SIZE = sizeof(struct vfj_head_hash) + 6 * 8 + 2 * (1 + VFJ_RECORD_NAME) + 4 };

static unsigned char *put_u64(unsigned char *to, uint64_t value)
{
    to[0] = (unsigned char)(value >> 56);
    to[1] = (unsigned char)(value >> 48);
    to[2] = (unsigned char)(value >> 40);
    to[3] = (unsigned char)(value >> 32);
    to[4] = (unsigned char)(value >> 24);
    to[5] = (unsigned char)(value >> 16);
    to[6] = (unsigned char)(value >> 8);
    to[7] = (unsigned char)value;
    return to + 8;
}

static unsigned char *put_u32(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)(value >> 24);
    to[1] = (unsigned char)(value >> 16);
    to[2] = (unsigned char)(value >> 8);
    to[3] = (unsigned char)value;
    return to + 4;
}

static unsigned char *put_bytes(unsigned char *to, const void *bytes, size_t length)
{
    if (length > 0)
        memcpy(to, bytes, length);
    return to + length;
}

static unsigned char *put_name(unsigned char *to, struct vfj_span name)
{
    VFJ_CHECK(name.length <= VFJ_RECORD_NAME);
    *to = (unsigned char)name.length;
    return put_bytes(to + 1, name.text, name.length);
}

static unsigned char *put_columns(unsigned char *to, const struct vfj_record *record)
{
    to = put_u64(to, record->seq);
    to = put_u64(to, record->cause);
    to = put_u64(to, record->boot);
    to = put_u64(to, (uint64_t)record->wall_us);
    to = put_u64(to, (uint64_t)record->mono_us);
    to = put_u64(to, record->digest);
    to = put_name(to, vfj_span_of(vfj_record_kind_name(record->kind)));
    to = put_name(to, record->note);
    return put_u32(to, (uint32_t)record->body.length);
}

/* Hashes a small record by one call of libcrypto, because a call costs more than hashing the
 * bytes. A large record takes several calls, so that its body is not copied. */
void vfj_chain_add(struct vfj_chain *chain, const struct vfj_record *record,
                   struct vfj_head_hash *head)
{
    unsigned char message[512];
    _Static_assert(COLUMNS_SIZE < sizeof message, "all but the body has room");
    unsigned char *end = put_columns(put_bytes(message, head->bytes, sizeof head->bytes), record);
    struct vfj_span rest = record->body;
    if (rest.length <= (size_t)(message + sizeof message - end)) {
        end = put_bytes(end, rest.text, rest.length);
        rest.length = 0;
    }
    VFJ_CHECK(SHA256_Init(&chain->context) == 1);
    VFJ_CHECK(SHA256_Update(&chain->context, message, (size_t)(end - message)) == 1);
    if (rest.length > 0)
        VFJ_CHECK(SHA256_Update(&chain->context, rest.text, rest.length) == 1);
    VFJ_CHECK(SHA256_Final(head->bytes, &chain->context) == 1);
}
