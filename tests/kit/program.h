/* Writes small shell scripts that a test lets the adapter run. */
#ifndef VFJ_TESTS_KIT_PROGRAM_H
#define VFJ_TESTS_KIT_PROGRAM_H

/* Writes an executable sh(1) script with this name into the scratch directory. Returns its path,
 * which is valid until the process ends. */
const char *kit_program(const char *name, const char *body);

/* Writes a text file into the scratch directory. Returns its path, which is valid until the process
 * ends. */
const char *kit_text(const char *name, const char *text);

/* Returns the number of descriptors that this process has open. */
unsigned kit_open_descriptors(void);

#endif
