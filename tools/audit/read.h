/* Reads the episodes of a journal, for all verbs that show migrations. */
#ifndef VFJ_TOOLS_AUDIT_READ_H
#define VFJ_TOOLS_AUDIT_READ_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/audit/announce.h"
#include "tools/audit/episode.h"

/* An event at one point in time that concerns a slot or the daemon. */
struct vfj_mark {
    struct vfj_name slot; /* empty: an event of the daemon */
    struct vfj_point at;
};

struct vfj_marks {
    struct vfj_mark *list; /* in order of seq */
    size_t count, room;
};

struct vfj_audit {
    struct vfj_episode *episodes; /* in order of id; the member `event` of each is set */
    size_t count, room;
    struct vfj_marks leaves; /* each row at which a VF left */
    /* each row that says that devd's events may be missing */
    struct vfj_marks gaps;
    struct vfj_marks daemons;               /* each row at which a daemon started or ended */
    struct vfj_announcements announcements; /* the events that Azure Scheduled Events announced */
    /* the journal's oldest and newest record; seq 0: the journal has no record */
    struct vfj_point oldest, newest;
    struct vfj_point now; /* the time up to which episodes without an end last */
    bool no_memory;
    /* How many records at most can't be read because the file is damaged, and the seqs of the first
     * and the last one. `damage` describes the first damage in bytes that must not be trusted; it
     * is empty when there is no damage. */
    uint64_t unreadable, unreadable_first, unreadable_last;
    char damage[256];
};

/* Reads all episodes. `now_us` is the present wall time if a daemon writes the journal, or 0 if
 * episodes last only until its newest record. `put_span`, which may be NULL, is called with `arg`
 * for each period that a slot spent in one state. A journal without records gives VFJ_OK, and so
 * does a damaged one, of which the readable part is returned. The caller calls vfj_audit_free() in
 * any case. */
enum vfj_status vfj_audit_read(struct vfj_journal *journal, int64_t now_us,
                               vfj_state_span_put *put_span, void *arg, struct vfj_audit *audit);

/* Counts the commands of one episode that changed the guest. Reads their outcomes, which are
 * between the first and the last row of the episode. */
enum vfj_status vfj_audit_count_commands(struct vfj_journal *journal, struct vfj_episode *episode);

/* Returns the episode with this id, or NULL. */
struct vfj_episode *vfj_audit_find(const struct vfj_audit *audit, uint64_t id);

/* Returns the seq of the last row that belongs to the episode. While the episode has not ended,
 * this is the journal's last record. */
uint64_t vfj_audit_last_of(const struct vfj_audit *audit, const struct vfj_episode *episode);

void vfj_audit_free(struct vfj_audit *audit);

#endif
