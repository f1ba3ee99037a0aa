/* Prune: the oldest records of a journal taken away, into an archive or for good. */
#ifndef VFJ_STORE_PRUNE_H
#define VFJ_STORE_PRUNE_H

#include "store/prune_step.h"
#include "store/verify.h"

struct vfj_prune {
    struct vfj_verified verified; /* of what was found not in order, and left alone: the journal, or the archive */
    bool refused;                 /* for that */
    uint64_t first;               /* the journal's first record, before */
    uint64_t cut;                 /* and after it: a checkpoint's. The same: nothing was old enough */
    uint64_t last;                /* the archive's last record: that checkpoint's */
    struct vfj_prune_size before, after;
    const char *where; /* what failed: one of the two paths; NULL nothing did */
    char detail[512];  /* why; untrusted bytes */
};

/* Take away of the journal PATH what may go by the rule at `wall_us`, up to a checkpoint, with which it then begins. A daemon may be
 * writing it: it is held up for a few milliseconds at a time, and its chain goes on. Whoever dies in it leaves a journal that is
 * whole, and begins with a checkpoint where it began or later.
 *
 * First the whole journal is verified; when it is not in order nothing is done. With an `archive`, not NULL, all that is to go, and
 * the checkpoint, is written to that new file, mode 0600: a journal of its own, which is verified and durable before anything
 * is taken away. A file that is there already is refused. Without a daemon a row says what was done; a running daemon writes it
 * itself.
 *
 *   JOURNAL_ABSENT, _NOT_OURS, _NEWER, _DAMAGED, _BUSY, _IO, SYSTEM: as vfj_journal_open; what was not taken away is there */
enum vfj_status vfj_prune(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us, const char *archive,
                          struct vfj_prune *prune);

#endif
