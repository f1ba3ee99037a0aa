/* The hash chain: SHA-256 over every record and the head before it. An edit of a record breaks
 * the chain. */
#ifndef VFJ_STORE_CHAIN_H
#define VFJ_STORE_CHAIN_H

#include "store/record.h"

enum { VFJ_HEAD_SIZE = 32 };

/* A head of the chain: the whole SHA-256 value after a record. All bytes are zero before the
 * first record. */
struct vfj_head_hash {
    uint8_t bytes[VFJ_HEAD_SIZE];
};

/* clang-format off */
/* head(n) = SHA-256(head(n-1) || record(n)). Integers are big-endian, and record(n) is:
 *
 *     seq      u64
 *     cause    u64   0 for none
 *     boot     u64
 *     wall_us  i64
 *     mono_us  i64
 *     digest   u64   0 unless the record is an event
 *     kind     u8 length, then the bytes
 *     note     u8 length, 0 for none, then the bytes
 *     body     u32 length, then the bytes
 *
 * The hash covers every column except the chain, and each length precedes its bytes. Two different
 * rows therefore never have the same encoding. The bytes of a body determine its type, TEXT or BLOB
 * (vfj_body_is_text). Readers refuse a row with the other type.
 *
 * The chain column of a row has the first VFJ_CHAIN_SIZE bytes of head(n). Every check recomputes
 * the heads from the first record on. A row's chain therefore detects edits with 128 bits. A whole
 * head, kept outside the guest, detects edits with 256 bits: nobody can find another history with
 * the same head.
 *
 * A user who may write the file may also rewrite it with a new chain. Only a copy of the head
 * outside the guest shows that. */
/* clang-format on */

struct vfj_chain;

/* Returns a hashing context of libcrypto, or NULL when memory runs out. */
struct vfj_chain *vfj_chain_open(void);
void vfj_chain_close(struct vfj_chain *chain);

/* Replaces head(n-1) in `head` by head(n). Ignores record->chain. A failure of libcrypto ends the
 * program (VFJ_CHECK), since SHA-256 cannot fail for an outside cause. */
void vfj_chain_add(struct vfj_chain *chain, const struct vfj_record *record,
                   struct vfj_head_hash *head);

#endif
