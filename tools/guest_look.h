/* What the verbs that look at the guest have in common: where it is, and which hn interfaces it
 * has. */
#ifndef VFJ_TOOLS_GUEST_LOOK_H
#define VFJ_TOOLS_GUEST_LOOK_H

#include <stdbool.h>

#include "adapters/freebsd/guest/query.h"
#include "adapters/freebsd/paths.h"
#include "core/data/observation.h"
#include "core/limits.h"
#include "core/machine/state.h"

/* All paths, and the journal's default, under the directory `root` ("/" for the guest itself),
 * which may be relative. False when it is too long. */
bool vfj_guest_paths(struct vfj_paths *paths, char journal[VFJ_PATHNAME_SIZE], const char *root);

/* Whether root may run what is there, as vfj_paths_are_roots() has it; complains if not. */
bool vfj_guest_is_roots(const struct vfj_paths *paths);

struct vfj_hns {
    unsigned count;
    struct vfj_name names[VFJ_SLOTS_MAX];
};

/* The hn interfaces: those that ifconfig(8) lists, that hw.hn.vfmap maps a VF to, and that rc.conf
 * configures. */
void vfj_guest_hns(struct vfj_query *ask, const struct vfj_paths *paths, const struct vfj_map *map,
                   const struct vfj_rc *rc, struct vfj_hns *hns);

/* hw.hn.*; false when sysctl(8) did not answer. */
bool vfj_guest_map(struct vfj_query *ask, struct vfj_map *map);

/* The unit of an hn: what the kernel says while it maps a VF to it; else the number of its name,
 * when that is hn and a number. Empty when neither tells. */
struct vfj_name vfj_guest_unit(const struct vfj_map *map, struct vfj_name hn);

/* All that is to be seen of an hn, its VF and its lagg. */
bool vfj_guest_view(struct vfj_query *ask, const struct vfj_map *map, struct vfj_name hn,
                    struct vfj_view *view);

/* Whether hyperv_vf_delay's value is not the delay that follows from it (core/data/rc.h). */
bool vfj_delay_is_clamped(const char *value, int64_t delay_s);

#endif
