/* Giving up every name that the system has: capsicum(4). */
#ifndef VFJ_FREEBSD_CAPABILITY_H
#define VFJ_FREEBSD_CAPABILITY_H

#include <stdbool.h>

/* Enter capability mode, for good: from now on only what is open can be used, and what is below directories that are
 * open. False with errno, ENOSYS where the system has nothing like it. Linux has seccomp(2), by which the same names
 * are out of reach, so that what follows from that can be tried there; unlike on FreeBSD, an open directory lets
 * through "..". */
bool vfj_capability_enter(void);

#endif
