/* Writes a journal as a trace: the events of the guest, and each observation. */
#ifndef VFJ_TOOLS_EXPORT_TRACE_H
#define VFJ_TOOLS_EXPORT_TRACE_H

#include <stddef.h>
#include <stdio.h>

#include "store/journal.h"

/* Write the whole journal as a trace whose replay, under the rules that wrote the journal, gives
 * its transitions and commands again. A journal of other rules is exported, too: its trace says
 * what reached the guest, and what its daemon's commands did not explain. VFJ_EXIT_UNSURE, and
 * nothing is written, when a trace can't say what a record says. The exit status (tools/verb.h);
 * complaints, which name `path`, go to standard error. */
int vfj_export_trace(struct vfj_journal *journal, const char *path, FILE *out);

/* Likewise writes the trace to memory, with its secrets. The caller frees *bytes. `cannot` begins the
 * complaint about a journal that a trace can't express. */
int vfj_export_memory(struct vfj_journal *journal, const char *path, const char *cannot,
                      char **bytes, size_t *length);

#endif
