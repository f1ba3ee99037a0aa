/* Runs a verb of this program in a child process and stores its output in memory. */
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

/* Runs the verb argv[0] in a child process, and stores at most VFJ_CAPTURE_MAX bytes of its
 * standard output. With `messages` also stores its standard error, and otherwise discards it.
 * Before the call, the caller flushes its streams and closes its journals. After it, the caller
 * frees captured->bytes. */
void vfj_capture(int argc, char **argv, bool messages, struct vfj_captured *captured);

#endif
