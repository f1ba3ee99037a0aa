/* Describes episodes, in words and as JSON. */
#ifndef VFJ_TOOLS_AUDIT_DESCRIBE_H
#define VFJ_TOOLS_AUDIT_DESCRIBE_H

#include "store/json.h"
#include "tools/audit/announce.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

/* Appends the VFs before and after the episode: "mce0", "mce0 -> mce1" or "mce0 -> -". */
void vfj_episode_add_vf(struct vfj_text *text, const struct vfj_episode *episode);

/* Returns the manual page of the driver that a VF's name shows, such as "mlx5en(4)". Returns ""
 * for a name of no known driver: the interface may have been renamed. */
const char *vfj_vf_driver(struct vfj_name vf);

/* Appends a list of a few words about the episode: its kind unless it is a migration, findings,
 * failed commands, gaps. `others` is the number of other slots in its host event. */
void vfj_episode_add_notes(struct vfj_text *text, const struct vfj_episode *episode,
                           unsigned others);

/* Returns how many other episodes of the list, sorted by id, are in the host event of
 * list[index]. */
unsigned vfj_episode_count_others(const struct vfj_episode *list, size_t count, size_t index);

/* Appends the announced kind and duration of the event, such as "live migration, 5 s". */
void vfj_announcement_add(struct vfj_text *text, const struct vfj_announcement *announcement);

/* Returns how long before the episode the event was announced. It is 0 or less when the event
 * was not announced before. */
int64_t vfj_announcement_notice_us(const struct vfj_announcement *announcement,
                                   const struct vfj_episode *episode);

/* Adds all members of the episode to the object. */
void vfj_episode_add_json(struct vfj_json *json, const struct vfj_episode *episode,
                          int64_t slow_us);

/* Adds a time as RFC 3339, in UTC. Adds nothing when the seq is 0. */
void vfj_point_add_json(struct vfj_json *json, const char *key, const struct vfj_point *point);

#endif
