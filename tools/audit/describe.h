/* Describes episodes, for people and as JSON. */
#ifndef VFJ_TOOLS_AUDIT_DESCRIBE_H
#define VFJ_TOOLS_AUDIT_DESCRIBE_H

#include "store/json.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

/* Appends the VF before and after: "mce0", "mce0 -> mce1", "mce0 -> -". */
void vfj_episode_add_vf(struct vfj_text *text, const struct vfj_episode *episode);

/* Returns the manual page of the driver that a VF's name tells, as "mlx5en(4)". Returns "" for a
 * name of no known driver: an interface may have been renamed. */
const char *vfj_vf_driver(struct vfj_name vf);

/* Appends what is special about the episode, as a list of a few words: its kind unless it is a
 * migration, findings, failed commands, gaps. `others`: how many other slots are in its host event. */
void vfj_episode_add_notes(struct vfj_text *text, const struct vfj_episode *episode,
                           unsigned others);

/* Returns how many other episodes of the list, sorted by id, are in the host event of
 * list[index]. */
unsigned vfj_episode_count_others(const struct vfj_episode *list, size_t count, size_t index);

/* Adds all members of the episode to the object. */
void vfj_episode_add_json(struct vfj_json *json, const struct vfj_episode *episode,
                          int64_t slow_us);

/* Adds a time as RFC 3339, in UTC. Adds nothing for the seq 0. */
void vfj_point_add_json(struct vfj_json *json, const char *key, const struct vfj_point *point);

#endif
