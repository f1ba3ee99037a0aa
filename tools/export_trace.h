/* A journal as a trace: what reached the guest, and what the guest was like whenever somebody looked. */
#ifndef VFJ_TOOLS_EXPORT_TRACE_H
#define VFJ_TOOLS_EXPORT_TRACE_H

#include <stdio.h>

#include "store/journal.h"

/* Write the whole journal as a trace whose replay gives the journal's transitions and commands again. The exit status
 * (tools/verb.h); complaints, which name `path`, go to standard error. */
int vfj_export_trace(struct vfj_journal *journal, const char *path, FILE *out);

#endif
