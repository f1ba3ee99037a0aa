/* The daemon's care of its journal: what is too old or too much goes, and a disk that runs full is
 * told of. */
#ifndef VFJ_TOOLS_DAEMON_MAINTENANCE_H
#define VFJ_TOOLS_DAEMON_MAINTENANCE_H

#include "store/ledger.h"

enum {
    /* looked at no more often, and only when something was committed */
    VFJ_CARE_EVERY_US = 1000 * 1000,
    VFJ_CARE_STEP_US = 50 * 1000, /* between two steps of pruning: events come first */
};

/* Zero but for the settings. */
struct vfj_daemon_maintenance {
    struct vfj_prune_rule rule;
    uint64_t min_free; /* bytes; 0: whatever is free will do */
    bool low;          /* fewer are free, and that was said */
    /* the journal's first record, as it was seen last; 0 not yet */
    uint64_t first;
    uint64_t told;                        /* as a row says */
    int64_t next_us;                      /* mono time before which nothing is looked at */
    int64_t begin_wall_us, begin_mono_us; /* the first step; 0 not yet */
};

/* The time by which records are old: the wall clock, but no later than what has passed since the
 * first step allows. A clock that jumps years ahead under a daemon so takes no records away. Begins
 * with the first call. */
int64_t vfj_daemon_maintenance_now(struct vfj_daemon_maintenance *care, int64_t wall_us,
                                   int64_t mono_us);

/* One small step, after a commit whose commands are under way. A row may then wait for a commit.
 * The mono time when there is more to do; INT64_MAX: nothing, until something was committed. */
int64_t vfj_daemon_maintenance_step(struct vfj_daemon_maintenance *care, struct vfj_ledger *ledger,
                                    int64_t wall_us, int64_t mono_us);

#endif
