/* The figures of `vfjournal report`: values in, values out. */
#ifndef VFJ_TOOLS_REPORT_STATS_H
#define VFJ_TOOLS_REPORT_STATS_H

#include <stddef.h>

#include "tools/audit/read.h"

enum {
    VFJ_REPORT_DAYS_MAX = 366,
    VFJ_REPORT_SLOTS_MAX = VFJ_SLOTS_MAX,
};

/* The figures of one slot in one period or on one day. Episodes count where they begin. */
struct vfj_stats {
    unsigned episodes;   /* migrations and fallbacks */
    unsigned unfinished; /* of them */
    unsigned failed, slow;
    unsigned flaps;           /* how often the VF left */
    unsigned failed_commands; /* of the episodes */
    int64_t slow_us;          /* the sum of their times */
    int64_t p50_us, p95_us, max_us;
    int64_t state_us[VFJ_SLOT_STATE_COUNT]; /* time in each state, inside the period */
};

/* A period, in wall time: from `begin_us` until before `end_us`. */
struct vfj_period {
    int64_t begin_us, end_us;
};

struct vfj_report_slot {
    struct vfj_name slot;
    struct vfj_stats now, before; /* the period, and the equally long one before it */
    struct vfj_stats days[VFJ_REPORT_DAYS_MAX];
};

struct vfj_report {
    struct vfj_period period, before;
    unsigned day_count;
    int64_t days_us[VFJ_REPORT_DAYS_MAX + 1]; /* beginnings; the last is the end of the last day */
    unsigned gaps, gaps_before;               /* of the daemon, not of a slot */
    unsigned day_gaps[VFJ_REPORT_DAYS_MAX];
    int64_t slow_limit_us; /* of the verdict */
    unsigned slot_count;
    struct vfj_report_slot slots[VFJ_REPORT_SLOTS_MAX];
};

/* Returns the slot, added when it is new; NULL when there is no more room. */
struct vfj_report_slot *vfj_report_slot(struct vfj_report *report, struct vfj_name name);

/* Adds a span of a state to the slot's figures. */
void vfj_report_add_span(struct vfj_report *report, const struct vfj_state_span *span);

/* Returns whether the report counts the episode: a migration or a fallback that began in one of the
 * two periods. */
bool vfj_report_counts(const struct vfj_report *report, const struct vfj_episode *episode);

/* Adds all episodes, leaves and gaps. The commands of the episodes that the report counts are
 * counted already. Returns false without memory. */
bool vfj_report_add(struct vfj_report *report, const struct vfj_audit *audit);

/* Returns the value that a share of the sorted values does not exceed, by nearest rank: 50 is the
 * median. Returns 0 for no values. */
int64_t vfj_quantile(const int64_t *sorted, size_t count, unsigned percent);

#endif
