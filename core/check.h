/* VFJ_CHECK: a programmer's error ends the program, in release builds too. */
#ifndef VFJ_CORE_CHECK_H
#define VFJ_CORE_CHECK_H

/* Operating errors are statuses (core/status.h); this is for what cannot happen unless the code is wrong. It
 * stays on in release builds: a journal written by a program that contradicts itself is worth less than none. */
#define VFJ_CHECK(condition) ((condition) ? (void)0 : __builtin_trap())

#endif
