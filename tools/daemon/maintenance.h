/* The daemon's maintenance of its journal: prunes old records, reports a nearly full disk and a
 * journal that was moved. */
#ifndef VFJ_TOOLS_DAEMON_MAINTENANCE_H
#define VFJ_TOOLS_DAEMON_MAINTENANCE_H

#include "store/ledger.h"

enum {
    /* between two turns; a turn needs a commit since the last one */
    VFJ_MAINTENANCE_EVERY_US = 1000 * 1000,
    VFJ_MAINTENANCE_STEP_US = 50 * 1000, /* between two steps of pruning: events come first */
    VFJ_CLOCK_SETTLED_S = 24 * 60 * 60,  /* a clock that ran so long is believed */
};

/* Zero but for the settings. */
struct vfj_daemon_maintenance {
    struct vfj_prune_rule rule;           /* settled_us is set by each step */
    struct vfj_identity identity;         /* of the journal; empty: unknown */
    uint64_t min_free;                    /* bytes; 0: any number of free bytes suffices */
    bool is_low;                          /* fewer bytes are free, and a row says so */
    bool is_moved;                        /* the journal was moved, and a row says so */
    uint64_t first;                       /* the journal's first record; 0: not read yet */
    uint64_t reported_first;              /* the first record by the newest row; 0: not read yet */
    int64_t next_us;                      /* mono time of the next turn */
    int64_t begin_wall_us, begin_mono_us; /* of the first step; 0: not yet */
};

/* Returns the time by which records are old: the wall clock, but no later than the time since the
 * first step allows. A clock that jumps years ahead under a daemon thus ages no record. The first
 * call is the first step. */
int64_t vfj_daemon_maintenance_now(struct vfj_daemon_maintenance *maintenance, int64_t wall_us,
                                   int64_t mono_us);

/* Returns the rule of pruning at this time. In the daemon's first VFJ_CLOCK_SETTLED_S the journal
 * has to show that the clock is right (struct vfj_prune_rule). */
struct vfj_prune_rule vfj_daemon_maintenance_rule(const struct vfj_daemon_maintenance *maintenance,
                                                  int64_t mono_us);

/* Does one small step, after a commit whose commands run. A row may then wait for a commit.
 * Returns the mono time of the next step, or INT64_MAX: none until the next commit. */
int64_t vfj_daemon_maintenance_step(struct vfj_daemon_maintenance *maintenance,
                                    struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us);

#endif
