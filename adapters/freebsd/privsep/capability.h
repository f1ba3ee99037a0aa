/* Giving up what is not needed: names, and what can be done with descriptors; capsicum(4). */
#ifndef VFJ_FREEBSD_PRIVSEP_CAPABILITY_H
#define VFJ_FREEBSD_PRIVSEP_CAPABILITY_H

#include <stdbool.h>

/* Enter capability mode, for good: from now on only what is open can be used, and what is below
 * directories that are open; and with that only what vfj_capability_limit() leaves. False with
 * errno, ENOSYS where the system has nothing like it. Linux has seccomp(2), by which the same names
 * are out of reach, so that what follows from that can be tried there; unlike on FreeBSD, an open
 * directory lets through "..", and descriptors keep all their rights. */
bool vfj_capability_enter(void);

/* What a descriptor is still good for. */
enum vfj_capability_use {
    VFJ_CAPABILITY_READ, /* to be read, waited for, and have its flags changed */
    VFJ_CAPABILITY_WORK, /* and to be written; a file to be synced, cut, locked and mapped; a
                          * directory to have files made, renamed and removed in it; a kqueue(2) to
                          * be used */
};

/* Limit what can be done with the descriptor, in whatever process it comes to. Nothing changes an
 * owner, mode or option by it any more, nor connects or listens. Where the system has nothing like
 * it, nothing happens. */
void vfj_capability_limit(int fd, enum vfj_capability_use use);

#endif
