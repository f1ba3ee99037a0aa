/* Runs a function in a child process, so that the data that it reads never enter the caller's
 * memory. */
#ifndef VFJ_FREEBSD_PRIVSEP_APART_H
#define VFJ_FREEBSD_PRIVSEP_APART_H

#include <stdbool.h>
#include <stddef.h>

/* The function that the child runs. It writes its result into the `size` bytes at `result`.
 * Returns false when there is no result. */
typedef bool vfj_apart_fn(void *context, void *result);

/* Runs `work` in a child, and copies the `size` bytes of its result into `result`. A process
 * that will give up its rights calls this function to read a file that only root may read. The
 * bytes that the child read then never enter the memory of the caller. The child has descriptors
 * 0 to 2 only. If `work` prints, it must flush its stream. The result is untrusted when the
 * child gave up its rights. Returns false when `work` returns false, or the child ended without
 * a whole result. */
bool vfj_apart_run(vfj_apart_fn *work, void *context, void *result, size_t size);

#endif
