/* What the kernel tells of the guest without programs: sysctl(3), getifaddrs(3) and its interfaces'
 * ioctls, and a routing socket. FreeBSD; elsewhere all of it is ENOSYS. */
#ifndef VFJ_FREEBSD_GUEST_KERNEL_H
#define VFJ_FREEBSD_GUEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_route.h"

/* Whether this is a system whose kernel can be asked so. */
bool vfj_kernel_answers(void);

/* Each answers 0 or an errno, asks nothing but the kernel, and tells what the program of base that
 * is named would have been understood to say (sbin/sysctl, sbin/ifconfig, sbin/route of
 * FreeBSD 13.2). */

/* sysctl -n NAME: the value as text, ended by NUL, cut to `size` - 1 bytes. ENOENT: no such name;
 * EOPNOTSUPP: neither a string nor an int. */
int vfj_kernel_sysctl(const char *name, char *value, size_t size);

/* ifconfig -a: tell each interface, in ifconfig's order. Of one that is not among the `count` names
 * in `wanted` only name, up, mtu and what it makes of others (lagg(4), vlan(4), if_bridge(4)) are
 * looked up. */
int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *tell,
                          void *context);

/* route -n get -inet default, or -inet6; no such route is no error. It may wait,
 * VFJ_KERNEL_ROUTE_LIMIT_MS at most, then ETIMEDOUT. */
enum { VFJ_KERNEL_ROUTE_LIMIT_MS = 200 };
int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route);

#endif
