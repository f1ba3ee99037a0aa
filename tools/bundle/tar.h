/* Writes archives in the format ustar of tar(5), which every tar(1) reads. They have only
 * regular files, in one directory. */
#ifndef VFJ_TOOLS_BUNDLE_TAR_H
#define VFJ_TOOLS_BUNDLE_TAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Adds a file with mode 0600, time `mtime` in seconds, and no owner's name. `name` has at most
 * 99 bytes. Returns false and sets errno when the output fails. */
bool vfj_tar_add(FILE *out, const char *name, int64_t mtime, const char *bytes, size_t length);

/* Adds the whole content of a stream that can be rewound. Otherwise like vfj_tar_add(). */
bool vfj_tar_add_stream(FILE *out, const char *name, int64_t mtime, FILE *from);

/* Writes the end of the archive. */
bool vfj_tar_end(FILE *out);

#endif
