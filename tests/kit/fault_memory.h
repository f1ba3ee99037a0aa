/* Memory that runs out when it is told to: SQLite's, and that of our own code. */
#ifndef VFJ_TESTS_KIT_FAULT_MEMORY_H
#define VFJ_TESTS_KIT_FAULT_MEMORY_H

#include <stdbool.h>

/* Before SQLite's first use. The test is linked with --wrap for malloc, calloc and realloc, so that
 * what our libraries ask for counts, too. */
void kit_memory_install(void);

/* The `count`th allocation from now on (1: the next) gets nothing; `stay`: and none after it does.
 * 0 fails nothing. */
void kit_memory_arm(unsigned count, bool stay);

/* Fail nothing any more. Whether something was failed since it was armed. */
bool kit_memory_disarm(void);

#endif
