/* Prints the result of a verification. */
#ifndef VFJ_TOOLS_FINDING_H
#define VFJ_TOOLS_FINDING_H

#include <stdio.h>

#include "store/verify.h"

/* The sentence that every verb prints about a journal without records. */
#define VFJ_NO_RECORDS \
    "the journal holds no records (a copy without its -wal file lacks the newest records)"

/* Returns the exit status for a finding: VFJ_EXIT_OK only for a sound journal with records. */
int vfj_finding_exit_status(const struct vfj_verified *verified);

/* Returns the exit status for the verdict of a replay. An unusable journal has the status of its
 * fault instead. */
int vfj_verdict_exit_status(enum vfj_verdict verdict);

/* Prints one line: "FILE: finding (detail); N records hold, head SEQ:HASH". The message about a
 * file that cannot be read goes to standard error. */
void vfj_finding_print(FILE *out, const char *path, const struct vfj_verified *verified);

/* Prints "SEQ:HASH" in a line. */
void vfj_finding_print_head(FILE *out, const struct vfj_verified *verified);

#endif
