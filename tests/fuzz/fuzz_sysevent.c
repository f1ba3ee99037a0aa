/* Fuzzes the parsers of nlsysevent(4): the bytes are a datagram, and the description of its
 * family. */
#include <stdint.h>

#include "adapters/freebsd/devd/sysevent_message.h"
#include "core/check.h"
#include "core/data/event.h"
#include "core/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char bytes[VFJ_LINE_MAX + 1];
    struct vfj_span rest = {(const char *)data, size};
    struct vfj_text line = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_sysevent_family family;
    struct vfj_devd devd;
    bool is_cut = false;
    if (vfj_sysevent_read_family(rest, size % 2 == 0, &family))
        VFJ_CHECK(family.id != 0 && family.group_count <= VFJ_SYSEVENT_GROUPS_MAX);
    while (vfj_sysevent_next(&rest, 27, &line, &is_cut)) {
        VFJ_CHECK(line.length < sizeof bytes);
        vfj_devd_parse((struct vfj_span){line.bytes, line.length}, &devd);
    }
    VFJ_CHECK(is_cut == (rest.length > 0));
    return 0;
}
