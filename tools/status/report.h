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
    /* pid of the daemon that holds the journal's lock; 0: no daemon runs; -1: unknown */
    long daemon;
    /* number of events that are in the daemon's memory, because it cannot write the journal */
    uint64_t waiting;
    enum vfj_zone zone;
    /* the present time if a daemon runs, and otherwise the time of the newest record */
    int64_t mono_us;
    const struct vfj_names *only; /* the slots to print; empty: print all slots */
};

/* Returns the text about a fault of the daemon or the journal. `index` counts the faults from the
 * worst one, 0, on. Returns NULL when there are not so many faults. The text has no control
 * characters. */
const char *vfj_status_trouble(const struct vfj_status_report *report, unsigned index);

/* Returns true when the daemon, the journal or a printed slot has a fault. */
bool vfj_status_needs_attention(const struct vfj_status_report *report);

/* Returns true when the slot is one of those to print. */
bool vfj_status_shows(const struct vfj_status_report *report, const struct vfj_slot *slot);

/* Returns the kind of timer that runs for the slot ("delay", "retry" or "recheck"). Fills in the
 * microseconds until it fires. Returns NULL when no timer runs. */
const char *vfj_status_timer(const struct vfj_status_report *report, const struct vfj_slot *slot,
                             int64_t *left_us);

void vfj_status_print(FILE *out, const struct vfj_status_report *report);

/* Prints JSON objects, one on each line. The first one is about the daemon and the journal, and
 * each of the others about a slot. Returns false when memory runs out. */
bool vfj_status_print_json(FILE *out, const struct vfj_status_report *report);

#endif
