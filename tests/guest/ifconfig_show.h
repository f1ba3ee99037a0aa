/* Prints interfaces as ifconfig of FreeBSD 13.2 does. */
#ifndef VFJ_TESTS_GUEST_IFCONFIG_SHOW_H
#define VFJ_TESTS_GUEST_IFCONFIG_SHOW_H

#include "tests/guest/net.h"

/* Prints one interface. When `family` is "inet", "inet6" or "ether", prints only the addresses of
 * that family. When it is NULL, prints everything. */
void guest_ifconfig_show(struct guest_state *state, const struct guest_if *ifp, const char *family);

#endif
