/* Calls that fail when they are told to: those our own code makes, of the system and of SQLite. */
#ifndef VFJ_TESTS_KIT_FAULT_CALLS_H
#define VFJ_TESTS_KIT_FAULT_CALLS_H

#include <stdbool.h>

/* A test that uses this is linked with --wrap for each call that is to fail. What SQLite's own
 * library calls is not met. No removal is among them: nothing could be done about a file that
 * stays. */
enum kit_calls {
    KIT_CALLS_SYSTEM, /* fail with EIO */
    KIT_CALLS_SQLITE, /* fail with SQLITE_IOERR, and do nothing */
};

/* The `count`th such call from now on (1: the next) fails; `stay`: and every one after it. 0 fails
 * nothing. */
void kit_calls_arm(enum kit_calls calls, unsigned count, bool stay);

/* Fail nothing any more. Whether something was failed since it was armed. */
bool kit_calls_disarm(void);

#endif
