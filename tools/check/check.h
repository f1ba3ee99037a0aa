/* The parts of `vfjournal check`. */
#ifndef VFJ_TOOLS_CHECK_CHECK_H
#define VFJ_TOOLS_CHECK_CHECK_H

#include <stdio.h>

#include "tools/audit/source.h"

/* The statuses of a plugin for Nagios and its relatives, which are exit statuses, too. */
enum vfj_check_status {
    VFJ_CHECK_STATUS_OK,
    VFJ_CHECK_STATUS_WARNING,
    VFJ_CHECK_STATUS_CRITICAL,
    VFJ_CHECK_STATUS_UNKNOWN
};

/* What is measured. Counts are of the window that ends at the present. */
struct vfj_check_facts {
    unsigned slots;     /* slots that a record names */
    unsigned without;   /* slots that are without the fast path */
    int64_t outage_us;  /* the longest time for which one has been without it */
    int64_t longest_us; /* the longest episode that ended in the window */
    unsigned flaps;     /* the most leaves of one slot in the window of --max-flaps */
    unsigned failed;    /* failed episodes that ended in the window */
    unsigned gaps;
    int64_t age_us; /* of the newest record */
    struct vfj_name outage_slot, longest_slot, flaps_slot, failed_slot;
};

/* Writes the metrics of the journal in Prometheus' text format. Returns false without memory. */
bool vfj_check_print_metrics(FILE *out, const struct vfj_audit_source *source);

#endif
