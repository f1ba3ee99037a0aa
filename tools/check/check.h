/* The parts of `vfjournal check`. */
#ifndef VFJ_TOOLS_CHECK_CHECK_H
#define VFJ_TOOLS_CHECK_CHECK_H

#include <stdio.h>

#include "tools/audit/source.h"

/* The statuses of a plugin for Nagios and compatible systems. They are also exit statuses. */
enum vfj_check_status {
    VFJ_CHECK_STATUS_OK,
    VFJ_CHECK_STATUS_WARNING,
    VFJ_CHECK_STATUS_CRITICAL,
    VFJ_CHECK_STATUS_UNKNOWN
};

/* The measured values. The counts are those of a window that ends at the present. */
struct vfj_check_facts {
    unsigned slots;     /* number of slots in the journal */
    unsigned without;   /* number of slots that are without the fast path now */
    int64_t outage_us;  /* the longest time for which a slot has been without the fast path */
    int64_t longest_us; /* the longest of the episodes that ended in the window */
    unsigned flaps;  /* the most times that the VF of one slot left in the window of --max-flaps */
    unsigned failed; /* number of failed episodes that ended in the window */
    unsigned gaps;
    unsigned
        /* migrations in the window that nobody announced although the service was watched */
        unannounced;
    int64_t age_us; /* age of the newest record */
    struct vfj_name outage_slot, longest_slot, flaps_slot, failed_slot;
};

/* Writes the metrics of the journal in Prometheus' text format. Returns false when memory runs
 * out. */
bool vfj_check_print_metrics(FILE *out, const struct vfj_audit_source *source);

#endif
