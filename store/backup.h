/* Backup: a copy of a journal, taken while it may be written. */
#ifndef VFJ_STORE_BACKUP_H
#define VFJ_STORE_BACKUP_H

#include "store/verify.h"

struct vfj_backup {
    struct vfj_verified verified; /* of the copy */
    const char *where;            /* what failed: one of the two paths; NULL nothing did */
    char detail[512];             /* why; untrusted bytes */
    bool kept;                    /* the copy is there */
};

/* Copy the journal PATH, as it is in one moment, to the new file TO with mode 0600, and verify the copy. An existing TO is never
 * touched; nothing is at TO before the copy is whole, verified and durable. A copy that is damaged is not kept; one that is
 * otherwise not in order is, for it is what the journal is. */
enum vfj_status vfj_backup(const char *path, const char *to, struct vfj_backup *backup);

#endif
