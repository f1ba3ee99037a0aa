/* Showing interfaces as ifconfig of FreeBSD 13.2 does. */
#ifndef VFJ_TESTS_GUEST_IFCONFIG_SHOW_H
#define VFJ_TESTS_GUEST_IFCONFIG_SHOW_H

#include "tests/guest/net.h"

/* All of one interface, or of one address family only ("inet", "inet6", "ether"); family NULL is
 * all. */
void guest_ifconfig_show(struct guest_state *state, const struct guest_if *ifp, const char *family);

#endif
