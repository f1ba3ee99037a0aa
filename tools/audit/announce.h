/* Announcements: matches the events that Azure Scheduled Events announced with the episodes that
 * were measured. This code does no I/O. */
#ifndef VFJ_TOOLS_AUDIT_ANNOUNCE_H
#define VFJ_TOOLS_AUDIT_ANNOUNCE_H

#include <stddef.h>

#include "core/data/scheduled.h"
#include "store/record.h"
#include "tools/audit/episode.h"

enum {
    /* An episode may begin this much earlier than its event: the VF goes before the host pauses
     * the guest, and the list of events is read only once a minute. */
    VFJ_ANNOUNCED_BEFORE_S = 120,
    /* An event whose end was not seen counts as ended after this time. Azure keeps an event in
     * the list for some 10 minutes. */
    VFJ_ANNOUNCED_LASTS_S = 15 * 60,
};

/* One event of the host. */
struct vfj_announcement {
    struct vfj_scheduled event; /* the event's newest row before its row OVER */
    int64_t not_before_s;       /* the newest announced time, as Unix time in seconds; 0: none */
    /* the first row of each phase; seq 0: there is none */
    struct vfj_point announced, started, over;
};

/* Returns whether the event was over before its time and never began. */
bool vfj_announcement_is_cancelled(const struct vfj_announcement *announcement);

/* Returns the wall time when the event began. If no row reports the beginning, returns the
 * announced time, or 0 when that is unknown, too. */
int64_t vfj_announcement_begin_us(const struct vfj_announcement *announcement);

/* A time in which the service answered, so that an event would have been announced. */
struct vfj_watched {
    struct vfj_point from, to; /* to.seq 0: the time lasts to the present */
};

struct vfj_announcements {
    struct vfj_announcement *list; /* in order of the seq of the first row */
    size_t count, room;
    struct vfj_watched *watched; /* in order of seq */
    size_t watched_count, watched_room;
    bool no_memory;
};

/* Takes the next row of kind "scheduled". A row that cannot be read is ignored. */
void vfj_announcements_take(struct vfj_announcements *announcements,
                            const struct vfj_record *record);

/* Ends the watched time that contains this row, because a daemon started or ended there. Called
 * after all rows were taken. */
void vfj_announcements_interrupt(struct vfj_announcements *announcements,
                                 const struct vfj_point *at);

/* Sets `announcement` and `is_watched` of each episode. An episode can belong to an event when
 * the episode began during the event, or at most VFJ_ANNOUNCED_BEFORE_S before it. Among several
 * such events, the episode gets the one that began nearest to the episode's beginning. Events of
 * other VMs do not count. The list must not change as long as the episodes are used. */
void vfj_announcements_join(const struct vfj_announcements *announcements,
                            struct vfj_episode *episodes, size_t count);

void vfj_announcements_free(struct vfj_announcements *announcements);

#endif
