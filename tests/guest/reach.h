/* Determines whether a packet leaves the guest. */
#ifndef VFJ_TESTS_GUEST_REACH_H
#define VFJ_TESTS_GUEST_REACH_H

/* Prints whether a packet to the address `destination` leaves the guest. When `destination` is
 * NULL, prints it for the default route. Returns 0 and prints "reachable via IF", or returns 1 and
 * prints "unreachable: " and the reason. */
int guest_reach(const char *destination);

#endif
