/* Parses the output of `netstat -rnW`, the routing tables. */
#ifndef VFJ_FREEBSD_GUEST_PARSE_NETSTAT_H
#define VFJ_FREEBSD_GUEST_PARSE_NETSTAT_H

#include "adapters/freebsd/devd/lines.h"
#include "core/data/observation.h"

enum { VFJ_NETSTAT_LINE_SIZE = 512 };

/* A route that somebody added, other than a default route: a route with a router, or a static
 * route without one. The parser skips routes of the kernel itself, those that reject packets, and
 * those that an ICMP redirect made. */
struct vfj_table_route {
    /* a network with its length, or a host without a length */
    struct vfj_address destination;
    /* the router without its scope; empty: the route has none */
    struct vfj_address gateway;
    struct vfj_name interface;
    /* 0: the parser found no MTU. For a route without an own MTU, netstat(1) prints that of the
     * interface, and the parser of the kernel's table (route_message.h) returns 0. */
    uint16_t mtu;
    /* the router has another address family than the destination; this program has no command that
     * adds such a route, and `gateway` is empty */
    bool is_mixed;
};

typedef void vfj_table_route_fn(void *context, const struct vfj_table_route *route);

/* Returns true when the flags of netstat(1) are those of a route that somebody added (struct
 * vfj_table_route). */
bool vfj_table_route_counts(struct vfj_span flags);

/* Returns true when the destination is neither link-local nor multicast. The parsers skip all
 * routes to other destinations. */
bool vfj_table_destination_counts(const struct vfj_address *destination);

/* The object must not move while it is in use. */
struct vfj_netstat_parser {
    struct vfj_lines lines;
    vfj_table_route_fn *found;
    void *context;
    unsigned column;     /* number of the column Netif; 0: no heading was read */
    unsigned mtu_column; /* 0: the heading has no column Mtu */
    char bytes[VFJ_NETSTAT_LINE_SIZE];
};

/* Begin, feed and end a parser. The parser accepts any bytes. It skips all lines but those below a
 * heading with the columns Destination, Gateway, Flags and Netif (usr.bin/netstat/route.c). */
void vfj_netstat_begin(struct vfj_netstat_parser *parser, vfj_table_route_fn *found, void *context);
void vfj_netstat_feed(struct vfj_netstat_parser *parser, struct vfj_span bytes);
void vfj_netstat_end(struct vfj_netstat_parser *parser);

#endif
