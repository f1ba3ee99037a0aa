/* What ifconfig(8) prints about interfaces, read as it comes. */
#ifndef VFJ_FREEBSD_GUEST_PARSE_IFCONFIG_H
#define VFJ_FREEBSD_GUEST_PARSE_IFCONFIG_H

#include "adapters/freebsd/devd/lines.h"
#include "core/data/observation.h"

enum { VFJ_IFCONFIG_LINE_SIZE = 2048 };

/* One interface is complete; borrowed for the call. */
typedef void vfj_interface_fn(void *context, const struct vfj_interface *interface);

/* Any number of interfaces in the memory of one. The object must not move while it is in use. */
struct vfj_ifconfig_parser {
    struct vfj_lines lines;
    /* the one being read; no name: none, or one whose name can't reach a command */
    struct vfj_interface interface;
    vfj_interface_fn *done;
    void *context;
    char bytes[VFJ_IFCONFIG_LINE_SIZE];
};

/* Total: what is not understood is passed over. The forms are those of sbin/ifconfig (ifconfig.c
 * status(), af_inet.c, af_inet6.c, af_nd6.c, iflagg.c, ifmedia.c); an interface begins with "NAME:
 * flags=", all else of it is indented. Addresses: inet with a contiguous netmask, and inet6 that is
 * neither link-local nor autoconf nor temporary. */
void vfj_ifconfig_begin(struct vfj_ifconfig_parser *parser, vfj_interface_fn *done, void *context);
void vfj_ifconfig_feed(struct vfj_ifconfig_parser *parser, struct vfj_span bytes);
void vfj_ifconfig_end(struct vfj_ifconfig_parser *parser);

#endif
