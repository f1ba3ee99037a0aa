/* The daemon's maintenance of its journal: prunes old records, and reports a nearly full disk
 * and a journal that was moved. */
#ifndef VFJ_TOOLS_DAEMON_MAINTENANCE_H
#define VFJ_TOOLS_DAEMON_MAINTENANCE_H

#include "store/ledger.h"

enum {
    /* between two turns; a turn comes only after a commit */
    VFJ_MAINTENANCE_EVERY_US = 1000 * 1000,
    /* between two steps of pruning within a turn, so that events come first */
    VFJ_MAINTENANCE_STEP_US = 50 * 1000,
    VFJ_CLOCK_SETTLED_S = 24 * 60 * 60, /* after this time, the clock is believed to be right */
};

/* The maintenance's settings and state. All but the settings begin as zero. */
struct vfj_daemon_maintenance {
    struct vfj_prune_rule rule;   /* a setting; each step sets its settled_us */
    struct vfj_identity identity; /* identity of the journal; empty: unknown */
    uint64_t min_free;            /* a setting, in bytes; 0: never report a nearly full disk */
    bool is_low;                  /* less than min_free is free, and a row has reported it */
    bool is_moved;                /* the journal was moved, and a row has reported it */
    uint64_t first;               /* the journal's first record; 0: not read yet */
    uint64_t reported_first; /* the first record that was last reported in a row; 0: not read yet */
    int64_t next_us;         /* mono time of the next turn */
    int64_t begin_wall_us, begin_mono_us; /* the times of the first step; 0: there was none yet */
};

/* Returns the time from which the age of records is reckoned: the wall clock, but at most the
 * wall time of the first step plus the time that has passed since. So no record gets older when
 * the clock jumps years ahead while the daemon runs. The first call is the first step. */
int64_t vfj_daemon_maintenance_now(struct vfj_daemon_maintenance *maintenance, int64_t wall_us,
                                   int64_t mono_us);

/* Returns the rule of pruning at this time. In the daemon's first VFJ_CLOCK_SETTLED_S, the rule
 * wants the journal to show that the clock is right (struct vfj_prune_rule). */
struct vfj_prune_rule vfj_daemon_maintenance_rule(const struct vfj_daemon_maintenance *maintenance,
                                                  int64_t mono_us);

/* Does one small step, after a commit and after the start of its commands. It may leave a row
 * that waits for a commit. Returns the mono time of the next step, or INT64_MAX when there is
 * none before the next commit. */
int64_t vfj_daemon_maintenance_step(struct vfj_daemon_maintenance *maintenance,
                                    struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us);

#endif
