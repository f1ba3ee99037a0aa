/* Reads the words of route(8) that follow `route add`. */
#ifndef VFJ_CORE_DATA_ROUTE_H
#define VFJ_CORE_DATA_ROUTE_H

#include <stdbool.h>

#include "core/text/address.h"
#include "core/text/text.h"

/* The parts of a route. Spans point into the words that were read. A span is empty when the words
 * lack the part. */
struct vfj_route {
    struct vfj_span destination;
    struct vfj_span gateway; /* an address; with is_interface, an interface's name */
    struct vfj_span netmask; /* a mask; with has_length, a prefix length */
    struct vfj_span ifp;     /* the interface that -ifp names */
    struct vfj_span mtu;     /* the operand of -mtu */
    bool is_inet, is_inet6;  /* the family that a keyword names */
    /* -iface or -interface: the route leads through an interface, without a router */
    bool is_interface;
    bool has_length;
    bool is_other_fib; /* -fib names other FIBs than 0 alone */
};

/* Reads the words, in any order that route(8) accepts (sbin/route/route.c, newroute()). Returns
 * false when route(8) would refuse the words: for an unknown keyword, or a missing operand,
 * destination or gateway. Refuses words of both families, too, of which route(8) takes the last. */
bool vfj_route_read(struct vfj_span words, struct vfj_route *route);

/* Writes the route's destination as an address with its length. Returns false when the
 * destination has another form ("default", a network with fewer than four numbers, a host's
 * name). */
bool vfj_route_destination(const struct vfj_route *route, struct vfj_address *destination);

#endif
