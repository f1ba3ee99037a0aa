/* Reads and replaces a small file whole. */
#ifndef VFJ_TOOLS_REPLACE_FILE_H
#define VFJ_TOOLS_REPLACE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum {
    VFJ_REPLACE_READ_MAX = 120,        /* bytes that are read of a file */
    VFJ_REPLACE_MAX = 4 * 1024 * 1024, /* bytes that another process takes for a file */
};

/* Reads the first `size` - 1 bytes of a regular file, VFJ_REPLACE_READ_MAX at most, without waiting,
 * and appends a NUL. Returns 0, or an errno value and an empty text. */
int vfj_replace_file_read(const char *path, char *bytes, size_t size);

/* Replaces the file at `path`, which need not exist, by the bytes that `print` writes. A reader finds
 * the old file or the new one. `print` returns false with errno on a failure. Returns 0, or an errno
 * value: the old file is as it was. */
int vfj_replace_file(const char *path, mode_t mode, bool (*print)(FILE *out, const void *context),
                     const void *context);

/* From now on the process at the other end of a stream socket reads and replaces the file, whatever
 * the path. */
void vfj_replace_file_by(int socket);

/* Reads the file at `path`, or replaces it with that mode, as the other end of the socket asks, until
 * the socket is closed. Does not interpret the bytes. */
void vfj_replace_file_serve(int socket, const char *path, mode_t mode);

#endif
