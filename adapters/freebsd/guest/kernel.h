/* Reads the guest from the kernel, without programs: sysctl(3), getifaddrs(3), ioctls of
 * interfaces, and a routing socket. This works only on FreeBSD; elsewhere each function fails
 * with ENOSYS. */
#ifndef VFJ_FREEBSD_GUEST_KERNEL_H
#define VFJ_FREEBSD_GUEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_netstat.h"
#include "adapters/freebsd/guest/parse_route.h"

/* Returns true when the functions below work on this system, which must be FreeBSD. */
bool vfj_kernel_answers(void);

/* The functions below only read from the kernel. Each returns 0 or an errno. The result is the
 * same as from parsing the output of the program that the function's comment names, in the
 * version of FreeBSD 13.2 (sbin/sysctl, sbin/ifconfig, sbin/route). */

/* Does the work of `sysctl -n NAME`. Sets `value` to the value as text, cut to `size` - 1 bytes
 * and with a NUL at the end. Returns ENOENT when there is no such name, and EOPNOTSUPP when the
 * value is neither a string nor a number. */
int vfj_kernel_sysctl(const char *name, char *value, size_t size);

/* Does the work of `ifconfig -a`. Calls `found` for each interface, in ifconfig's order. Reads
 * addresses, media and other details only of the interfaces in `wanted`. Of the other interfaces
 * reads only name, up, mtu and the state of lagg(4), vlan(4) and if_bridge(4). */
int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *found,
                          void *context);

/* Reads an interface's packet counters, its options and the speed of its link (getifaddrs(3),
 * netintro(4)). `media` stays unknown. Returns ENXIO when there is no such interface. */
int vfj_kernel_counters(struct vfj_name name, struct vfj_counters *counters);

/* Does the work of `route -n get -inet default`, or -inet6. A missing route is no error. Waits
 * at most VFJ_KERNEL_ROUTE_LIMIT_MS, then fails with ETIMEDOUT. */
enum { VFJ_KERNEL_ROUTE_LIMIT_MS = 200 };
int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route);

/* Does the work of `netstat -rnW`. Calls `found` for each route through the interfaces, in any
 * order. Returns E2BIG, and calls `found` for none, when the table has more than
 * VFJ_KERNEL_TABLE_MAX bytes. */
enum { VFJ_KERNEL_TABLE_MAX = 4 << 20 };
int vfj_kernel_routes(const struct vfj_name *through, unsigned count, vfj_table_route_fn *found,
                      void *context);

#endif
