/* Runs a verb of this program and keeps its output. */
#ifndef VFJ_TOOLS_BUNDLE_CAPTURE_H
#define VFJ_TOOLS_BUNDLE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

struct vfj_captured {
    char *bytes; /* on the heap; NULL: none */
    size_t length;
    int exit_status; /* exit status of the verb; -1: it did not run, or a signal ended it */
};

enum { VFJ_CAPTURE_MAX = 64 << 20 };

/* Runs the verb argv[0] in a child process, and keeps at most VFJ_CAPTURE_MAX bytes of its
 * standard output. With `messages` it keeps standard error too, and otherwise drops it. Before
 * the call, the caller flushes its streams and closes its journals. Afterwards it frees
 * captured->bytes. */
void vfj_capture(int argc, char **argv, bool messages, struct vfj_captured *captured);

#endif
