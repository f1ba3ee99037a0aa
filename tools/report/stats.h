/* Computes the numbers in the output of `vfjournal report`. This code does no I/O. */
#ifndef VFJ_TOOLS_REPORT_STATS_H
#define VFJ_TOOLS_REPORT_STATS_H

#include <stddef.h>

#include "tools/audit/read.h"

enum {
    VFJ_REPORT_DAYS_MAX = 366,
    VFJ_REPORT_SLOTS_MAX = VFJ_SLOTS_MAX,
};

/* The numbers of one slot in one period or on one day. An episode counts in the period in which it
 * begins. */
struct vfj_stats {
    unsigned episodes;   /* number of migrations and fallbacks */
    unsigned unfinished; /* number of migrations and fallbacks that have not ended */
    unsigned failed, slow;
    unsigned flaps;           /* how often the VF left */
    unsigned failed_commands; /* number of failed commands in the episodes */
    unsigned announced;       /* number of episodes that Azure Scheduled Events had announced */
    /* number of migrations that Azure had not announced although the daemon asked its service */
    unsigned unannounced;
    int64_t slow_us; /* sum of the durations of the episodes */
    int64_t p50_us, p95_us, max_us;
    /* time in each state, as far as it is within the period */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
};

/* A period of the wall clock, from begin_us up to, but not including, end_us. */
struct vfj_period {
    int64_t begin_us, end_us;
};

struct vfj_report_slot {
    struct vfj_name slot;
    /* the numbers in the period of the report, and in the period of the same length before it */
    struct vfj_stats now, before;
    struct vfj_stats days[VFJ_REPORT_DAYS_MAX];
};

struct vfj_report {
    struct vfj_period period, before;
    unsigned day_count;
    /* the beginning of each day, followed by the end of the last day */
    int64_t days_us[VFJ_REPORT_DAYS_MAX + 1];
    /* number of gaps in the reports of devd, in both periods; they belong to no slot */
    unsigned gaps, gaps_before;
    unsigned day_gaps[VFJ_REPORT_DAYS_MAX];
    int64_t slow_limit_us; /* longest duration of an episode with the verdict "clean" */
    unsigned slot_count;
    struct vfj_report_slot slots[VFJ_REPORT_SLOTS_MAX];
};

/* Returns the slot with this name, and adds it if it is new. Returns NULL when there is no room for
 * another slot. */
struct vfj_report_slot *vfj_report_slot(struct vfj_report *report, struct vfj_name name);

/* Adds to the slot's numbers a period that it spent in one state. */
void vfj_report_add_span(struct vfj_report *report, const struct vfj_state_span *span);

/* Returns true when the report counts the episode: it is a migration or a fallback, and began in
 * one of the two periods. */
bool vfj_report_counts(const struct vfj_report *report, const struct vfj_episode *episode);

/* Adds all episodes, departures of VFs, and gaps. The caller has called vfj_audit_count_commands()
 * for each episode that the report counts. Returns false when memory runs out. */
bool vfj_report_add(struct vfj_report *report, const struct vfj_audit *audit);

/* Returns the smallest of the sorted values for which at least `percent` percent of all values are
 * not larger (nearest rank). 50 gives the median. Returns 0 when there are no values. */
int64_t vfj_quantile(const int64_t *sorted, size_t count, unsigned percent);

#endif
