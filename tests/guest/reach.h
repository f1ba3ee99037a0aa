/* Whether a packet of the guest would get out. */
#ifndef VFJ_TESTS_GUEST_REACH_H
#define VFJ_TESTS_GUEST_REACH_H

/* The way to an address, to the default route's gateway when it is NULL: 0 and "reachable via IF",
 * or 1 and "unreachable: ..." with the reason. */
int guest_reach(const char *destination);

#endif
