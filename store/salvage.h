/* Salvage: what a damaged journal still proves, in a new journal. */
#ifndef VFJ_STORE_SALVAGE_H
#define VFJ_STORE_SALVAGE_H

#include "store/verify.h"

struct vfj_salvage {
    uint64_t first;               /* the first record that was saved */
    struct vfj_anchor saved;      /* the last record that was saved, and the head after it */
    uint64_t newest;              /* the highest seq of which a row was seen */
    bool lost;                    /* something is missing, or may be */
    struct vfj_verified verified; /* of the new journal */
    const char *where;            /* what failed: one of the two paths; NULL nothing did */
    char detail[512];             /* why; untrusted bytes */
};

/* Called for each record that was seen after those that were saved, in their order. */
typedef void vfj_salvage_watch(void *arg, const struct vfj_record *record);

/* Read the damaged journal PATH, and its WAL, page by page (store/scan.h), and write to the new file TO, mode 0600, the records
 * from the first, or from a checkpoint, on as long as the chain holds, the machine decides the same, and the last event is there
 * with all that followed from it: of several such runs the longest, of equals the newest. If something is lost, a gap row at `wall_us` says so, and a daemon can go on with TO. PATH is only
 * read; TO is made as by vfj_backup().
 *
 *   JOURNAL_BUSY     a daemon writes PATH
 *   JOURNAL_DAMAGED  there is no first record, and no checkpoint: nothing was saved
 *   JOURNAL_IO, JOURNAL_ABSENT, JOURNAL_NOT_OURS, SYSTEM */
enum vfj_status vfj_salvage(const char *path, const char *to, int64_t wall_us, vfj_salvage_watch *watch, void *arg,
                            struct vfj_salvage *salvage);

#endif
