/* Replaces a small file as a whole. */
#ifndef VFJ_TOOLS_REPLACE_FILE_H
#define VFJ_TOOLS_REPLACE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* Replaces the file at `path`, which need not exist, by the bytes that `print` writes. A reader
 * sees either the old file or the new one. `print` returns false and sets errno on a failure.
 * Returns 0, or an errno value; the old file is then unchanged. The caller calls
 * vfj_owner_may_replace() first. */
int vfj_replace_file(const char *path, mode_t mode, bool (*print)(FILE *out, const void *context),
                     const void *context);

#endif
