/* Measures what devd and the snapshots show of hn during a time without the fast path. */
#ifndef VFJ_TOOLS_MIGRATIONS_MEASURED_H
#define VFJ_TOOLS_MIGRATIONS_MEASURED_H

#include "core/data/observation.h"
#include "store/json.h"
#include "store/record.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

struct vfj_measured {
    struct vfj_name hn;
    /* link losses of hn while the VF did not have the data path; with it, hn never has a link */
    unsigned link_drops;
    bool is_on_vf; /* according to the newest VF_UP or VF_DOWN */
    /* how many packets hn's own queues had sent; VFJ_COUNT_UNKNOWN: not known */
    int64_t first, last;
};

struct vfj_measured vfj_measured_begin(struct vfj_name hn);

/* Takes the next record of that time. A record that is of no use is ignored. */
void vfj_measured_take(struct vfj_measured *measured, const struct vfj_record *record);

/* The first function adds a text such as "VF gone 64.6 s, hn carried the traffic: 132 packets
 * sent, 0 link drops on hn". The second one adds the same facts as members of a JSON object. */
void vfj_measured_add(struct vfj_text *text, const struct vfj_measured *measured,
                      const struct vfj_episode *episode);
void vfj_measured_add_json(struct vfj_json *json, const struct vfj_measured *measured);

/* Adds a text such as "2026-11-30 22:26:58Z for 5 s as live migration, told 26 min 45 s before
 * [ID]". The episode must have an announcement. */
void vfj_announced_add(struct vfj_text *text, const struct vfj_episode *episode,
                       enum vfj_zone zone);

#endif
