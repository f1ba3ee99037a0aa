/* The snapshot of hn and its VF at one time, in transparent mode, and the body of its record. */
#ifndef VFJ_CORE_DATA_HN_SNAPSHOT_H
#define VFJ_CORE_DATA_HN_SNAPSHOT_H

#include "core/data/observation.h"
#include "core/text/kv.h"

/* Initializes a snapshot. Every number is VFJ_COUNT_UNKNOWN. */
void vfj_hn_snapshot_init(struct vfj_hn_snapshot *snapshot);

/* Reads one sysctl of a PROBE_SNAPSHOT's output into the snapshot. `unit` is hn's unit, in digits,
 * or empty. Ignores names that do not belong to the snapshot. A value that is not valid leaves its
 * member unknown. */
void vfj_hn_snapshot_take_sysctl(struct vfj_hn_snapshot *snapshot, const char *unit,
                                 struct vfj_span name, struct vfj_span value);

/* Returns the name of the VF that a snapshot covers: the value of dev.hn.N.vf, or, when that
 * sysctl was not read, the VF of the command. Returns an empty name when there is no VF. */
struct vfj_command;
struct vfj_name vfj_hn_snapshot_vf(const struct vfj_hn_snapshot *snapshot,
                                   const struct vfj_command *command);

/* Parses a number of a snapshot. Returns VFJ_COUNT_UNKNOWN unless the text is a number up to
 * VFJ_COUNT_MAX. */
int64_t vfj_count_parse(struct vfj_span text);

/* Returns `now` minus `before`, which are two values of one counter. Returns VFJ_COUNT_UNKNOWN when
 * a value is unknown, or the counter was reset or wrapped. */
int64_t vfj_count_since(int64_t before, int64_t now);

/* Appends the pairs of a snapshot to a record that has the pairs of every observation. */
void vfj_hn_snapshot_encode(const struct vfj_hn_snapshot *snapshot, struct vfj_text *text);
/* Reads one pair of a snapshot. Returns false when the pair does not belong to a snapshot, or its
 * value is not valid. */
bool vfj_hn_snapshot_take(const struct vfj_kv *pair, struct vfj_hn_snapshot *snapshot);

/* Appends the name of the VF's newbus device. The sysctl dev.DEVICE.%location has the VF's PCI
 * slot. For mce0 the device is "mlx5_core.0". Returns false when the VF's name does not determine
 * the device. */
bool vfj_hn_snapshot_device(struct vfj_name vf, struct vfj_text *device);

#endif
