/* The monitor: the part of the daemon that stays root when the rest does not, as the rest sees it.
 */
#ifndef VFJ_FREEBSD_PRIVSEP_MONITOR_H
#define VFJ_FREEBSD_PRIVSEP_MONITOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/wire.h"

struct vfj_monitor;

/* What it is told before it is alone; it keeps a copy. */
struct vfj_monitor_settings {
    struct vfj_paths paths;
    bool acts;                       /* else no request that changes the guest is one */
    bool detached;                   /* what it says goes nowhere but to the log */
    char pidfile[VFJ_PATHNAME_SIZE]; /* removed by it when the daemon ends in order; empty: none */
    int pidfile_descriptor;          /* holds the lock as long as the monitor runs; 0: none */
    /* a pipe: what the daemon prints goes to standard error; 0: none */
    int output;
    void (*log)(const char *line); /* a line for people */
};

/* Fork the monitor off: before any thread is started and any database opened. It has no other
 * descriptor than 0 to 2, its end of a socket pair, and those of the settings. NULL, with errno,
 * when it can't be. */
struct vfj_monitor *vfj_monitor_start(const struct vfj_monitor_settings *settings);
pid_t vfj_monitor_pid(const struct vfj_monitor *monitor);

/* Where requests go and replies come from: struct vfj_request, struct vfj_reply. */
struct vfj_wire *vfj_monitor_wire(struct vfj_monitor *monitor);

/* Let it end, and wait for that; NULL is allowed. */
void vfj_monitor_end(struct vfj_monitor *monitor);

#endif
