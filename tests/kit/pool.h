/* SQLite's memory from lists of freed pieces, for a program of one thread that opens databases all
 * the time. */
#ifndef VFJ_TESTS_KIT_POOL_H
#define VFJ_TESTS_KIT_POOL_H

/* Before SQLite's first use. No piece is given back to the system, and none is watched: not for a
 * program that is to find misuse of memory. */
void kit_pool_install(void);

#endif
