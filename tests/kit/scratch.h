/* A scratch directory for a test, and the files in it. */
#ifndef VFJ_TESTS_KIT_SCRATCH_H
#define VFJ_TESTS_KIT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the directory. For cmocka's group setup. */
int kit_scratch_make(void **state);
/* Removes the directory with all its files. For cmocka's group teardown. */
int kit_scratch_remove(void **state);

/* Returns the path of a file in the directory. The text is valid until the process ends. */
const char *kit_path(const char *name);

/* Returns the path, in the directory, of the last component of `path` with `suffix` appended. */
const char *kit_beside(const char *path, const char *suffix);

bool kit_exists(const char *path);

/* Reads a whole file. Returns its bytes, which the caller frees. Fails the test when the file
 * cannot be read. */
char *kit_read(const char *path, size_t *length);
void kit_write(const char *path, const void *bytes, size_t length);

/* Runs `vfjournal ARGUMENTS` through sh(1). Returns its output on both streams, to be freed, and
 * fills in its exit status. */
char *kit_run(const char *arguments, int *exit_status);

#endif
