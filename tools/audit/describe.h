/* Describes episodes, times in which a slot was without its VF, in words and as JSON. */
#ifndef VFJ_TOOLS_AUDIT_DESCRIBE_H
#define VFJ_TOOLS_AUDIT_DESCRIBE_H

#include "store/json.h"
#include "tools/audit/announce.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

/* Appends the VF before the episode and the VF after it: "mce0", "mce0 -> mce1" or "mce0 -> -". */
void vfj_episode_add_vf(struct vfj_text *text, const struct vfj_episode *episode);

/* Returns the manual page of the driver to which a VF's name belongs, such as "mlx5en(4)". Returns
 * "" for an unknown name: the interface may have been renamed. */
const char *vfj_vf_driver(struct vfj_name vf);

/* Appends a few words about the episode: its kind if it is not a migration, its findings, failed
 * commands and gaps. `others` is the number of other slots that lost their VF in the same host
 * event. */
void vfj_episode_add_notes(struct vfj_text *text, const struct vfj_episode *episode,
                           unsigned others);

/* Returns how many other episodes of the list belong to the same host event as list[index]. The
 * list must be sorted by id. */
unsigned vfj_episode_count_others(const struct vfj_episode *list, size_t count, size_t index);

/* Appends the type and the duration that were announced for the event, such as "live migration, 5
 * s". */
void vfj_announcement_add(struct vfj_text *text, const struct vfj_announcement *announcement);

/* Returns how long before the episode's beginning the event was announced. The result is 0 or less
 * when the event was announced later. */
int64_t vfj_announcement_notice_us(const struct vfj_announcement *announcement,
                                   const struct vfj_episode *episode);

/* Adds everything that is known about the episode to the JSON object. `slow_us` is the longest
 * duration of an episode with the verdict CLEAN. */
void vfj_episode_add_json(struct vfj_json *json, const struct vfj_episode *episode,
                          int64_t slow_us);

/* Adds the time of the row to the JSON object, as RFC 3339 in UTC. Adds nothing when the row's seq
 * is 0. */
void vfj_point_add_json(struct vfj_json *json, const char *key, const struct vfj_point *point);

#endif
