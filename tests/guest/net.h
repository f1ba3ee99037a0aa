/* What the kernel of the stand-in guest does with interfaces, addresses, routes and lagg ports.
 *
 * Functions that can be refused return 0 or an errno, the one that FreeBSD 13.2 gives. They queue
 * the devctl lines that FreeBSD sends: hn(4) sends HYPERV_NIC_VF, net/if.c IFNET, if_ethersubr.c
 * ETHERNET. A pointer to an interface holds until one is attached or detached. */
#ifndef VFJ_TESTS_GUEST_NET_H
#define VFJ_TESTS_GUEST_NET_H

#include "tests/guest/state.h"

/* --- interfaces (net.c) --- */

struct guest_if *guest_if_find(struct guest_state *state, const char *name);
/* A new interface, down, IPv6 disabled; IFNET ATTACH and, unless it is lo, ETHERNET IFATTACH are
 * queued. */
struct guest_if *guest_if_attach(struct guest_state *state, const char *name, enum guest_kind kind,
                                 const char *mac);
/* It is taken down, loses its addresses and routes, leaves its lagg, hn unmaps it; then IFNET
 * DETACH and newbus. */
void guest_if_detach(struct guest_state *state, const char *name);
void guest_if_set_up(struct guest_state *state, struct guest_if *ifp, bool up);
/* The host's side of the wire; what the kernel says follows from it. */
void guest_if_set_carrier(struct guest_state *state, struct guest_if *ifp, bool carrier);
/* EINVAL for a member of a lagg and for a value out of range; a lagg hands it on to its ports. */
int guest_if_set_mtu(struct guest_state *state, struct guest_if *ifp, unsigned mtu);
/* EEXIST. FreeBSD 13.2 sends no event, and hn loses the mapping of a VF that is renamed (if.c,
 * SIOCSIFNAME).
 */
int guest_if_rename(struct guest_state *state, struct guest_if *ifp, const char *name);
/* Says what the kernel knows of a link: an edge is an event, counts, and is seen by the lagg. */
void guest_if_set_link(struct guest_state *state, struct guest_if *ifp, enum guest_link link);
/* IPv6 link-local address, when the interface is up and may have one. */
void guest_if_autoconf(struct guest_if *ifp);

/* --- hn and its VF (hn.c) --- */

/* Non-transparent mode is what hw.hn.vf_transparent says. */
bool guest_hn_transparent(struct guest_state *state);
/* ether_ifattach: the hn with this MAC maps the VF unless it has one. */
void guest_hn_map(struct guest_state *state, struct guest_if *vf, const char *hn);
/* ifnet_departure, and rename on 13.2. */
void guest_hn_unmap(struct guest_state *state, const char *vf);
/* ifnet_event: the VF went up or down. The data path switches on an edge only, and hn's link
 * pretends. */
void guest_hn_vf_changed(struct guest_state *state, struct guest_if *vf, bool up);
/* hn's link: its carrier unless a VF carries the data path. */
void guest_hn_link(struct guest_state *state, struct guest_if *hn);

/* --- addresses and routes (inet.c) --- */

/* Adding what is there replaces it. The interface comes up, as ether_ioctl() does it. ENOSPC when
 * there are too many. */
int guest_inet_add(struct guest_state *state, struct guest_if *ifp, struct guest_inet inet);
/* EADDRNOTAVAIL. The connected route goes to another owner of the prefix if there is one; all other
 * routes of the address are gone (netinet: in_scrubprefix, in_ifadown). */
int guest_inet_delete(struct guest_state *state, struct guest_if *ifp, uint32_t address);
int guest_inet6_add(struct guest_if *ifp, const char *address, unsigned length);
int guest_inet6_delete(struct guest_if *ifp, const char *address);
/* Routes of an interface that goes down or comes up. */
void guest_inet_down(struct guest_state *state, struct guest_if *ifp);
void guest_inet_up(struct guest_state *state, struct guest_if *ifp);

/* The route to exactly this prefix, or NULL. */
struct guest_route *guest_route_find(struct guest_state *state, uint32_t destination,
                                     unsigned length);
/* The route that a packet takes, or NULL. */
struct guest_route *guest_route_lookup(struct guest_state *state, uint32_t destination);
/* EEXIST; ENETUNREACH when no interface has the gateway in a prefix. The first interface that has
 * is taken, whatever the connected route says (net/route.c: ifa_ifwithnet). */
int guest_route_add(struct guest_state *state, uint32_t destination, unsigned length,
                    uint32_t gateway);
/* ESRCH. */
int guest_route_delete(struct guest_state *state, uint32_t destination, unsigned length);

/* --- IPv6 routes (inet6.c): addresses as text, a gateway perhaps with its scope --- */

/* The route to exactly this prefix, or NULL. */
struct guest_route6 *guest_route6_find(struct guest_state *state, const char *destination,
                                       unsigned length);
/* EEXIST; ENETUNREACH when no interface has the gateway in a prefix or is its scope. */
int guest_route6_add(struct guest_state *state, const char *destination, unsigned length,
                     const char *gateway);
/* ESRCH; ENETUNREACH. The interface is the one that the gateway is reached through now. */
int guest_route6_change(struct guest_state *state, const char *destination, unsigned length,
                        const char *gateway);
/* ESRCH. */
int guest_route6_delete(struct guest_state *state, const char *destination, unsigned length);
/* The interface is gone, or has another name. */
void guest_route6_purge(struct guest_state *state, const char *interface);
void guest_route6_rename(struct guest_state *state, const char *from, const char *to);

/* --- lagg (lagg.c) --- */

/* Bits of a port's flags (net/if_lagg.h). */
enum {
    GUEST_PORT_MASTER = 0x1,
    GUEST_PORT_ACTIVE = 0x4,
    GUEST_PORT_COLLECTING = 0x8,
    GUEST_PORT_DISTRIBUTING = 0x10
};

/* EPROTONOSUPPORT for a protocol that lagg(4) does not know. */
int guest_lagg_set_proto(struct guest_if *lagg, const char *proto);
/* Flags of the port at `at`, as lagg_port2req() gives them. */
unsigned guest_lagg_port_flags(struct guest_state *state, const struct guest_if *lagg, size_t at);

/* if_lagg.c, lagg_port_create: EINVAL (no such port, lagg in lagg), EEXIST (is one already), EBUSY
 * (of another), EPROTONOSUPPORT (not Ethernet), ENOSPC (32 ports), EINVAL (the port refuses the
 * MTU). */
int guest_lagg_join(struct guest_state *state, struct guest_if *lagg, const char *port);
/* EINVAL when it is no port of this lagg. The port gets its MTU and MAC back. */
int guest_lagg_leave(struct guest_state *state, struct guest_if *lagg, const char *port);
/* All ports leave a lagg that is being destroyed: its link is not looked at any more. */
void guest_lagg_empty(struct guest_state *state, struct guest_if *lagg);
/* The link of a lagg is up if any port's is. */
void guest_lagg_link(struct guest_state *state, struct guest_if *lagg);
/* The port that sends: the first if it has link and is up, else the next such; NULL when none. */
const struct guest_port *guest_lagg_active(struct guest_state *state, const struct guest_if *lagg);

#endif
