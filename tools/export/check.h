/* Checks an exported trace against its journal. */
#ifndef VFJ_TOOLS_EXPORT_CHECK_H
#define VFJ_TOOLS_EXPORT_CHECK_H

#include "store/journal.h"
#include "tools/export/timeline.h"

/* Why a journal cannot be exported. */
struct vfj_export_fault {
    /* VFJ_OK: a trace cannot express a record of the journal; otherwise the status of what
     * failed */
    enum vfj_status status;
    /* the first record that a replay of the trace does not produce */
    uint64_t seq;
    size_t event;     /* the number of this record's event in the journal, counted from 0 */
    const char *what; /* description of what the replay produces instead */
};

/* Plays the trace with the journal's commands in place of the machine's decisions, so that the
 * rules of this program do not matter. All events of the journal must occur, in the same order and
 * with the same content. Returns false and sets *fault at the first difference. */
bool vfj_export_check(struct vfj_journal *journal, struct vfj_span trace,
                      const struct vfj_timeline *timeline, struct vfj_export_fault *fault);

#endif
