/* An anchor: a copy of the hash chain's head that is kept outside the guest. */
#ifndef VFJ_STORE_ANCHOR_H
#define VFJ_STORE_ANCHOR_H

#include "store/chain.h"

struct vfj_anchor {
    uint64_t seq; /* seq of the newest record that `head` covers; 0: the journal is empty */
    struct vfj_head_hash head;
    bool is_short; /* only the first VFJ_CHAIN_SIZE bytes of `head` are known */
};

enum { VFJ_ANCHOR_SIZE = 20 + 1 + 2 * VFJ_HEAD_SIZE + 1 };

/* Read and write an anchor as "SEQ:HASH". Writing gives 64 hexadecimal digits in lower case.
 * Reading accepts upper case, too. Reading also accepts 32 digits, the chain column of row SEQ,
 * which has the first half of the head after that row. vfj_anchor_parse() returns false when the
 * span is no anchor. */
bool vfj_anchor_parse(struct vfj_span span, struct vfj_anchor *anchor);
void vfj_anchor_print(const struct vfj_anchor *anchor, struct vfj_text *text);

/* Returns true when `head` is the anchor's head. The caller computed `head` after record
 * anchor->seq. */
bool vfj_anchor_is(const struct vfj_anchor *anchor, const struct vfj_head_hash *head);

#endif
