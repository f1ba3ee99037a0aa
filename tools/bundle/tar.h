/* Writes archives in the format ustar of tar(5), which every tar(1) reads. The archives contain
 * only regular files, all in one directory. */
#ifndef VFJ_TOOLS_BUNDLE_TAR_H
#define VFJ_TOOLS_BUNDLE_TAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Adds a file to the archive, with mode 0600, the modification time `mtime` in seconds, and without
 * the name of an owner. `name` has at most 99 bytes. Returns false and sets errno when writing to
 * `out` fails. */
bool vfj_tar_add(FILE *out, const char *name, int64_t mtime, const char *bytes, size_t length);

/* Adds a file with the whole content of the stream `from`, which must support rewind(3). All else
 * is as for vfj_tar_add(). */
bool vfj_tar_add_stream(FILE *out, const char *name, int64_t mtime, FILE *from);

/* Writes the end of the archive. */
bool vfj_tar_end(FILE *out);

#endif
