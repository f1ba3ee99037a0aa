/* Compares an exported trace with its journal. */
#ifndef VFJ_TOOLS_EXPORT_CHECK_H
#define VFJ_TOOLS_EXPORT_CHECK_H

#include "store/journal.h"
#include "tools/export/timeline.h"

/* Why a journal is not exported. */
struct vfj_export_fault {
    enum vfj_status status; /* VFJ_OK: a trace can't say what a record says */
    /* of that record, the first that a replay of the trace would not lead to */
    uint64_t seq;
    size_t event;     /* its number as an event */
    const char *what; /* what a replay has instead */
};

/* Plays the trace, with the journal's commands in place of the machine's decisions. Under any rules
 * each event of the journal must come, in order and with the same content. Returns false, with
 * *fault, at the first difference. */
bool vfj_export_check(struct vfj_journal *journal, struct vfj_span trace,
                      const struct vfj_timeline *timeline, struct vfj_export_fault *fault);

#endif
