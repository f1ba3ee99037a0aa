/* The chain: SHA-256 over every record and the chain before it, so that no record can be edited unseen. */
#ifndef VFJ_STORE_CHAIN_H
#define VFJ_STORE_CHAIN_H

#include "store/record.h"

enum { VFJ_HEAD_SIZE = 32 };

/* The whole SHA-256 value after a record; all zero before the first. */
struct vfj_head_hash {
    uint8_t bytes[VFJ_HEAD_SIZE];
};

/* head(n) = SHA-256(head(n-1) || record(n)), where record(n) is, integers big-endian:
 *
 *     seq u64 | cause u64 (0 for none) | boot u64 | wall_us i64 | mono_us i64 | digest u64 (0 unless an
 * event) | length of kind u8 | kind | length of note u8 (0 for none) | note | length of body u32 | body
 *
 * Every column but the chain is in it, each length before its bytes, so no two rows have one encoding.
 * Whether a body is TEXT or BLOB follows from its bytes (vfj_body_is_text), and readers refuse a row where it
 * does not.
 *
 * A row keeps the first VFJ_CHAIN_SIZE bytes of head(n); the rest is recomputed from the first record on, by
 * everyone who checks. So a row's chain is a check of 128 bits against edits, while a head that leaves the
 * guest, whole, cannot be met by another history that anybody could find. Whoever may write the file may also
 * write it anew, chain and all: only a head kept elsewhere shows that. */

struct vfj_chain;

/* The hashing context; NULL when libcrypto has none to give. */
struct vfj_chain *vfj_chain_open(void);
void vfj_chain_close(struct vfj_chain *chain);

/* Replace head(n-1) in `head` by head(n); record->chain is not looked at. A failure of libcrypto, which
 * SHA-256 has no cause for, is a failed check. */
void vfj_chain_add(struct vfj_chain *chain, const struct vfj_record *record, struct vfj_head_hash *head);

#endif
