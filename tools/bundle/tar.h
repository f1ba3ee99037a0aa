/* Writes an archive of tar(5), in the format ustar. It has regular files only, below one directory,
 * and every tar(1) reads it. */
#ifndef VFJ_TOOLS_BUNDLE_TAR_H
#define VFJ_TOOLS_BUNDLE_TAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Writes the file NAME with mode 0600, the time `mtime` in seconds, and no owner's name. `name` has
 * at most 99 bytes. Returns false, with errno, when the output failed. */
bool vfj_tar_add(FILE *out, const char *name, int64_t mtime, const char *bytes, size_t length);

/* Likewise with the whole content of a stream that can be read from its beginning. */
bool vfj_tar_add_stream(FILE *out, const char *name, int64_t mtime, FILE *from);

/* Writes the end of the archive. */
bool vfj_tar_end(FILE *out);

#endif
