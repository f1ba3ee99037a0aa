/* Observes the guest for the verbs doctor and config. */
#ifndef VFJ_TOOLS_GUEST_OBSERVATION_H
#define VFJ_TOOLS_GUEST_OBSERVATION_H

#include <stdbool.h>

#include "adapters/freebsd/guest/query.h"
#include "adapters/freebsd/paths.h"
#include "core/data/observation.h"
#include "core/limits.h"
#include "core/machine/state.h"

/* Sets all paths, and the journal's default path, to places below the directory `root`, which may
 * be a relative path. For the guest itself, `root` is "/". Returns false when a path is too
 * long. */
bool vfj_guest_paths(struct vfj_paths *paths, char journal[VFJ_PATHNAME_SIZE], const char *root);

/* Returns true when root may run the programs at these paths, because only root can change them
 * (vfj_paths_are_roots()). Prints a message before it returns false. */
bool vfj_guest_is_roots(const struct vfj_paths *paths);

struct vfj_hns {
    unsigned count;
    struct vfj_name names[VFJ_SLOTS_MAX];
};

/* Lists the hn interfaces that are named in the output of ifconfig(8), in hw.hn.vfmap or in
 * rc.conf. */
void vfj_guest_hns(struct vfj_query *ask, const struct vfj_paths *paths, const struct vfj_map *map,
                   const struct vfj_rc *rc, struct vfj_hns *hns);

/* Reads the sysctls hw.hn.*, which show the VF of each hn. Returns false when sysctl(8) failed. */
bool vfj_guest_observe_map(struct vfj_query *ask, struct vfj_map *map);

/* Returns the unit of an hn: the one that the kernel shows if hn has a VF, and otherwise the N in a
 * name hnN. Returns an empty name when hn has neither. */
struct vfj_name vfj_guest_unit(const struct vfj_map *map, struct vfj_name hn);

/* Observes an hn, its VF and its lagg. Returns false when a program or the kernel failed. */
bool vfj_guest_observe_slot(struct vfj_query *ask, const struct vfj_map *map, struct vfj_name hn,
                            struct vfj_view *view);

/* Returns true when the text `value` of hyperv_vf_delay is out of range (core/data/rc.h), so that
 * the delay in effect, `delay_s`, differs from it. */
bool vfj_delay_is_clamped(const char *value, int64_t delay_s);

#endif
