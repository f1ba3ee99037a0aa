/* What `vfjournal status` says, and whether something needs attention. */
#ifndef VFJ_TOOLS_STATUS_REPORT_H
#define VFJ_TOOLS_STATUS_REPORT_H

#include <stdio.h>

#include "tools/status/facts.h"

struct vfj_status_report {
    const char *path;
    const struct vfj_status_facts *facts;
    /* pid of the daemon that has the journal locked; 0 none, -1 it can't be told */
    long daemon;
    int64_t mono_us;      /* now while a daemon runs, else the time of the newest record */
    struct vfj_name only; /* this slot alone; empty for all */
};

/* What is wrong with the whole, worst first: NULL when `index` is past the last. Bytes safe for a
 * terminal. */
const char *vfj_status_trouble(const struct vfj_status_report *report, unsigned index);

/* Whether any of it, or a fault of a slot that is shown, needs attention. */
bool vfj_status_needs_attention(const struct vfj_status_report *report);

/* Whether the slot is one of those shown. */
bool vfj_status_shows(const struct vfj_status_report *report, const struct vfj_slot *slot);

/* Microseconds until the slot's timer is due, and what for ("delay", "retry", "recheck"); NULL when
 * none runs. */
const char *vfj_status_timer(const struct vfj_status_report *report, const struct vfj_slot *slot,
                             int64_t *left_us);

void vfj_status_print(FILE *out, const struct vfj_status_report *report);

/* One JSON object a line: first the whole, then each slot. False without memory. */
bool vfj_status_print_json(FILE *out, const struct vfj_status_report *report);

#endif
