/* hn and its VF at one moment, put together from what two programs print, or the kernel says. */
#ifndef VFJ_FREEBSD_GUEST_SNAPSHOT_H
#define VFJ_FREEBSD_GUEST_SNAPSHOT_H

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_sysctl.h"
#include "core/data/command.h"

/* The object must not move while it is in use. sysctl's output must be complete before ifconfig's
 * is fed: it tells which interface is the VF. */
struct vfj_snapshot_reader {
    const struct vfj_command *command;
    struct vfj_hn_snapshot *snapshot;
    struct vfj_sysctl_parser sysctl;
    struct vfj_ifconfig_parser ifconfig;
    int64_t dhclient; /* of the command's VF; VFJ_COUNT_UNKNOWN until the files are read */
};

/* Begin the answer to a PROBE_SNAPSHOT command in *snapshot. Both outlive the reader. */
void vfj_snapshot_begin(struct vfj_snapshot_reader *reader, const struct vfj_command *command,
                        struct vfj_hn_snapshot *snapshot);

/* The interface that is the VF; empty: none. */
struct vfj_name vfj_snapshot_vf(const struct vfj_snapshot_reader *reader);

/* Take in an interface with its counters, when it is hn or the VF. */
void vfj_snapshot_take_interface(struct vfj_snapshot_reader *reader,
                                 const struct vfj_interface *interface,
                                 const struct vfj_counters *counters);

/* The files of the command were read. At any time before the end. */
void vfj_snapshot_take_files(struct vfj_snapshot_reader *reader,
                             const struct vfj_slot_files *files);

/* All output is complete. */
void vfj_snapshot_end(struct vfj_snapshot_reader *reader);

#endif
