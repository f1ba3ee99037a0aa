/* The kernel of the stand-in guest: interfaces, addresses, routes and lagg ports.
 *
 * A function that can fail returns 0 or the errno that FreeBSD 13.2 would return. The functions
 * queue the devctl lines that FreeBSD sends: HYPERV_NIC_VF from hn(4), IFNET from net/if.c,
 * ETHERNET from if_ethersubr.c. A pointer to an interface is valid until an interface is attached
 * or detached. */
#ifndef VFJ_TESTS_GUEST_NET_H
#define VFJ_TESTS_GUEST_NET_H

#include "tests/guest/state.h"

/* --- interfaces (net.c) --- */

struct guest_if *guest_if_find(struct guest_state *state, const char *name);
/* Adds a new interface. It is down, and its IPv6 is disabled. Queues the events IFNET ATTACH and,
 * except for lo, ETHERNET IFATTACH. */
struct guest_if *guest_if_attach(struct guest_state *state, const char *name, enum guest_kind kind,
                                 const char *mac);
/* Removes an interface: takes it down, deletes its addresses and routes, and removes it from its
 * lagg and from its hn. Then queues IFNET DETACH and the newbus line. */
void guest_if_detach(struct guest_state *state, const char *name);
void guest_if_set_up(struct guest_state *state, struct guest_if *ifp, bool up);
/* Sets whether the wire outside the guest has a carrier. The interface's link follows. */
void guest_if_set_carrier(struct guest_state *state, struct guest_if *ifp, bool carrier);
/* Sets the MTU of an interface. For a lagg, also sets that of its ports. Returns EINVAL for a port
 * of a lagg and for a value out of range. */
int guest_if_set_mtu(struct guest_state *state, struct guest_if *ifp, unsigned mtu);
/* Renames an interface. Returns EINVAL for a bad name and EEXIST for a name in use. As in FreeBSD
 * 13.2 (if.c, SIOCSIFNAME), no event is queued, and a renamed VF no longer belongs to its hn. */
int guest_if_rename(struct guest_state *state, struct guest_if *ifp, const char *name);
/* Sets an interface's link state. When the state changes, queues the event, counts it, and updates
 * the lagg. */
void guest_if_set_link(struct guest_state *state, struct guest_if *ifp, enum guest_link link);
/* Adds the IPv6 link-local address if the interface is up and its nd6 options allow one. */
void guest_if_autoconf(struct guest_if *ifp);

/* --- hn and its VF (hn.c) --- */

/* Returns true when hn(4) is in transparent mode. The sysctl hw.hn.vf_transparent decides. */
bool guest_hn_transparent(struct guest_state *state);
/* Called when a VF attaches (ether_ifattach event). The VF becomes that of the interface `hn`,
 * which has the same MAC, unless hn has another VF already. */
void guest_hn_map(struct guest_state *state, struct guest_if *vf, const char *hn);
/* Called when a VF departs (ifnet_departure) or, as on FreeBSD 13.2, is renamed. The VF no longer
 * belongs to its hn. */
void guest_hn_unmap(struct guest_state *state, const char *vf);
/* Called when a VF goes up or down (ifnet_event). Gives the data path to a VF that is up, and
 * back to hn when the VF is down. hn's link follows. */
void guest_hn_vf_changed(struct guest_state *state, struct guest_if *vf, bool up);
/* For transparent mode: starts a process in the background that takes the VF up after
 * hw.hn.vf_xpnt_attwait seconds, as hn(4) does. A later call for the same VF replaces an earlier
 * one. */
void guest_hn_switch_later(const char *vf);
/* Returns true when hn(4) has moved the data path to the VF in transparent mode. */
bool guest_hn_is_switched(struct guest_state *state, const struct guest_if *hn);
/* Sets hn's link to the state of its carrier, or to down while a VF has the data path. */
void guest_hn_link(struct guest_state *state, struct guest_if *hn);

/* --- addresses and routes (inet.c) --- */

/* Adds an address to the interface, or replaces it if the interface has it already. Takes the
 * interface up, as ether_ioctl() does. Returns ENOSPC when the interface has too many addresses. */
int guest_inet_add(struct guest_state *state, struct guest_if *ifp, struct guest_inet inet);
/* Deletes an address and its routes (netinet: in_scrubprefix, in_ifadown). If another interface has
 * an address with the same prefix, that interface gets the connected route. Returns EADDRNOTAVAIL
 * when the interface does not have the address. */
int guest_inet_delete(struct guest_state *state, struct guest_if *ifp, uint32_t address);
int guest_inet6_add(struct guest_if *ifp, const char *address, unsigned length);
int guest_inet6_delete(struct guest_if *ifp, const char *address);
/* Removes the connected routes of an interface; call this when it goes down. */
void guest_inet_down(struct guest_state *state, struct guest_if *ifp);
/* Adds the connected routes of an interface; call this when it comes up. */
void guest_inet_up(struct guest_state *state, struct guest_if *ifp);

/* Returns the route to exactly this prefix, or NULL. */
struct guest_route *guest_route_find(struct guest_state *state, uint32_t destination,
                                     unsigned length);
/* Returns the MTU of a route through the interface, whose own MTU is `mtu` or, with 0, that of the
 * interface. No route has a larger one than its interface (sys/netinet/in_rmx.c). */
unsigned guest_route_mtu(struct guest_state *state, const char *interface, unsigned mtu);
/* Returns the most specific route to an address, or NULL. */
struct guest_route *guest_route_lookup(struct guest_state *state, uint32_t destination);
/* Adds a route through a gateway. The route uses the first interface that has an address whose
 * prefix contains the gateway, even if the connected route to this prefix is on another interface
 * (net/route.c: ifa_ifwithnet). Returns EEXIST when the route exists, and ENETUNREACH when no
 * interface has such an address. */
int guest_route_add(struct guest_state *state, uint32_t destination, unsigned length,
                    uint32_t gateway);
/* Deletes the route to exactly this prefix. Returns ESRCH when there is none. */
int guest_route_delete(struct guest_state *state, uint32_t destination, unsigned length);

/* --- IPv6 routes (inet6.c): addresses are text, a gateway may have a %scope --- */

/* Returns the route to exactly this prefix, or NULL. */
struct guest_route6 *guest_route6_find(struct guest_state *state, const char *destination,
                                       unsigned length);
/* Adds a route. Returns EEXIST when the route exists, and ENETUNREACH when no interface has a
 * prefix that contains the gateway and the gateway's %scope names no interface. */
int guest_route6_add(struct guest_state *state, const char *destination, unsigned length,
                     const char *gateway);
/* Changes the gateway of a route. The route then uses the interface through which the guest reaches
 * this gateway now. Returns ESRCH when the route does not exist, and ENETUNREACH as
 * guest_route6_add() does. */
int guest_route6_change(struct guest_state *state, const char *destination, unsigned length,
                        const char *gateway);
/* Deletes the route to exactly this prefix. Returns ESRCH when there is none. */
int guest_route6_delete(struct guest_state *state, const char *destination, unsigned length);
/* Deletes all routes of an interface; call this when it is removed. */
void guest_route6_purge(struct guest_state *state, const char *interface);
/* Changes the interface of all routes from the name `from` to the name `to`. */
void guest_route6_rename(struct guest_state *state, const char *from, const char *to);

/* --- lagg (lagg.c) --- */

/* Bits of a port's flags (net/if_lagg.h). */
enum {
    GUEST_PORT_MASTER = 0x1,
    GUEST_PORT_ACTIVE = 0x4,
    GUEST_PORT_COLLECTING = 0x8,
    GUEST_PORT_DISTRIBUTING = 0x10
};

/* Sets the protocol of a lagg. Returns EPROTONOSUPPORT for a protocol that lagg(4) does not
 * have. */
int guest_lagg_set_proto(struct guest_if *lagg, const char *proto);
/* Returns the flags of port number `at` of the lagg, as lagg_port2req() computes them. */
unsigned guest_lagg_port_flags(struct guest_state *state, const struct guest_if *lagg, size_t at);

/* Adds a port to a lagg, as lagg_port_create() of if_lagg.c does. Returns EINVAL (the interface
 * does not exist, is a lagg, or does not accept the lagg's MTU), EEXIST (it is a port of this lagg
 * already), EBUSY (it is a port of another lagg), EPROTONOSUPPORT (it is not an Ethernet interface)
 * or ENOSPC (the lagg has 32 ports). */
int guest_lagg_join(struct guest_state *state, struct guest_if *lagg, const char *port);
/* Removes a port from a lagg. The port gets back its own MTU and MAC. Returns EINVAL when the
 * interface does not exist, and ENOENT when it is not a port of this lagg. */
int guest_lagg_leave(struct guest_state *state, struct guest_if *lagg, const char *port);
/* Removes all ports of a lagg that is being destroyed. Does not change the lagg's link. */
void guest_lagg_empty(struct guest_state *state, struct guest_if *lagg);
/* Sets the lagg's link: up when the link of at least one port is up. */
void guest_lagg_link(struct guest_state *state, struct guest_if *lagg);
/* Returns the port through which the lagg sends: the first one that is up and has a link. Returns
 * NULL when no port is. */
const struct guest_port *guest_lagg_active(struct guest_state *state, const struct guest_if *lagg);

#endif
