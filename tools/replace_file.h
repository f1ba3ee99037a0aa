/* Reads a small file, and replaces it as a whole. */
#ifndef VFJ_TOOLS_REPLACE_FILE_H
#define VFJ_TOOLS_REPLACE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum {
    VFJ_REPLACE_READ_MAX = 120, /* the most bytes that are read from a file */
    /* the most bytes of a new content that another process accepts */
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

/* From this call on, files are read and replaced by the process at the other end of a stream
 * socket. It always uses its own path, whatever `path` is given here. */
void vfj_replace_file_by(int socket);

/* Reads or replaces the file at `path` whenever the other end of the socket asks for it, until
 * the socket is closed. A new file gets the mode `mode`. The bytes are not interpreted. */
void vfj_replace_file_serve(int socket, const char *path, mode_t mode);

#endif
