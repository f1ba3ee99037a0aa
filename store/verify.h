/* Verifies a journal: the file, the chain, and the machine's decisions. */
#ifndef VFJ_STORE_VERIFY_H
#define VFJ_STORE_VERIFY_H

#include "core/status.h"
#include "store/anchor.h"
#include "store/replay.h"

/* X(symbol, name, text) */
#define VFJ_VERIFY_FINDINGS(X)                                                                     \
    X(SOUND, "verified", "complete, unedited, and the machine decides as recorded")                \
    X(DAMAGED, "damaged", "the file is not as it was written")                                     \
    X(EDITED, "edited", "a record was changed or taken out after it was written")                  \
    X(INCOMPLETE, "incomplete", "the end is cut off: the last event lacks its decisions")          \
    X(DIVERGED, "diverged", "the chain holds, but the machine decides otherwise")                  \
    X(RULES_CHANGED, "rules changed", "whole and unedited; other rules decided otherwise then")    \
    X(NOT_ANCHORED, "anchor not met", "the journal does not match the kept head")                  \
    X(ANCHOR_PRUNED, "anchor pruned", "complete and unedited, but the anchor's record was pruned") \
    X(UNUSABLE, "unusable", "the file can't be read")

enum vfj_finding {
#define X(symbol, name, text) VFJ_FINDING_##symbol,
    VFJ_VERIFY_FINDINGS(X)
#undef X
        VFJ_FINDING_COUNT
};

const char *vfj_finding_name(enum vfj_finding finding);
const char *vfj_finding_text(enum vfj_finding finding);

struct vfj_verified {
    uint8_t finding; /* enum vfj_finding: the worst one */
    uint8_t status;  /* UNUSABLE: enum vfj_status, one of those of vfj_journal_open() */
    /* seq of the first record; 1, unless the journal begins with a state checkpoint */
    uint64_t first;
    /* seq of the last record that was found without a fault, and the chain's head after that
     * record */
    struct vfj_anchor head;
    /* seq of the last record up to which nothing is cut off: each event has all its decisions, and
     * each state checkpoint all its parts; at most head.seq */
    uint64_t complete;
    char detail[512]; /* the cause of the finding, perhaps empty; untrusted bytes */
};

/* Verifies the whole journal `path` in one read transaction, and changes nothing. Rows that a
 * daemon writes during the verification are not read, and never cause a finding.
 *
 * Checks in this order: SQLite's integrity_check, the sequence of seqs, the chain, the machine's
 * decisions and digests, and the anchor unless it is NULL. In a pruned journal, an anchor can be
 * checked unless it is older than the record before the journal's first one. */
void vfj_verify(const char *path, const struct vfj_anchor *anchor, struct vfj_verified *verified);

#endif
