/* VFJ_CHECK ends the program on a programmer's error, in release builds too. */
#ifndef VFJ_CORE_CHECK_H
#define VFJ_CORE_CHECK_H

#include <stdbool.h>

/* Operating errors are statuses (core/status.h). VFJ_CHECK is for conditions that only a fault of
 * this program can break. Release builds keep the check, since the journal of a program that
 * contradicts itself has no value. */
#define VFJ_CHECK(condition)  \
    do {                      \
        if (!(condition))     \
            __builtin_trap(); \
    } while (false)

#endif
