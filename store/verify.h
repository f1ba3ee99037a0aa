/* Verify: whether a journal is whole, unedited, and what the machine does. */
#ifndef VFJ_STORE_VERIFY_H
#define VFJ_STORE_VERIFY_H

#include "core/status.h"
#include "store/anchor.h"
#include "store/replay.h"

/* X(symbol, name, text) */
#define VFJ_FINDINGS(X)                                                                             \
    X(SOUND, "verified", "whole, unedited, and what the machine does")                              \
    X(DAMAGED, "damaged", "the file is not as it was written")                                      \
    X(EDITED, "edited", "a record was changed or taken out after it was written")                   \
    X(INCOMPLETE, "incomplete", "the end is cut off: the last event lacks what followed")           \
    X(DIVERGED, "diverged", "the chain holds, but the machine decides otherwise")                   \
    X(RULES_CHANGED, "rules changed", "whole and unedited; other rules decided otherwise then")     \
    X(NOT_ANCHORED, "anchor not met", "this is not what it was when its head was kept")             \
    X(ANCHOR_PRUNED, "anchor pruned", "whole and unedited, but the anchor's record was taken away") \
    X(UNUSABLE, "unusable", "it can't be looked at")

enum vfj_finding {
#define X(symbol, name, text) VFJ_FINDING_##symbol,
    VFJ_FINDINGS(X)
#undef X
        VFJ_FINDING_COUNT
};

const char *vfj_finding_name(enum vfj_finding finding);
const char *vfj_finding_text(enum vfj_finding finding);

struct vfj_verified {
    uint8_t finding;        /* enum vfj_finding: the worst of all that was found */
    uint8_t status;         /* UNUSABLE: enum vfj_status, as of vfj_journal_open */
    uint64_t first;         /* seq of the first record: 1, or that of the checkpoint it begins with */
    struct vfj_anchor head; /* after the last record that was right */
    uint64_t complete;      /* the last record after which nothing that followed is missing; at most head.seq */
    char detail[512];       /* what exactly; untrusted bytes, perhaps none */
};

/* Look at all of the journal PATH, in one read transaction: what a daemon writes meanwhile is left for the next time, and never
 * an alarm. SQLite's integrity_check comes first, then that no seq is missing, the chain, and that the machine decides
 * today what was recorded, digest for digest; then the anchor, NULL for none. Of a pruned journal an anchor can be met down to the
 * record before its first. Nothing is changed. */
void vfj_verify(const char *path, const struct vfj_anchor *anchor, struct vfj_verified *verified);

#endif
