/* Runs a verb of this program for its output. */
#ifndef VFJ_TOOLS_BUNDLE_CAPTURE_H
#define VFJ_TOOLS_BUNDLE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

struct vfj_captured {
    char *bytes; /* on the heap; NULL: none */
    size_t length;
    int exit_status; /* of the verb; -1: it did not run, or died */
};

enum { VFJ_CAPTURE_MAX = 64 << 20 };

/* Runs the verb argv[0] in a child process, and keeps its standard output, at most VFJ_CAPTURE_MAX
 * bytes. With `messages`, keeps its standard error, too; else drops it. The caller has flushed its
 * streams and has no journal open. The caller frees captured->bytes. */
void vfj_capture(int argc, char **argv, bool messages, struct vfj_captured *captured);

#endif
