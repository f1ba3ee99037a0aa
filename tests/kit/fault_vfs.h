/* An SQLite VFS that fails when it is told to. */
#ifndef VFJ_TESTS_KIT_FAULT_VFS_H
#define VFJ_TESTS_KIT_FAULT_VFS_H

#include <stdbool.h>

/* Put it before the default VFS, for good. */
void kit_fault_install(void);

/* Fail the `count`th write, sync, truncation or opening from now on (1: the next) with the SQLite result code; `stay`: and every one
 * after it. 0 fails nothing. */
void kit_fault_arm(unsigned count, int code, bool stay);

/* Fail nothing any more. Whether something was failed since it was armed. */
bool kit_fault_disarm(void);

#endif
