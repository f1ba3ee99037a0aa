/* Parses the output of ifconfig(8), piece by piece as it arrives. */
#ifndef VFJ_FREEBSD_GUEST_PARSE_IFCONFIG_H
#define VFJ_FREEBSD_GUEST_PARSE_IFCONFIG_H

#include "adapters/freebsd/devd/lines.h"
#include "core/data/observation.h"

enum { VFJ_IFCONFIG_LINE_SIZE = 2048 };

/* Called when all lines of an interface were read. `interface` is borrowed for the call. */
typedef void vfj_interface_fn(void *context, const struct vfj_interface *interface);

/* The parser. It holds one interface at a time. The object must not move while it is in use. */
struct vfj_ifconfig_parser {
    struct vfj_lines lines;
    /* the current interface; an empty name: no interface yet, or one whose name no command may
     * use */
    struct vfj_interface interface;
    /* of the current interface; only the members `options` and `media` are set, since ifconfig(8)
     * prints nothing for the others here */
    struct vfj_counters counters;
    vfj_interface_fn *done;
    void *context;
    char bytes[VFJ_IFCONFIG_LINE_SIZE];
};

/* Begin a parser, pass bytes to it, and end it. The parser accepts any bytes, and skips unknown
 * lines. The forms are those of sbin/ifconfig (ifconfig.c status(), af_inet.c, af_inet6.c,
 * af_nd6.c, iflagg.c, ifmedia.c). An interface begins with "NAME: flags="; its other lines are
 * indented. The parser reports inet addresses with a contiguous netmask, and inet6 addresses
 * that are not link-local, autoconf or temporary. */
void vfj_ifconfig_begin(struct vfj_ifconfig_parser *parser, vfj_interface_fn *done, void *context);
void vfj_ifconfig_feed(struct vfj_ifconfig_parser *parser, struct vfj_span bytes);
void vfj_ifconfig_end(struct vfj_ifconfig_parser *parser);

#endif
