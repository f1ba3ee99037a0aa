/* Reads a small file, and replaces a file as a whole. */
#ifndef VFJ_TOOLS_REPLACE_FILE_H
#define VFJ_TOOLS_REPLACE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum {
    VFJ_REPLACE_READ_MAX = 120, /* largest number of bytes that vfj_replace_file_read() reads */
    /* largest new content in bytes that the process behind vfj_replace_file_by() accepts */
    VFJ_REPLACE_MAX = 4 * 1024 * 1024,
};

/* Reads at most `size` - 1 and at most VFJ_REPLACE_READ_MAX bytes from the beginning of a regular
 * file, and appends a NUL. Never waits. Returns 0. On an error returns an errno value and an empty
 * text. */
int vfj_replace_file_read(const char *path, char *bytes, size_t size);

/* Replaces the file at `path`, which need not exist, by a file with the bytes that `print` writes.
 * A reader sees either the old file or the new one. `print` returns false and sets errno when it
 * fails. Returns 0, or an errno value when the file was not replaced. */
int vfj_replace_file(const char *path, mode_t mode, bool (*print)(FILE *out, const void *context),
                     const void *context);

/* After this call, the functions above ask the process at the other end of the stream socket to
 * read and replace the file. That process runs vfj_replace_file_serve() and has a path of its own,
 * so the functions ignore the path and mode that they are given. */
void vfj_replace_file_by(int socket);

/* Handles the requests that arrive on the socket, until the socket is closed. A request reads the
 * file at `path`, or replaces it by a new file with the mode `mode`. The content is not
 * interpreted. */
void vfj_replace_file_serve(int socket, const char *path, mode_t mode);

#endif
