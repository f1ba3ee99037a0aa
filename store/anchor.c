/* An anchor: a copy of the hash chain's head that is kept outside the guest. */
#include "store/anchor.h"

#include <inttypes.h>
#include <string.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool vfj_anchor_parse(struct vfj_span span, struct vfj_anchor *anchor)
{
    const char *colon = span.length > 0 ? memchr(span.text, ':', span.length) : NULL;
    if (colon == NULL)
        return false;
    size_t before = (size_t)(colon - span.text);
    const char *hex = colon + 1;
    size_t digits = span.length - before - 1;
    memset(anchor, 0, sizeof *anchor);
    anchor->is_short = digits == (size_t)2 * VFJ_CHAIN_SIZE;
    if ((digits != sizeof anchor->head.bytes * 2 && !anchor->is_short)
        || !vfj_span_to_u64((struct vfj_span){span.text, before}, &anchor->seq))
        return false;
    for (size_t i = 0; i < digits / 2; i++) {
        int high = digit_of(hex[2 * i]);
        int low = digit_of(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        anchor->head.bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void vfj_anchor_print(const struct vfj_anchor *anchor, struct vfj_text *text)
{
    vfj_text_format(text, "%" PRIu64 ":", anchor->seq);
    for (size_t i = 0; i < sizeof anchor->head.bytes; i++)
        vfj_text_add_hex(text, anchor->head.bytes[i], 2);
}

bool vfj_anchor_is(const struct vfj_anchor *anchor, const struct vfj_head_hash *head)
{
    size_t size = anchor->is_short ? VFJ_CHAIN_SIZE : sizeof head->bytes;
    return memcmp(anchor->head.bytes, head->bytes, size) == 0;
}
