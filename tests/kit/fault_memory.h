/* Makes allocations of SQLite and of our own code fail, at the request of a test. */
#ifndef VFJ_TESTS_KIT_FAULT_MEMORY_H
#define VFJ_TESTS_KIT_FAULT_MEMORY_H

#include <stdbool.h>

/* Call this before the first use of SQLite. The test is linked with --wrap for malloc, calloc
 * and realloc, so that allocations of our libraries count too. */
void kit_memory_install(void);

/* Makes one allocation fail: the `count`th from now on (1: the next; 0: none). `stay` makes all
 * later ones fail too. */
void kit_memory_arm(unsigned count, bool stay);

/* Makes no further allocation fail. Returns whether one failed since kit_memory_arm(). */
bool kit_memory_disarm(void);

#endif
