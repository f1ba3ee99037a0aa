/* Computes the figures of `vfjournal report`. This code does no I/O. */
#ifndef VFJ_TOOLS_REPORT_STATS_H
#define VFJ_TOOLS_REPORT_STATS_H

#include <stddef.h>

#include "tools/audit/read.h"

enum {
    VFJ_REPORT_DAYS_MAX = 366,
    VFJ_REPORT_SLOTS_MAX = VFJ_SLOTS_MAX,
};

/* The figures of one slot in one period or on one day. An episode belongs to the period in which
 * it begins. */
struct vfj_stats {
    unsigned episodes;   /* number of migrations and fallbacks */
    unsigned unfinished; /* number of these episodes that have not ended */
    unsigned failed, slow;
    unsigned flaps;           /* number of times that the VF left */
    unsigned failed_commands; /* number of failed commands in the episodes */
    unsigned announced; /* number of episodes that belong to an event of Azure Scheduled Events */
    /* number of migrations without such an event although the service was watched */
    unsigned unannounced;
    int64_t slow_us; /* sum of the durations of the episodes */
    int64_t p50_us, p95_us, max_us;
    int64_t state_us[VFJ_SLOT_STATE_COUNT]; /* time in each state within the period */
};

/* A period in wall time. It includes `begin_us` and excludes `end_us`. */
struct vfj_period {
    int64_t begin_us, end_us;
};

struct vfj_report_slot {
    struct vfj_name slot;
    struct vfj_stats now, before; /* the period, and the period of the same length before it */
    struct vfj_stats days[VFJ_REPORT_DAYS_MAX];
};

struct vfj_report {
    struct vfj_period period, before;
    unsigned day_count;
    /* beginnings of the days, and the end of the last day */
    int64_t days_us[VFJ_REPORT_DAYS_MAX + 1];
    unsigned gaps, gaps_before; /* gaps of the daemon; they belong to no slot */
    unsigned day_gaps[VFJ_REPORT_DAYS_MAX];
    int64_t slow_limit_us; /* the time limit of the verdict "clean" */
    unsigned slot_count;
    struct vfj_report_slot slots[VFJ_REPORT_SLOTS_MAX];
};

/* Returns the slot, after adding it when it is new. Returns NULL when there is no room for it. */
struct vfj_report_slot *vfj_report_slot(struct vfj_report *report, struct vfj_name name);

/* Adds a span of a state to the slot's figures. */
void vfj_report_add_span(struct vfj_report *report, const struct vfj_state_span *span);

/* Returns whether the report counts the episode: a migration or a fallback that began in one of the
 * two periods. */
bool vfj_report_counts(const struct vfj_report *report, const struct vfj_episode *episode);

/* Adds all episodes, leaves and gaps. vfj_audit_count_commands() was called before for the
 * episodes that the report counts. Returns false when memory runs out. */
bool vfj_report_add(struct vfj_report *report, const struct vfj_audit *audit);

/* Returns the smallest value that at least `percent` of the sorted values do not exceed (nearest
 * rank). 50 gives the median. Returns 0 without values. */
int64_t vfj_quantile(const int64_t *sorted, size_t count, unsigned percent);

#endif
