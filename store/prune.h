/* Prunes the oldest records of a journal, into an archive or for good. */
#ifndef VFJ_STORE_PRUNE_H
#define VFJ_STORE_PRUNE_H

#include "store/prune_step.h"
#include "store/verify.h"

struct vfj_prune {
    /* result of the last verification: of the archive if there is one, otherwise of the journal */
    struct vfj_verified verified;
    bool refused;   /* nothing was removed, since the finding is neither SOUND nor RULES_CHANGED */
    bool stopped;   /* vfj_prune_stop() ended the pruning early */
    uint64_t first; /* seq of the journal's first record before pruning */
    /* seq of the journal's first record after pruning; equal to `first` when nothing could be
     * pruned */
    uint64_t cut;
    uint64_t last; /* seq of the archive's last record */
    struct vfj_prune_size before, after;
    const char *where; /* the path that caused a failure; NULL for none */
    char detail[512];  /* the cause of the failure; untrusted bytes */
};

/* Removes from the journal `path` the records that the rule prunes at the present wall time
 * `wall_us`, up to a state checkpoint (a saved state). The journal then begins with that
 * checkpoint. A daemon may write the journal meanwhile. Pruning blocks the daemon for a few
 * milliseconds at a time. The chain of the journal continues. A process that dies during pruning
 * leaves a valid journal.
 *
 * The whole journal is verified first. When the finding is neither SOUND nor RULES_CHANGED, nothing
 * is removed. Unless `archive` is NULL, the records and the checkpoint are first written to that
 * new file with mode 0600. The archive is a journal of its own. The archive is verified and durable
 * before any record is removed. Without a daemon, a row of kind "journal" reports the pruning; a
 * running daemon writes that row itself.
 *
 * Fails as vfj_journal_open() does, and with JOURNAL_ACCESS when `archive` exists. After a failure,
 * records that were not removed are still in the journal. */
enum vfj_status vfj_prune(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us,
                          const char *archive, struct vfj_prune *prune);

/* Verifies the journal, and finds the first record that vfj_prune() would keep. Removes nothing. */
enum vfj_status vfj_prune_dry(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us,
                              struct vfj_prune *prune);

/* Makes a running vfj_prune() end after its present step. The journal is then valid, and no file
 * is left beside it. Returns false when no journal is open for writing; the process may then end
 * immediately. A signal handler may call this function. */
bool vfj_prune_stop(void);

#endif
