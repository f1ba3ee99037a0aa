/* An anchor: a head of the chain that is kept outside the guest. */
#ifndef VFJ_STORE_ANCHOR_H
#define VFJ_STORE_ANCHOR_H

#include "store/chain.h"

struct vfj_anchor {
    uint64_t seq; /* seq of the newest record that the head covers; 0: the journal is empty */
    struct vfj_head_hash head;
    bool is_short; /* only the first VFJ_CHAIN_SIZE bytes of the head are known */
};

enum { VFJ_ANCHOR_SIZE = 20 + 1 + 2 * VFJ_HEAD_SIZE + 1 };

/* Read and write an anchor as "SEQ:HASH", the hash in 64 hexadecimal digits. Reading accepts both
 * cases, and 32 digits: the chain of a row, which is the beginning of the head after it. Writing
 * uses lower case. vfj_anchor_parse() returns false when the span is no anchor. */
bool vfj_anchor_parse(struct vfj_span span, struct vfj_anchor *anchor);
void vfj_anchor_print(const struct vfj_anchor *anchor, struct vfj_text *text);

/* Returns whether the head, after record anchor->seq, is that of the anchor. */
bool vfj_anchor_is(const struct vfj_anchor *anchor, const struct vfj_head_hash *head);

#endif
