/* What `vfjournal verify` and those that verify their work say of it. */
#ifndef VFJ_TOOLS_FINDING_H
#define VFJ_TOOLS_FINDING_H

#include <stdio.h>

#include "store/verify.h"

/* VFJ_EXIT_OK when it is sound. */
int vfj_finding_exit_status(const struct vfj_verified *verified);

/* One line: "FILE: what was found (detail); N records hold, head SEQ:HASH". What can't be looked at
 * is complained of on standard error as elsewhere. */
void vfj_finding_print(FILE *out, const char *path, const struct vfj_verified *verified);

/* "SEQ:HASH" in a line. */
void vfj_finding_print_head(FILE *out, const struct vfj_verified *verified);

#endif
