/* Fuzzes the body of a record. The first byte selects the kind of the record, and the other bytes
 * are its body. A body that is accepted must have the same meaning after it is written and read
 * again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/data/event.h"
#include "core/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vfj_event event;

/* Writes the event into `body` and returns its length. Fails when it is longer than a record may
 * be. */
static size_t encode(char *body)
{
    struct vfj_text text = vfj_text_begin(body, VFJ_BODY_MAX + VFJ_LINE_MAX);
    vfj_event_encode(&event, &text);
    VFJ_CHECK(!text.overflow);
    return text.length;
}

/* Returns the kind of record that the input's first byte selects. A kind that was added later has a
 * byte of its own, so that the existing inputs of the corpus still select the same kinds. */
static enum vfj_event_kind kind_of(uint8_t byte)
{
    return byte == UINT8_MAX ? VFJ_EVENT_SCHEDULED
                             : (enum vfj_event_kind)(byte % (VFJ_EVENT_TIMER + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char first[VFJ_BODY_MAX + VFJ_LINE_MAX], second[VFJ_BODY_MAX + VFJ_LINE_MAX];
    if (size < 1 || size > VFJ_BODY_MAX)
        return 0;
    enum vfj_event_kind kind = kind_of(data[0]);
    struct vfj_span body = {(const char *)data + 1, size - 1};
    if (vfj_event_decode(kind, body, &event) != VFJ_OK)
        return 0;
    size_t length = encode(first);
    VFJ_CHECK(vfj_event_decode(kind, (struct vfj_span){first, length}, &event) == VFJ_OK);
    size_t again = encode(second);
    VFJ_CHECK(again == length && memcmp(first, second, length) == 0);
    return 0;
}
