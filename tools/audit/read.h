/* Reads the episodes of a journal, for all verbs about migrations. */
#ifndef VFJ_TOOLS_AUDIT_READ_H
#define VFJ_TOOLS_AUDIT_READ_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/audit/announce.h"
#include "tools/audit/episode.h"

/* An event of a slot or of the daemon. */
struct vfj_mark {
    struct vfj_name slot; /* empty: an event of the daemon */
    struct vfj_point at;
};

struct vfj_marks {
    struct vfj_mark *list; /* in order of seq */
    size_t count, room;
};

struct vfj_audit {
    struct vfj_episode *episodes; /* in order of id; host events are set */
    size_t count, room;
    struct vfj_marks leaves;                /* each time that a VF left */
    struct vfj_marks gaps;                  /* each gap row */
    struct vfj_marks daemons;               /* each start and each end of a daemon */
    struct vfj_announcements announcements; /* the events that Azure Scheduled Events announced */
    /* the journal's oldest and newest record; seq 0: it has none */
    struct vfj_point oldest, newest;
    struct vfj_point now; /* the time up to which open episodes last */
    bool no_memory;
    /* The largest possible number of records that the file's damage hides, and the first and
     * last seq of them. `damage` describes the first damage: untrusted bytes, empty for none. */
    uint64_t unreadable, unreadable_first, unreadable_last;
    char damage[256];
};

/* Reads all episodes. `now_us` is the present wall time when a daemon writes the journal; 0: the
 * journal ends with its newest record. `put_span`, which may be NULL, gets every span of a
 * state, with `arg`. Also returns VFJ_OK for a journal without records, and for a damaged one,
 * whose readable part is in the members. The caller calls vfj_audit_free() in any case. */
enum vfj_status vfj_audit_read(struct vfj_journal *journal, int64_t now_us,
                               vfj_state_span_put *put_span, void *arg, struct vfj_audit *audit);

/* Counts the changing commands of one episode, by reading the outcomes between its first and its
 * last row. */
enum vfj_status vfj_audit_count_commands(struct vfj_journal *journal, struct vfj_episode *episode);

/* Returns the episode with that id, or NULL. */
struct vfj_episode *vfj_audit_find(const struct vfj_audit *audit, uint64_t id);

/* Returns the seq up to which rows belong to the episode: that of its last row, or that of the
 * journal's last record. */
uint64_t vfj_audit_last_of(const struct vfj_audit *audit, const struct vfj_episode *episode);

void vfj_audit_free(struct vfj_audit *audit);

#endif
