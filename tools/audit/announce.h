/* Announcements: what Azure Scheduled Events told of, beside the episodes that were measured. Values
 * in, values out. */
#ifndef VFJ_TOOLS_AUDIT_ANNOUNCE_H
#define VFJ_TOOLS_AUDIT_ANNOUNCE_H

#include <stddef.h>

#include "core/data/scheduled.h"
#include "store/record.h"
#include "tools/audit/episode.h"

enum {
    /* An episode may begin so long before its event: the VF goes before the host pauses the guest,
     * and the list is read once in a minute. */
    VFJ_ANNOUNCED_BEFORE_S = 120,
    /* An event whose end was not seen lasts so long. The list keeps one for some 10 minutes. */
    VFJ_ANNOUNCED_LASTS_S = 15 * 60,
};

/* One event of the host. */
struct vfj_announcement {
    struct vfj_scheduled event;                /* its newest row before it was over */
    int64_t not_before_s;                      /* the newest; 0: none was told */
    struct vfj_point announced, started, over; /* the first row of each phase; seq 0: none */
};

/* Returns whether the event was over before its time, and never began. */
bool vfj_announcement_is_cancelled(const struct vfj_announcement *announcement);

/* Returns when the event began, as far as it was told: wall time, or 0. A begin that no row tells
 * of is the announced time. */
int64_t vfj_announcement_begin_us(const struct vfj_announcement *announcement);

/* The time in which the service answered, so that an event would have been announced. */
struct vfj_watched {
    struct vfj_point from, to; /* to.seq 0: until now */
};

struct vfj_announcements {
    struct vfj_announcement *list; /* by the seq of the first row */
    size_t count, room;
    struct vfj_watched *watched; /* by seq */
    size_t watched_count, watched_room;
    bool no_memory;
};

/* Takes the next row of kind "scheduled". Ignores a row that cannot be read. */
void vfj_announcements_take(struct vfj_announcements *announcements,
                            const struct vfj_record *record);

/* A daemon started or ended at that row: the time that has the row in it ends there. All rows were
 * taken before. */
void vfj_announcements_interrupt(struct vfj_announcements *announcements,
                                 const struct vfj_point *at);

/* Sets the announcement and `is_watched` of each episode. An event belongs to an episode that began
 * while it lasted, or shortly before; of several, the one that began nearest to it. Events of other
 * VMs belong to none. The list is not changed as long as the episodes are used. */
void vfj_announcements_join(const struct vfj_announcements *announcements,
                            struct vfj_episode *episodes, size_t count);

void vfj_announcements_free(struct vfj_announcements *announcements);

#endif
