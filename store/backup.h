/* Copies a journal while a daemon may write it. */
#ifndef VFJ_STORE_BACKUP_H
#define VFJ_STORE_BACKUP_H

#include "store/verify.h"

struct vfj_backup {
    struct vfj_verified verified; /* the result for the copy */
    const char *where;            /* the path that caused a failure; NULL for none */
    char detail[512];             /* the cause of the failure; untrusted bytes */
    bool kept;                    /* the copy was published */
};

/* Copies the journal `path`, as of one point in time, to the new file `to` with mode 0600, and
 * verifies the copy. `to` appears only when the copy is complete, verified and durable. A copy
 * that is damaged or cannot be read is removed. After any other finding of the verification the
 * copy is kept, since the journal has the same fault. Fails as vfj_journal_open() does, with
 * JOURNAL_ACCESS when `to` exists, and with JOURNAL_BUSY when `path` keeps changing. */
enum vfj_status vfj_backup(const char *path, const char *to, struct vfj_backup *backup);

#endif
