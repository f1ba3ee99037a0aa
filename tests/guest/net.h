/* The kernel of the stand-in guest: interfaces, addresses, routes and lagg ports.
 *
 * A function that can fail returns 0 or the errno of FreeBSD 13.2. The functions queue the
 * devctl lines that FreeBSD sends: HYPERV_NIC_VF from hn(4), IFNET from net/if.c, ETHERNET from
 * if_ethersubr.c. A pointer to an interface is valid until an interface is attached or detached. */
#ifndef VFJ_TESTS_GUEST_NET_H
#define VFJ_TESTS_GUEST_NET_H

#include "tests/guest/state.h"

/* --- interfaces (net.c) --- */

struct guest_if *guest_if_find(struct guest_state *state, const char *name);
/* Adds a new interface, down and with IPv6 disabled. Queues IFNET ATTACH and, except for lo,
 * ETHERNET IFATTACH. */
struct guest_if *guest_if_attach(struct guest_state *state, const char *name, enum guest_kind kind,
                                 const char *mac);
/* Removes an interface. Takes it down, deletes its addresses and routes, takes it out of its
 * lagg and out of hn's map. Then queues IFNET DETACH and the newbus line. */
void guest_if_detach(struct guest_state *state, const char *name);
void guest_if_set_up(struct guest_state *state, struct guest_if *ifp, bool up);
/* Sets whether the host's side of the wire has a carrier. The interface's link follows. */
void guest_if_set_carrier(struct guest_state *state, struct guest_if *ifp, bool carrier);
/* Sets the MTU; a lagg sets that of its ports too. Returns EINVAL for a port of a lagg and for a
 * value out of range. */
int guest_if_set_mtu(struct guest_state *state, struct guest_if *ifp, unsigned mtu);
/* Renames an interface. Returns EINVAL for a bad name and EEXIST for a name in use. As in
 * FreeBSD 13.2 (if.c, SIOCSIFNAME), no event is queued, and hn loses the mapping of a renamed
 * VF. */
int guest_if_rename(struct guest_state *state, struct guest_if *ifp, const char *name);
/* Sets an interface's link state. A change is queued as an event, is counted, and updates the
 * lagg. */
void guest_if_set_link(struct guest_state *state, struct guest_if *ifp, enum guest_link link);
/* Adds the IPv6 link-local address, if the interface is up and its nd6 options allow one. */
void guest_if_autoconf(struct guest_if *ifp);

/* --- hn and its VF (hn.c) --- */

/* Returns whether hn(4) is in transparent mode, by the sysctl hw.hn.vf_transparent. */
bool guest_hn_transparent(struct guest_state *state);
/* Runs when a VF attaches (ether_ifattach event). hn, the interface with the VF's MAC, maps the
 * VF unless it has mapped another. */
void guest_hn_map(struct guest_state *state, struct guest_if *vf, const char *hn);
/* Removes the VF from the map, when it departs (ifnet_departure) or is renamed on 13.2. */
void guest_hn_unmap(struct guest_state *state, const char *vf);
/* Runs when a VF goes up or down (ifnet_event). Switches the data path if that changes which
 * interface has it. hn's link follows. */
void guest_hn_vf_changed(struct guest_state *state, struct guest_if *vf, bool up);
/* Sets hn's link: its carrier, but down while a VF has the data path. */
void guest_hn_link(struct guest_state *state, struct guest_if *hn);

/* --- addresses and routes (inet.c) --- */

/* Adds an address, or replaces the same address. Brings the interface up, as ether_ioctl() does.
 * Returns ENOSPC when the interface has too many addresses. */
int guest_inet_add(struct guest_state *state, struct guest_if *ifp, struct guest_inet inet);
/* Deletes an address. If another interface has an address in the same prefix, it gets the
 * connected route. All other routes of the address are deleted (netinet: in_scrubprefix,
 * in_ifadown). Returns EADDRNOTAVAIL when the interface has no such address. */
int guest_inet_delete(struct guest_state *state, struct guest_if *ifp, uint32_t address);
int guest_inet6_add(struct guest_if *ifp, const char *address, unsigned length);
int guest_inet6_delete(struct guest_if *ifp, const char *address);
/* Removes the connected routes of an interface that goes down. */
void guest_inet_down(struct guest_state *state, struct guest_if *ifp);
/* Adds the connected routes of an interface that comes up. */
void guest_inet_up(struct guest_state *state, struct guest_if *ifp);

/* Returns the route to exactly this prefix, or NULL. */
struct guest_route *guest_route_find(struct guest_state *state, uint32_t destination,
                                     unsigned length);
/* Returns the most specific route to an address, or NULL. */
struct guest_route *guest_route_lookup(struct guest_state *state, uint32_t destination);
/* Adds a route through the first interface that has the gateway in a prefix, even if the
 * connected route is on another one (net/route.c: ifa_ifwithnet). Returns EEXIST when the route
 * exists, and ENETUNREACH when no interface has the gateway in a prefix. */
int guest_route_add(struct guest_state *state, uint32_t destination, unsigned length,
                    uint32_t gateway);
/* Deletes a route. Returns ESRCH when there is none. */
int guest_route_delete(struct guest_state *state, uint32_t destination, unsigned length);

/* --- IPv6 routes (inet6.c): addresses are text, a gateway may have a %scope --- */

/* Returns the route to exactly this prefix, or NULL. */
struct guest_route6 *guest_route6_find(struct guest_state *state, const char *destination,
                                       unsigned length);
/* Adds a route. Returns EEXIST when it exists, and ENETUNREACH when the gateway is in no
 * interface's prefix and its scope names no interface. */
int guest_route6_add(struct guest_state *state, const char *destination, unsigned length,
                     const char *gateway);
/* Moves a route to a gateway and to the interface through which the guest reaches the gateway
 * now. Returns ESRCH when there is no route, and ENETUNREACH as guest_route6_add(). */
int guest_route6_change(struct guest_state *state, const char *destination, unsigned length,
                        const char *gateway);
/* Deletes a route. Returns ESRCH when there is none. */
int guest_route6_delete(struct guest_state *state, const char *destination, unsigned length);
/* Deletes the routes of an interface that is removed. */
void guest_route6_purge(struct guest_state *state, const char *interface);
/* Moves the routes of an interface that is renamed. */
void guest_route6_rename(struct guest_state *state, const char *from, const char *to);

/* --- lagg (lagg.c) --- */

/* Bits of a port's flags (net/if_lagg.h). */
enum {
    GUEST_PORT_MASTER = 0x1,
    GUEST_PORT_ACTIVE = 0x4,
    GUEST_PORT_COLLECTING = 0x8,
    GUEST_PORT_DISTRIBUTING = 0x10
};

/* Sets the protocol. Returns EPROTONOSUPPORT for a protocol that lagg(4) does not have. */
int guest_lagg_set_proto(struct guest_if *lagg, const char *proto);
/* Returns the flags of the lagg's port number `at`, as lagg_port2req() does. */
unsigned guest_lagg_port_flags(struct guest_state *state, const struct guest_if *lagg, size_t at);

/* Adds a port, as lagg_port_create() of if_lagg.c. Returns EINVAL (no such interface, the port
 * is a lagg, or the port does not accept the lagg's MTU), EEXIST (already a port of this lagg),
 * EBUSY (a port of another), EPROTONOSUPPORT (not Ethernet) or ENOSPC (32 ports). */
int guest_lagg_join(struct guest_state *state, struct guest_if *lagg, const char *port);
/* Removes a port, which gets back its own MTU and MAC. Returns EINVAL when the interface does
 * not exist, and ENOENT when it is not a port of this lagg. */
int guest_lagg_leave(struct guest_state *state, struct guest_if *lagg, const char *port);
/* Removes all ports of a lagg that is being destroyed. Leaves the lagg's link as it is. */
void guest_lagg_empty(struct guest_state *state, struct guest_if *lagg);
/* Sets the lagg's link, which is up if the link of any port is. */
void guest_lagg_link(struct guest_state *state, struct guest_if *lagg);
/* Returns the port that sends: the first port that is up and has a link. NULL when there is
 * none. */
const struct guest_port *guest_lagg_active(struct guest_state *state, const struct guest_if *lagg);

#endif
