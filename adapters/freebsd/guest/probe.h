/* Answers probe commands. */
#ifndef VFJ_FREEBSD_GUEST_PROBE_H
#define VFJ_FREEBSD_GUEST_PROBE_H

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/observation.h"

struct vfj_prober;

enum {
    VFJ_PROBE_LIMIT_DEFAULT_MS = 10000, /* time limit of a probe whose command has no time limit */
    /* bytes of one program's output that are read: room for 40,000 interfaces */
    VFJ_PROBE_OUTPUT_MAX = 16 * 1024 * 1024,
    /* number of PROBE_SLOT commands of one hn that may run at the same time */
    VFJ_PROBES_OF_SLOT_MAX = 4,
};

/* The way to read the guest. */
enum vfj_probe_way {
    /* run programs of FreeBSD's base system: sysctl(8), ifconfig(8), route(8) */
    VFJ_PROBE_WAY_PROGRAMS,
    /* read from the kernel; run programs only when the kernel cannot be read */
    VFJ_PROBE_WAY_KERNEL,
};

/* Called with the observation, which is borrowed for the call. Never called from inside
 * vfj_prober_run(). */
typedef void vfj_observed_fn(void *context, const struct vfj_observation *observation);

/* Makes a prober. All arguments must outlive it. Returns NULL when memory runs out. */
struct vfj_prober *vfj_prober_open(struct vfj_children *children, struct vfj_dispatch *dispatch,
                                   enum vfj_probe_way way, vfj_observed_fn *observed,
                                   void *context);
void vfj_prober_close(struct vfj_prober *prober);

/* Drops the answers of all probes that run or wait. */
void vfj_prober_forget(struct vfj_prober *prober);

/* Answers a PROBE_* command by one observation. Both ways of reading (enum vfj_probe_way) give the
 * same observation. The programs of one command run at the same time. The observation is not ok
 * when a program cannot be started, ends at its limit or fails. ifconfig(8) fails when the
 * interface does not exist. But when only route(8) fails, the observation is ok and has no default
 * route.
 *
 * The core waits only for the newest PROBE_SLOT of an hn. During a storm of lines the core may
 * issue many PROBE_SLOT commands. When VFJ_PROBES_OF_SLOT_MAX of them run, the next one waits
 * until one of them ends. A newer PROBE_SLOT then replaces the waiting one, which does not run
 * and whose observation is not ok. */
void vfj_prober_run(struct vfj_prober *prober, const struct vfj_command *command);

#endif
