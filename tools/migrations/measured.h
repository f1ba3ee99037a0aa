/* Measures what devd's lines and the daemon's snapshots show about an hn during an episode, a time
 * in which its traffic does not go through the VF. */
#ifndef VFJ_TOOLS_MIGRATIONS_MEASURED_H
#define VFJ_TOOLS_MIGRATIONS_MEASURED_H

#include "core/data/observation.h"
#include "store/json.h"
#include "store/record.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

struct vfj_measured {
    struct vfj_name hn;
    /* how often hn lost its link while the VF did not have the data path; losses while the VF has
     * it do not count, because hn then never has a link */
    unsigned link_drops;
    bool is_on_vf; /* the VF has the data path, according to the newest VF_UP or VF_DOWN */
    /* number of packets that hn's own queues had sent at the first and at the last snapshot;
     * VFJ_COUNT_UNKNOWN: unknown */
    int64_t first, last;
};

struct vfj_measured vfj_measured_begin(struct vfj_name hn);

/* Reads the next record of the episode. Ignores a record that contains nothing to measure. */
void vfj_measured_take(struct vfj_measured *measured, const struct vfj_record *record);

/* The first function appends a text such as "VF gone 64.6 s, hn carried the traffic: 132 packets
 * sent, 0 link drops on hn". The second one adds the same facts to a JSON object. */
void vfj_measured_add(struct vfj_text *text, const struct vfj_measured *measured,
                      const struct vfj_episode *episode);
void vfj_measured_add_json(struct vfj_json *json, const struct vfj_measured *measured);

/* Appends a text about the announcement of the episode, such as "2026-11-30 22:26:58Z for 5 s as
 * live migration, told 26 min 45 s before [ID]". The episode must have an announcement. */
void vfj_announced_add(struct vfj_text *text, const struct vfj_episode *episode,
                       enum vfj_zone zone);

#endif
