/* Makes calls of our own code into the system and into SQLite fail, at the request of a test. */
#ifndef VFJ_TESTS_KIT_FAULT_CALLS_H
#define VFJ_TESTS_KIT_FAULT_CALLS_H

#include <stdbool.h>

/* A test that uses this file is linked with --wrap for each call that can fail. Calls inside
 * SQLite's library never fail. Calls that remove files do not fail either, since our code could
 * not handle such a failure. */
enum kit_calls {
    KIT_CALLS_SYSTEM, /* system calls: they fail with EIO */
    KIT_CALLS_SQLITE, /* functions of SQLite: they fail with SQLITE_IOERR, and have no effect */
};

/* Makes one call fail: the `count`th from now on (1: the next; 0: none). `stay` makes all later
 * ones fail too. */
void kit_calls_arm(enum kit_calls calls, unsigned count, bool stay);

/* Makes no further call fail. Returns whether a call failed since kit_calls_arm(). */
bool kit_calls_disarm(void);

#endif
