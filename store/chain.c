/* The chain: SHA-256 over every record and the chain before it. */
#include "store/chain.h"

#include <stdlib.h>
#include <string.h>

/* The digest by itself, not through EVP: that would look up providers and read openssl.cnf, two megabytes in a daemon
 * that has eight, and cost more for each record than hashing it. OpenSSL 3 calls these functions deprecated, and has
 * them. */
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

/* What is hashed of one record, but for a long body: small ones go in by one call, which is what costs. */
struct message {
    unsigned char bytes[512];
    size_t length;
};

static void add_bytes(struct message *message, const void *bytes, size_t length)
{
    VFJ_CHECK(length <= sizeof message->bytes - message->length);
    if (length > 0)
        memcpy(message->bytes + message->length, bytes, length);
    message->length += length;
}

static void add_integer(struct message *message, uint64_t value, unsigned size)
{
    VFJ_CHECK(size <= sizeof message->bytes - message->length);
    for (unsigned i = 0; i < size; i++)
        message->bytes[message->length + i] = (unsigned char)(value >> (8 * (size - 1 - i)));
    message->length += size;
}

static void add_name(struct message *message, struct vfj_span name)
{
    VFJ_CHECK(name.length <= VFJ_RECORD_NAME);
    add_integer(message, name.length, 1);
    add_bytes(message, name.text, name.length);
}

static void add_columns(struct message *message, const struct vfj_record *record)
{
    add_integer(message, record->seq, 8);
    add_integer(message, record->cause, 8);
    add_integer(message, record->boot, 8);
    add_integer(message, (uint64_t)record->wall_us, 8);
    add_integer(message, (uint64_t)record->mono_us, 8);
    add_integer(message, record->digest, 8);
    add_name(message, vfj_span_of(vfj_record_kind_name(record->kind)));
    add_name(message, record->note);
    add_integer(message, record->body.length, 4);
}

void vfj_chain_add(struct vfj_chain *chain, const struct vfj_record *record, struct vfj_head_hash *head)
{
    struct message message;
    struct vfj_span rest = record->body;
    message.length = 0;
    add_bytes(&message, head->bytes, sizeof head->bytes);
    add_columns(&message, record);
    if (rest.length <= sizeof message.bytes - message.length) {
        add_bytes(&message, rest.text, rest.length);
        rest.length = 0;
    }
    VFJ_CHECK(SHA256_Init(&chain->context) == 1);
    VFJ_CHECK(SHA256_Update(&chain->context, message.bytes, message.length) == 1);
    if (rest.length > 0)
        VFJ_CHECK(SHA256_Update(&chain->context, rest.text, rest.length) == 1);
    VFJ_CHECK(SHA256_Final(head->bytes, &chain->context) == 1);
}
