/* Matches the host events that Azure Scheduled Events announced with the episodes (times without
 * the VF) that the journal shows. */
#include "tools/audit/announce.h"

#include <stdlib.h>
#include <string.h>

static const int64_t second_us = 1000000;

static struct vfj_point point_of(const struct vfj_record *record)
{
    return (struct vfj_point){.seq = record->seq,
                              .boot = record->boot,
                              .wall_us = record->wall_us,
                              .mono_us = record->mono_us};
}

/* Returns the next free element of a list, or NULL when memory runs out. Enlarges the list if
 * necessary. */
static void *grow(struct vfj_announcements *announcements, void **list, size_t count, size_t *room,
                  size_t size)
{
    if (count == *room) {
        size_t more = *room > 0 ? 2 * *room : 32;
        void *grown = realloc(*list, more * size);
        if (grown == NULL) {
            announcements->no_memory = true;
            return NULL;
        }
        *list = grown;
        *room = more;
    }
    return (char *)*list + count * size;
}

/* Returns the event with this id that has no end yet, or NULL. Azure uses an id for one event
 * only. */
static struct vfj_announcement *find_open(const struct vfj_announcements *announcements,
                                          const char *id)
{
    for (size_t i = announcements->count; i-- > 0;) {
        struct vfj_announcement *announcement = &announcements->list[i];
        if (strcmp(announcement->event.id, id) == 0)
            return announcement->over.seq == 0 ? announcement : NULL;
    }
    return NULL;
}

static struct vfj_announcement *add(struct vfj_announcements *announcements,
                                    const struct vfj_scheduled *row)
{
    void *list = announcements->list;
    struct vfj_announcement *announcement = grow(announcements, &list, announcements->count,
                                                 &announcements->room, sizeof *announcements->list);
    announcements->list = list;
    if (announcement == NULL)
        return NULL;
    announcements->count++;
    *announcement = (struct vfj_announcement){.event = *row};
    return announcement;
}

static void take_event(struct vfj_announcements *announcements, const struct vfj_scheduled *row,
                       const struct vfj_point *at)
{
    struct vfj_announcement *announcement = find_open(announcements, row->id);
    if (announcement == NULL)
        announcement = add(announcements, row);
    if (announcement == NULL)
        return;
    struct vfj_point *point = row->phase == VFJ_SCHEDULED_ANNOUNCED ? &announcement->announced
        : row->phase == VFJ_SCHEDULED_STARTED                       ? &announcement->started
                                                                    : &announcement->over;
    if (point->seq == 0)
        *point = *at;
    if (row->not_before_s > 0)
        announcement->not_before_s = row->not_before_s;
    if (row->phase != VFJ_SCHEDULED_OVER)
        announcement->event = *row;
}

static void end_watch(struct vfj_announcements *announcements, const struct vfj_point *at)
{
    size_t count = announcements->watched_count;
    if (count > 0 && announcements->watched[count - 1].to.seq == 0)
        announcements->watched[count - 1].to = *at;
}

static void begin_watch(struct vfj_announcements *announcements, const struct vfj_point *at)
{
    void *list = announcements->watched;
    end_watch(announcements, at);
    struct vfj_watched *watched
        = grow(announcements, &list, announcements->watched_count, &announcements->watched_room,
               sizeof *announcements->watched);
    announcements->watched = list;
    if (watched == NULL)
        return;
    announcements->watched_count++;
    *watched = (struct vfj_watched){.from = *at};
}

/* Returns the last period of `watched` that begins before the row `seq`, or NULL. */
static struct vfj_watched *find_watch(const struct vfj_announcements *announcements, uint64_t seq)
{
    size_t low = 0, high = announcements->watched_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (announcements->watched[middle].from.seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &announcements->watched[low - 1] : NULL;
}

static bool has_seq(const struct vfj_watched *watched, uint64_t seq)
{
    return watched != NULL && (watched->to.seq == 0 || seq < watched->to.seq);
}

void vfj_announcements_interrupt(struct vfj_announcements *announcements,
                                 const struct vfj_point *at)
{
    struct vfj_watched *watched = find_watch(announcements, at->seq);
    if (has_seq(watched, at->seq))
        watched->to = *at;
}

void vfj_announcements_take(struct vfj_announcements *announcements,
                            const struct vfj_record *record)
{
    struct vfj_scheduled row;
    struct vfj_point at = point_of(record);
    if (!vfj_scheduled_decode(record->body, &row))
        return;
    switch ((enum vfj_scheduled_phase)row.phase) {
    case VFJ_SCHEDULED_ANNOUNCED:
    case VFJ_SCHEDULED_STARTED:
    case VFJ_SCHEDULED_OVER:
        take_event(announcements, &row, &at);
        break;
    case VFJ_SCHEDULED_WATCHING:
        begin_watch(announcements, &at);
        break;
    case VFJ_SCHEDULED_SILENT:
        end_watch(announcements, &at);
        break;
    case VFJ_SCHEDULED_PHASE_COUNT:
        break;
    }
}

bool vfj_announcement_is_cancelled(const struct vfj_announcement *announcement)
{
    return announcement->over.seq != 0 && announcement->started.seq == 0
        && (announcement->not_before_s == 0
            || announcement->over.wall_us / second_us < announcement->not_before_s);
}

int64_t vfj_announcement_begin_us(const struct vfj_announcement *announcement)
{
    if (announcement->started.seq != 0)
        return announcement->started.wall_us;
    return announcement->not_before_s * second_us;
}

static int64_t last_us(const struct vfj_announcement *announcement)
{
    return announcement->over.seq != 0
        ? announcement->over.wall_us
        : vfj_announcement_begin_us(announcement) + VFJ_ANNOUNCED_LASTS_S * second_us;
}

/* Returns the time between the beginning of the episode and that of the event, or -1 when the two
 * cannot belong together. In a forged journal the times may have any value. */
static int64_t distance_us(const struct vfj_announcement *announcement,
                           const struct vfj_episode *episode)
{
    const int64_t era_us = INT64_C(253402300800) * second_us;
    int64_t begin_us = vfj_announcement_begin_us(announcement);
    int64_t at_us = episode->begin.wall_us;
    if (announcement->event.here == VFJ_SCHEDULED_HERE_NO || begin_us <= 0 || begin_us > era_us
        || at_us <= 0 || at_us > era_us || vfj_announcement_is_cancelled(announcement))
        return -1;
    if (at_us < begin_us - VFJ_ANNOUNCED_BEFORE_S * second_us || at_us > last_us(announcement))
        return -1;
    return at_us > begin_us ? at_us - begin_us : begin_us - at_us;
}

static const struct vfj_announcement *nearest(const struct vfj_announcements *announcements,
                                              const struct vfj_episode *episode)
{
    const struct vfj_announcement *found = NULL;
    int64_t least_us = INT64_MAX;
    for (size_t i = 0; i < announcements->count; i++) {
        int64_t us = distance_us(&announcements->list[i], episode);
        if (us >= 0 && us < least_us) {
            least_us = us;
            found = &announcements->list[i];
        }
    }
    return found;
}

void vfj_announcements_join(const struct vfj_announcements *announcements,
                            struct vfj_episode *episodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct vfj_episode *episode = &episodes[i];
        episode->is_watched = has_seq(find_watch(announcements, episode->id), episode->id);
        if (episode->kind != VFJ_EPISODE_FIRST)
            episode->announcement = nearest(announcements, episode);
    }
}

void vfj_announcements_free(struct vfj_announcements *announcements)
{
    free(announcements->list);
    free(announcements->watched);
    memset(announcements, 0, sizeof *announcements);
}
