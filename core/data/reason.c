/* Reasons: every reason that a row of the journal can have, with its text for people. */
#include "core/data/reason.h"

#include "core/check.h"

const char *vfj_reason_name(enum vfj_reason reason)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_REASON_##symbol] = (name),
        VFJ_REASONS(X)
#undef X
    };
    VFJ_CHECK(reason < VFJ_REASON_COUNT);
    return names[reason];
}

const char *vfj_reason_text(enum vfj_reason reason)
{
    static const char *const texts[] = {
#define X(symbol, name, text) [VFJ_REASON_##symbol] = (text),
        VFJ_REASONS(X)
#undef X
    };
    VFJ_CHECK(reason < VFJ_REASON_COUNT);
    return texts[reason];
}
