/* VFJ_CHECK: a programmer's error ends the program, in release builds too. */
#ifndef VFJ_CORE_CHECK_H
#define VFJ_CORE_CHECK_H

#include <stdbool.h>

/* Operating errors are statuses (core/status.h); this is for what cannot happen unless the code is
 * wrong. It stays on in release builds: a journal written by a program that contradicts itself is
 * worth less than none. */
#define VFJ_CHECK(condition)  \
    do {                      \
        if (!(condition))     \
            __builtin_trap(); \
    } while (false)

#endif
