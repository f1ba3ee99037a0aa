/* The report of `vfjournal status`. */
#ifndef VFJ_TOOLS_STATUS_REPORT_H
#define VFJ_TOOLS_STATUS_REPORT_H

#include <stdio.h>

#include "tools/options.h"
#include "tools/status/facts.h"
#include "tools/time_format.h"

struct vfj_status_report {
    const char *path;
    const struct vfj_status_facts *facts;
    /* pid of the daemon that holds the lock of the journal; 0 for none, -1 when it is unknown */
    long daemon;
    uint64_t waiting; /* events that the daemon keeps in memory: the journal can't be written */
    enum vfj_zone zone;
    int64_t mono_us;              /* now while a daemon runs, else the time of the newest record */
    const struct vfj_names *only; /* the slots to print; empty for all */
};

/* Returns the faults of the whole, the worst first, and NULL when `index` is past the last one. The
 * bytes are safe for a terminal. */
const char *vfj_status_trouble(const struct vfj_status_report *report, unsigned index);

/* Returns whether the whole or a printed slot has a fault. */
bool vfj_status_needs_attention(const struct vfj_status_report *report);

/* Returns whether the slot is printed. */
bool vfj_status_shows(const struct vfj_status_report *report, const struct vfj_slot *slot);

/* Returns the kind of the slot's timer ("delay", "retry", "recheck"), and sets the microseconds
 * until it is due. Returns NULL when none runs. */
const char *vfj_status_timer(const struct vfj_status_report *report, const struct vfj_slot *slot,
                             int64_t *left_us);

void vfj_status_print(FILE *out, const struct vfj_status_report *report);

/* Prints one JSON object a line: first the whole, then each slot. Returns false without memory. */
bool vfj_status_print_json(FILE *out, const struct vfj_status_report *report);

#endif
