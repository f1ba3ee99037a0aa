/* Addresses of an interface, from the kernel's bytes: which of them count, and as what. */
#ifndef VFJ_FREEBSD_GUEST_INTERFACE_ADDRESS_H
#define VFJ_FREEBSD_GUEST_INTERFACE_ADDRESS_H

#include <netinet/in.h>

#include "core/data/observation.h"

/* Append the address with the length of its mask, unless it is one of those that parse_ifconfig.h
 * leaves out: 0.0.0.0 and one whose mask is empty or has holes; an IPv6 one that is link-local.
 * IPv6 masks with holes are length 0, as ifconfig(8) prints them. */
void vfj_interface_add_inet(struct vfj_interface *interface, const struct in_addr *host,
                            const struct in_addr *mask);
void vfj_interface_add_inet6(struct vfj_interface *interface, const struct in6_addr *host,
                             const struct in6_addr *mask);

#endif
