/* The parts of `vfjournal check`. */
#ifndef VFJ_TOOLS_CHECK_CHECK_H
#define VFJ_TOOLS_CHECK_CHECK_H

#include <stdio.h>

#include "tools/audit/source.h"

/* The result of a check, as plugins for Nagios and compatible systems report it. The numbers are
 * also the exit statuses. */
enum vfj_check_status {
    VFJ_CHECK_STATUS_OK,
    VFJ_CHECK_STATUS_WARNING,
    VFJ_CHECK_STATUS_CRITICAL,
    VFJ_CHECK_STATUS_UNKNOWN
};

/* The values that the check measured. Counts are for a period that ends at the present time. */
struct vfj_check_facts {
    unsigned slots;   /* number of slots in the journal */
    unsigned without; /* number of slots whose traffic does not go through a VF now */
    /* longest time for which one of these slots has had no traffic through a VF */
    int64_t outage_us;
    int64_t longest_us; /* duration of the longest episode that ended in the period */
    /* largest number of times that the VF of one slot left in the period of --max-flaps */
    unsigned flaps;
    unsigned failed; /* number of episodes with the verdict "failed" that ended in the period */
    unsigned gaps;
    /* number of migrations in the period that Azure did not announce although the daemon asked */
    unsigned unannounced;
    int64_t age_us; /* age of the newest record */
    struct vfj_name outage_slot, longest_slot, flaps_slot, failed_slot;
};

/* Writes the metrics of the journal in the text format of Prometheus. Returns false when memory
 * runs out. */
bool vfj_check_print_metrics(FILE *out, const struct vfj_audit_source *source);

#endif
