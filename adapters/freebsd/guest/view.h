/* Joins the facts of four programs, or of the kernel, into the view of one hn and its VF. */
#ifndef VFJ_FREEBSD_GUEST_VIEW_H
#define VFJ_FREEBSD_GUEST_VIEW_H

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_route.h"
#include "adapters/freebsd/guest/parse_sysctl.h"
#include "core/data/command.h"

/* The object must not move while it is in use. The caller feeds all of sysctl's output before
 * ifconfig's, since it names the VF. */
struct vfj_view_reader {
    struct vfj_view *view;
    struct vfj_name hn, lagg, vf;
    struct vfj_interface users; /* of hn */
    char vf_oid[64], rxvf_oid[64];
    struct vfj_sysctl_parser sysctl;
    struct vfj_ifconfig_parser ifconfig;
    struct vfj_route_parser route, route6;
};

/* Begins the answer to a PROBE_SLOT command in *view, which it zeroes. */
void vfj_view_begin(struct vfj_view_reader *reader, const struct vfj_command *command,
                    struct vfj_view *view);

/* Takes an interface, as the parser of ifconfig's output does. A vfj_interface_fn whose context is
 * the reader. */
void vfj_view_take_interface(void *context, const struct vfj_interface *interface);

/* Takes the files' facts. */
void vfj_view_take_files(struct vfj_view_reader *reader, const struct vfj_slot_files *files);

/* Completes the view. All output was fed, or all interfaces and both routes were taken
 * otherwise. */
void vfj_view_end(struct vfj_view_reader *reader);

#endif
