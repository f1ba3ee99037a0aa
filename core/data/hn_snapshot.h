/* hn and its VF at one moment, in transparent mode: the record of it. */
#ifndef VFJ_CORE_DATA_HN_SNAPSHOT_H
#define VFJ_CORE_DATA_HN_SNAPSHOT_H

#include "core/data/observation.h"
#include "core/text/kv.h"

/* A snapshot of which nothing was read: every number is VFJ_COUNT_UNKNOWN. */
void vfj_hn_snapshot_init(struct vfj_hn_snapshot *snapshot);

/* Take in one sysctl of the program that a PROBE_SNAPSHOT asks, for unit `unit` (digits, or empty).
 * A name that does not belong to the snapshot is passed over. A value of another type leaves its
 * member unknown. */
void vfj_hn_snapshot_take_sysctl(struct vfj_hn_snapshot *snapshot, const char *unit,
                                 struct vfj_span name, struct vfj_span value);

/* The VF of which a snapshot shows the interface: the one that dev.hn.N.vf names; the command's where
 * that was not read; empty: none. */
struct vfj_command;
struct vfj_name vfj_hn_snapshot_vf(const struct vfj_hn_snapshot *snapshot,
                                   const struct vfj_command *command);

/* A number as a snapshot holds it: VFJ_COUNT_UNKNOWN when the text is none up to VFJ_COUNT_MAX. */
int64_t vfj_count_parse(struct vfj_span text);

/* What was counted between two numbers; VFJ_COUNT_UNKNOWN when one is unknown, or when the counter
 * was reset or wrapped meanwhile. */
int64_t vfj_count_since(int64_t before, int64_t now);

/* The pairs of the record, behind those that every observation has. */
void vfj_hn_snapshot_encode(const struct vfj_hn_snapshot *snapshot, struct vfj_text *text);
/* One of them read back; false when it is none. */
bool vfj_hn_snapshot_take(const struct vfj_kv *pair, struct vfj_hn_snapshot *snapshot);

/* The newbus device of a VF whose sysctl %location tells its PCI slot: "mlx5_core.0" of mce0, for
 * dev.DEVICE.%location. False where the name does not tell the device. */
bool vfj_hn_snapshot_device(struct vfj_name vf, struct vfj_text *device);

#endif
