/* What devd and the snapshots tell of hn during one time without the fast path. */
#ifndef VFJ_TOOLS_MIGRATIONS_MEASURED_H
#define VFJ_TOOLS_MIGRATIONS_MEASURED_H

#include "core/data/observation.h"
#include "store/json.h"
#include "store/record.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

struct vfj_measured {
    struct vfj_name hn;
    unsigned link_drops; /* while the VF had not the data path, with which hn has no link */
    bool is_on_vf;       /* by the newest VF_UP or VF_DOWN */
    int64_t first, last; /* packets that hn's own queues had sent; VFJ_COUNT_UNKNOWN */
};

struct vfj_measured vfj_measured_begin(struct vfj_name hn);

/* Takes the next record of that time. Ignores records of no use. */
void vfj_measured_take(struct vfj_measured *measured, const struct vfj_record *record);

/* Add "VF gone 64.6 s, hn carried the traffic: 132 packets sent, 0 link drops on hn", and the same
 * as members. */
void vfj_measured_add(struct vfj_text *text, const struct vfj_measured *measured,
                      const struct vfj_episode *episode);
void vfj_measured_add_json(struct vfj_json *json, const struct vfj_measured *measured);

/* Adds "2026-11-30 22:26:58Z for 5 s as live migration, told 26 min 45 s before [ID]". The episode
 * has an announcement. */
void vfj_announced_add(struct vfj_text *text, const struct vfj_episode *episode,
                       enum vfj_zone zone);

#endif
