/* The findings: what can be wrong or unusual about a VF in transparent mode. */
#include "core/data/finding.h"

#include <stddef.h>

#include "core/check.h"

struct found {
    enum vfj_reason reason;
    bool is_fault;
    const char *advice;
};

static const struct found *row_of(enum vfj_finding_kind kind)
{
    static const struct found rows[] = {
#define X(reason_, is_fault_, advice_) \
    {.reason = VFJ_REASON_##reason_, .is_fault = (is_fault_), .advice = (advice_)},
        VFJ_FINDINGS(X)
#undef X
    };
    VFJ_CHECK(kind < VFJ_FOUND_COUNT);
    return &rows[kind];
}

enum vfj_reason vfj_found_reason(enum vfj_finding_kind kind)
{
    return row_of(kind)->reason;
}

bool vfj_found_is_fault(enum vfj_finding_kind kind)
{
    return row_of(kind)->is_fault;
}

const char *vfj_found_advice(enum vfj_finding_kind kind)
{
    return row_of(kind)->advice;
}

const char *vfj_reason_advice(enum vfj_reason reason)
{
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        if (row_of((enum vfj_finding_kind)kind)->reason == reason)
            return row_of((enum vfj_finding_kind)kind)->advice;
    }
    return NULL;
}
