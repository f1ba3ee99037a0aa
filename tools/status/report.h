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
    /* number of events in the daemon's memory, because the journal cannot be written */
    uint64_t waiting;
    enum vfj_zone zone;
    /* the present time while a daemon runs, and otherwise that of the newest record */
    int64_t mono_us;
    const struct vfj_names *only; /* the slots to print; empty: all */
};

/* Returns fault number `index` of the daemon or the journal, the worst first. Returns NULL when
 * `index` is past the last one. The text is safe for a terminal. */
const char *vfj_status_trouble(const struct vfj_status_report *report, unsigned index);

/* Returns whether the daemon, the journal or a printed slot has a fault. */
bool vfj_status_needs_attention(const struct vfj_status_report *report);

/* Returns whether the slot is printed. */
bool vfj_status_shows(const struct vfj_status_report *report, const struct vfj_slot *slot);

/* Returns the kind of the slot's timer ("delay", "retry", "recheck"), and fills in the
 * microseconds until it is due. Returns NULL when no timer runs. */
const char *vfj_status_timer(const struct vfj_status_report *report, const struct vfj_slot *slot,
                             int64_t *left_us);

void vfj_status_print(FILE *out, const struct vfj_status_report *report);

/* Prints one JSON object on each line: first that about the daemon and the journal, then one for
 * each slot. Returns false when memory runs out. */
bool vfj_status_print_json(FILE *out, const struct vfj_status_report *report);

#endif
