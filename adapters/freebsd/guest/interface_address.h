/* Converts addresses of an interface, as getifaddrs(3) returns them, into the text of an
 * observation. */
#ifndef VFJ_FREEBSD_GUEST_INTERFACE_ADDRESS_H
#define VFJ_FREEBSD_GUEST_INTERFACE_ADDRESS_H

#include <netinet/in.h>

#include "core/data/observation.h"

/* Append an address with its prefix length. They leave out the addresses that the parser of
 * ifconfig(8)'s output leaves out: 0.0.0.0, an inet address whose mask is empty or has holes,
 * and a link-local inet6 address. An IPv6 mask with holes counts as length 0, as in
 * ifconfig(8)'s output. */
void vfj_interface_add_inet(struct vfj_interface *interface, const struct in_addr *host,
                            const struct in_addr *mask);
void vfj_interface_add_inet6(struct vfj_interface *interface, const struct in6_addr *host,
                             const struct in6_addr *mask);

#endif
