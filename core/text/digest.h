/* A fast 64-bit digest of memory. The digest shows whether two states are the same, but not
 * whether somebody forged one. */
#ifndef VFJ_CORE_TEXT_DIGEST_H
#define VFJ_CORE_TEXT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Returns the digest of `size` bytes at `bytes`, begun with `seed`. All little-endian machines
 * compute the same digest, and Hyper-V's guests are little-endian. The digest does not withstand an
 * attacker. The journal's SHA-256 chain does. */
uint64_t vfj_digest(const void *bytes, size_t size, uint64_t seed);

#endif
