/* A fast 64-bit digest of memory: tells whether two states are the same, not whether somebody
 * forged one. */
#ifndef VFJ_CORE_TEXT_DIGEST_H
#define VFJ_CORE_TEXT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* The digest of `size` bytes at `bytes`, begun from `seed`. Of little-endian machines all alike;
 * the guests that Hyper-V has are. Not for hostile input: the chain of SHA-256 in the journal is.
 */
uint64_t vfj_digest(const void *bytes, size_t size, uint64_t seed);

#endif
