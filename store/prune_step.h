/* Taking the oldest rows of a journal away, a little at a time. */
#ifndef VFJ_STORE_PRUNE_STEP_H
#define VFJ_STORE_PRUNE_STEP_H

#include "store/journal.h"

/* What may go: rows that are older than keep_us, and the oldest while the journal has more than max_bytes; 0: no such rule. With
 * neither nothing goes. */
struct vfj_prune_rule {
    int64_t keep_us;
    uint64_t max_bytes;
};

/* What a journal takes: bytes in use, and bytes that are free in its file. */
struct vfj_prune_size {
    uint64_t used, spare;
};

enum vfj_status vfj_prune_size(struct vfj_journal *journal, struct vfj_prune_size *size);

/* The first checkpoint after `seq`, and its time; VFJ_END when there is none. */
enum vfj_status vfj_prune_next_state_checkpoint(struct vfj_journal *journal, uint64_t seq, uint64_t *next,
                                                int64_t *wall_us);

/* One small step by the rule: take away what is before the next checkpoint, in one transaction, so that the journal begins there;
 * or, when there is nothing to take away and more than `spare` bytes of the file are free, give some of them back to the file
 * system. Whoever dies in it leaves the journal before the step, or after it. It needs no writer's lock: a daemon may be
 * appending, and its chain goes on.
 *
 * VFJ_OK: something was done, and more may be to do; *first is where the journal begins. VFJ_END: there is nothing to do.
 * Else what failed; the journal is as it was. */
enum vfj_status vfj_prune_step(struct vfj_journal *journal, const struct vfj_prune_rule *rule, int64_t wall_us,
                               uint64_t spare, uint64_t *first);

/* The same without a rule: take away all before the checkpoint `cut`, which vfj_prune_next_state_checkpoint() gave. */
enum vfj_status vfj_prune_before(struct vfj_journal *journal, uint64_t cut);

#endif
