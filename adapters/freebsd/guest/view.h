/* Makes the view of one hn and its VF from the output of five programs, or from values of the
 * kernel. */
#ifndef VFJ_FREEBSD_GUEST_VIEW_H
#define VFJ_FREEBSD_GUEST_VIEW_H

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_netstat.h"
#include "adapters/freebsd/guest/parse_route.h"
#include "adapters/freebsd/guest/parse_sysctl.h"
#include "core/data/command.h"

/* Collects a view. The object must not move while it is in use. The caller passes all of
 * sysctl's output before ifconfig's, since sysctl's output names the VF. */
struct vfj_view_reader {
    struct vfj_view *view;
    struct vfj_name hn, lagg, vf;
    struct vfj_interface users; /* collects the interfaces that use hn */
    char vf_oid[64], rxvf_oid[64];
    struct vfj_sysctl_parser sysctl;
    struct vfj_ifconfig_parser ifconfig;
    struct vfj_route_parser route, route6;
    struct vfj_netstat_parser netstat;
};

/* Begins a view, the answer to a PROBE_SLOT command. Zeroes *view, into which the result goes. */
void vfj_view_begin(struct vfj_view_reader *reader, const struct vfj_command *command,
                    struct vfj_view *view);

/* Adds an interface. This function is a vfj_interface_fn for the parser of ifconfig's output;
 * `context` is the reader. */
void vfj_view_take_interface(void *context, const struct vfj_interface *interface);

/* Adds a route when it leads through hn or the lagg. A vfj_table_route_fn; its context is the
 * reader. */
void vfj_view_take_route(void *context, const struct vfj_table_route *route);

/* Adds the facts from files. */
void vfj_view_take_files(struct vfj_view_reader *reader, const struct vfj_slot_files *files);

/* Completes the view. Before this call, the caller has passed all output of the programs, or has
 * added all interfaces and set both default routes. */
void vfj_view_end(struct vfj_view_reader *reader);

#endif
