/* A scratch directory for a test, and the files in it. */
#ifndef VFJ_TESTS_KIT_SCRATCH_H
#define VFJ_TESTS_KIT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the scratch directory. This is a group setup function of cmocka. */
int kit_scratch_make(void **state);
/* Removes the scratch directory with all its files. This is a group teardown function of cmocka. */
int kit_scratch_remove(void **state);

/* Returns the path of a file in the scratch directory. The text is valid until the process ends. */
const char *kit_path(const char *name);

/* Returns the path of a file in the scratch directory. Its name is the last component of `path`
 * with `suffix` appended. */
const char *kit_beside(const char *path, const char *suffix);

bool kit_exists(const char *path);

/* Reads a whole file. Returns its bytes, which the caller frees. Fails the test when the file
 * cannot be read. */
char *kit_read(const char *path, size_t *length);
void kit_write(const char *path, const void *bytes, size_t length);

/* Runs `vfjournal ARGUMENTS` through sh(1). Fills in the exit status. Returns what the program
 * wrote to standard output and standard error; the caller frees it. */
char *kit_run(const char *arguments, int *exit_status);

#endif
