/* All that joining one hn and its VF needs to know, put together from what four programs print, or
 * the kernel says. */
#ifndef VFJ_FREEBSD_GUEST_VIEW_H
#define VFJ_FREEBSD_GUEST_VIEW_H

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_route.h"
#include "adapters/freebsd/guest/parse_sysctl.h"
#include "core/data/command.h"

/* The object must not move while it is in use. sysctl's output must be complete before ifconfig's
 * is fed: it tells which interface is the VF. */
struct vfj_view_reader {
    struct vfj_view *view;
    struct vfj_name hn, lagg, vf;
    struct vfj_interface users; /* of hn */
    char vf_oid[64], rxvf_oid[64];
    struct vfj_sysctl_parser sysctl;
    struct vfj_ifconfig_parser ifconfig;
    struct vfj_route_parser route, route6;
};

/* Begin the answer to a PROBE_SLOT command in *view, which is zeroed. */
void vfj_view_begin(struct vfj_view_reader *reader, const struct vfj_command *command,
                    struct vfj_view *view);

/* Take in an interface, as ifconfig's output does by itself: a vfj_interface_fn, its context the
 * reader. */
void vfj_view_take_interface(void *context, const struct vfj_interface *interface);

/* Take in what the files say. */
void vfj_view_take_files(struct vfj_view_reader *reader, const struct vfj_slot_files *files);

/* All output is complete, or all interfaces and both routes were taken in otherwise. */
void vfj_view_end(struct vfj_view_reader *reader);

#endif
