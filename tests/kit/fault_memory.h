/* Makes memory allocations of SQLite and of our own code fail when a test requests it. */
#ifndef VFJ_TESTS_KIT_FAULT_MEMORY_H
#define VFJ_TESTS_KIT_FAULT_MEMORY_H

#include <stdbool.h>

/* Installs the counting of allocations. Call this before the first use of SQLite. The test is
 * linked with --wrap for malloc, calloc and realloc, so that allocations of our libraries count
 * too. */
void kit_memory_install(void);

/* Makes the `count`th allocation from now on fail (1: the next one, 0: none). With `stay`, all
 * later allocations fail too. */
void kit_memory_arm(unsigned count, bool stay);

/* Ends the effect of kit_memory_arm(). Returns true when an allocation failed since then. */
bool kit_memory_disarm(void);

#endif
