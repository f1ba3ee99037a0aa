/* Gives SQLite its memory from lists of freed pieces. For a program of one thread that opens
 * databases very often. */
#ifndef VFJ_TESTS_KIT_POOL_H
#define VFJ_TESTS_KIT_POOL_H

/* Call this before the first use of SQLite. The pool returns no memory to the system, and the
 * sanitizers cannot check it: do not use it in a test that looks for misuse of memory. */
void kit_pool_install(void);

#endif
