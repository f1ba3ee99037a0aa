/* Converts addresses of an interface, as getifaddrs(3) returns them, into the text of an
 * observation. */
#ifndef VFJ_FREEBSD_GUEST_INTERFACE_ADDRESS_H
#define VFJ_FREEBSD_GUEST_INTERFACE_ADDRESS_H

#include <netinet/in.h>

#include "core/data/observation.h"

/* Both functions append the address with the length of its mask. They leave out the addresses that
 * parse_ifconfig.h leaves out: 0.0.0.0, an inet address whose mask is empty or has holes, and a
 * link-local inet6 address. An IPv6 mask with holes has length 0, as ifconfig(8) prints it. */
void vfj_interface_add_inet(struct vfj_interface *interface, const struct in_addr *host,
                            const struct in_addr *mask);
void vfj_interface_add_inet6(struct vfj_interface *interface, const struct in6_addr *host,
                             const struct in6_addr *mask);

#endif
