/* Exports a journal as a trace: the events of the guest, and what each observation shows. */
#ifndef VFJ_TOOLS_EXPORT_TRACE_H
#define VFJ_TOOLS_EXPORT_TRACE_H

#include <stddef.h>
#include <stdio.h>

#include "store/journal.h"

/* Writes the whole journal as a trace. A replay of the trace, by the rules that wrote the
 * journal, gives the same transitions and commands again. A journal written by other rules than
 * those of this program is exported, too: its trace says what reached the guest, and which
 * changes its daemon's commands do not explain.
 *
 * Returns an exit status (tools/verb.h). With VFJ_EXIT_UNSURE a trace cannot express some
 * record, and nothing was written. Messages, which name `path`, go to standard error. */
int vfj_export_trace(struct vfj_journal *journal, const char *path, FILE *out);

/* Writes the trace to memory instead, with its secrets. The caller frees *bytes. `cannot` begins
 * the message about a journal that a trace cannot express. */
int vfj_export_memory(struct vfj_journal *journal, const char *path, const char *cannot,
                      char **bytes, size_t *length);

#endif
