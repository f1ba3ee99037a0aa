/* The daemon's maintenance of its journal: prunes old rows, and reports a nearly full disk and a
 * journal that was moved. */
#ifndef VFJ_TOOLS_DAEMON_MAINTENANCE_H
#define VFJ_TOOLS_DAEMON_MAINTENANCE_H

#include "store/ledger.h"

enum {
    /* time between two rounds of maintenance; a round begins only after a commit */
    VFJ_MAINTENANCE_EVERY_US = 1000 * 1000,
    /* time between two steps of pruning within a round, so that the loop can handle events in
     * between */
    VFJ_MAINTENANCE_STEP_US = 50 * 1000,
    /* this long after its first step, the maintenance assumes that the clock is right */
    VFJ_CLOCK_SETTLED_S = 24 * 60 * 60,
};

/* The settings and the state of the maintenance. All members but the settings are zero at first. */
struct vfj_daemon_maintenance {
    struct vfj_prune_rule rule;   /* a setting; its member settled_us is set at each step */
    struct vfj_identity identity; /* identity of the journal; empty: unknown */
    uint64_t min_free;            /* a setting, in bytes; 0: never report a nearly full disk */
    /* less than min_free bytes are free, and a row has reported this */
    bool is_low;
    bool is_moved;           /* the journal was moved, and a row has reported this */
    uint64_t first;          /* seq of the journal's first record; 0: not read yet */
    uint64_t reported_first; /* seq of the first record that a row last reported; 0: not read yet */
    int64_t next_us;         /* monotonic time of the next round */
    /* the times of the first step; 0: there was no step yet */
    int64_t begin_wall_us, begin_mono_us;
};

/* Returns the present time for computing the age of records: the wall clock, but at most the wall
 * time of the first step plus the monotonic time that has passed since. When the clock jumps years
 * ahead while the daemon runs, records thus do not become older. The first call counts as the first
 * step. */
int64_t vfj_daemon_maintenance_now(struct vfj_daemon_maintenance *maintenance, int64_t wall_us,
                                   int64_t mono_us);

/* Returns the rule of pruning that applies at this time. During the daemon's first
 * VFJ_CLOCK_SETTLED_S the rule prunes only if the journal shows that the clock is right (struct
 * vfj_prune_rule). */
struct vfj_prune_rule vfj_daemon_maintenance_rule(const struct vfj_daemon_maintenance *maintenance,
                                                  int64_t mono_us);

/* Does one small step of maintenance. Call this after a commit, when the commands of the commit
 * have been started. The step may write a row that needs a commit. Returns the monotonic time of
 * the next step, or INT64_MAX when no step is due before the next commit. */
int64_t vfj_daemon_maintenance_step(struct vfj_daemon_maintenance *maintenance,
                                    struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us);

#endif
