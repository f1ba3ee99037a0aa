/* Writes small programs that the adapter runs. */
#ifndef VFJ_TESTS_KIT_PROGRAM_H
#define VFJ_TESTS_KIT_PROGRAM_H

/* Writes an executable sh(1) script of that name into the scratch directory. Returns its path as
 * kit_path() does. */
const char *kit_program(const char *name, const char *body);

/* Writes a text into the scratch directory. Returns its path as kit_path() does. */
const char *kit_text(const char *name, const char *text);

/* Returns the number of descriptors that this process has open. */
unsigned kit_open_descriptors(void);

#endif
