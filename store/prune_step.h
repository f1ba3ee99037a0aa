/* Prunes an open journal in steps of one transaction each. */
#ifndef VFJ_STORE_PRUNE_STEP_H
#define VFJ_STORE_PRUNE_STEP_H

#include "store/journal.h"

/* The rule for pruning. Rows older than keep_us microseconds are pruned. While the journal uses
 * more than max_bytes, its oldest rows are pruned, too. A value of 0 switches a limit off. Without
 * any limit no row is pruned.
 *
 * A wall clock that is years ahead makes every row old. Rows are therefore pruned by age only
 * when the rows younger than keep_us began at least settled_us ago: the clock has then been
 * about right for that time. With settled_us = 0 the clock is trusted. */
struct vfj_prune_rule {
    int64_t keep_us;
    int64_t settled_us;
    uint64_t max_bytes;
};

/* The bytes of a journal's file that are in use, and those that are free. */
struct vfj_prune_size {
    uint64_t used, spare;
};

enum vfj_status vfj_prune_size(struct vfj_journal *journal, struct vfj_prune_size *size);

/* Finds the next state checkpoint after the row `seq` with which a journal can begin. *next is the
 * seq of its first row, *wall_us its wall time. Returns VFJ_END when there is none. */
enum vfj_status vfj_prune_next_state_checkpoint(struct vfj_journal *journal, uint64_t seq,
                                                uint64_t *next, int64_t *wall_us);

/* Does one step of pruning by the rule; `wall_us` is the present wall time. In one transaction,
 * removes the rows before the next state checkpoint, with which the journal then begins. When the
 * rule does not remove these rows and more than `spare` bytes of the file are free, returns some of
 * these bytes to the file system instead. When the process dies during
 * the step, the journal is as before or as after the step. The step needs no writer's lock: a
 * daemon may append meanwhile.
 *
 * Returns VFJ_OK when more steps may follow; *first is the seq that the journal begins with.
 * Returns VFJ_END when nothing is left to do. After any other status the journal is unchanged. */
enum vfj_status vfj_prune_step(struct vfj_journal *journal, const struct vfj_prune_rule *rule,
                               int64_t wall_us, uint64_t spare, uint64_t *first);

/* Removes all rows before the state checkpoint `cut`, which vfj_prune_next_state_checkpoint()
 * returned, in one transaction. */
enum vfj_status vfj_prune_before(struct vfj_journal *journal, uint64_t cut);

#endif
