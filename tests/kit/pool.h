/* An allocator for SQLite that keeps freed memory in lists. It is for a program of one thread that
 * opens databases very often. */
#ifndef VFJ_TESTS_KIT_POOL_H
#define VFJ_TESTS_KIT_POOL_H

/* Makes SQLite use this allocator. Call this before the first use of SQLite. The allocator returns
 * no memory to the system, and the sanitizers can't check it: do not use it in a test that looks
 * for misuse of memory. */
void kit_pool_install(void);

#endif
