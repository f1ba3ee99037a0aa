/* Makes calls of our own code to the system and to SQLite fail when a test requests it. */
#ifndef VFJ_TESTS_KIT_FAULT_CALLS_H
#define VFJ_TESTS_KIT_FAULT_CALLS_H

#include <stdbool.h>

/* The kinds of calls. A test that uses this file is linked with --wrap for each call that can fail.
 * Calls inside SQLite's library never fail. Calls that remove files never fail either, because our
 * code can't do anything about such a failure. */
enum kit_calls {
    KIT_CALLS_SYSTEM, /* system calls: they fail with EIO */
    KIT_CALLS_SQLITE, /* functions of SQLite: they fail with SQLITE_IOERR and without an effect */
};

/* Makes the `count`th call from now on fail (1: the next one, 0: none). With `stay`, all later
 * calls fail too. */
void kit_calls_arm(enum kit_calls calls, unsigned count, bool stay);

/* Ends the effect of kit_calls_arm(). Returns true when a call failed since then. */
bool kit_calls_disarm(void);

#endif
