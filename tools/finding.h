/* Prints the result of verifying a journal. */
#ifndef VFJ_TOOLS_FINDING_H
#define VFJ_TOOLS_FINDING_H

#include <stdio.h>

#include "store/verify.h"

/* Returns the exit status for the result. It is VFJ_EXIT_OK only for a sound journal that contains
 * records. */
int vfj_finding_exit_status(const struct vfj_verified *verified);

/* Returns the exit status for the verdict of a replay. Do not call this for a journal that is
 * unusable; its exit status depends on the fault. */
int vfj_verdict_exit_status(enum vfj_verdict verdict);

/* Prints one line, such as "FILE: finding (detail); N records hold, head SEQ:HASH". If the file
 * cannot be read, prints a message to standard error instead. */
void vfj_finding_print(FILE *out, const char *path, const struct vfj_verified *verified);

/* Prints the line "SEQ:HASH" about the journal's newest record. */
void vfj_finding_print_head(FILE *out, const struct vfj_verified *verified);

#endif
