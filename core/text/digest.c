/* A fast 64-bit digest of memory. */
#include "core/text/digest.h"

#include <string.h>

/* Multiplies two words, and folds the product to 64 bits. vfj_digest() processes four words at
 * the same time, so that the multiplications overlap. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

uint64_t vfj_digest(const void *bytes, size_t size, uint64_t seed)
{
    static const uint64_t odd[4]
        = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu, 0x165667b19e3779f9u, 0x27d4eb2f165667c5u};
    const unsigned char *at = bytes;
    uint64_t a = seed ^ odd[0], b = (uint64_t)size * odd[1], c = odd[2], d = odd[3];
    uint64_t tail[4] = {0, 0, 0, 0};
    for (; size >= sizeof tail; at += sizeof tail, size -= sizeof tail) {
        a = fold(a ^ word_at(at), odd[0]);
        b = fold(b ^ word_at(at + 8), odd[1]);
        c = fold(c ^ word_at(at + 16), odd[2]);
        d = fold(d ^ word_at(at + 24), odd[3]);
    }
    if (size > 0)
        memcpy(tail, at, size);
    a = fold(a ^ tail[0], odd[0]);
    b = fold(b ^ tail[1], odd[1]);
    c = fold(c ^ tail[2], odd[2]);
    d = fold(d ^ tail[3], odd[3]);
    return fold(fold(a ^ odd[3], b ^ odd[2]) ^ odd[0], fold(c ^ odd[1], d ^ odd[0]) ^ odd[2]);
}
