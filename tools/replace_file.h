/* Reads a small file, and replaces it as a whole. */
#ifndef VFJ_TOOLS_REPLACE_FILE_H
#define VFJ_TOOLS_REPLACE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum {
    VFJ_REPLACE_READ_MAX = 120, /* most bytes that vfj_replace_file_read() reads */
    /* most bytes of a new content that another process accepts */
    VFJ_REPLACE_MAX = 4 * 1024 * 1024,
};

/* Reads the first `size` - 1 bytes of a regular file, but at most VFJ_REPLACE_READ_MAX, and
 * appends a NUL. Never waits. Returns 0, or an errno value and an empty text. */
int vfj_replace_file_read(const char *path, char *bytes, size_t size);

/* Replaces the file at `path`, which need not exist, by the bytes that `print` writes. A reader
 * finds either the old file or the new one. When `print` fails, it returns false and sets errno.
 * Returns 0, or an errno value when the file was not replaced. */
int vfj_replace_file(const char *path, mode_t mode, bool (*print)(FILE *out, const void *context),
                     const void *context);

/* From now on the process at the other end of the stream socket does the reading and replacing.
 * That process has one fixed path, and the paths that callers give are ignored. */
void vfj_replace_file_by(int socket);

/* Serves the requests that arrive on the socket, until the socket is closed. Each request reads
 * the file at `path`, or replaces it by a new file with the mode `mode`. Does not interpret the
 * content. */
void vfj_replace_file_serve(int socket, const char *path, mode_t mode);

#endif
