/* An anchor: a head of the chain that is kept outside the guest. */
#ifndef VFJ_STORE_ANCHOR_H
#define VFJ_STORE_ANCHOR_H

#include "store/chain.h"

struct vfj_anchor {
    uint64_t seq; /* seq of the newest record that the head covers; 0: the journal is empty */
    struct vfj_head_hash head;
    bool is_short; /* the anchor has only the first VFJ_CHAIN_SIZE bytes of the head */
};

enum { VFJ_ANCHOR_SIZE = 20 + 1 + 2 * VFJ_HEAD_SIZE + 1 };

/* Read and write an anchor as "SEQ:HASH". The hash is written as 64 hexadecimal digits in lower
 * case. Reading accepts digits in both cases. Reading also accepts 32 digits: the chain of row
 * SEQ, which is the beginning of the head after that row. vfj_anchor_parse() returns false when
 * the span is no anchor. */
bool vfj_anchor_parse(struct vfj_span span, struct vfj_anchor *anchor);
void vfj_anchor_print(const struct vfj_anchor *anchor, struct vfj_text *text);

/* Returns true when `head`, the head after record anchor->seq, is the anchor's head. */
bool vfj_anchor_is(const struct vfj_anchor *anchor, const struct vfj_head_hash *head);

#endif
