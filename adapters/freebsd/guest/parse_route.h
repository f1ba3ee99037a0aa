/* Parses the output of `route -n get -inet default`, or `-inet6`. */
#ifndef VFJ_FREEBSD_GUEST_PARSE_ROUTE_H
#define VFJ_FREEBSD_GUEST_PARSE_ROUTE_H

#include "adapters/freebsd/devd/lines.h"
#include "core/data/observation.h"

enum { VFJ_ROUTE_LINE_SIZE = 256 };

struct vfj_default_route {
    struct vfj_address gateway; /* without scope; empty: no default route, or one through a link */
    struct vfj_name interface;  /* empty: no default route */
    /* somebody added it; a route from an advertisement is not static */
    bool is_static;
};

/* The object must not move while it is in use. */
struct vfj_route_parser {
    struct vfj_lines lines;
    struct vfj_default_route route;
    char bytes[VFJ_ROUTE_LINE_SIZE];
};

/* Accepts any bytes. Lines other than "gateway: A", "interface: IF" and "flags: <UP,…>"
 * (sbin/route/route.c, print_getmsg) are skipped. */
void vfj_route_begin(struct vfj_route_parser *parser);
void vfj_route_feed(struct vfj_route_parser *parser, struct vfj_span bytes);
void vfj_route_end(struct vfj_route_parser *parser);

#endif
