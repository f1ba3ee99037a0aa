/* Answers the commands that only read the guest. */
#ifndef VFJ_FREEBSD_GUEST_PROBE_H
#define VFJ_FREEBSD_GUEST_PROBE_H

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/observation.h"

struct vfj_prober;

enum {
    VFJ_PROBE_LIMIT_DEFAULT_MS = 10000,      /* of a probe that names no limit */
    VFJ_PROBE_OUTPUT_MAX = 16 * 1024 * 1024, /* read of one program's output: 40,000 interfaces */
    VFJ_PROBES_OF_SLOT_MAX = 4,              /* PROBE_SLOTs of one hn side by side */
};

/* How the guest is read. */
enum vfj_probe_way {
    VFJ_PROBE_WAY_PROGRAMS, /* by programs of base: sysctl(8), ifconfig(8), route(8) */
    VFJ_PROBE_WAY_KERNEL,   /* by asking the kernel, and programs only where it can't be asked */
};

/* `observation` is borrowed for the call. Never called from inside vfj_prober_run(). */
typedef void vfj_observed_fn(void *context, const struct vfj_observation *observation);

/* All that is given must outlive it. NULL when memory is short. */
struct vfj_prober *vfj_prober_open(struct vfj_children *children, struct vfj_dispatch *dispatch,
                                   enum vfj_probe_way way, vfj_observed_fn *observed,
                                   void *context);
void vfj_prober_close(struct vfj_prober *prober);

/* Tell nothing of the probes under way. */
void vfj_prober_forget(struct vfj_prober *prober);

/* Answer a PROBE_* command by one observation, the same whichever way it is read. Programs run side
 * by side. When one of them can't be started, is ended at its limit or fails, the observation is
 * not ok: that is also how ifconfig(8) says that the one interface it was asked for does not exist.
 * Only route(8) may fail: then there is no default route.
 *
 * The core waits for the newest PROBE_SLOT of an hn only. A storm of lines may ask for many. Past
 * VFJ_PROBES_OF_SLOT_MAX one waits until another ends. When one more is asked for, the one that
 * waits is not run: its observation is not ok. */
void vfj_prober_run(struct vfj_prober *prober, const struct vfj_command *command);

#endif
