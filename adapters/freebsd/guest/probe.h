/* Answers probe commands. */
#ifndef VFJ_FREEBSD_GUEST_PROBE_H
#define VFJ_FREEBSD_GUEST_PROBE_H

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/observation.h"

struct vfj_prober;

enum {
    VFJ_PROBE_LIMIT_DEFAULT_MS = 10000,      /* for a probe without time limit */
    VFJ_PROBE_OUTPUT_MAX = 16 * 1024 * 1024, /* bytes of one program's output: 40,000 interfaces */
    VFJ_PROBES_OF_SLOT_MAX = 4,              /* PROBE_SLOTs of one hn at the same time */
};

/* The way to read the guest. */
enum vfj_probe_way {
    VFJ_PROBE_WAY_PROGRAMS, /* by programs of base: sysctl(8), ifconfig(8), route(8) */
    VFJ_PROBE_WAY_KERNEL,   /* from the kernel; by programs only where that fails */
};

/* `observation` is borrowed for the call. The callback is never called from inside
 * vfj_prober_run(). */
typedef void vfj_observed_fn(void *context, const struct vfj_observation *observation);

/* All arguments must outlive the prober. Returns NULL without memory. */
struct vfj_prober *vfj_prober_open(struct vfj_children *children, struct vfj_dispatch *dispatch,
                                   enum vfj_probe_way way, vfj_observed_fn *observed,
                                   void *context);
void vfj_prober_close(struct vfj_prober *prober);

/* Running probes get no answer. */
void vfj_prober_forget(struct vfj_prober *prober);

/* Answers a PROBE_* command by one observation, the same in either way of reading. Programs run at
 * the same time. The observation is not ok when a program cannot be started, ends at its limit or
 * fails. ifconfig(8) fails when the interface does not exist. Only route(8) may fail: then there is
 * no default route.
 *
 * The core waits only for the newest PROBE_SLOT of an hn. A storm of lines may ask for many. Past
 * VFJ_PROBES_OF_SLOT_MAX one waits until another ends. A newer one replaces it: the one that waited
 * does not run, and its observation is not ok. */
void vfj_prober_run(struct vfj_prober *prober, const struct vfj_command *command);

#endif
