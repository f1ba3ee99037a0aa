/* The words of route(8) after `route add`, as far as they tell whose the route is. */
#ifndef VFJ_CORE_DATA_ROUTE_H
#define VFJ_CORE_DATA_ROUTE_H

#include <stdbool.h>

#include "core/text/address.h"
#include "core/text/text.h"

/* Spans are of the words that were read; empty where the words have no such. */
struct vfj_route {
    struct vfj_span destination;
    struct vfj_span gateway; /* an address, or an interface's name when is_interface */
    struct vfj_span netmask; /* a mask, or a prefix length when has_length */
    struct vfj_span ifp;     /* the interface that -ifp names */
    bool is_inet6;
    bool is_interface; /* -iface or -interface: straight through an interface */
    bool has_length;
};

/* Reads words in any order that route(8) takes (sbin/route/route.c, newroute()). False when it
 * would refuse them: an unknown keyword, a keyword without its operand, no destination, no gateway.
 */
bool vfj_route_read(struct vfj_span words, struct vfj_route *route);

/* The route's destination as an address with its length; false when that is none ("default", a
 * network that is cut short, a host's name). */
bool vfj_route_destination(const struct vfj_route *route, struct vfj_address *destination);

#endif
