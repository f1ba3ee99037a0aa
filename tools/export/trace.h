/* Exports a journal as a trace: the events of the guest, and what each observation of the guest
 * shows. */
#ifndef VFJ_TOOLS_EXPORT_TRACE_H
#define VFJ_TOOLS_EXPORT_TRACE_H

#include <stddef.h>
#include <stdio.h>

#include "store/journal.h"

/* Writes the whole journal as a trace. A replay of the trace with the rules of the daemon that
 * wrote the journal gives the same transitions and commands again. A journal from a daemon with
 * other rules than this program's is exported, too. Its trace contains the events that reached the
 * guest, and the changes of the guest that the daemon's commands do not explain.
 *
 * Returns an exit status (tools/verb.h). VFJ_EXIT_UNSURE means that a trace cannot express some
 * record, and nothing was written. Messages go to standard error and name `path`. */
int vfj_export_trace(struct vfj_journal *journal, const char *path, FILE *out);

/* Writes the trace to memory, with its passwords. The caller frees *bytes. `cannot` is the
 * beginning of the message about a journal that a trace cannot express. */
int vfj_export_memory(struct vfj_journal *journal, const char *path, const char *cannot,
                      char **bytes, size_t *length);

#endif
