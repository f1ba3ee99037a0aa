/* The side of the unprivileged process: it starts and ends the monitor, the process that keeps
 * root's rights. */
#ifndef VFJ_FREEBSD_PRIVSEP_MONITOR_H
#define VFJ_FREEBSD_PRIVSEP_MONITOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/wire.h"

struct vfj_monitor;

/* The settings of the monitor. vfj_monitor_start() copies them. */
struct vfj_monitor_settings {
    struct vfj_paths paths;
    bool acts;     /* false: refuse all requests that change the guest */
    bool detached; /* print nothing, only log */
    /* the monitor removes this file when the daemon ends in order; empty: none */
    char pidfile[VFJ_PATHNAME_SIZE];
    /* descriptor of the pidfile, by which the monitor keeps the file's lock; 0: none */
    int pidfile_descriptor;
    /* reading end of a pipe with the daemon's output; the monitor copies the output to its own
     * standard error; 0: none */
    int output;
    void (*log)(const char *line); /* logs one line */
};

/* Forks the monitor. The caller has started no thread and opened no database. The monitor keeps
 * descriptors 0 to 2, its end of a socket pair, and the descriptors in the settings. It closes
 * all other descriptors. Returns NULL, with errno, on failure. */
struct vfj_monitor *vfj_monitor_start(const struct vfj_monitor_settings *settings);
pid_t vfj_monitor_pid(const struct vfj_monitor *monitor);

/* Returns the connection over which requests (struct vfj_request) are sent and replies (struct
 * vfj_reply) are received. */
struct vfj_wire *vfj_monitor_wire(struct vfj_monitor *monitor);

/* Ends the monitor and waits until it has ended. Does nothing for NULL. */
void vfj_monitor_end(struct vfj_monitor *monitor);

#endif
