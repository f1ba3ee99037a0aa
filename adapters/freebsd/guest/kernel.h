/* Reads the guest from the kernel, without programs: sysctl(3), getifaddrs(3), ioctls of
 * interfaces, and a routing socket. Only on FreeBSD; elsewhere each function fails with ENOSYS. */
#ifndef VFJ_FREEBSD_GUEST_KERNEL_H
#define VFJ_FREEBSD_GUEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_route.h"

/* Returns true when the functions below work on this system, which must be FreeBSD. */
bool vfj_kernel_answers(void);

/* Each function below returns 0 or an errno, and reads from the kernel only. The result equals that
 * of parsing the output of the program that its comment names, of FreeBSD 13.2 (sbin/sysctl,
 * sbin/ifconfig, sbin/route). */

/* As sysctl -n NAME: sets `value` to the value as text, cut to `size` - 1 bytes and ended by a NUL.
 * ENOENT: no such name. EOPNOTSUPP: the value is neither a string nor a number. */
int vfj_kernel_sysctl(const char *name, char *value, size_t size);

/* As ifconfig -a: reports each interface, in ifconfig's order. Reads addresses, media and other
 * details only of the interfaces named in `wanted`. Of the other interfaces reads only name, up,
 * mtu and the state of lagg(4), vlan(4) and if_bridge(4). */
int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *found,
                          void *context);

/* Reads the counters of the interface, its options and the speed of its link (getifaddrs(3),
 * netintro(4)). Its media stays unknown. ENXIO: no such interface. */
int vfj_kernel_counters(struct vfj_name name, struct vfj_counters *counters);

/* As route -n get -inet default, or -inet6. A missing route is no error. Waits at most
 * VFJ_KERNEL_ROUTE_LIMIT_MS, then fails with ETIMEDOUT. */
enum { VFJ_KERNEL_ROUTE_LIMIT_MS = 200 };
int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route);

#endif
