/* Opens the FILE argument of a verb. FILE is a path, standard input, a pipe, or a FIFO. A FILE that
 * is not a regular file is read only once. */
#ifndef VFJ_TOOLS_INPUT_H
#define VFJ_TOOLS_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "store/publish.h"

struct vfj_input {
    const char *name; /* the input's name for messages: its path, or "standard input" */
    /* path of the journal: the path that the user gave, or that of the temporary copy */
    const char *path;
    char *bytes; /* content of the trace, on the heap; NULL: the input is a journal */
    size_t length;
    struct vfj_publish copy; /* the temporary copy of a journal that was not a regular file */
};

/* limit of a trace's length in bytes; about ten million events */
enum { VFJ_TRACE_FILE_MAX = 1 << 30 };

/* Returns the open descriptor that a path such as "-", "/dev/stdin" or "/dev/fd/N" means. Returns
 * -1 for every other path. */
int vfj_path_descriptor(const char *path);

/* Prepares the opening of a journal. If it is a regular file, the caller opens it later by
 * input->path. Anything else is copied to a temporary file in vfj_scratch_directory(). Returns
 * VFJ_EXIT_OK, or the exit status after a message; the status is VFJ_EXIT_DIFFERENT for an empty
 * file. The caller calls vfj_input_close() in any case. */
int vfj_input_open_journal(struct vfj_input *input, const char *path);

/* As vfj_input_open_journal(), but also accepts a trace, which it reads into memory. */
int vfj_input_open(struct vfj_input *input, const char *path);

/* Removes the temporary copy and frees the trace, if there are any. */
void vfj_input_close(struct vfj_input *input);

#endif
