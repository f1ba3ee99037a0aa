/* Makes a snapshot of hn and its VF from the output of two programs, or from values of the
 * kernel. */
#ifndef VFJ_FREEBSD_GUEST_SNAPSHOT_H
#define VFJ_FREEBSD_GUEST_SNAPSHOT_H

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "adapters/freebsd/guest/parse_sysctl.h"
#include "core/data/command.h"

/* Collects a snapshot. The object must not move while it is in use. The caller passes all of
 * sysctl's output before ifconfig's, since sysctl's output names the VF. */
struct vfj_snapshot_reader {
    const struct vfj_command *command;
    struct vfj_hn_snapshot *snapshot;
    struct vfj_sysctl_parser sysctl;
    struct vfj_ifconfig_parser ifconfig;
    int64_t dhclient; /* pid of the VF's dhclient; VFJ_COUNT_UNKNOWN until the files are read */
};

/* Begins a snapshot, the answer to a PROBE_SNAPSHOT command. The result goes into *snapshot.
 * `command` and `snapshot` must outlive the reader. */
void vfj_snapshot_begin(struct vfj_snapshot_reader *reader, const struct vfj_command *command,
                        struct vfj_hn_snapshot *snapshot);

/* Returns the name of the VF, or an empty name. */
struct vfj_name vfj_snapshot_vf(const struct vfj_snapshot_reader *reader);

/* Adds an interface with its counters, if it is hn or the VF. */
void vfj_snapshot_take_interface(struct vfj_snapshot_reader *reader,
                                 const struct vfj_interface *interface,
                                 const struct vfj_counters *counters);

/* Adds the facts from files. Called at any time before vfj_snapshot_end(). */
void vfj_snapshot_take_files(struct vfj_snapshot_reader *reader,
                             const struct vfj_slot_files *files);

/* Completes the snapshot. The caller has passed all output before. */
void vfj_snapshot_end(struct vfj_snapshot_reader *reader);

#endif
