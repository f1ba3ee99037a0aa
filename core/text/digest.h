/* A fast 64-bit digest of memory. The digest shows whether two states are equal. It does not
 * protect against forgery. */
#ifndef VFJ_CORE_TEXT_DIGEST_H
#define VFJ_CORE_TEXT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Returns the digest of `size` bytes at `bytes`. Another `seed` gives another digest. All
 * little-endian machines compute the same digest, and Hyper-V's guests are little-endian. An
 * attacker can forge the digest, but not the journal's SHA-256 chain. */
uint64_t vfj_digest(const void *bytes, size_t size, uint64_t seed);

#endif
