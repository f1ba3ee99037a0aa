/* An anchor: a head of the chain as it leaves the guest. */
#ifndef VFJ_STORE_ANCHOR_H
#define VFJ_STORE_ANCHOR_H

#include "store/chain.h"

struct vfj_anchor {
    uint64_t seq; /* of the record after which it was the head; 0: an empty journal's */
    struct vfj_head_hash head;
};

enum { VFJ_ANCHOR_SIZE = 20 + 1 + 2 * VFJ_HEAD_SIZE + 1 };

/* "SEQ:HASH", the hash in 64 hexadecimal digits, is read in either case and written in lower case. */
bool vfj_anchor_parse(struct vfj_span span, struct vfj_anchor *anchor);
void vfj_anchor_print(const struct vfj_anchor *anchor, struct vfj_text *text);

#endif
