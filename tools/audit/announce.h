/* Matches the host events that Azure Scheduled Events announced with the episodes (times without
 * the VF) that the journal shows. This code does no I/O. */
#ifndef VFJ_TOOLS_AUDIT_ANNOUNCE_H
#define VFJ_TOOLS_AUDIT_ANNOUNCE_H

#include <stddef.h>

#include "core/data/scheduled.h"
#include "store/record.h"
#include "tools/audit/episode.h"

enum {
    /* An episode may begin this much earlier than its event: the VF leaves before the host pauses
     * the guest, and the daemon reads the list of events only once a minute. */
    VFJ_ANNOUNCED_BEFORE_S = 120,
    /* An event whose end is in no row counts as ended after this time. Azure keeps an event in the
     * list for some 10 minutes. */
    VFJ_ANNOUNCED_LASTS_S = 15 * 60,
};

/* A host event, such as a live migration, that Azure Scheduled Events announced. */
struct vfj_announcement {
    /* the event as its newest row reports it; the row that reports its end does not count */
    struct vfj_scheduled event;
    /* the newest time for which the event was announced, as Unix time in seconds; 0: none */
    int64_t not_before_s;
    /* the first row of each phase of the event; seq 0: no row reports this phase */
    struct vfj_point announced, started, over;
};

/* Returns true when the event was over before its announced time and never began. */
bool vfj_announcement_is_cancelled(const struct vfj_announcement *announcement);

/* Returns the wall time at which the event began. If no row reports the beginning, returns the
 * announced time, or 0 when that is unknown, too. */
int64_t vfj_announcement_begin_us(const struct vfj_announcement *announcement);

/* A period in which Azure's service replied, so that every event would have been announced. */
struct vfj_watched {
    struct vfj_point from, to; /* to.seq 0: the period has not ended */
};

struct vfj_announcements {
    struct vfj_announcement *list; /* sorted by the seq of each event's first row */
    size_t count, room;
    struct vfj_watched *watched; /* sorted by seq */
    size_t watched_count, watched_room;
    bool no_memory;
};

/* Adds a row of kind "scheduled" to the announcements. Ignores a row that cannot be read. */
void vfj_announcements_take(struct vfj_announcements *announcements,
                            const struct vfj_record *record);

/* Ends the period of `watched` that contains this row, because a daemon started or ended at this
 * row. Call this after all rows were added. */
void vfj_announcements_interrupt(struct vfj_announcements *announcements,
                                 const struct vfj_point *at);

/* Sets `announcement` and `is_watched` of each episode. An episode can belong to an event when it
 * began during the event, or at most VFJ_ANNOUNCED_BEFORE_S before it. If several events qualify,
 * the one whose beginning is nearest to the episode's beginning is chosen. Events of other VMs do
 * not count. The episodes point into `announcements`, which must not change as long as they are
 * used. */
void vfj_announcements_join(const struct vfj_announcements *announcements,
                            struct vfj_episode *episodes, size_t count);

void vfj_announcements_free(struct vfj_announcements *announcements);

#endif
