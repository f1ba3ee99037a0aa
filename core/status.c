/* The statuses of operations: one list of codes and texts for the whole program. */
#include "core/status.h"

const char *vfj_status_text(enum vfj_status status)
{
    static const char *const texts[] = {
#define X(name, text) [VFJ_##name] = (text),
        VFJ_STATUSES(X)
#undef X
    };
    return texts[status];
}
