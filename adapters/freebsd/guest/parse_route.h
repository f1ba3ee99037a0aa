/* Parses the output of `route -n get -inet default`, or `-inet6`. */
#ifndef VFJ_FREEBSD_GUEST_PARSE_ROUTE_H
#define VFJ_FREEBSD_GUEST_PARSE_ROUTE_H

#include "adapters/freebsd/devd/lines.h"
#include "core/data/observation.h"

enum { VFJ_ROUTE_LINE_SIZE = 256 };

struct vfj_default_route {
    /* the gateway without its scope; empty: there is no default route, or the route has no
     * gateway */
    struct vfj_address gateway;
    struct vfj_name interface; /* empty: no default route */
    /* the route was added by a command, not made from a router's advertisement */
    bool is_static;
};

/* The parser. The object must not move while it is in use. */
struct vfj_route_parser {
    struct vfj_lines lines;
    struct vfj_default_route route;
    char bytes[VFJ_ROUTE_LINE_SIZE];
};

/* Begin a parser, pass bytes to it, and end it. The parser accepts any bytes. It skips all lines
 * except "gateway: A", "interface: IF" and "flags: <UP,…>" (sbin/route/route.c, print_getmsg). */
void vfj_route_begin(struct vfj_route_parser *parser);
void vfj_route_feed(struct vfj_route_parser *parser, struct vfj_span bytes);
void vfj_route_end(struct vfj_route_parser *parser);

#endif
