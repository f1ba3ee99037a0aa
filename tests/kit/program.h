/* Small programs for the adapter to run. */
#ifndef VFJ_TESTS_KIT_PROGRAM_H
#define VFJ_TESTS_KIT_PROGRAM_H

/* Write an executable script for sh(1) of that name into the scratch directory; its path as of
 * kit_path(). */
const char *kit_program(const char *name, const char *body);

/* Write a text there. */
const char *kit_text(const char *name, const char *text);

/* How many descriptors this process has open. */
unsigned kit_open_descriptors(void);

#endif
