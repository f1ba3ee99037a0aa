/* Opens the FILE of a verb: a path, standard input, a pipe, or a FIFO. Reads a FILE that is not
 * a regular file only once. */
#ifndef VFJ_TOOLS_INPUT_H
#define VFJ_TOOLS_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "store/publish.h"

struct vfj_input {
    const char *name; /* name in messages: the path, or "standard input" */
    const char *path; /* path of the journal: the user's path, or that of a private copy */
    char *bytes;      /* the trace, on the heap; NULL for a journal */
    size_t length;
    struct vfj_publish copy; /* the private copy of a journal that has no path */
};

enum { VFJ_TRACE_FILE_MAX = 1 << 30 }; /* limit for a trace in bytes; about ten million events */

/* Returns the open descriptor that a path such as "-", "/dev/stdin" or "/dev/fd/N" names.
 * Returns -1 for every other path. */
int vfj_path_descriptor(const char *path);

/* Opens a journal. A regular file is opened by its path later. Everything else is copied to a
 * private file in vfj_scratch_directory(). Returns VFJ_EXIT_OK, or the exit status after a message:
 * VFJ_EXIT_DIFFERENT for an empty file. The caller calls vfj_input_close() in any case. */
int vfj_input_open_journal(struct vfj_input *input, const char *path);

/* Opens a journal or a trace. A trace is read into memory. */
int vfj_input_open(struct vfj_input *input, const char *path);

/* Removes the private copy, and frees the trace. */
void vfj_input_close(struct vfj_input *input);

#endif
