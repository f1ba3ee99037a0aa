/* Work in a process apart, whose memory the caller never has. */
#ifndef VFJ_FREEBSD_PRIVSEP_APART_H
#define VFJ_FREEBSD_PRIVSEP_APART_H

#include <stdbool.h>
#include <stddef.h>

/* Writes at most the bytes of the result. Returns false when there is no result. */
typedef bool vfj_apart_fn(void *context, void *result);

/* Runs `work` in a child, and copies `size` bytes of its result. A process that reads a file of
 * root's and gives up its rights later calls this: what the child read is not left in the memory of
 * the caller. The child has descriptors 0 to 2 only. Work that prints flushes its stream. The result is
 * untrusted when the child gave up its rights. Returns false when `work` does, or the child ended
 * without a whole result. */
bool vfj_apart_run(vfj_apart_fn *work, void *context, void *result, size_t size);

#endif
