/* A fast 64-bit digest of memory. */
#include "core/digest.h"

#include <string.h>

/* Multiply-and-fold over words of eight bytes, in two lanes so that the multiplications overlap. */
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
    static const uint64_t odd[3] = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu, 0x165667b19e3779f9u};
    const unsigned char *at = bytes;
    uint64_t a = seed ^ odd[0];
    uint64_t b = (uint64_t)size * odd[1];
    while (size >= 16) {
        a = fold(a ^ word_at(at), odd[1]);
        b = fold(b ^ word_at(at + 8), odd[2]);
        at += 16;
        size -= 16;
    }
    uint64_t tail[2] = {0, 0};
    if (size > 0)
        memcpy(tail, at, size);
    a = fold(a ^ tail[0], odd[1]);
    b = fold(b ^ tail[1], odd[2]);
    return fold(a ^ odd[0], b ^ odd[2]);
}
