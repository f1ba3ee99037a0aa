/* A directory of a test's own, and its files. */
#ifndef VFJ_TESTS_KIT_SCRATCH_H
#define VFJ_TESTS_KIT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Make the directory, for cmocka's group setup; remove it with all that is in it. */
int kit_scratch_make(void **state);
int kit_scratch_remove(void **state);

/* The path of a file in it; it holds for as long as the test runs. */
const char *kit_path(const char *name);

/* The path of another file in it with `suffix` added to a path. */
const char *kit_beside(const char *path, const char *suffix);

bool kit_exists(const char *path);

/* A whole file, to be freed; it fails the test when it can't be read. */
char *kit_read(const char *path, size_t *length);
void kit_write(const char *path, const void *bytes, size_t length);

/* What the program `vfjournal ARGUMENTS` prints on both streams, to be freed, and its exit status.
 * The arguments are read by sh(1). */
char *kit_run(const char *arguments, int *exit_status);

#endif
