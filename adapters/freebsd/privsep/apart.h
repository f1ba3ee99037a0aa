/* Runs a function in a child process. Data of the child never enter the memory of the caller. */
#ifndef VFJ_FREEBSD_PRIVSEP_APART_H
#define VFJ_FREEBSD_PRIVSEP_APART_H

#include <stdbool.h>
#include <stddef.h>

/* Does the work, and writes its result into the `size` bytes at `result`. Returns false when there
 * is no result. */
typedef bool vfj_apart_fn(void *context, void *result);

/* Runs `work` in a child, and copies the `size` bytes of its result into `result`. A process that
 * will give up its rights calls this function to read a file of root's. The data that the child
 * read then never enter the memory of the caller. The child has descriptors 0 to 2 only. Work that
 * prints must flush its stream. The result is untrusted when the child gave up its rights. Returns
 * false when `work` returns false, or the child ended without a whole result. */
bool vfj_apart_run(vfj_apart_fn *work, void *context, void *result, size_t size);

#endif
