/* What route(8) prints for `route -n get -inet default`. */
#ifndef VFJ_FREEBSD_PARSE_ROUTE_H
#define VFJ_FREEBSD_PARSE_ROUTE_H

#include "adapters/freebsd/lines.h"
#include "core/observation.h"

enum { VFJ_ROUTE_LINE_SIZE = 256 };

/* The object must not move while it is in use. */
struct vfj_route_parser {
    struct vfj_lines lines;
    struct vfj_address gateway; /* empty: no default route, or one through a link */
    struct vfj_name interface;
    char bytes[VFJ_ROUTE_LINE_SIZE];
};

/* Total: lines other than "gateway: A" and "interface: IF" (sbin/route/route.c, print_getmsg) are passed
 * over. */
void vfj_route_begin(struct vfj_route_parser *parser);
void vfj_route_feed(struct vfj_route_parser *parser, struct vfj_span bytes);
void vfj_route_end(struct vfj_route_parser *parser);

#endif
